/* Products of which only some elements are wanted (the field's SDDMM, sampled dense-dense matrix multiplication): the
 * gradient that a dense layer hands back to ReLU is wanted where ReLU's output is not zero, which is one element of
 * two to eight in the networks here.
 *
 * Each wanted element is a dot product of its own, in the same order wherever the work is cut. A block of B's rows
 * stays in the first-level cache while the rows of A pass; which elements are wanted is looked up for several blocks at
 * once, because reading short pieces of rows far apart is slow. */
#include "../parallel.h"
#include "gemm_product.h"

/* Tuning. A dot product by itself takes 11 to 13 cycles where a tile's takes 8 to 10: it loads an operand for every
 * multiply-add. */
enum {
    BLOCK_FLOATS = 6144, /* of B in one block: 24 KiB */
    NARROWEST = 16,      /* columns of a block: fewer share too little */
    SHALLOWEST = 64,     /* depth: adding up across a vector must not outweigh the products */
    FEWEST_ROWS = 8,     /* of A for one block of B */
    FEWEST_ZEROS = 32,   /* of GEMM_SAMPLE elements */
    BAND = 64,           /* most rows, ... */
    BLOCKS = 12          /* ... and most blocks, whose wanted elements are looked up at once */
};

struct sampled {
    const struct gemm_kernels *kernels;
    const ck_gemm_shape *shape;
    const float *a, *b, *wanted;
    float *c;
    size_t width; /* of a block, in columns */
};

static void multiply_band(const struct sampled *s, size_t row, size_t rows, size_t block, size_t blocks) {
    uint64_t bits[BLOCKS][BAND];
    const size_t ldc = s->shape->ldc, first = block * s->width;
    const size_t last = gemm_smaller(first + blocks * s->width, s->shape->n);
    for (size_t i = 0; i < rows; i++)
        s->kernels->nonzero_bits(last - first, s->width, s->wanted + (row + i) * ldc + first, &bits[0][i], BAND);
    for (size_t j = 0; j < blocks; j++) {
        const size_t column = first + j * s->width;
        const struct gemm_samples samples = {
            .rows = rows,
            .columns = gemm_smaller(s->width, last - column),
            .depth = s->shape->k,
            .wanted = bits[j],
            .a = s->a + row * s->shape->lda,
            .lda = s->shape->lda,
            .b = s->b + column * s->shape->ldb,
            .ldb = s->shape->ldb,
            .c = s->c + row * ldc + column,
            .ldc = ldc,
        };
        s->kernels->sampled_dots(&samples);
    }
}

static void multiply_blocks(void *context, size_t begin, size_t end) {
    const struct sampled *s = context;
    const size_t bands = gemm_ceiling(s->shape->m, BAND);
    for (size_t block = begin; block < end; block += BLOCKS)
        for (size_t band = 0; band < bands; band++) {
            const size_t row = gemm_cut(s->shape->m, band, bands);
            multiply_band(s, row, gemm_cut(s->shape->m, band + 1, bands) - row, block,
                          gemm_smaller(BLOCKS, end - block));
        }
}

static size_t block_width(const ck_gemm_shape *s) {
    const size_t fits = BLOCK_FLOATS / s->k / NARROWEST * NARROWEST;
    return fits < GEMM_MASK ? fits : GEMM_MASK;
}

static bool has_form(const ck_gemm_shape *s) {
    return !s->transpose_a && s->transpose_b && s->k >= SHALLOWEST && s->k <= BLOCK_FLOATS / NARROWEST &&
           s->m >= FEWEST_ROWS && s->n >= NARROWEST;
}

void ck_gemm_sampled(const ck_gemm_shape *shape, const float *a, const float *b, const float *wanted, float *c,
                     float *workspace) {
    const struct gemm_kernels *kernels = ck_gemm_kernels();
    if (kernels && has_form(shape) && ck_gemm_seems_sparse(shape->m, shape->ldc, shape->n, 1, wanted, FEWEST_ZEROS)) {
        struct sampled s = {kernels, shape, a, b, wanted, c, block_width(shape)};
        ck_parallel_for(gemm_ceiling(shape->n, s.width), 2 * shape->m * shape->n * shape->k, multiply_blocks, &s);
    } else {
        ck_gemm(shape, a, b, NULL, (ck_activation){.kind = CK_LINEAR}, false, c, workspace);
    }
}
