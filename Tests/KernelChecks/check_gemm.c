/* The matrix product: all forms, sizes around the tiles, distances between rows, what is fused, threads. */
#include <math.h>
#include <stdio.h>

#include "check_gemm.h"

void check_gemm(struct check *check);

enum { PADDING = 12345 }; /* stands between the rows of C, and must still stand there afterwards */

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

size_t product_extent(size_t rows, size_t columns, size_t ld) { return rows ? (rows - 1) * ld + columns : 0; }

static float *stored(struct check *check, size_t rows, size_t columns, size_t ld, enum check_data data) {
    float *x = check_input(check, columns ? product_extent(rows, columns, ld) : 0, data);
    for (size_t i = 0; columns && i + 1 < rows; i++)
        for (size_t j = columns; j < ld; j++) x[i * ld + j] = NAN;
    return x;
}

struct product product_draw(struct check *check, size_t m, size_t n, size_t k, unsigned form, enum check_data data) {
    struct product p = {.shape = {.m = m, .n = n, .k = k, .transpose_a = form & 1, .transpose_b = form & 2}};
    const bool loose = check_draw(check, 0, 2) > 0;
    const size_t a_columns = p.shape.transpose_a ? m : k, b_columns = p.shape.transpose_b ? k : n;
    p.shape.lda = larger(a_columns, 1) + (loose ? check_draw(check, 0, 19) : 0);
    p.shape.ldb = larger(b_columns, 1) + (loose ? check_draw(check, 0, 19) : 0);
    p.shape.ldc = larger(n, 1) + (loose ? check_draw(check, 0, 19) : 0);
    p.a = stored(check, p.shape.transpose_a ? k : m, a_columns, p.shape.lda, data);
    p.b = stored(check, p.shape.transpose_b ? n : k, b_columns, p.shape.ldb, data);
    snprintf(p.label, sizeof p.label, "%zu x %zu x %zu, A%s B%s, distances %zu %zu %zu", m, n, k,
             p.shape.transpose_a ? "'" : "", p.shape.transpose_b ? "'" : "", p.shape.lda, p.shape.ldb, p.shape.ldc);
    return p;
}

float *product_fresh(struct check *check, const struct product *p, const float *addend) {
    const ck_gemm_shape *s = &p->shape;
    const size_t size = s->n ? product_extent(s->m, s->n, s->ldc) : 0;
    float *c = addend ? check_copy(check, addend, size) : check_output(check, size);
    for (size_t i = 0; s->n && i + 1 < s->m; i++)
        for (size_t j = s->n; j < s->ldc; j++) c[i * s->ldc + j] = PADDING;
    return c;
}

void product_multiply(struct check *check, const struct product *p, const float *a, const float *b, const float *bias,
                      ck_activation f, float *c) {
    const size_t size = ck_gemm_workspace(&p->shape);
    ck_gemm(&p->shape, a, b, bias, f, p->accumulate, c, size ? check_workspace(check, size) : NULL);
}

static float *absolute(struct check *check, const float *x, size_t n) {
    float *y = check_copy(check, x, n);
    for (size_t i = 0; i < n; i++) y[i] = fabsf(y[i]);
    return y;
}

/* Every term of a sum meets at most k + 4 roundings (products, additions, what is added at the end, the reference's
 * own), so the error is below (k + 4) 2^-24 times the sum of the terms' magnitudes, which is the same product of
 * absolute values. */
float *product_bound(struct check *check, const struct product *p, const float *addend) {
    const ck_gemm_shape *s = &p->shape;
    const size_t size = s->n ? product_extent(s->m, s->n, s->ldc) : 0;
    const size_t a_size = s->transpose_a ? product_extent(s->k, s->m, s->lda) : product_extent(s->m, s->k, s->lda);
    const size_t b_size = s->transpose_b ? product_extent(s->n, s->k, s->ldb) : product_extent(s->k, s->n, s->ldb);
    float *bound = product_fresh(check, p, addend ? absolute(check, addend, size) : NULL);
    check_use_reference(check);
    product_multiply(check, p, absolute(check, p->a, s->m && s->k ? a_size : 0),
                     absolute(check, p->b, s->n && s->k ? b_size : 0), p->bias ? absolute(check, p->bias, s->n) : NULL,
                     (ck_activation){.kind = CK_LINEAR}, bound);
    for (size_t i = 0; i < size; i++) bound[i] = i % s->ldc >= s->n ? 0 : bound[i] * (float)(s->k + 4) * 0x1p-24f;
    return bound;
}

