/* Element-wise arithmetic, reductions and layout, one element after the other. */
#include <math.h>

#include "elementwise.h"

static float combine(ck_binary_kind kind, float a, float b) {
    switch (kind) {
    case CK_ADD: return a + b;
    case CK_SUBTRACT: return a - b;
    case CK_MULTIPLY: return a * b;
    case CK_DIVIDE: return a / b;
    case CK_MINIMUM: return isnan(a) || a < b ? a : b;
    case CK_MAXIMUM: return isnan(a) || a > b ? a : b;
    }
    return a;
}

static void binary(ck_binary_kind kind, size_t n, const float *a, const float *b, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = combine(kind, a[i], b[i]);
}

static void binary_scalar(ck_binary_kind kind, size_t n, const float *a, float scalar, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = combine(kind, a[i], scalar);
}

static double sum(size_t n, const float *x) {
    double total = 0;
    for (size_t i = 0; i < n; i++) total += x[i];
    return total;
}

static void column_sums(size_t rows, size_t columns, const float *x, double *sums) {
    for (size_t c = 0; c < columns; c++) sums[c] = 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < columns; c++) sums[c] += x[row * columns + c];
}

static void argmax(size_t rows, size_t columns, const float *x, int32_t *out) {
    for (size_t row = 0; row < rows; row++, x += columns) {
        size_t best = 0;
        for (size_t j = 1; j < columns; j++)
            if (!isnan(x[best]) && !(x[j] <= x[best])) best = j;
        out[row] = (int32_t)best;
    }
}

static void transpose(size_t rows, size_t columns, size_t begin, size_t end, const float *x, float *y) {
    for (size_t j = begin; j < end; j++)
        for (size_t i = 0; i < rows; i++) y[j * rows + i] = x[i * columns + j];
}

static void convert_u8(size_t n, const uint8_t *x, float scale, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = scale * (float)x[i];
}

const struct ck_elementwise_kernels ck_elementwise_ref = {binary, binary_scalar, sum,       column_sums,
                                                          argmax, transpose,     convert_u8};
