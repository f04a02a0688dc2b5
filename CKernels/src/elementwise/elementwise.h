/* Kernels behind the element-wise functions, reductions and changes of layout: one thread's share. */
#ifndef CK_ELEMENTWISE_H
#define CK_ELEMENTWISE_H

#include "../tier.h"

struct ck_elementwise_kernels {
    void (*binary)(ck_binary_kind kind, size_t n, const float *a, const float *b, float *y);
    void (*binary_scalar)(ck_binary_kind kind, size_t n, const float *a, float scalar, float *y);
    double (*sum)(size_t n, const float *x);
    /* sums[c] = sum over the rows of x[r, c]. */
    void (*column_sums)(size_t rows, size_t columns, const float *x, double *sums);
    void (*argmax)(size_t rows, size_t columns, const float *x, int32_t *out);
    /* Columns begin ..< end of one matrix, which become rows of y. */
    void (*transpose)(size_t rows, size_t columns, size_t begin, size_t end, const float *x, float *y);
    /* y[i] = scale x[i]. */
    void (*convert_u8)(size_t n, const uint8_t *x, float scale, float *y);
};

extern const struct ck_elementwise_kernels ck_elementwise_ref, ck_elementwise_avx2, ck_elementwise_avx512;

void ck_elementwise_transpose_avx2(size_t rows, size_t columns, size_t begin, size_t end, const float *x, float *y);

#endif
