/* Inside of the matrix product: what the driver (gemm.c) asks of the kernels of one instruction set.
 *
 * The driver sees every product as rows x columns: an element of the row operand is broadcast and multiplied with
 * vectors of the column operand.
 *
 *                      columns, in vectors of `lanes` floats
 *                      +-------+-------+-------+----
 *                      | panel | panel | panel |        a panel is 1 ... GEMM_PANEL vectors wide
 *      row operand     +-------+-------+-------+----
 *      +----------+    +-------+
 *      |          |    | tile  |                        a tile is 1 ... tallest[vectors] rows high, and one panel
 *      +----------+    +-------+                        wide: its sums stay in registers
 *
 * Each element is the sum over p = 0, 1, ... of one block of the depth, in that order, blocks added in order, and so
 * are parts of the depth where it is cut (gemm_depth.c): its bits do not depend on the tile that it falls into, so rows
 * and columns may be cut anywhere.
 */
#ifndef CK_GEMM_H
#define CK_GEMM_H

#include "../../include/CKernels.h"

enum {
    GEMM_PANEL = 4,    /* most vectors in a panel */
    GEMM_TALLEST = 16, /* most rows in a tile, of any kernel */
    GEMM_LANES = 16,   /* most floats in a vector, of any kernel */
    GEMM_WIDTH = 64,   /* most columns in a panel: GEMM_PANEL x GEMM_LANES */
    GEMM_MASK = 64,    /* elements that the bits of one word name */
    GEMM_GROUP = 48    /* rows of a transposed block: a multiple of GEMM_LANES and of the usual tile heights */
};

/* Tuning, by measurement on two cores with 48 KiB and 1 MiB of first- and second-level cache each. */
enum {
    GEMM_DEPTH = 512,        /* most of the depth in one block: of a panel that is 128 KiB at most */
    GEMM_BAND = 192,         /* most rows in a band: with a block of the depth, 384 KiB */
    GEMM_UNITS = 16,         /* cut at least so many units where the product allows it */
    GEMM_ONCE = 1 << 18,     /* from so many floats on, a row operand no smaller than B is cut by rows alone ... */
    GEMM_ROW_UNITS = 64,     /* ... into so many units, where there are rows for as many tiles */
    GEMM_PARTS = 2,          /* a product whose B is large is cut into so many parts of the depth ... */
    GEMM_PARTS_DEPTH = 384,  /* ... where each has at least so much of it */
    GEMM_TALL_COLUMNS = 256, /* one row times a matrix of so many columns at most ... */
    GEMM_TALL_DEPTH = 1024,  /* ... and so many rows at least: reading half of every row, two threads get two thirds of
                                the memory's speed */
    GEMM_PACK_ROWS = 256,    /* from so many rows ... */
    GEMM_PACK_COLUMNS = 1000 /* ... and columns on, panels are packed even if they could be read as they lie */
};

/* What becomes of finished sums: (add: C +) sums (+ bias), then ReLU where wanted. */
struct gemm_store {
    const float *bias; /* null, or one element a column of C */
    bool add, relu;
};

/* One tile: c[i][j] = store(sum over p < depth of a[i a_row + p a_step] b[p b_step + j]). */
struct gemm_tile {
    size_t depth;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t b_step;
    float *c;
    size_t ldc;
    size_t last; /* columns used of the last vector, 1 ... lanes */
    struct gemm_store store;
};

/* A tile's walk along the rows of A. Row i is an odd number of rows, times 1, 2, 4 or 8, from the first: an address
 * that the processor forms by itself. Left alone, the compiler adds up the rows one after the other, and in low and
 * narrow tiles that chain of additions takes longer than the multiply-adds. */
struct gemm_walk {
    const char *at;
    size_t step, odd[GEMM_TALLEST / 2]; /* bytes */
};

static inline __attribute__((always_inline)) struct gemm_walk gemm_walk_from(const struct gemm_tile *tile,
                                                                             size_t rows) {
    struct gemm_walk walk = {.at = (const char *)tile->a, .step = tile->a_step * sizeof(float)};
    for (size_t i = 0; 2 * i + 1 < rows; i++) {
        walk.odd[i] = (2 * i + 1) * tile->a_row * sizeof(float);
        __asm__("" : "+r"(walk.odd[i])); /* hides where the number came from */
    }
    return walk;
}

static inline __attribute__((always_inline)) const float *gemm_walk_at(const struct gemm_walk *walk, size_t i) {
    const int shift = i ? __builtin_ctzll(i) : 0;
    return (const float *)(const void *)(walk->at + (i ? walk->odd[(i >> shift) / 2] << shift : 0));
}

