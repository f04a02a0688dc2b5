/* The harness's inside: data, guarded memory, comparison, counting. */
#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { GUARD = 64 }; /* bytes on either side of an array */

/* Around inputs lie NaN, which show where they are read; around outputs something that no kernel writes. */
enum { AROUND_INPUT = 0xFF, AROUND_OUTPUT = 0xA5 };

/* The address sanitizer is told that the guards are out of bounds, so that it reports who reads them. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define FORBID(start, bytes) __asan_poison_memory_region(start, bytes)
#define ALLOW(start, bytes) __asan_unpoison_memory_region(start, bytes)
#endif
#endif
#ifndef FORBID
#define FORBID(start, bytes) (void)(start)
#define ALLOW(start, bytes) (void)(start)
#endif

static uint64_t next_random(struct check *check) {
    /* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014). */
    uint64_t z = (check->random += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double unit(struct check *check) { return (double)(next_random(check) >> 11) * 0x1p-53; }

ck_isa check_isa(const struct check *check) { return check->isa; }

size_t check_draw(struct check *check, size_t low, size_t high) {
    return low + (size_t)(next_random(check) % (high - low + 1));
}

/* Reserves n bytes with a guard before and after; `skew` moves the start off any alignment beyond four bytes. */
static unsigned char *reserve(struct check *check, size_t n, size_t skew, unsigned char guard) {
    size_t total = (n + 2 * GUARD + skew + GUARD - 1) / GUARD * GUARD;
    unsigned char *base = aligned_alloc(GUARD, total);
    struct block *block = malloc(sizeof *block);
    if (!base || !block) {
        fprintf(stderr, "kernel checks: out of memory\n");
        exit(71);
    }
    memset(base, guard, total);
    *block = (struct block){
        .base = base, .total = total, .start = GUARD + skew, .size = n, .guard = guard, .next = check->blocks};
    check->blocks = block;
    FORBID(base, total);
    ALLOW(base + GUARD + skew, n);
    return base + GUARD + skew;
}

/* What takes the array off any alignment beyond an element's. */
static size_t skew(struct check *check) { return 4 * check_draw(check, 0, 15); }

const size_t check_sizes[CHECK_SIZES] = {0,  1,  2,  3,   7,    8,    9,    15,   16,    17,
                                         31, 33, 64, 131, 1000, 1023, 1024, 1025, 20011, 300007};

float *check_input(struct check *check, size_t n, enum check_data data) {
    float *x = (float *)(void *)reserve(check, n * sizeof(float), skew(check), AROUND_INPUT);
    for (size_t i = 0; i < n; i++) {
        double u = unit(check);
        switch (data) {
        case CHECK_UNIFORM: x[i] = (float)(2 * u - 1); break;
        case CHECK_POSITIVE: x[i] = (float)u; break;
        case CHECK_INTEGER: x[i] = (float)((int)(u * 9) - 4); break;
        case CHECK_OFFSET: x[i] = (float)(1000 + u); break;
        case CHECK_SPARSE: x[i] = u < 0.5 ? 0.0f : (float)((int)(u * 16) - 12); break;
        }
    }
    return x;
}

void *check_output_bytes(struct check *check, size_t n) {
    void *y = reserve(check, n, skew(check), AROUND_OUTPUT);
    memset(y, 0xFF, n); /* as floats: NaN */
    return y;
}

float *check_output(struct check *check, size_t n) { return check_output_bytes(check, n * sizeof(float)); }
float *check_workspace(struct check *check, size_t n) { return check_output(check, n); }

float *check_copy(struct check *check, const float *x, size_t n) {
    float *y = check_output(check, n);
    if (n) memcpy(y, x, n * sizeof(float));
    return y;
}

void check_use_reference(struct check *check) {
    (void)check;
    ck_isa_limit(CK_ISA_REF);
    ck_set_threads(1);
}

void check_use_variant(struct check *check) {
    ck_isa_limit(check->isa);
    ck_set_threads(check->threads);
}

static void report(struct check *check, bool passed, const char *reason, const char *format, va_list arguments) {
    check->cases++;
    if (passed) return;
    check->failures++;
    if (check->failures > 8) return; /* the first few say it */
    char label[256];
    vsnprintf(label, sizeof label, format, arguments);
    fprintf(stderr, "FAIL %s %s %d threads: %s: %s\n", check->name, ck_isa_name(check->isa), check->threads, label,
            reason);
}

static void compare(struct check *check, const float *expected, const float *got, const float *bound, size_t n,
                    double absolute, double relative, const char *format, va_list arguments) {
    char reason[160] = "";
    bool passed = true;
    for (size_t i = 0; i < n && passed; i++) {
        double limit = bound ? bound[i] : absolute + relative * fabs((double)expected[i]);
        bool same = isnan(expected[i]) ? isnan(got[i]) : expected[i] == got[i];
        bool near = isfinite(expected[i]) && fabs((double)expected[i] - (double)got[i]) <= limit;
        if (same || near) continue;
        passed = false;
        snprintf(reason, sizeof reason, "element %zu of %zu is %.9g, reference %.9g, bound %.3g", i, n, (double)got[i],
                 (double)expected[i], limit);
    }
    report(check, passed, reason, format, arguments);
}

void check_close(struct check *check, const float *expected, const float *got, size_t n, double absolute,
                 double relative, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    compare(check, expected, got, NULL, n, absolute, relative, format, arguments);
    va_end(arguments);
}

void check_bounded(struct check *check, const float *expected, const float *got, const float *bound, size_t n,
                   const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    compare(check, expected, got, bound, n, 0, 0, format, arguments);
    va_end(arguments);
}

void check_same_bytes(struct check *check, const void *expected, const void *got, size_t bytes, const char *format,
                      ...) {
    va_list arguments;
    va_start(arguments, format);
    report(check, bytes == 0 || memcmp(expected, got, bytes) == 0, "bytes differ", format, arguments);
    va_end(arguments);
}

void check_true(struct check *check, bool holds, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report(check, holds, "does not hold", format, arguments);
    va_end(arguments);
}

void check_threads(struct check *check, check_call body, void *context, void *output, size_t bytes, const char *format,
                   ...) {
    unsigned char *alone = check_output_bytes(check, bytes);
    check_use_variant(check);
    for (int threads = 1; threads <= 3; threads++) {
        ck_set_threads(threads);
        if (bytes) memset(output, 0xFF, bytes);
        body(context);
        if (bytes && threads == 1) memcpy(alone, output, bytes);
        if (threads == 1) continue;
        va_list arguments;
        va_start(arguments, format);
        report(check, bytes == 0 || memcmp(alone, output, bytes) == 0, "threads change the bytes", format, arguments);
        va_end(arguments);
    }
    check_use_variant(check);
}

static bool intact(const struct block *block) {
    for (size_t i = 0; i < block->start; i++)
        if (block->base[i] != block->guard) return false;
    for (size_t i = block->start + block->size; i < block->total; i++)
        if (block->base[i] != block->guard) return false;
    return true;
}

void check_run(struct check *check, check_body body) {
    body(check);
    while (check->blocks) {
        struct block *block = check->blocks;
        ALLOW(block->base, block->total);
        check_true(check, intact(block), "guards around an array of %zu bytes", block->size);
        check->blocks = block->next;
        free(block->base);
        free(block);
    }
}
