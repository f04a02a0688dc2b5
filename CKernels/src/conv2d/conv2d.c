/* Convolution's public functions: the choice of tier and algorithm. */
#include "../parallel.h"
#include "conv2d.h"
#include "winograd.h"

const struct conv2d_kernels *ck_conv2d_tier(void) {
#if defined(__x86_64__)
    if (ck_isa_active() == CK_ISA_AVX512) return &ck_conv2d_avx512;
    if (ck_isa_active() == CK_ISA_AVX2) return &ck_conv2d_avx2;
#endif
    return NULL;
}

static size_t multiply_adds(const ck_conv2d_shape *s) {
    return s->batch * s->out_height * s->out_width * s->out_channels * s->kernel_height * s->kernel_width *
           s->in_channels;
}

/* ---- Forward ---- */

size_t ck_conv2d_forward_workspace(const ck_conv2d_shape *s) {
    if (ck_winograd_suits_forward(s)) return ck_winograd_forward_workspace(s, false);
    return ck_conv2d_packed_size(s->kernel_height * s->kernel_width, s->in_channels, s->out_channels);
}

struct conv2d_direct ck_conv2d_direct_forward(const struct conv2d_kernels *tier, const ck_conv2d_shape *s,
                                              const float *x, const float *w, const float *bias, float *packed) {
    struct conv2d_direct direct = {
        .kernels = tier,
        .in = x,
        .w = w,
        .bias = bias,
        .batch = s->batch,
        .in_height = s->in_height,
        .in_width = s->in_width,
        .in_channels = s->in_channels,
        .in_image = s->in_height * s->in_width * s->in_channels,
        .out_height = s->out_height,
        .out_width = s->out_width,
        .out_channels = s->out_channels,
        .out_pixel = s->out_channels,
        .out_row = s->out_width * s->out_channels,
        .out_image = s->out_height * s->out_width * s->out_channels,
        .kernel_height = s->kernel_height,
        .kernel_width = s->kernel_width,
        .stride_height = s->stride_height,
        .stride_width = s->stride_width,
        .dilation_height = s->dilation_height,
        .dilation_width = s->dilation_width,
        .pad_top = (ptrdiff_t)s->pad_top,
        .pad_left = (ptrdiff_t)s->pad_left,
    };
    bool whole = s->out_channels % tier->lanes == 0 && ck_conv2d_panels(tier, s->out_channels) <= 1;
    if (tier->whole_vectors && !whole) {
        struct conv2d_packing packing = {
            .kernels = tier,
            .w = w,
            .packed = packed,
            .kernel_width = s->kernel_width,
            .in_channels = s->in_channels,
            .out_channels = s->out_channels,
            .rows = {0, 1, s->kernel_height},
            .columns = {0, 1, s->kernel_width},
        };
        ck_conv2d_pack(&packing);
        direct.w = packed;
        direct.packed = true;
    }
    return direct;
}

static void ref_forward(void *context, size_t begin, size_t end) { ck_conv2d_ref_forward(context, begin, end); }

ck_conv2d_algorithm ck_conv2d_forward_algorithm(const ck_conv2d_shape *s) {
    return ck_conv2d_tier() && ck_winograd_suits_forward(s) ? CK_CONV2D_WINOGRAD : CK_CONV2D_DIRECT;
}

size_t ck_conv2d_prepared_size(const ck_conv2d_shape *s) {
    if (ck_conv2d_forward_algorithm(s) != CK_CONV2D_WINOGRAD) return 0;
    return ck_winograd_weights_size(s, false);
}

void ck_conv2d_prepare(const ck_conv2d_shape *s, const float *w, float *prepared) {
    if (ck_conv2d_forward_algorithm(s) != CK_CONV2D_WINOGRAD) return;
    const struct winograd_weights weights = {.kernels = ck_conv2d_tier(), .shape = s, .w = w};
    ck_winograd_shared_weights(&weights, prepared);
}

void ck_conv2d_forward(const ck_conv2d_shape *s, const float *x, const float *w, const float *prepared,
                       const float *bias, ck_activation f, float *y, float *workspace) {
    const struct conv2d_kernels *tier = ck_conv2d_tier();
    if (!tier) {
        struct conv2d_call call = {.shape = s, .x = x, .w = w, .bias = bias, .y = y};
        ck_parallel_for(s->batch * s->out_height, 2 * multiply_adds(s), ref_forward, &call);
        if (f.kind != CK_LINEAR)
            ck_activation_forward(s->batch * s->out_height * s->out_width * s->out_channels, f, y, y);
        return;
    }
    if (ck_winograd_suits_forward(s)) {
        ck_winograd_forward(tier, s, x, w, prepared, bias, f, (struct winograd_result){.y = y}, workspace);
        return;
    }
    struct conv2d_direct direct = ck_conv2d_direct_forward(tier, s, x, w, bias, workspace);
    direct.out = y;
    direct.f = f;
    ck_conv2d_direct_run(&direct);
}

/* ---- Gradient of the input ---- */

ck_conv2d_algorithm ck_conv2d_backward_algorithm(const ck_conv2d_shape *s) {
    return ck_conv2d_tier() && ck_winograd_suits_backward(s) ? CK_CONV2D_WINOGRAD : CK_CONV2D_DIRECT;
}

size_t ck_conv2d_backward_input_workspace(const ck_conv2d_shape *s) {
    if (ck_winograd_suits_backward(s)) return ck_winograd_backward_input_workspace(s);
    return ck_conv2d_packed_size(s->kernel_height * s->kernel_width, s->out_channels, s->in_channels);
}

