/* Timing of convolution on the layers of small image networks. */
#include "check_conv2d.h"

struct layer {
    ck_conv2d_shape shape;
    const float *x, *w, *bias, *dy;
    float *y, *dx, *dw, *dbias, *workspace;
};

static void forward(void *context) {
    struct layer *l = context;
    ck_conv2d_forward(&l->shape, l->x, l->w, l->bias, (ck_activation){.kind = CK_RELU}, l->y, l->workspace);
}

static void backward_input(void *context) {
    struct layer *l = context;
    ck_conv2d_backward_input(&l->shape, l->dy, l->w, l->dx, l->workspace);
}

static void backward_weights(void *context) {
    struct layer *l = context;
    ck_conv2d_backward_weights(&l->shape, l->x, l->dy, l->dw, l->dbias, l->workspace);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static void time_layer(struct check *check, size_t batch, size_t size, size_t in, size_t kernel, size_t out,
                       size_t pad) {
    size_t after = size + 2 * pad - kernel + 1;
    struct layer l = {.shape = {.batch = batch,
                                .in_height = size,
                                .in_width = size,
                                .in_channels = in,
                                .out_height = after,
                                .out_width = after,
                                .out_channels = out,
                                .kernel_height = kernel,
                                .kernel_width = kernel,
                                .stride_height = 1,
                                .stride_width = 1,
                                .dilation_height = 1,
                                .dilation_width = 1,
                                .pad_top = pad,
                                .pad_left = pad}};
    size_t x_size = batch * size * size * in, y_size = batch * after * after * out, w_size = kernel * kernel * in * out;
    l.x = check_input(check, x_size, CHECK_POSITIVE);
    l.w = check_input(check, w_size, CHECK_UNIFORM);
    l.bias = check_input(check, out, CHECK_UNIFORM);
    l.dy = check_input(check, y_size, CHECK_UNIFORM);
    l.y = check_output(check, y_size);
    l.dx = check_output(check, x_size);
    l.dw = check_output(check, w_size);
    l.dbias = check_output(check, out);
    l.workspace = check_workspace(
        check, larger(ck_conv2d_forward_workspace(&l.shape), larger(ck_conv2d_backward_input_workspace(&l.shape),
                                                                    ck_conv2d_backward_weights_workspace(&l.shape))));
    double flops = 2.0 * (double)(y_size * kernel * kernel * in), bytes = 4.0 * (double)(x_size + y_size);
    check_bench(check, flops, bytes, forward, &l, "%zux%zux%zux%zu %zux%zu -> %zu pad %zu forward", batch, size, size,
                in, kernel, kernel, out, pad);
    if (in > 1) check_bench(check, flops, bytes, backward_input, &l, "  input gradient");
    check_bench(check, flops, bytes, backward_weights, &l, "  weight gradient");
}

void check_conv2d_bench(struct check *check) {
    time_layer(check, 32, 28, 1, 3, 32, 0);
    time_layer(check, 64, 28, 1, 3, 32, 0);
    time_layer(check, 128, 28, 1, 3, 32, 0);
    time_layer(check, 200, 28, 1, 5, 32, 0);
    time_layer(check, 200, 28, 1, 5, 30, 0);
    time_layer(check, 32, 26, 32, 3, 64, 0);
    time_layer(check, 64, 26, 32, 3, 32, 0);
    time_layer(check, 32, 13, 32, 3, 32, 0);
    time_layer(check, 200, 12, 30, 3, 15, 0);
    time_layer(check, 32, 14, 64, 3, 64, 1);
    time_layer(check, 1, 26, 32, 3, 64, 0);
}