void product_compare(struct check *check, const struct product *p, ck_activation f, const float *addend) {
    const ck_gemm_shape *s = &p->shape;
    const size_t size = s->n ? product_extent(s->m, s->n, s->ldc) : 0;
    float *expected = product_fresh(check, p, addend), *got = product_fresh(check, p, addend);
    const float *bound = product_bound(check, p, addend);
    check_use_reference(check);
    product_multiply(check, p, p->a, p->b, p->bias, f, expected);
    check_use_variant(check);
    product_multiply(check, p, p->a, p->b, p->bias, f, got);

    bool untouched = true;
    for (size_t i = 0; i < size; i++)
        if (i % s->ldc >= s->n && got[i] != PADDING) untouched = false;
    check_true(check, untouched, "%s: between the rows of C", p->label);
    check_bounded(check, expected, got, bound, size, "%s%s%s%s", p->label, p->bias ? ", bias" : "",
                  f.kind == CK_RELU ? ", ReLU" : "", p->accumulate ? ", accumulate" : "");
}

void product_vary(struct check *check, struct product *p, size_t turn) {
    const ck_gemm_shape *s = &p->shape;
    const float *addend = NULL;
    ck_activation f = {.kind = turn % 4 == 2 ? CK_RELU : CK_LINEAR};
    p->bias = turn % 4 == 1 || turn % 4 == 2 ? check_input(check, s->n, CHECK_UNIFORM) : NULL;
    p->accumulate = turn % 4 == 3;
    if (p->accumulate) addend = check_input(check, product_extent(s->m, s->n, s->ldc), CHECK_UNIFORM);
    product_compare(check, p, f, addend);
}

static void vary(struct check *check, size_t m, size_t n, size_t k, unsigned form, size_t turn) {
    struct product p = product_draw(check, m, n, k, form, CHECK_UNIFORM);
    product_vary(check, &p, turn);
}

static void sweep(struct check *check) {
    /* Around tiles of 6, 8, 10 and 12 rows and vectors of 8 and 16; primes. */
    static const size_t ms[] = {0, 1, 2, 5, 6, 7, 8, 9, 11, 12, 13, 17, 31, 48, 49, 97};
    static const size_t ns[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 80, 97, 131};
    static const size_t ks[] = {0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 67};
    size_t turn = check_draw(check, 0, 3);
    for (unsigned form = 0; form < 4; form++)
        for (size_t i = 0; i < sizeof ms / sizeof *ms; i++)
            for (size_t j = 0; j < sizeof ns / sizeof *ns; j++)
                vary(check, ms[i], ns[j], ks[check_draw(check, 0, sizeof ks / sizeof *ks - 1)], form, turn++);
}

/* More than one block of the depth, more than one band of rows, packed panels; each form, each thing that is fused. */
static void sweep_large(struct check *check) {
    static const size_t sizes[][3] = {{1, 300, 530},   {1, 37, 1100},  {1, 256, 1029}, {300, 1, 700},  {13, 70, 513},
                                      {70, 13, 1027},  {259, 70, 30},  {50, 100, 600}, {400, 23, 65},  {7, 515, 40},
                                      {130, 150, 520}, {530, 70, 500}, {37, 70, 801},  {200, 33, 800}, {40, 300, 770}};
    for (unsigned form = 0; form < 4; form++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t turn = 0; turn < 4; turn++) vary(check, sizes[i][0], sizes[i][1], sizes[i][2], form, turn);
}

/* Sums of small whole numbers are exact. */
static void exact(struct check *check) {
    for (unsigned form = 0; form < 4; form++)
        for (int i = 0; i < 20; i++) {
            const size_t m = check_draw(check, 1, 70), n = check_draw(check, 1, 140), k = check_draw(check, 1, 600);
            struct product p = product_draw(check, m, n, k, form, CHECK_INTEGER);
            p.bias = check_input(check, n, CHECK_INTEGER);
            float *expected = product_fresh(check, &p, NULL), *got = product_fresh(check, &p, NULL);
            check_use_reference(check);
            product_multiply(check, &p, p.a, p.b, p.bias, (ck_activation){.kind = CK_RELU}, expected);
            check_use_variant(check);
            product_multiply(check, &p, p.a, p.b, p.bias, (ck_activation){.kind = CK_RELU}, got);
            check_close(check, expected, got, product_extent(m, n, p.shape.ldc), 0, 0, "whole numbers, %s", p.label);
        }
}

