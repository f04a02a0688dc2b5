/* Matrix products that leave something out: zeros of A, and elements of C that are not wanted. */
#include <math.h>

#include "check_gemm.h"

void check_gemm_sparse(struct check *check);

static const ck_activation linear = {.kind = CK_LINEAR};

static size_t size_of(const struct product *p) { return product_extent(p->shape.m, p->shape.n, p->shape.ldc); }

/* Element (i, p) of op(A). */
static float *factor_at(const struct product *p, size_t i, size_t step) {
    const ck_gemm_shape *s = &p->shape;
    return &p->a[s->transpose_a ? step * s->lda + i : i * s->lda + step];
}

/* Zeros as images have them: steps that are empty everywhere, steps that are empty for a run of rows, some elements;
 * some of the zeros negative. Some rows are all zero. */
static void empty(struct check *check, const struct product *p) {
    const ck_gemm_shape *s = &p->shape;
    for (size_t step = 0; step < s->k; step++) {
        const size_t kind = check_draw(check, 0, 3), run = check_draw(check, 0, s->m);
        for (size_t i = 0; i < s->m; i++)
            if (i % 11 == 5 || kind == 0 || (kind == 1 && i >= run) || (kind == 2 && check_draw(check, 0, 1)))
                *factor_at(p, i, step) = check_draw(check, 0, 1) ? 0.0f : -0.0f;
    }
}

/* Nothing is left out where B has a number that is not finite: it reaches all of its column. */
static void spoil(struct check *check, struct product *p, float what) {
    const ck_gemm_shape *s = &p->shape;
    float *expected = product_fresh(check, p, NULL), *got = product_fresh(check, p, NULL);
    const float *bound = product_bound(check, p, NULL);
    const size_t column = check_draw(check, 0, s->n - 1);
    p->b[check_draw(check, 0, s->k - 1) * s->ldb + column] = what;
    check_use_reference(check);
    product_multiply(check, p, p->a, p->b, NULL, linear, expected);
    check_use_variant(check);
    product_multiply(check, p, p->a, p->b, NULL, linear, got);
    for (size_t row = 0; row < s->m; row++) {
        float *want = &expected[row * s->ldc + column], *have = &got[row * s->ldc + column];
        check_true(check, isnan(*want) ? isnan(*have) : *want == *have, "column that is not finite, %s", p->label);
        *have = *want = 0;
    }
    check_bounded(check, expected, got, bound, size_of(p), "beside a column that is not finite, %s", p->label);
}

static void zeros(struct check *check) {
    static const size_t sizes[][3] = {{128, 130, 784}, {200, 64, 90},   {784, 70, 128}, {17, 300, 1100},
                                      {3, 90, 600},    {1, 200, 784},   {1, 128, 1500}, {1, 70, 9000},
                                      {250, 96, 530},  {40, 1030, 300}, {32, 128, 900}, {430, 128, 49}};
    for (unsigned form = 0; form < 2; form++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct product p = product_draw(check, sizes[i][0], sizes[i][1], sizes[i][2], form, CHECK_UNIFORM);
            empty(check, &p);
            p.shape.finite_b = true;
            for (size_t turn = 0; turn < 4; turn++) product_vary(check, &p, turn);
            p.bias = NULL, p.accumulate = false;

            float *one = product_fresh(check, &p, NULL), *more = product_fresh(check, &p, NULL);
            check_use_variant(check);
            ck_set_threads(1);
            product_multiply(check, &p, p.a, p.b, NULL, linear, one);
            for (int threads = 2; threads <= 3; threads++) {
                ck_set_threads(threads);
                product_multiply(check, &p, p.a, p.b, NULL, linear, more);
                check_same_bytes(check, one, more, size_of(&p) * sizeof(float), "zeros, %d threads, %s", threads,
                                 p.label);
            }
            p.shape.finite_b = false;
            product_compare(check, &p, linear, NULL);
            spoil(check, &p, i % 2 ? INFINITY : NAN);
        }
}

/* Elements that are wanted are the product's; the others are, or are zero. Returns how many of those are zero. */
static size_t compare_sampled(struct check *check, const struct product *p, const float *wanted, const float *expected,
                              const float *bound, const float *got) {
    const ck_gemm_shape *s = &p->shape;
    size_t left_out = 0, wrong = 0, touched = 0;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t at = i * s->ldc + j;
            const bool is_product = fabsf(got[at] - expected[at]) <= bound[at];
            if (wanted[at] == 0 && got[at] == 0) left_out++;
            else if (!is_product) wrong++;
        }
    check_true(check, wrong == 0, "%zu wanted elements are wrong, %s", wrong, p->label);
    for (size_t i = 0; i + 1 < s->m; i++)
        for (size_t j = s->n; j < s->ldc; j++) touched += got[i * s->ldc + j] != expected[i * s->ldc + j];
    check_true(check, touched == 0, "between the rows of C, %s", p->label);
    return left_out;
}

static void sampled(struct check *check) {
    static const size_t sizes[][3] = {{128, 200, 128}, {32, 333, 128}, {9, 70, 64},   {70, 130, 100}, {40, 100, 129},
                                      {65, 48, 384},   {33, 17, 257},  {200, 64, 77}, {3, 90, 128},   {40, 90, 20}};
    for (unsigned form = 0; form < 4; form++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const struct product p = product_draw(check, sizes[i][0], sizes[i][1], sizes[i][2], form, CHECK_UNIFORM);
            const ck_gemm_shape *s = &p.shape;
            const size_t keep = check_draw(check, 0, 9), workspace = ck_gemm_workspace(s);
            float *wanted = product_fresh(check, &p, check_input(check, size_of(&p), CHECK_UNIFORM));
            for (size_t at = 0; at < size_of(&p); at++)
                if (check_draw(check, 0, 9) > keep || at / s->ldc == 2) wanted[at] = at % 2 ? 0.0f : -0.0f;
            wanted[1] = NAN;
            float *expected = product_fresh(check, &p, NULL), *one = product_fresh(check, &p, NULL);
            const float *bound = product_bound(check, &p, NULL);
            check_use_reference(check);
            product_multiply(check, &p, p.a, p.b, NULL, linear, expected);
            check_use_variant(check);
            ck_set_threads(1);
            ck_gemm_sampled(s, p.a, p.b, wanted, one, workspace ? check_workspace(check, workspace) : NULL);
            const size_t left_out = compare_sampled(check, &p, wanted, expected, bound, one);
            const bool must = form == 2 && i < 4 && keep < 6 && check_isa(check) != CK_ISA_REF;
            check_true(check, !must || left_out > s->m * s->n / 5, "%zu elements left out, %s", left_out, p.label);
            for (int threads = 2; threads <= 3; threads++) {
                float *more = product_fresh(check, &p, NULL);
                ck_set_threads(threads);
                ck_gemm_sampled(s, p.a, p.b, wanted, more, workspace ? check_workspace(check, workspace) : NULL);
                check_same_bytes(check, one, more, size_of(&p) * sizeof(float), "sampled, %d threads, %s", threads,
                                 p.label);
            }
            float *place = product_fresh(check, &p, wanted);
            ck_gemm_sampled(s, p.a, p.b, place, place, workspace ? check_workspace(check, workspace) : NULL);
            check_same_bytes(check, one, place, size_of(&p) * sizeof(float), "in place, %s", p.label);
        }
}

void check_gemm_sparse(struct check *check) {
    zeros(check);
    sampled(check);
}
