/* Products whose row operand has many zeros, as images with an empty margin have, and what ReLU leaves: a tile leaves
 * out the steps of the depth at which all of its rows are zero.
 *
 * That changes no result. A sum to which zero times a finite number is added stays what it is; only the sign of a zero
 * may differ, and tiles hold the same rows for any number of threads. Zero times NaN or infinity is NaN, so the other
 * factor must be finite. */
#include "../parallel.h"
#include "gemm_product.h"

/* Tuning. Looking for zeros costs some 3 % of a product without any, and asking whether B is finite as much as reading
 * it once; so a sample of tiles and steps is looked at first. */
enum {
    COLUMNS = 64, /* at least, of the product ... */
    ROWS = 16,    /* ... and rows, if B is not known to be finite ... */
    DEPTH = 16,   /* ... and depth */
    SAMPLE = 64,  /* pairs of a tile and a step, ... */
    FEWEST = 8,   /* ... of which so many must be zero ... */
    FOR_B = 5,    /* ... and if B must be read for it, this many times SAMPLE / rows, since few rows gain less */
    PARTS = 16,   /* of B, when it is asked whether it is finite */
    MOST = 4096   /* steps of one row's list */
};

static size_t find(const struct gemm_product *p, size_t rows, size_t depth, const float *a, uint16_t *steps) {
    return p->a_step == 1 ? p->kernels->steps_of_rows(depth, rows, a, p->a_row, steps)
                          : p->kernels->steps_of_columns(depth, rows, a, p->a_step, steps);
}

void ck_gemm_find_steps(const struct gemm_product *p, size_t step, size_t depth, size_t tiles, const size_t *rows,
                        struct gemm_band_steps *steps) {
    steps->depth = depth;
    for (size_t i = 0; i < tiles; i++) {
        const float *a = p->a + rows[i] * p->a_row + step * p->a_step;
        steps->count[i] = find(p, rows[i + 1] - rows[i], depth, a, steps->lists[i]);
    }
}

static bool is_zero(const struct gemm_product *p, size_t tile, size_t step) {
    const size_t end = gemm_tile_row(p, tile + 1);
    for (size_t row = gemm_tile_row(p, tile); row < end; row++)
        if (p->a[row * p->a_row + step * p->a_step] != 0) return false;
    return true;
}

/* How many pairs of the sample are zero. The steps are spread by the golden ratio. */
static size_t zeros(const struct gemm_product *p) {
    size_t found = 0;
    for (size_t i = 0; i < SAMPLE; i++)
        found += is_zero(p, i * p->tiles / SAMPLE, (i * 40503 & 0xFFFF) * p->depth >> 16);
    return found;
}

struct finite_parts {
    const struct gemm_product *product;
    bool is_finite[PARTS];
};

static void ask_parts(void *context, size_t begin, size_t end) {
    struct finite_parts *parts = context;
    const struct gemm_product *p = parts->product;
    for (size_t part = begin; part < end; part++) {
        const size_t last = gemm_cut(p->depth, part + 1, PARTS);
        bool is_finite = true;
        for (size_t row = gemm_cut(p->depth, part, PARTS); is_finite && row < last; row++)
            is_finite = p->kernels->finite(p->columns, p->b + row * p->b_ld);
        parts->is_finite[part] = is_finite;
    }
}

static bool is_finite(const struct gemm_product *p) {
    struct finite_parts parts = {.product = p};
    bool all = true;
    ck_parallel_for(PARTS, p->depth * p->columns, ask_parts, &parts);
    for (size_t part = 0; part < PARTS; part++) all = all && parts.is_finite[part];
    return all;
}

bool ck_gemm_is_sparse(const struct gemm_product *p, bool known_finite) {
    if (p->by_columns || p->columns < COLUMNS || p->depth < DEPTH || (p->rows < ROWS && !known_finite)) return false;
    const size_t found = zeros(p);
    if (found < FEWEST) return false;
    return known_finite || (found * p->rows >= FOR_B * SAMPLE && is_finite(p));
}

void ck_gemm_row_product(const struct gemm_product *p, size_t begin, size_t end, size_t column, size_t columns,
                         float *c, const struct gemm_store *store) {
    const float *x = p->a + begin * p->a_step, *b = p->b + begin * p->b_ld + column;
    uint16_t list[MOST + GEMM_LANES];
    struct gemm_steps steps = gemm_all_steps(end - begin);
    if (p->sparse && steps.count <= MOST) {
        const size_t found = p->kernels->steps_of_rows(steps.count, 1, x, 0, list);
        if (found < steps.count) steps = (struct gemm_steps){list, found};
    }
    p->kernels->row_product(steps.count, steps.list, columns, x, p->a_step, b, p->b_ld, c, store);
}
