/* Batch normalisation in double: the mean first, then squares of what is left. */
#include "normalization.h"

#include <math.h>

static void moments(size_t rows, size_t channels, const float *x, double *shift, double *sum, double *square) {
    for (size_t c = 0; c < channels; c++) {
        double total = 0, left = 0, squares = 0;
        for (size_t row = 0; row < rows; row++) total += x[row * channels + c];
        double mean = total / (double)rows;
        for (size_t row = 0; row < rows; row++) {
            double d = x[row * channels + c] - mean;
            left += d;
            squares += d * d;
        }
        shift[c] = mean, sum[c] = left, square[c] = squares;
    }
}

static void apply(size_t rows, size_t channels, size_t stride, const float *x, const float *mean, const float *scale,
                  const float *offset, bool relu, float *y) {
    for (size_t row = 0; row < rows; row++, x += stride, y += stride)
        for (size_t c = 0; c < channels; c++) {
            double value = ((double)x[c] - mean[c]) * scale[c] + offset[c];
            y[c] = relu && value < 0 ? 0 : (float)value;
        }
}

/* ReLU's derivative, by the arithmetic of the other tiers: what is next to zero must not fall on another side here. */
static double passed(bool relu, float x, float mean, float scale, float offset, float dy) {
    return !relu || fmaf(x - mean, scale, offset) > 0 ? dy : 0;
}

static void gradient_sums(size_t rows, size_t channels, const float *x, const float *dy, const float *mean,
                          const float *scale, const float *offset, bool relu, double *sum, double *product) {
    for (size_t c = 0; c < channels; c++) sum[c] = product[c] = 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < channels; c++) {
            size_t i = row * channels + c;
            double g = passed(relu, x[i], mean[c], scale[c], offset[c], dy[i]);
            sum[c] += g;
            product[c] += g * ((double)x[i] - mean[c]);
        }
}

static void input_gradient(size_t rows, size_t channels, const float *x, const float *dy,
                           const struct ck_batchnorm_slopes *k, bool relu, float *dx) {
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < channels; c++) {
            size_t i = row * channels + c;
            double g = passed(relu, x[i], k->mean[c], k->scale[c], k->offset[c], dy[i]);
            dx[i] = (float)(k->scale[c] * (g - k->average[c] - ((double)x[i] - k->mean[c]) * k->slope[c]));
        }
}

const struct ck_batchnorm_kernels ck_batchnorm_ref = {moments, apply, gradient_sums, input_gradient};
