/* The matrix product's driver: how a product is cut, which operand is packed, which kernels run. */
#include "gemm.h"

#include "../parallel.h"

enum {
    DEPTH = 512,      /* most of the depth in one block: a panel of it, 128 KiB, stays in a second-level cache */
    BAND = 192,       /* most rows in a band: with a block of the depth, 384 KiB, likewise */
    UNITS = 16,       /* cut at least so many units where the product allows it */
    PACK_ROWS = 256   /* from so many rows on, packing costs less than the strides it removes */
};

/* A product as gemm.h draws it. Where `transposed`, C^T = B^T A^T is what is computed and C is written transposed. */
struct product {
    const struct gemm_kernels *kernels;
    size_t rows, columns, depth;
    const float *a; /* row operand: element (i, p) at a[i a_row + p a_step] */
    size_t a_row, a_step;
    const float *b; /* column operand: element (p, j) at b[p b_ld + j], or b[j b_ld + p] where stored by columns */
    size_t b_ld;
    bool by_columns, transposed;
    float *packed; /* panels of the column operand, one after the other; null where it is read as it lies */
    float *c;
    size_t ldc;
    struct gemm_store store;
    size_t vectors, panels, bands, slices, depth_blocks;
};

static size_t ceiling(size_t a, size_t b) { return a / b + (a % b != 0); }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Part `index` of 0 ..< total cut in `count` parts whose sizes differ by one at most. */
static size_t cut(size_t total, size_t index, size_t count) { return total / count * index + total % count * index / count; }

static const struct gemm_kernels *kernels_in_force(void) {
#if defined(__x86_64__)
    switch (ck_isa_active()) {
    case CK_ISA_AVX512: return &gemm_avx512;
    case CK_ISA_AVX2: return &gemm_avx2;
    case CK_ISA_REF: break;
    }
#endif
    return NULL;
}

/* Whether C^T is computed: it makes vectors of A's rows instead of B's columns. Without a transposed B that only pays for
 * narrow C; with one it saves packing B, n k elements, for packing A and transposing C, m k + m n elements. */
static bool computes_transposed(const ck_gemm_shape *s) {
    if (!s->transpose_b) return s->transpose_a && s->n < GEMM_LANES && s->m > s->n;
    return s->transpose_a || s->m * (s->k + s->n) < s->n * s->k;
}

static bool packs(const ck_gemm_shape *s) {
    if (computes_transposed(s)) return !s->transpose_a;
    return s->transpose_b || s->m >= PACK_ROWS;
}

size_t ck_gemm_workspace(const ck_gemm_shape *shape) {
    if (!packs(shape)) return 0;
    size_t columns = computes_transposed(shape) ? shape->m : shape->n;
    return ceiling(columns, GEMM_LANES) * GEMM_LANES * shape->k;
}

/* ---- Reference --------------------------------------------------------------------------------------------------- */

struct reference {
    const ck_gemm_shape *shape;
    const float *a, *b;
    const struct gemm_store *store;
    float *c;
};

static void reference_rows(void *context, size_t begin, size_t end) {
    const struct reference *r = context;
    gemm_rows_ref(r->shape, r->a, r->b, r->store, r->c, begin, end);
}

/* ---- Matrix times vector ----------------------------------------------------------------------------------------- */

static void row_product_vectors(void *context, size_t begin, size_t end) {
    const struct product *p = context;
    const size_t lanes = p->kernels->lanes, first = begin * lanes, last = smaller(end * lanes, p->columns);
    struct gemm_store store = p->store;
    if (store.bias) store.bias += first;
    p->kernels->row_product(p->depth, last - first, p->a, p->a_step, p->b + first, p->b_ld, p->c + first, &store);
}

/* Here the column operand holds the rows to be multiplied, and c's step and the bias's depend on which side they are. */
static void dot_groups(void *context, size_t begin, size_t end) {
    const struct product *p = context;
    const size_t first = begin * 4, last = smaller(end * 4, p->columns);
    const size_t c_step = p->transposed ? p->ldc : 1, bias_step = p->transposed ? 0 : 1;
    struct gemm_store store = p->store;
    if (store.bias) store.bias += first * bias_step;
    p->kernels->dots(p->depth, last - first, p->a, p->b + first * p->b_ld, p->b_ld, p->c + first * c_step, c_step, bias_step,
                     &store);
}

