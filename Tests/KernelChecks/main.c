/* kernel-checks [--isa NAME] [--threads N] [--seed N] [--list] [FILTER...]
 *
 * Without arguments: every check on every instruction set the machine has, with one thread and with two. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

void check_gemm(struct check *check);
void check_gemm_sparse(struct check *check);
void check_runtime(struct check *check);
void check_conv2d(struct check *check);
void check_conv2d_pooled(struct check *check);
void check_activation(struct check *check);
void check_pool2d(struct check *check);
void check_normalization(struct check *check);
void check_random(struct check *check);
void check_loss(struct check *check);
void check_optimizer(struct check *check);
void check_elementwise(struct check *check);
void check_strokes(struct check *check);
void check_augment(struct check *check);

static const struct {
    const char *name;
    check_body body;
} registry[] = {
    {"runtime", check_runtime},
    {"gemm", check_gemm},
    {"gemm_sparse", check_gemm_sparse},
    {"conv2d", check_conv2d},
    {"conv2d_pooled", check_conv2d_pooled},
    {"activation", check_activation},
    {"pool2d", check_pool2d},
    {"normalization", check_normalization},
    {"random", check_random},
    {"loss", check_loss},
    {"optimizer", check_optimizer},
    {"elementwise", check_elementwise},
    {"strokes", check_strokes},
    {"augment", check_augment},
};

enum { CHECKS = sizeof registry / sizeof registry[0] };

struct options {
    bool list;
    int isa, threads; /* -1, 0: all */
    uint64_t seed;
    char **filters;
    int filter_count;
};

static int usage(const char *problem) {
    fprintf(stderr,
            "kernel-checks: %s\nusage: kernel-checks [--isa ref|avx2|avx512] [--threads N] [--seed N] "
            "[--list] [FILTER...]\n",
            problem);
    return 64;
}

static bool selected(const struct options *options, const char *name) {
    for (int i = 0; i < options->filter_count; i++)
        if (strstr(name, options->filters[i])) return true;
    return options->filter_count == 0;
}

static int parse(int count, char **arguments, struct options *options) {
    *options = (struct options){.isa = -1, .seed = 1};
    int i = 1;
    for (; i < count && strncmp(arguments[i], "--", 2) == 0; i++) {
        const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : NULL;
        if (strcmp(name, "--list") == 0) {
            options->list = true;
        } else if (!value) {
            return usage("an option lacks its value, or is unknown");
        } else if (strcmp(name, "--threads") == 0) {
            options->threads = atoi(value), i++;
        } else if (strcmp(name, "--seed") == 0) {
            options->seed = strtoull(value, NULL, 0), i++;
        } else if (strcmp(name, "--isa") == 0) {
            for (int isa = CK_ISA_REF; isa <= CK_ISA_AVX512; isa++)
                if (strcmp(value, ck_isa_name((ck_isa)isa)) == 0) options->isa = isa;
            if (options->isa < 0) return usage("unknown instruction set");
            i++;
        } else {
            return usage("unknown option");
        }
    }
    options->filters = arguments + i;
    options->filter_count = count - i;
    return 0;
}

int main(int count, char **arguments) {
    struct options options;
    int status = parse(count, arguments, &options);
    if (status) return status;

    ck_isa cap = ck_isa_active(); /* what CONVNET_ISA leaves of the machine */
    printf("instruction sets up to %s, seed %llu\n", ck_isa_name(cap), (unsigned long long)options.seed);
    ck_prepare_compute_thread();

    size_t passed = 0, failed = 0, skipped = 0;
    for (int i = 0; i < CHECKS; i++) {
        if (!selected(&options, registry[i].name)) continue;
        if (options.list) {
            printf("%s\n", registry[i].name);
            continue;
        }
        for (int isa = CK_ISA_REF; isa <= CK_ISA_AVX512; isa++) {
            if (options.isa >= 0 && options.isa != isa) continue;
            if (isa > (int)cap) {
                printf("skip %s %s: not on this machine, or capped\n", registry[i].name, ck_isa_name((ck_isa)isa));
                skipped++;
                continue;
            }
            for (int threads = 1; threads <= 2; threads++) {
                if (options.threads > 0 && options.threads != threads) continue;
                struct check check = {
                    .name = registry[i].name, .isa = (ck_isa)isa, .threads = threads, .random = options.seed};
                check_run(&check, registry[i].body);
                printf("%s %s %s, %d threads: %zu cases, %zu failures\n", check.failures ? "FAIL" : "ok  ", check.name,
                       ck_isa_name(check.isa), threads, check.cases, check.failures);
                if (check.failures || check.cases == 0) failed++;
                else passed++;
            }
        }
    }
    if (options.list) return 0;
    if (passed + failed == 0) fprintf(stderr, "kernel-checks: nothing ran\n");
    printf("kernel-checks: %zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
    return failed || passed == 0;
}
