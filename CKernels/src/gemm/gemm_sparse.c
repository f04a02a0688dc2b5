/* Products whose row operand has many zeros, as images with an empty margin have, and what ReLU leaves: a row of C is
 * the sum of the rows of B that its own elements other than zero name.
 *
 * A block of B, packed where its rows lie apart, stays in the first-level cache while the rows pass. Each row names its
 * steps by the bits of one word a block; they are looked up for several blocks at once, because reading short pieces
 * of rows far apart is slow.
 *
 * What is left out changes no sum: zero times a finite number is zero. Zero times NaN or infinity is NaN, so B must be
 * finite. Like a tile's, the sums of a row do not depend on who else is computed along with it. */
#include "../parallel.h"
#include "gemm_product.h"

/* Tuning. A step of one row by itself takes 10 to 12 cycles where a tile's takes 8 to 9: it loads an operand for every
 * multiply-add. */
enum {
    COLUMNS = 64,         /* at least, of the product ... */
    ROWS = 8,             /* ... and rows, if B is not known to be finite ... */
    DEPTH = 16,           /* ... and depth */
    FEWEST_ZEROS = 44,    /* of GEMM_SAMPLE elements */
    BLOCK_FLOATS = 6144,  /* of B in one block: 24 KiB */
    CLOSE = 128,          /* most floats from row to row of B where it is read as it lies */
    BAND = 192,           /* most rows ... */
    BLOCKS = 8,           /* ... and blocks looked up at once */
    FINITE_PARTS = 16,    /* of B, when it is asked whether it is finite */
    MOST_ROW_STEPS = 4096 /* steps of one row's list */
};

bool ck_gemm_seems_sparse(size_t rows, size_t row, size_t columns, size_t column, const float *x, size_t fewest) {
    size_t zeros = 0;
    for (size_t i = 0; i < GEMM_SAMPLE; i++)
        zeros += x[i * rows / GEMM_SAMPLE * row + ((i * 40503 & 0xFFFF) * columns >> 16) * column] == 0;
    return zeros >= fewest;
}

struct finite_parts {
    const struct gemm_kernels *kernels;
    const ck_gemm_shape *shape;
    const float *b;
    bool is_finite[FINITE_PARTS];
};

static void ask_parts(void *context, size_t begin, size_t end) {
    struct finite_parts *parts = context;
    const ck_gemm_shape *s = parts->shape;
    for (size_t part = begin; part < end; part++) {
        const size_t last = gemm_cut(s->k, part + 1, FINITE_PARTS);
        bool is_finite = true;
        for (size_t row = gemm_cut(s->k, part, FINITE_PARTS); is_finite && row < last; row++)
            is_finite = parts->kernels->finite(s->n, parts->b + row * s->ldb);
        parts->is_finite[part] = is_finite;
    }
}

static bool is_finite(const struct gemm_kernels *kernels, const ck_gemm_shape *s, const float *b) {
    struct finite_parts parts = {.kernels = kernels, .shape = s, .b = b};
    bool all = true;
    ck_parallel_for(FINITE_PARTS, s->k * s->n * sizeof(float), ask_parts, &parts);
    for (size_t part = 0; part < FINITE_PARTS; part++) all = all && parts.is_finite[part];
    return all;
}

bool ck_gemm_is_sparse(const struct gemm_kernels *kernels, const ck_gemm_shape *s, const float *a, const float *b) {
    if (s->transpose_b || s->n < COLUMNS || s->k < DEPTH || (s->m < ROWS && !s->finite_b)) return false;
    if (!ck_gemm_seems_sparse(s->m, s->transpose_a ? 1 : s->lda, s->k, s->transpose_a ? s->lda : 1, a, FEWEST_ZEROS))
        return false;
    return s->finite_b || is_finite(kernels, s, b);
}

/* Rows of a band, or steps of a block of the depth. */
struct span {
    size_t begin, count;
};

/* Where the elements of a block are, and which of each row's are not zero. */
struct steps {
    const float *a;
    size_t a_row, a_step;
    const uint64_t *bits;
};

/* Rows of B that lie close together fit the cache as they are. */
static bool packs(const struct gemm_product *p) { return p->b_ld > CLOSE || p->columns % p->kernels->lanes != 0; }

