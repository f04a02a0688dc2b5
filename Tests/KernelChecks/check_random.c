/* Random numbers: known answers, the same bits on every instruction set, distributions, dropout. */
#include <math.h>
#include <string.h>

#include "check.h"

void check_random(struct check *check);

static const ck_random_key key = {.seed = 0x0123456789ABCDEFu, .step = 7, .stream = 3};

struct numbers {
    ck_random_key key;
    uint32_t first_block;
    size_t n; /* blocks for Philox */
    float a, b;
    const float *x;
    void *out;
};

static void philox(void *context) {
    struct numbers *r = context;
    ck_philox(r->key, r->first_block, r->n, r->out);
}

static void uniform(void *context) {
    struct numbers *r = context;
    ck_random_uniform(r->key, r->n, r->a, r->b, r->out);
}

static void normal(void *context) {
    struct numbers *r = context;
    ck_random_normal(r->key, r->n, r->a, r->b, r->out);
}

static void dropout(void *context) {
    struct numbers *r = context;
    ck_dropout(r->key, r->n, r->a, r->x, r->out);
}

/* The answers that the authors of Philox4x32-10 published. */
static void check_known_answers(struct check *check) {
    static const struct {
        ck_random_key key;
        uint32_t block, answer[4];
    } known[] = {
        {{0, 0, 0}, 0, {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}},
        {{UINT64_MAX, UINT64_MAX, UINT32_MAX}, UINT32_MAX, {0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}},
        {{0x299F31D0A4093822u, 0x0370734413198A2Eu, 0x85A308D3u},
         0x243F6A88u,
         {0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}},
    };
    check_use_variant(check);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t *words = check_output_bytes(check, 4 * sizeof *words);
        ck_philox(known[i].key, known[i].block, 1, words);
        check_same_bytes(check, known[i].answer, words, sizeof known[i].answer, "known answer %zu", i);
    }
}

/* Runs `body` under the reference and under the variant; returns what the variant wrote. */
static void *compare(struct check *check, check_call body, struct numbers *r, size_t bytes, const char *what) {
    void *expected = r->out = check_output_bytes(check, bytes);
    check_use_reference(check);
    body(r);
    check_use_variant(check);
    r->out = check_output_bytes(check, bytes);
    body(r);
    check_same_bytes(check, expected, r->out, bytes, "%s of %zu", what, r->n);
    return r->out;
}

static void compare_sizes(struct check *check) {
    for (int i = 0; i < CHECK_SIZES; i++) {
        const size_t n = check_sizes[i];
        struct numbers r = {.key = key, .n = n, .first_block = 0xFFFFFFFEu}; /* counting on past the last block */
        compare(check, philox, &r, n * 4 * sizeof(uint32_t), "Philox");
        r.a = -0.25f, r.b = 1.5f;
        const float *u = compare(check, uniform, &r, n * sizeof(float), "uniform");
        bool inside = true;
        for (size_t j = 0; j < n; j++) inside = inside && u[j] >= r.a && u[j] < r.b;
        check_true(check, inside, "%zu uniform numbers lie in [%g, %g)", n, (double)r.a, (double)r.b);

        r.x = check_input(check, n, CHECK_UNIFORM);
        const float rates[] = {0, 0.25f, 0.5f, 0.123f, 0.99999f, 0.9999999f};
        for (size_t j = 0; j < 6; j++) {
            r.a = rates[j];
            float *y = compare(check, dropout, &r, n * sizeof(float), "dropout");
            float *in_place = check_copy(check, r.x, n);
            ck_dropout(key, n, r.a, in_place, in_place);
            check_same_bytes(check, y, in_place, n * sizeof *y, "dropout in place, %zu", n);
            if (j == 0) check_same_bytes(check, r.x, y, n * sizeof *y, "dropout of rate 0 changes nothing, %zu", n);
        }

        r.a = 2, r.b = 0.5f;
        float *expected = r.out = check_output(check, n);
        check_use_reference(check);
        normal(&r);
        check_use_variant(check);
        float *got = r.out = check_output(check, n);
        normal(&r);
        /* The radius is at most 5.8 and good to three roundings; the cosine to 2^-23; then two roundings. */
        check_close(check, expected, got, n, 0.5 * 5.8 * 5 * 0x1p-23 + 2 * 0x1p-24, 0x1p-23, "normal, %zu", n);
    }
}

/* A number depends on its place alone: fewer numbers are the beginning of more. */
static void check_prefix(struct check *check) {
    float *many = check_output(check, 5000), *few = check_output(check, 1237);
    ck_random_uniform(key, 5000, 0, 1, many);
    ck_random_uniform(key, 1237, 0, 1, few);
    check_same_bytes(check, many, few, 1237 * sizeof *few, "uniform: beginning");
    ck_random_normal(key, 5000, 0, 1, many);
    ck_random_normal(key, 1237, 0, 1, few);
    check_same_bytes(check, many, few, 1237 * sizeof *few, "normal: beginning");
}

