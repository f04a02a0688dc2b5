/* A matrix product as the driver cuts it, shared by gemm.c, which plans, and gemm_units.c, which does the parts. */
#ifndef CK_GEMM_PRODUCT_H
#define CK_GEMM_PRODUCT_H

#include "gemm.h"

/* Where `transposed`, C^T = B^T A^T is what is computed, and C is written transposed.
 *
 * The columns are cut in panels, the rows of each panel in slices; a unit is one slice of one panel, and units run
 * through the slices of the first panel, then of the second, and so on. Each unit has a slot in the workspace: whoever
 * begins with that unit packs the panel there, so that no thread waits for memory that another one has written.
 *
 * A row operand that is larger than a core's cache, and than the column operand, is better read once: then (`by_rows`)
 * a unit is one slice of all panels, which take turns in its slot. In training that also lets a thread find in its own
 * cache what it wrote before: the images that it convolved, the weights that it updated, and the gradients that it is
 * going to update them by. */
struct gemm_product {
    const struct gemm_kernels *kernels;
    size_t rows, columns, depth;
    const float *a; /* row operand: element (i, p) at a[i a_row + p a_step] */
    size_t a_row, a_step;
    const float *b; /* column operand: element (p, j) at b[p b_ld + j], or b[j b_ld + p] where stored by columns */
    size_t b_ld;
    bool by_columns, transposed, packs, by_rows;
    float *slots;
    float *c;
    size_t ldc;
    struct gemm_store store;
    ck_activation f;
    /* Rows are cut into tiles of about equal height, slices are runs of tiles: so a tile holds the same rows whoever
     * computes it. (A transposed product cuts its slices into tiles anew.) */
    size_t vectors, panels, tiles, slices, depth_blocks;
    size_t parts; /* of the depth, each with sums of its own (gemm_depth.c); 1 where it is not cut */
    size_t slot;  /* floats */
    bool sparse;  /* zeros of the row operand are left out (gemm_sparse.c) */
};

static inline size_t gemm_ceiling(size_t a, size_t b) { return a / b + (a % b != 0); }
static inline size_t gemm_smaller(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t gemm_larger(size_t a, size_t b) { return a > b ? a : b; }

/* Part `index` of 0 ..< total cut in `count` parts whose sizes differ by one at most. */
static inline size_t gemm_cut(size_t total, size_t index, size_t count) {
    return total / count * index + total % count * index / count;
}

/* The first row of a tile, and the first tile of a slice. */
static inline size_t gemm_tile_row(const struct gemm_product *p, size_t tile) {
    return gemm_cut(p->rows, tile, p->tiles);
}
static inline size_t gemm_slice_tile(const struct gemm_product *p, size_t slice) {
    return gemm_cut(p->tiles, slice, p->slices);
}

/* The activations that no kernel applies at the store, on rows x columns of C while they are in the cache of the thread
 * that has written them. */
static inline void gemm_activate(ck_activation f, size_t rows, size_t columns, float *c, size_t ldc) {
    if (f.kind == CK_LINEAR || f.kind == CK_RELU) return;
    if (columns == ldc || rows == 1) columns *= rows, rows = 1;
    for (size_t i = 0; i < rows; i++) ck_activation_forward(columns, f, c + i * ldc, c + i * ldc);
}

/* One panel: its vectors, and the columns of the product that it holds. */
struct gemm_panel {
    size_t vectors, column, columns;
};

static inline struct gemm_panel gemm_panel_at(const struct gemm_product *p, size_t index) {
    const size_t first = gemm_cut(p->vectors, index, p->panels), lanes = p->kernels->lanes;
    const size_t vectors = gemm_cut(p->vectors, index + 1, p->panels) - first;
    return (struct gemm_panel){
        .vectors = vectors,
        .column = first * lanes,
        .columns = gemm_smaller(vectors * lanes, p->columns - first * lanes),
    };
}

/* The same on finished rows of a run of panels. */
static inline void gemm_activate_panels(const struct gemm_product *p, size_t first, size_t count, size_t row,
                                        size_t rows) {
    const struct gemm_panel left = gemm_panel_at(p, first), right = gemm_panel_at(p, first + count - 1);
    gemm_activate(p->f, rows, right.column + right.columns - left.column, p->c + row * p->ldc + left.column, p->ldc);
}

/* ---- Zeros that are left out (gemm_sparse.c) ---- */

enum { GEMM_SAMPLE = 128 };

/* Whether at least `fewest` of GEMM_SAMPLE elements x[i row + j column] of rows x columns are zero. They are spread by
 * the golden ratio. */
bool ck_gemm_seems_sparse(size_t rows, size_t row, size_t columns, size_t column, const float *x, size_t fewest);

/* Whether to leave zeros of the row operand out: where there seem to be enough of them, and the other factor is finite,
 * which is asked for if it is not known. Gives the same answer for any number of threads. */
bool ck_gemm_is_sparse(const struct gemm_kernels *kernels, const ck_gemm_shape *shape, const float *a, const float *b);

/* Rows begin ..< end of a run of panels. */
void ck_gemm_multiply_sparse(const struct gemm_product *p, size_t first, size_t count, size_t begin, size_t end);

/* One row times columns column ..< column + columns of the matrix, over steps begin ..< end of the depth. */
void ck_gemm_row_product(const struct gemm_product *p, size_t begin, size_t end, size_t column, size_t columns,
                         float *c, const struct gemm_store *store);

/* Units begin ..< end, or slices begin ..< end of all panels; the context is a gemm_product. */
void ck_gemm_multiply_units(void *context, size_t begin, size_t end);
void ck_gemm_multiply_rows(void *context, size_t begin, size_t end);

/* Sums over parts of the depth. Floats of workspace for those of a product; the product itself, whose slots are that
 * workspace; and one row times a matrix, which needs none. */
size_t ck_gemm_depth_workspace(size_t rows, size_t columns);
void ck_gemm_multiply_depth(const struct gemm_product *product, size_t work);
void ck_gemm_tall_row_product(const struct gemm_product *product, size_t work);

#endif