/* A block of the depth for a run of panels. */
static void multiply_block(const struct gemm_product *p, size_t first, size_t count, struct span rows,
                           struct span depth, struct steps steps) {
    const bool last = depth.begin + depth.count == p->depth;
    _Alignas(64) float packed[BLOCK_FLOATS]; /* loads across cache lines take twice as long */
    for (size_t i = first; i < first + count; i++) {
        const struct gemm_panel panel = gemm_panel_at(p, i);
        const size_t width = panel.vectors * p->kernels->lanes;
        const float *b = p->b + depth.begin * p->b_ld + panel.column;
        if (packs(p)) p->kernels->pack_rows(depth.count, panel.columns, b, p->b_ld, packed);
        const struct gemm_sparse product = {
            .rows = rows.count,
            .columns = panel.columns,
            .steps = steps.bits,
            .a = steps.a,
            .a_row = steps.a_row,
            .a_step = steps.a_step,
            .b = packs(p) ? packed : b,
            .b_step = packs(p) ? width : p->b_ld,
            .c = p->c + rows.begin * p->ldc + panel.column,
            .ldc = p->ldc,
            .store = {.bias = last && p->store.bias ? p->store.bias + panel.column : NULL,
                      .add = depth.begin > 0 || p->store.add,
                      .relu = last && p->store.relu},
        };
        p->kernels->sparse_rows(&product);
    }
}

/* Rows of A that lie in one piece. */
static void multiply_rows(const struct gemm_product *p, size_t first, size_t count, struct span rows, size_t most) {
    uint64_t bits[BLOCKS][BAND];
    for (size_t begin = 0; begin < p->depth; begin += BLOCKS * most) {
        const size_t end = gemm_smaller(begin + BLOCKS * most, p->depth);
        const float *a = p->a + rows.begin * p->a_row + begin;
        for (size_t i = 0; i < rows.count; i++)
            p->kernels->nonzero_bits(end - begin, most, a + i * p->a_row, &bits[0][i], BAND);
        for (size_t step = begin; step < end; step += most, a += most)
            multiply_block(p, first, count, rows, (struct span){step, gemm_smaller(most, end - step)},
                           (struct steps){a, p->a_row, 1, bits[(step - begin) / most]});
    }
}

/* Rows of A that are columns in memory: a block of them is copied, since they may lie a multiple of 4 KiB apart. */
static void multiply_columns(const struct gemm_product *p, size_t first, size_t count, struct span rows, size_t most) {
    uint64_t bits[BAND];
    _Alignas(64) float copy[GEMM_MASK * BAND];
    for (size_t step = 0; step < p->depth; step += most) {
        const size_t depth = gemm_smaller(most, p->depth - step);
        p->kernels->nonzero_columns(depth, rows.count, p->a + step * p->a_step + rows.begin, p->a_step, bits, copy,
                                    BAND);
        multiply_block(p, first, count, rows, (struct span){step, depth}, (struct steps){copy, 1, BAND, bits});
    }
}

void ck_gemm_multiply_sparse(const struct gemm_product *p, size_t first, size_t count, size_t begin, size_t end) {
    const size_t width = gemm_ceiling(p->vectors, p->panels) * p->kernels->lanes;
    const size_t most = gemm_smaller(BLOCK_FLOATS / width / GEMM_LANES * GEMM_LANES, GEMM_MASK);
    const size_t bands = gemm_ceiling(end - begin, BAND);
    for (size_t band = 0; band < bands; band++) {
        const size_t row = begin + gemm_cut(end - begin, band, bands);
        const struct span rows = {row, begin + gemm_cut(end - begin, band + 1, bands) - row};
        if (p->a_step == 1) multiply_rows(p, first, count, rows, most);
        else multiply_columns(p, first, count, rows, most);
        gemm_activate_panels(p, first, count, rows.begin, rows.count);
    }
}

void ck_gemm_row_product(const struct gemm_product *p, size_t begin, size_t end, size_t column, size_t columns,
                         float *c, const struct gemm_store *store) {
    const float *x = p->a + begin * p->a_step, *b = p->b + begin * p->b_ld + column;
    uint16_t list[MOST_ROW_STEPS + GEMM_LANES];
    const uint16_t *steps = NULL;
    size_t count = end - begin;
    if (p->sparse && count <= MOST_ROW_STEPS) {
        const size_t found = p->kernels->steps_of_row(count, x, list);
        if (found < count) steps = list, count = found;
    }
    p->kernels->row_product(count, steps, columns, x, p->a_step, b, p->b_ld, c, store);
}