/* ---- Matrix times matrix ----------------------------------------------------------------------------------------- */

static size_t panel_begin(const struct product *p, size_t panel) { return cut(p->vectors, panel, p->panels); }

static void pack_panels(void *context, size_t begin, size_t end) {
    const struct product *p = context;
    const size_t lanes = p->kernels->lanes;
    for (size_t panel = begin; panel < end; panel++) {
        const size_t first = panel_begin(p, panel) * lanes;
        const size_t columns = smaller(panel_begin(p, panel + 1) * lanes, p->columns) - first;
        float *packed = p->packed + first * p->depth;
        if (p->by_columns) p->kernels->pack_columns(p->depth, columns, p->b + first * p->b_ld, p->b_ld, packed);
        else p->kernels->pack_rows(p->depth, columns, p->b + first, p->b_ld, packed);
    }
}

/* Rows begin ..< end of one block of the depth and one panel, in tiles of about equal height. `c` is row begin's. */
static void multiply_rows(const struct product *p, size_t panel, size_t depth_block, size_t begin, size_t end, float *c,
                          size_t ldc, struct gemm_store store) {
    const struct gemm_kernels *kernels = p->kernels;
    const size_t first = panel_begin(p, panel), vectors = panel_begin(p, panel + 1) - first;
    const size_t column = first * kernels->lanes, columns = smaller(vectors * kernels->lanes, p->columns - column);
    const size_t step = cut(p->depth, depth_block, p->depth_blocks);
    struct gemm_tile tile = {
        .depth = cut(p->depth, depth_block + 1, p->depth_blocks) - step,
        .a_row = p->a_row,
        .a_step = p->a_step,
        .b = p->packed ? p->packed + column * p->depth + step * vectors * kernels->lanes : p->b + column + step * p->b_ld,
        .b_step = p->packed ? vectors * kernels->lanes : p->b_ld,
        .ldc = ldc,
        .last = columns - (vectors - 1) * kernels->lanes,
        .store = store,
    };
    const size_t tiles = ceiling(end - begin, kernels->tallest[vectors]);
    for (size_t i = 0; i < tiles; i++) {
        const size_t row = cut(end - begin, i, tiles), next = cut(end - begin, i + 1, tiles);
        tile.a = p->a + (begin + row) * p->a_row + step * p->a_step;
        tile.c = c + row * ldc;
        kernels->tile[vectors][next - row](&tile);
    }
}

static void multiply_block(const struct product *p, size_t panel, size_t begin, size_t end) {
    const size_t column = panel_begin(p, panel) * p->kernels->lanes;
    for (size_t d = 0; d < p->depth_blocks; d++) {
        const bool last = d + 1 == p->depth_blocks;
        const struct gemm_store store = {
            .bias = last && p->store.bias ? p->store.bias + column : NULL,
            .add = d > 0 || p->store.add,
            .relu = last && p->store.relu,
        };
        multiply_rows(p, panel, d, begin, end, p->c + begin * p->ldc + column, p->ldc, store);
    }
}

/* The same into a block that stays in the first-level cache, from which C is written transposed. */
static void multiply_block_transposed(const struct product *p, size_t panel, size_t begin, size_t end) {
    float block[GEMM_GROUP * GEMM_WIDTH] = {0};
    const size_t lanes = p->kernels->lanes, column = panel_begin(p, panel) * lanes;
    const size_t columns = smaller(panel_begin(p, panel + 1) * lanes, p->columns) - column;
    for (size_t row = begin; row < end; row += GEMM_GROUP) {
        const size_t rows = smaller(end - row, GEMM_GROUP);
        for (size_t d = 0; d < p->depth_blocks; d++)
            multiply_rows(p, panel, d, row, row + rows, block, GEMM_WIDTH, (struct gemm_store){.add = d > 0});
        struct gemm_store store = p->store;
        if (store.bias) store.bias += row;
        p->kernels->store_transposed(rows, columns, block, p->c + column * p->ldc + row, p->ldc, &store);
    }
}

/* Units run through the slices of a panel, the panels of a band, the bands. Slices of one panel that come together are
 * done as one. */
