/* Batch normalisation in double: the mean first, then squares of what is left. */
#include "normalization.h"

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

static double passed(const float *y, const float *dy, size_t i) { return !y || y[i] > 0 ? dy[i] : 0; }

static void gradient_sums(size_t rows, size_t channels, const float *x, const float *y, const float *dy,
                          const float *mean, double *sum, double *product) {
    for (size_t c = 0; c < channels; c++) sum[c] = product[c] = 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < channels; c++) {
            size_t i = row * channels + c;
            double g = passed(y, dy, i);
            sum[c] += g;
            product[c] += g * ((double)x[i] - mean[c]);
        }
}

static void input_gradient(size_t rows, size_t channels, const float *x, const float *y, const float *dy,
                           const float *mean, const float *scale, const float *offset, const float *slope, float *dx) {
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < channels; c++) {
            size_t i = row * channels + c;
            double left = passed(y, dy, i) - offset[c] - ((double)x[i] - mean[c]) * slope[c];
            dx[i] = (float)(scale[c] * left);
        }
}

const struct ck_batchnorm_kernels ck_batchnorm_ref = {moments, apply, gradient_sums, input_gradient};