/* NaN and infinity reach the rows and columns that hold them, through ReLU too, and no others. */
static void special(struct check *check) {
    for (unsigned form = 0; form < 4; form++) {
        struct product p = product_draw(check, 19, 37, 21, form, CHECK_INTEGER);
        const ck_gemm_shape *s = &p.shape;
        p.a[s->transpose_a ? 4 * s->lda + 3 : 3 * s->lda + 4] = NAN;
        p.b[s->transpose_b ? 8 * s->ldb + 5 : 5 * s->ldb + 8] = INFINITY;
        float *expected = product_fresh(check, &p, NULL), *got = product_fresh(check, &p, NULL);
        check_use_reference(check);
        product_multiply(check, &p, p.a, p.b, NULL, (ck_activation){.kind = CK_RELU}, expected);
        check_use_variant(check);
        product_multiply(check, &p, p.a, p.b, NULL, (ck_activation){.kind = CK_RELU}, got);
        check_close(check, expected, got, product_extent(s->m, s->n, s->ldc), 0, 0, "NaN and infinity, %s", p.label);
        check_true(check, isnan(got[3 * s->ldc]) && !isnan(got[4 * s->ldc]), "NaN fills its row alone, %s", p.label);
    }
}

/* The activations that no tile knows are those of ck_activation_forward, to the bit. */
static void activations(struct check *check) {
    check_use_variant(check);
    for (int kind = CK_LEAKY_RELU; kind <= CK_SOFTPLUS; kind++)
        for (unsigned form = 0; form < 4; form++) {
            const ck_activation f = {.kind = (ck_activation_kind)kind, .alpha = 0.3f};
            struct product p =
                product_draw(check, check_draw(check, 1, 40), check_draw(check, 1, 90), 33, form, CHECK_UNIFORM);
            const ck_gemm_shape *s = &p.shape;
            p.bias = check_input(check, s->n, CHECK_UNIFORM);
            float *expected = product_fresh(check, &p, NULL), *got = product_fresh(check, &p, NULL);
            product_multiply(check, &p, p.a, p.b, p.bias, (ck_activation){.kind = CK_LINEAR}, expected);
            for (size_t i = 0; i < s->m; i++)
                ck_activation_forward(s->n, f, expected + i * s->ldc, expected + i * s->ldc);
            product_multiply(check, &p, p.a, p.b, p.bias, f, got);
            check_same_bytes(check, expected, got, product_extent(s->m, s->n, s->ldc) * sizeof(float),
                             "activation %d, %s", kind, p.label);
        }
}

/* The same bits for one, two and three threads, for products large enough to be shared. */
static void threads(struct check *check) {
    static const size_t sizes[][3] = {{1, 1000, 700}, {900, 1, 800},  {32, 128, 700}, {128, 10, 600},  {95, 70, 130},
                                      {500, 64, 33},  {33, 1000, 64}, {300, 200, 90}, {100, 150, 770}, {32, 90, 800}};
    check_use_variant(check);
    for (unsigned form = 0; form < 4; form++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct product p = product_draw(check, sizes[i][0], sizes[i][1], sizes[i][2], form, CHECK_UNIFORM);
            p.bias = check_input(check, p.shape.n, CHECK_UNIFORM);
            const size_t bytes = product_extent(p.shape.m, p.shape.n, p.shape.ldc) * sizeof(float);
            float *one = product_fresh(check, &p, NULL);
            const ck_activation f = {.kind = i % 2 ? CK_TANH : CK_RELU};
            ck_set_threads(1);
            product_multiply(check, &p, p.a, p.b, p.bias, f, one);
            for (int count = 2; count <= 3; count++) {
                float *more = product_fresh(check, &p, NULL);
                ck_set_threads(count);
                product_multiply(check, &p, p.a, p.b, p.bias, f, more);
                check_same_bytes(check, one, more, bytes, "%d threads against one, %s", count, p.label);
            }
        }
}

void check_gemm(struct check *check) {
    sweep(check);
    sweep_large(check);
    exact(check);
    special(check);
    activations(check);
    threads(check);
}