/* Along one axis, the inputs first, first + stride, … are read through the same taps, by outputs that lie `dilation`
 * apart from tap to tap: a convolution of stride 1. */
struct phase {
    size_t first, count;
    struct conv2d_tap_choice taps;
    size_t dilation;
    ptrdiff_t pad;
};

static struct phase phase_of(size_t first, size_t size, size_t kernel, size_t stride, size_t dilation, size_t pad) {
    size_t a = stride, divisor = dilation; /* becomes the greatest common divisor */
    while (a) {
        size_t rest = divisor % a;
        divisor = a;
        a = rest;
    }
    struct phase phase = {
        .first = first, .count = (size - first + stride - 1) / stride, .dilation = dilation / divisor};
    phase.taps.step = stride / divisor;
    size_t tap = 0;
    while (tap < kernel && (first + pad) % stride != tap * dilation % stride) tap++;
    phase.taps.first = tap;
    phase.taps.count = (kernel - tap + phase.taps.step - 1) / phase.taps.step;
    if (phase.taps.count > 0)
        phase.pad = (ptrdiff_t)((phase.taps.count - 1) * phase.dilation) -
                    ((ptrdiff_t)(first + pad) - (ptrdiff_t)(tap * dilation)) / (ptrdiff_t)stride;
    return phase;
}

static void ref_backward_input(void *context, size_t begin, size_t end) {
    ck_conv2d_ref_backward_input(context, begin, end);
}

static void backward_phase(const struct conv2d_kernels *tier, const ck_conv2d_shape *s, struct phase y, struct phase x,
                           const float *dy, const float *w, float *dx, float *workspace) {
    struct conv2d_packing packing = {
        .kernels = tier,
        .w = w,
        .packed = workspace,
        .kernel_width = s->kernel_width,
        .in_channels = s->in_channels,
        .out_channels = s->out_channels,
        .rows = y.taps,
        .columns = x.taps,
        .transpose = true,
    };
    ck_conv2d_pack(&packing);
    size_t line = s->in_width * s->in_channels;
    struct conv2d_direct direct = {
        .kernels = tier,
        .in = dy,
        .w = workspace,
        .out = dx + y.first * line + x.first * s->in_channels,
        .batch = s->batch,
        .f = {.kind = CK_LINEAR},
        .packed = true,
        .in_height = s->out_height,
        .in_width = s->out_width,
        .in_channels = s->out_channels,
        .in_image = s->out_height * s->out_width * s->out_channels,
        .out_height = y.count,
        .out_width = x.count,
        .out_channels = s->in_channels,
        .out_pixel = s->stride_width * s->in_channels,
        .out_row = s->stride_height * line,
        .out_image = s->in_height * line,
        .kernel_height = y.taps.count,
        .kernel_width = x.taps.count,
        .stride_height = 1,
        .stride_width = 1,
        .dilation_height = y.dilation,
        .dilation_width = x.dilation,
        .pad_top = y.pad,
        .pad_left = x.pad,
    };
    ck_conv2d_direct_run(&direct);
}

void ck_conv2d_backward_input(const ck_conv2d_shape *s, const float *dy, const float *w, float *dx, float *workspace) {
    const struct conv2d_kernels *tier = ck_conv2d_tier();
    if (!tier) {
        struct conv2d_call call = {.shape = s, .dy = dy, .w = w, .dx = dx};
        ck_parallel_for(s->batch * s->in_height, 2 * multiply_adds(s), ref_backward_input, &call);
        return;
    }
    if (ck_winograd_suits_backward(s)) {
        ck_winograd_backward_input(tier, s, (struct winograd_gradient){.dy = dy}, w, dx, workspace);
        return;
    }
    for (size_t y = 0; y < s->stride_height && y < s->in_height; y++)
        for (size_t x = 0; x < s->stride_width && x < s->in_width; x++)
            backward_phase(
                tier, s, phase_of(y, s->in_height, s->kernel_height, s->stride_height, s->dilation_height, s->pad_top),
                phase_of(x, s->in_width, s->kernel_width, s->stride_width, s->dilation_width, s->pad_left), dy, w, dx,
                workspace);
}

/* ---- Gradient of the weights ---- */

size_t ck_conv2d_backward_weights_workspace(const ck_conv2d_shape *s) {
    return ck_winograd_suits_backward(s) ? ck_winograd_backward_weights_workspace(s) : ck_conv2d_gradient_workspace(s);
}

static void ref_backward_weights(void *context, size_t begin, size_t end) {
    ck_conv2d_ref_backward_weights(context, begin, end);
}

void ck_conv2d_backward_weights(const ck_conv2d_shape *s, const float *x, const float *dy, float *dw, float *dbias,
                                float *workspace) {
    const struct conv2d_kernels *tier = ck_conv2d_tier();
    if (tier && ck_winograd_suits_backward(s)) {
        ck_winograd_backward_weights(tier, s, x, (struct winograd_gradient){.dy = dy}, dw, dbias, workspace);
        return;
    }
    if (tier) {
        ck_conv2d_gradient_run(tier, s, x, dy, dw, dbias, workspace);
        return;
    }
    struct conv2d_call call = {.shape = s, .x = x, .dy = dy, .dw = dw, .dbias = dbias};
    ck_parallel_for(s->kernel_height * s->kernel_width * s->in_channels + 1, 2 * multiply_adds(s), ref_backward_weights,
                    &call);
}
