/* Element-wise arithmetic and reductions. */
#include "elementwise.h"

#include <stdint.h>

#include "../blocks.h"
#include "../parallel.h"

struct arguments {
    const struct ck_elementwise_kernels *kernels;
    ck_binary_kind kind;
    size_t n, columns, parts;
    const float *a, *b;
    float scalar;
    float *y;
    double *partial;
    int32_t *indices;
};

static void binary_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span s = ck_block_span(a->n, begin, end);
    a->kernels->binary(a->kind, s.count, a->a + s.begin, a->b + s.begin, a->y + s.begin);
}

void ck_binary(ck_binary_kind kind, size_t n, const float *a, const float *b, float *y) {
    struct arguments arguments = {.kernels = CK_TIER(ck_elementwise), .kind = kind, .n = n, .a = a, .b = b, .y = y};
    ck_parallel_for(ck_blocks(n), n * 12, binary_blocks, &arguments);
}

static void scalar_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span s = ck_block_span(a->n, begin, end);
    a->kernels->binary_scalar(a->kind, s.count, a->a + s.begin, a->scalar, a->y + s.begin);
}

void ck_binary_scalar(ck_binary_kind kind, size_t n, const float *a, float scalar, float *y) {
    struct arguments arguments = {
        .kernels = CK_TIER(ck_elementwise), .kind = kind, .n = n, .a = a, .scalar = scalar, .y = y};
    ck_parallel_for(ck_blocks(n), n * 8, scalar_blocks, &arguments);
}

static void sum_parts(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->n, a->parts, part);
        a->partial[part] = a->kernels->sum(span.count, a->a + span.begin);
    }
}

double ck_sum(size_t n, const float *x) {
    double partial[CK_PARTS_MAX];
    struct arguments a = {
        .kernels = CK_TIER(ck_elementwise), .n = n, .parts = ck_parts(n, 1), .a = x, .partial = partial};
    ck_parallel_for(a.parts, n * 4, sum_parts, &a);
    return ck_add_parts(partial, a.parts);
}

/* The workspace holds the parts' sums in double, aligned by up to one float. */
size_t ck_column_sums_workspace(size_t rows, size_t columns) { return 1 + 2 * ck_parts(rows, columns) * columns; }

static void column_parts(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->n, a->parts, part);
        a->kernels->column_sums(span.count, a->columns, a->a + span.begin * a->columns, a->partial + part * a->columns);
    }
}

void ck_column_sums(size_t rows, size_t columns, const float *x, float *sums, float *workspace) {
    bool odd = (uintptr_t)workspace % sizeof(double) != 0;
    struct arguments a = {.kernels = CK_TIER(ck_elementwise),
                          .n = rows,
                          .columns = columns,
                          .parts = ck_parts(rows, columns),
                          .a = x,
                          .partial = (double *)(void *)(odd ? workspace + 1 : workspace)};
    ck_parallel_for(a.parts, rows * columns * 4, column_parts, &a);
    for (size_t part = 1; part < a.parts; part++)
        for (size_t c = 0; c < columns; c++) a.partial[c] += a.partial[part * columns + c];
    for (size_t c = 0; c < columns; c++) sums[c] = (float)a.partial[c];
}

static void argmax_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    a->kernels->argmax(end - begin, a->columns, a->a + begin * a->columns, a->indices + begin);
}

void ck_argmax(size_t rows, size_t columns, const float *x, int32_t *out) {
    struct arguments a = {.kernels = CK_TIER(ck_elementwise), .columns = columns, .a = x, .indices = out};
    ck_parallel_for(rows, rows * columns * 4, argmax_rows, &a);
}
