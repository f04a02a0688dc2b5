/* Softmax: hands out rows. */
#include "../parallel.h"
#include "activation.h"

struct arguments {
    const struct ck_softmax_kernels *kernels;
    size_t columns;
    const float *x, *dy;
    float *out;
};

static void forward_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    size_t skip = begin * a->columns;
    a->kernels->forward(end - begin, a->columns, a->x + skip, a->out + skip);
}

void ck_softmax_forward(size_t rows, size_t columns, const float *x, float *y) {
    struct arguments a = {.kernels = CK_TIER(ck_softmax), .columns = columns, .x = x, .out = y};
    ck_parallel_for(rows, rows * columns * 40, forward_rows, &a);
}

static void backward_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    size_t skip = begin * a->columns;
    a->kernels->backward(end - begin, a->columns, a->x + skip, a->dy + skip, a->out + skip);
}

void ck_softmax_backward(size_t rows, size_t columns, const float *y, const float *dy, float *dx) {
    struct arguments a = {.kernels = CK_TIER(ck_softmax), .columns = columns, .x = y, .dy = dy, .out = dx};
    ck_parallel_for(rows, rows * columns * 12, backward_rows, &a);
}
