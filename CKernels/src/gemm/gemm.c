/* The matrix product's driver: which form a product takes, which operand is packed, how it is cut. */
#include "../parallel.h"
#include "gemm_product.h"

const struct gemm_kernels *ck_gemm_kernels(void) {
#if defined(__x86_64__)
    switch (ck_isa_active()) {
    case CK_ISA_AVX512: return &ck_gemm_avx512;
    case CK_ISA_AVX2: return &ck_gemm_avx2;
    case CK_ISA_REF: break;
    }
#endif
    return NULL;
}

enum form { ROW_PRODUCT, DOTS, TILES };

/* A product with a single row or column is matrix times vector, where its vector lies in one piece. */
static enum form form_of(const ck_gemm_shape *s) {
    if (s->m == 1 && !s->transpose_b) return ROW_PRODUCT;
    if (s->m == 1 && !(s->transpose_a && s->lda != 1)) return DOTS;
    if (s->n == 1 && !s->transpose_a && (s->transpose_b || s->ldb == 1)) return DOTS;
    return TILES;
}

/* Whether C^T is computed: it makes vectors of A's rows instead of B's columns. Without a transposed B that only pays
 * for narrow C; with one it saves packing B, n k elements, for packing A and transposing C, m k + m n elements. */
static bool computes_transposed(const ck_gemm_shape *s) {
    if (!s->transpose_b) return s->transpose_a && s->n < GEMM_LANES && s->m > s->n;
    return s->transpose_a || s->m * (s->k + s->n) < s->n * s->k;
}

/* Whether panels of the column operand are packed: where it is stored by columns, they must be; where it has long rows,
 * packing pays as soon as the panels are used often enough. */
static bool packs(const ck_gemm_shape *s) {
    if (computes_transposed(s)) return !s->transpose_a;
    return s->transpose_b || (s->m >= GEMM_PACK_ROWS && s->n >= GEMM_PACK_COLUMNS);
}

/* The weights of a dense layer are B of its product, C of their gradient's, and B' of its input gradient's. In all
 * three, and in the optimizer, a thread works on the same rows of them, which so stay in its core's own cache: from
 * another core's they come at the pace of a slow memory, in every step. For B that means parts of the depth, which pays
 * where B is larger than the sums of all parts. */
static bool may_cut_depth(const ck_gemm_shape *s) {
    return !s->transpose_a && !s->transpose_b && s->k >= s->n && s->k >= GEMM_PARTS * GEMM_PARTS_DEPTH;
}

static size_t most_rows_to_cut_depth(const ck_gemm_shape *s) { return s->k / 3; }

static bool cuts_depth(const ck_gemm_shape *s) {
    return may_cut_depth(s) && !packs(s) && s->m <= most_rows_to_cut_depth(s);
}

static bool cuts_rows(const ck_gemm_shape *s, const struct gemm_product *p) {
    if (p->transposed) return s->transpose_b;
    return !p->packs && (s->transpose_a || (p->rows >= p->columns && p->rows * p->depth >= GEMM_ONCE));
}

static size_t widest_panel(const struct gemm_kernels *kernels, size_t rows) {
    size_t widest = GEMM_PANEL;
    while (!kernels->tallest[widest]) widest--;
    /* A few rows more than the widest panel's tile has: one pass over B in narrower panels instead of two. */
    while (widest > 2 && rows > kernels->tallest[widest] && rows <= kernels->tallest[2]) widest--;
    return widest;
}

/* Rows that leave zeros out are handed out by so many. */
enum { SPARSE_TILE = 4 };

/* The plan of a product in tiles, without its operands. */
static struct gemm_product plan(const struct gemm_kernels *kernels, const ck_gemm_shape *s, bool sparse) {
    struct gemm_product p = {.kernels = kernels, .depth = s->k, .ldc = s->ldc};
    p.transposed = computes_transposed(s);
    p.packs = !sparse && packs(s) && s->k > 0; /* blocks that rows pass one by one are packed where they are used */
    p.sparse = sparse;
    p.rows = p.transposed ? s->n : s->m;
    p.columns = p.transposed ? s->m : s->n;

    const size_t widest = sparse ? kernels->sparse_panel : widest_panel(kernels, p.rows);
    p.vectors = gemm_ceiling(p.columns, kernels->lanes);
    p.panels = gemm_ceiling(p.vectors, widest);
    p.tiles = gemm_ceiling(p.rows, sparse ? SPARSE_TILE : kernels->tallest[gemm_ceiling(p.vectors, p.panels)]);
    p.slices = gemm_smaller(gemm_ceiling(GEMM_UNITS, p.panels), p.tiles);
    p.parts = cuts_depth(s) ? GEMM_PARTS : 1;
    p.by_rows = cuts_rows(s, &p);
    if (p.by_rows) p.slices = gemm_smaller(p.packs ? GEMM_UNITS : GEMM_ROW_UNITS, p.tiles);
    if ((p.by_rows ? 1 : p.panels) * p.slices % 2 && p.rows > 1) p.slices++; /* two threads are the most common case */
    p.tiles = gemm_larger(p.tiles, p.slices);
    p.depth_blocks = p.depth ? gemm_ceiling(p.depth, GEMM_DEPTH) : 1;
    p.slot = p.packs ? gemm_smaller(widest, p.vectors) * kernels->lanes * p.depth : 0;
    return p;
}