static void multiply_units(void *context, size_t begin, size_t end) {
    const struct product *p = context;
    while (begin < end) {
        const size_t slice = begin % p->slices, panel = begin / p->slices % p->panels;
        const size_t band = begin / p->slices / p->panels, count = smaller(end - begin, p->slices - slice);
        const size_t top = cut(p->rows, band, p->bands), height = cut(p->rows, band + 1, p->bands) - top;
        const size_t first = top + cut(height, slice, p->slices), last = top + cut(height, slice + count, p->slices);
        if (p->transposed) multiply_block_transposed(p, panel, first, last);
        else multiply_block(p, panel, first, last);
        begin += count;
    }
}

static void multiply(struct product *p, size_t work) {
    size_t widest = GEMM_PANEL;
    while (!p->kernels->tallest[widest]) widest--;
    p->vectors = ceiling(p->columns, p->kernels->lanes);
    p->panels = ceiling(p->vectors, widest);
    p->bands = ceiling(p->rows, BAND);
    p->depth_blocks = p->depth ? ceiling(p->depth, DEPTH) : 1;
    p->slices = smaller(ceiling(UNITS, p->panels * p->bands), ceiling(p->rows, p->kernels->tallest[widest]));
    if (p->slices > 1 && p->slices % 2) p->slices++; /* two threads are the most common case */
    if (p->packed) ck_parallel_for(p->panels, p->columns * p->depth, pack_panels, p);
    ck_parallel_for(p->bands * p->panels * p->slices, work, multiply_units, p);
}

/* ---- Entry ------------------------------------------------------------------------------------------------------- */

/* Finds the form of the product and runs it. */
static void run(const struct gemm_kernels *kernels, const ck_gemm_shape *s, const float *a, const float *b,
                const struct gemm_store *store, float *c, float *workspace) {
    const size_t work = 2 * s->m * s->n * (s->k + 1);
    struct product p = {.kernels = kernels, .depth = s->k, .c = c, .ldc = s->ldc, .store = *store};
    if (s->m == 1 && !s->transpose_b) {
        p.columns = s->n, p.a = a, p.a_step = s->transpose_a ? s->lda : 1, p.b = b, p.b_ld = s->ldb;
        ck_parallel_for(ceiling(s->n, kernels->lanes), work, row_product_vectors, &p);
    } else if (s->m == 1 && !(s->transpose_a && s->lda != 1)) {
        p.columns = s->n, p.a = a, p.b = b, p.b_ld = s->ldb;
        ck_parallel_for(ceiling(s->n, 4), work, dot_groups, &p);
    } else if (s->n == 1 && !s->transpose_a && (s->transpose_b || s->ldb == 1)) {
        p.columns = s->m, p.a = b, p.b = a, p.b_ld = s->lda, p.transposed = true;
        ck_parallel_for(ceiling(s->m, 4), work, dot_groups, &p);
    } else {
        p.transposed = computes_transposed(s);
        p.packed = packs(s) ? workspace : NULL;
        if (p.transposed) {
            p.rows = s->n, p.columns = s->m;
            p.a = b, p.a_row = s->transpose_b ? s->ldb : 1, p.a_step = s->transpose_b ? 1 : s->ldb;
            p.b = a, p.b_ld = s->lda, p.by_columns = !s->transpose_a;
        } else {
            p.rows = s->m, p.columns = s->n;
            p.a = a, p.a_row = s->transpose_a ? 1 : s->lda, p.a_step = s->transpose_a ? s->lda : 1;
            p.b = b, p.b_ld = s->ldb, p.by_columns = s->transpose_b;
        }
        multiply(&p, work);
    }
}

void ck_gemm(const ck_gemm_shape *shape, const float *a, const float *b, const float *bias, ck_activation f,
             bool accumulate, float *c, float *workspace) {
    if (shape->m == 0 || shape->n == 0) return;
    const struct gemm_store store = {.bias = bias, .add = accumulate, .relu = f.kind == CK_RELU};
    const struct gemm_kernels *kernels = kernels_in_force();
    if (kernels) {
        run(kernels, shape, a, b, &store, c, workspace);
    } else {
        struct reference reference = {shape, a, b, &store, c};
        ck_parallel_for(shape->m, 2 * shape->m * shape->n * (shape->k + 1), reference_rows, &reference);
    }
}
