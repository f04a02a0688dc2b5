/* Products whose depth is cut into parts with sums of their own, which are added in order: so each thread reads rows of
 * B, and not a piece of every row. */
#include "../parallel.h"
#include "gemm_product.h"

static size_t sums_size(const struct gemm_product *p) { return p->rows * p->columns; }

size_t ck_gemm_depth_workspace(size_t rows, size_t columns) { return GEMM_PARTS * rows * columns; }

/* Part `index` as a product by itself. */
static struct gemm_product part_of(const struct gemm_product *p, size_t index) {
    const size_t first = gemm_cut(p->depth, index, p->parts);
    struct gemm_product part = *p;
    part.depth = gemm_cut(p->depth, index + 1, p->parts) - first;
    part.depth_blocks = gemm_ceiling(part.depth, GEMM_DEPTH);
    part.a += first * p->a_step;
    part.b += first * p->b_ld;
    part.c = p->slots + index * sums_size(p);
    part.ldc = p->columns;
    part.store = (struct gemm_store){0};
    part.f = (ck_activation){.kind = CK_LINEAR};
    return part;
}

/* The units of the first part, then those of the second, and so on. */
static void multiply_parts(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    const size_t units = p->panels * p->slices;
    while (begin < end) {
        const size_t index = begin / units, next = gemm_smaller((index + 1) * units, end);
        struct gemm_product part = part_of(p, index);
        ck_gemm_multiply_units(&part, begin - index * units, next - index * units);
        begin = next;
    }
}

static const float ones[] = {1, 1, 1, 1, 1, 1, 1, 1};

static void add_rows(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    for (size_t row = begin; row < end; row++)
        p->kernels->row_product(p->parts, NULL, p->columns, ones, 1, p->slots + row * p->columns, sums_size(p),
                                p->c + row * p->ldc, &p->store);
    gemm_activate(p->f, end - begin, p->columns, p->c + begin * p->ldc, p->ldc);
}

void ck_gemm_multiply_depth(const struct gemm_product *product, size_t work) {
    struct gemm_product p = *product;
    ck_parallel_for(p.parts * p.panels * p.slices, work, multiply_parts, &p);
    ck_parallel_for(p.rows, 2 * p.parts * sums_size(&p), add_rows, &p);
}

/* ---- One row times a tall matrix ---- */

enum { ROW_PARTS = GEMM_TALL_DEPTH / 128 };
_Static_assert(ROW_PARTS <= sizeof ones / sizeof *ones && GEMM_PARTS <= sizeof ones / sizeof *ones, "too few ones");

struct row_parts {
    const struct gemm_product *product;
    float rows[ROW_PARTS * GEMM_TALL_COLUMNS];
};

static void multiply_row_parts(void *context, size_t begin, size_t end) {
    struct row_parts *parts = context;
    const struct gemm_product *p = parts->product;
    const struct gemm_store store = {0};
    for (size_t part = begin; part < end; part++) {
        const size_t first = gemm_cut(p->depth, part, ROW_PARTS);
        ck_gemm_row_product(p, first, gemm_cut(p->depth, part + 1, ROW_PARTS), 0, p->columns,
                            parts->rows + part * p->columns, &store);
    }
}

void ck_gemm_tall_row_product(const struct gemm_product *p, size_t work) {
    struct row_parts parts;
    parts.product = p;
    ck_parallel_for(ROW_PARTS, work, multiply_row_parts, &parts);
    p->kernels->row_product(ROW_PARTS, NULL, p->columns, ones, 1, parts.rows, p->columns, p->c, &p->store);
    gemm_activate(p->f, 1, p->columns, p->c, p->ldc);
}