/* Rows by themselves: c[i ldc + j] = store(sum over the bits p of steps[i] of a[i a_row + p a_step] b[p b_step + j]),
 * p ascending; i < rows, j < columns, of half the tier's `sparse_panel` vectors up to all, which B's rows fill. */
struct gemm_sparse {
    size_t rows, columns;
    const uint64_t *steps;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t b_step;
    float *c;
    size_t ldc;
    struct gemm_store store;
};

/* Elements at wanted places: c[i ldc + j] = sum over p of a[i lda + p] b[j ldb + p] where bit j of wanted[i] is set,
 * and zero elsewhere; i < rows, j < columns, at most GEMM_MASK. */
struct gemm_samples {
    size_t rows, columns, depth;
    const uint64_t *wanted;
    const float *a;
    size_t lda;
    const float *b;
    size_t ldb;
    float *c;
    size_t ldc;
};

typedef void (*gemm_tile_kernel)(const struct gemm_tile *tile);

struct gemm_kernels {
    size_t lanes;
    /* Rows of the tallest tile for panels of 1 ... GEMM_PANEL vectors; 0 for widths that do not exist. */
    unsigned char tallest[GEMM_PANEL + 1];
    gemm_tile_kernel tile[GEMM_PANEL + 1][GEMM_TALLEST + 1];
    size_t sparse_panel; /* most vectors in a panel where zeros are left out */

    /* Panels in packed form: depth rows of `columns` rounded up to whole vectors, the excess filled with zeros. From
     * stored rows: packed[p][j] = source[p ld + j]; from stored columns: packed[p][j] = source[j ld + p]. */
    void (*pack_rows)(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
    void (*pack_columns)(size_t depth, size_t columns, const float *source, size_t ld, float *packed);

    /* c[j ldc + i] = store(block[i GEMM_WIDTH + j]), i < rows, j < columns; bias goes with i. The rows of the block up
     * to the next multiple of the lanes, and of its columns likewise, may be read. */
    void (*store_transposed)(size_t rows, size_t columns, const float *block, float *c, size_t ldc,
                             const struct gemm_store *store);

    /* One row times a matrix of `columns` columns: c[j] = store(sum over p of x[p x_step] b[p ldb + j]), where p is
     * 0 ..< depth or, unless it is null, steps[0 ..< depth]. */
    void (*row_product)(size_t depth, const uint16_t *steps, size_t columns, const float *x, size_t x_step,
                        const float *b, size_t ldb, float *c, const struct gemm_store *store);

    /* Dot products of `count` stored rows with x: c[i c_step] = store(sum over p of x[p] b[i ldb + p]). The bias goes
     * with i bias_step: 1 where the products are a row of C, 0 where they are a column of it. */
    void (*dots)(size_t depth, size_t count, const float *x, const float *b, size_t ldb, float *c, size_t c_step,
                 size_t bias_step, const struct gemm_store *store);

    void (*sparse_rows)(const struct gemm_sparse *rows);
    void (*sampled_dots)(const struct gemm_samples *samples);

    /* Which of a row's elements are not zero: bit j of bits[i bits_step] is x[i width + j]; width is a multiple of the
     * lanes, at most GEMM_MASK. NaN is not zero. */
    void (*nonzero_bits)(size_t columns, size_t width, const float *x, uint64_t *bits, size_t bits_step);

    /* The same of columns, of at most GEMM_MASK elements, which are copied besides: bit p of bits[j] is x[p ld + j],
     * which becomes copy[p copy_ld + j]. */
    void (*nonzero_columns)(size_t depth, size_t columns, const float *x, size_t ld, uint64_t *bits, float *copy,
                            size_t copy_ld);

    /* The steps p < depth, below 2^16, at which a row is not zero, into `steps`, which has room for GEMM_LANES more;
     * returns how many. */
    size_t (*steps_of_row)(size_t depth, const float *x, uint16_t *steps);

    /* Whether none of n elements is NaN or infinite. */
    bool (*finite)(size_t n, const float *x);
};

extern const struct gemm_kernels ck_gemm_avx2, ck_gemm_avx512;

/* Those of the instruction set in force; null for the reference. */
const struct gemm_kernels *ck_gemm_kernels(void);

/* The reference, which is also what runs where no tier above it exists: rows begin ..< end of C, sums in double. It
 * leaves out all activations but ReLU, as the kernels above do. */
void ck_gemm_rows_ref(const ck_gemm_shape *shape, const float *a, const float *b, const struct gemm_store *store,
                      float *c, size_t begin, size_t end);

#endif
