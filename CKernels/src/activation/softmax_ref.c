/* Softmax in double, row by row. */
#include <math.h>

#include "activation.h"

static void forward(size_t rows, size_t columns, const float *x, float *y) {
    for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
        double top = -INFINITY, sum = 0;
        for (size_t j = 0; j < columns; j++) top = fmax(top, x[j]);
        for (size_t j = 0; j < columns; j++) sum += exp(x[j] - top);
        for (size_t j = 0; j < columns; j++) y[j] = (float)(exp(x[j] - top) / sum);
    }
}

static void backward(size_t rows, size_t columns, const float *y, const float *dy, float *dx) {
    for (size_t row = 0; row < rows; row++, y += columns, dy += columns, dx += columns) {
        double dot = 0;
        for (size_t j = 0; j < columns; j++) dot += (double)y[j] * dy[j];
        for (size_t j = 0; j < columns; j++) dx[j] = (float)(y[j] * (dy[j] - dot));
    }
}

const struct ck_softmax_kernels ck_softmax_ref = {forward, backward};