/* Mean and variance within six standard errors, and key parts that all matter. */
static void check_distributions(struct check *check) {
    enum { N = 300007 };
    const ck_random_key keys[] = {{1, 0, 0}, {2, 0, 0}, {1, 1, 0}, {1, 0, 1}, {1ull << 32, 0, 0}, {1, 1ull << 32, 0}};
    enum { KEYS = sizeof keys / sizeof keys[0] };
    float first[KEYS];
    float *x = check_output(check, N);
    for (size_t k = 0; k < KEYS; k++) {
        double sum = 0, squares = 0;
        ck_random_uniform(keys[k], N, 0, 1, x);
        first[k] = x[0];
        for (size_t i = 0; i < N; i++) sum += x[i], squares += (double)x[i] * x[i];
        const double mean = sum / N, variance = squares / N - mean * mean;
        check_true(check, fabs(mean - 0.5) < 6 * sqrt(1 / 12.0 / N), "uniform: mean %g", mean);
        check_true(check, fabs(variance - 1 / 12.0) < 6 * sqrt(1 / 180.0 / N), "uniform: variance %g", variance);
        sum = squares = 0;
        double pairs = 0, fourth = 0;
        ck_random_normal(keys[k], N, 0, 1, x);
        for (size_t i = 0; i < N; i++) sum += x[i], squares += (double)x[i] * x[i], fourth += pow(x[i], 4);
        for (size_t i = 0; i + 1 < N; i++) pairs += (double)x[i] * x[i + 1];
        check_true(check, fabs(sum / N) < 6 / sqrt(N), "normal: mean %g", sum / N);
        check_true(check, fabs(squares / N - 1) < 6 * sqrt(2.0 / N), "normal: variance %g", squares / N);
        check_true(check, fabs(fourth / N - 3) < 6 * sqrt(96.0 / N), "normal: fourth moment %g", fourth / N);
        check_true(check, fabs(pairs / N) < 6 / sqrt(N), "normal: neighbours %g", pairs / N);
        for (size_t other = 0; other < k; other++)
            check_true(check, first[k] != first[other], "keys %zu and %zu give different numbers", other, k);
    }
    /* 1 + u with u just below 1 would round up to 2. */
    ck_random_uniform(key, N, 1, 2, x);
    bool below = true;
    for (size_t i = 0; i < N; i++) below = below && x[i] >= 1 && x[i] < 2;
    check_true(check, below, "uniform in [1, 2) stays below 2");
}

static void check_dropout(struct check *check) {
    enum { N = 300007 };
    const float rates[] = {0.1f, 0.2f, 0.25f, 0.5f, 0.9f};
    float *x = check_input(check, N, CHECK_POSITIVE), *dy = check_input(check, N, CHECK_POSITIVE);
    float *y = check_output(check, N), *dx = check_output(check, N);
    for (size_t i = 0; i < N; i++) x[i] += 1, dy[i] += 1;
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        const double rate = round(rates[r] * 65536) / 65536, scale = 1 / (1 - rate);
        ck_dropout(key, N, rates[r], x, y);
        ck_dropout(key, N, rates[r], dy, dx);
        size_t dropped = 0;
        bool same = true, scaled = true;
        for (size_t i = 0; i < N; i++) {
            dropped += y[i] == 0;
            same = same && (y[i] == 0) == (dx[i] == 0);
            scaled = scaled && (y[i] == 0 || fabs(y[i] - x[i] * scale) <= 0x1p-23 * x[i] * scale);
        }
        check_true(check, fabs((double)dropped / N - rate) < 6 * sqrt(rate * (1 - rate) / N), "rate %g drops %zu of %d",
                   rate, dropped, N);
        check_true(check, same, "rate %g: forward and backward drop the same elements", rate);
        check_true(check, scaled, "rate %g: what is kept is scaled", rate);
    }
    for (size_t i = 0; i < N; i++) x[i] = i % 2 ? NAN : INFINITY;
    ck_dropout(key, N, 0.5f, x, y);
    bool clean = true;
    ck_dropout(key, N, 0.5f, dy, dx);
    for (size_t i = 0; i < N; i++) clean = clean && (dx[i] == 0 ? y[i] == 0 : !isfinite(y[i]));
    check_true(check, clean, "what is dropped is zero, also NaN and infinity; what is kept stays so");
}

void check_random(struct check *check) {
    struct numbers r = {.key = key, .n = 294912, .a = 0.25f, .b = 1};
    r.x = check_input(check, r.n, CHECK_UNIFORM);
    r.out = check_output(check, r.n);
    check_known_answers(check);
    compare_sizes(check);
    check_use_variant(check);
    check_prefix(check);
    check_distributions(check);
    check_dropout(check);
    check_threads(check, dropout, &r, r.out, r.n * sizeof(float), "dropout");
    check_threads(check, uniform, &r, r.out, r.n * sizeof(float), "uniform");
    check_threads(check, normal, &r, r.out, r.n * sizeof(float), "normal");
    r.n /= 4;
    check_threads(check, philox, &r, r.out, r.n * 4 * sizeof(uint32_t), "Philox");
}