size_t ck_gemm_workspace(const ck_gemm_shape *shape) {
    size_t floats = 0;
    if (shape->m == 0 || shape->n == 0 || form_of(shape) != TILES) return 0;
#if defined(__x86_64__)
    const struct gemm_kernels *const tiers[] = {&ck_gemm_avx2,
                                                &ck_gemm_avx512}; /* enough for whichever will be in force */
    for (int i = 0; i < 2; i++) {
        const struct gemm_product p = plan(tiers[i], shape, false); /* or what less it needs if it is sparse */
        const size_t slots = (p.by_rows ? 1 : p.panels) * p.slices;
        if (slots * p.slot > floats) floats = slots * p.slot;
    }
#endif
    if (may_cut_depth(shape)) { /* if not with so many rows, then with fewer */
        const size_t sums = ck_gemm_depth_workspace(gemm_smaller(shape->m, most_rows_to_cut_depth(shape)), shape->n);
        if (sums > floats) floats = sums;
    }
    return floats;
}

/* ---- Reference --------------------------------------------------------------------------------------------------- */

struct reference {
    const ck_gemm_shape *shape;
    const float *a, *b;
    const struct gemm_store *store;
    ck_activation f;
    float *c;
};

static void reference_rows(void *context, size_t begin, size_t end) {
    const struct reference *r = context;
    ck_gemm_rows_ref(r->shape, r->a, r->b, r->store, r->c, begin, end);
    gemm_activate(r->f, end - begin, r->shape->n, r->c + begin * r->shape->ldc, r->shape->ldc);
}

/* ---- Matrix times vector ----------------------------------------------------------------------------------------- */

static void row_product_vectors(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    const size_t lanes = p->kernels->lanes, first = begin * lanes, last = gemm_smaller(end * lanes, p->columns);
    struct gemm_store store = p->store;
    if (store.bias) store.bias += first;
    ck_gemm_row_product(p, 0, p->depth, first, last - first, p->c + first, &store);
    gemm_activate(p->f, 1, last - first, p->c + first, p->ldc);
}

/* Dot products are done in groups of so many rows. */
enum { DOT_GROUP = 4 };

/* Here the column operand holds the rows to be multiplied. They are rows of C, one below the other, or columns of it.
 */
static void dot_groups(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    const size_t first = begin * DOT_GROUP, last = gemm_smaller(end * DOT_GROUP, p->columns);
    const size_t c_step = p->transposed ? p->ldc : 1, bias_step = p->transposed ? 0 : 1;
    struct gemm_store store = p->store;
    if (store.bias) store.bias += first * bias_step;
    p->kernels->dots(p->depth, last - first, p->a, p->b + first * p->b_ld, p->b_ld, p->c + first * c_step, c_step,
                     bias_step, &store);
    if (p->transposed) gemm_activate(p->f, last - first, 1, p->c + first * c_step, p->ldc);
    else gemm_activate(p->f, 1, last - first, p->c + first, p->ldc);
}

/* ---- Entry ------------------------------------------------------------------------------------------------------- */

static void run(const struct gemm_kernels *kernels, const ck_gemm_shape *s, const float *a, const float *b,
                const struct gemm_store *store, ck_activation f, float *c, float *workspace) {
    const size_t work = 2 * s->m * s->n * (s->k + 1);
    struct gemm_product p = {.kernels = kernels, .depth = s->k, .ldc = s->ldc};
    switch (form_of(s)) {
    case ROW_PRODUCT:
        p.columns = s->n, p.a = a, p.a_step = s->transpose_a ? s->lda : 1, p.b = b, p.b_ld = s->ldb;
        p.c = c, p.store = *store, p.f = f, p.sparse = s->finite_b && p.a_step == 1;
        if (p.columns <= GEMM_TALL_COLUMNS && p.depth >= GEMM_TALL_DEPTH) ck_gemm_tall_row_product(&p, work);
        else ck_parallel_for(gemm_ceiling(p.columns, kernels->lanes), work, row_product_vectors, &p);
        break;
    case DOTS:
        if (s->m == 1) p.columns = s->n, p.a = a, p.b = b, p.b_ld = s->ldb;
        else p.columns = s->m, p.a = b, p.b = a, p.b_ld = s->lda, p.transposed = true;
        p.c = c, p.store = *store, p.f = f;
        ck_parallel_for(gemm_ceiling(p.columns, DOT_GROUP), work, dot_groups, &p);
        break;
    case TILES:
        p = plan(kernels, s, ck_gemm_is_sparse(kernels, s, a, b));
        if (p.transposed) {
            p.a = b, p.a_row = s->transpose_b ? s->ldb : 1, p.a_step = s->transpose_b ? 1 : s->ldb;
            p.b = a, p.b_ld = s->lda, p.by_columns = !s->transpose_a;
        } else {
            p.a = a, p.a_row = s->transpose_a ? 1 : s->lda, p.a_step = s->transpose_a ? s->lda : 1;
            p.b = b, p.b_ld = s->ldb, p.by_columns = s->transpose_b;
        }
        p.c = c, p.store = *store, p.f = f, p.slots = workspace;
        if (p.parts > 1) ck_gemm_multiply_depth(&p, work);
        else if (p.by_rows) ck_parallel_for(p.slices, work, ck_gemm_multiply_rows, &p);
        else ck_parallel_for(p.panels * p.slices, work, ck_gemm_multiply_units, &p);
        break;
    }
}

void ck_gemm(const ck_gemm_shape *shape, const float *a, const float *b, const float *bias, ck_activation f,
             bool accumulate, float *c, float *workspace) {
    if (shape->m == 0 || shape->n == 0) return;
    const struct gemm_store store = {.bias = bias, .add = accumulate, .relu = f.kind == CK_RELU};
    const struct gemm_kernels *kernels = ck_gemm_kernels();
    if (kernels) {
        run(kernels, shape, a, b, &store, f, c, workspace);
    } else {
        struct reference reference = {shape, a, b, &store, f, c};
        ck_parallel_for(shape->m, 2 * shape->m * shape->n * (shape->k + 1), reference_rows, &reference);
    }
}
