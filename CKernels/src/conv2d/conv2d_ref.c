/* Convolution by its definition, in double: the oracle, and what processors without AVX2 run. */
#include "conv2d.h"

enum { BLOCK = 64 }; /* channels whose sums are kept at once */

/* Where output `o` reads at `tap`; false where that lies outside the image. */
static bool position(size_t o, size_t stride, size_t tap, size_t dilation, size_t pad, size_t size, size_t *where) {
    size_t padded = o * stride + tap * dilation;
    *where = padded - pad;
    return padded >= pad && padded - pad < size;
}

/* Which output reads input `i` at `tap`; false where none does. */
static bool reader(size_t i, size_t stride, size_t tap, size_t dilation, size_t pad, size_t outputs, size_t *which) {
    size_t padded = i + pad, offset = tap * dilation;
    if (padded < offset || (padded - offset) % stride != 0) return false;
    *which = (padded - offset) / stride;
    return *which < outputs;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

void ck_conv2d_ref_forward(const struct conv2d_call *call, size_t begin, size_t end) {
    const ck_conv2d_shape s = *call->shape;
    for (size_t row = begin; row < end; row++) {
        size_t n = row / s.out_height, oy = row % s.out_height;
        for (size_t ox = 0; ox < s.out_width; ox++)
            for (size_t first = 0; first < s.out_channels; first += BLOCK) {
                size_t count = smaller(BLOCK, s.out_channels - first);
                double sum[BLOCK];
                for (size_t co = 0; co < count; co++) sum[co] = call->bias ? call->bias[first + co] : 0;
                for (size_t ky = 0; ky < s.kernel_height; ky++)
                    for (size_t kx = 0; kx < s.kernel_width; kx++) {
                        size_t iy, ix;
                        if (!position(oy, s.stride_height, ky, s.dilation_height, s.pad_top, s.in_height, &iy))
                            continue;
                        if (!position(ox, s.stride_width, kx, s.dilation_width, s.pad_left, s.in_width, &ix)) continue;
                        const float *x = call->x + ((n * s.in_height + iy) * s.in_width + ix) * s.in_channels;
                        for (size_t ci = 0; ci < s.in_channels; ci++) {
                            const float *w =
                                call->w + ((ky * s.kernel_width + kx) * s.in_channels + ci) * s.out_channels;
                            for (size_t co = 0; co < count; co++) sum[co] += (double)x[ci] * w[first + co];
                        }
                    }
                float *y = call->y + (row * s.out_width + ox) * s.out_channels + first;
                for (size_t co = 0; co < count; co++) y[co] = (float)sum[co];
            }
    }
}

void ck_conv2d_ref_backward_input(const struct conv2d_call *call, size_t begin, size_t end) {
    const ck_conv2d_shape s = *call->shape;
    for (size_t row = begin; row < end; row++) {
        size_t n = row / s.in_height, iy = row % s.in_height;
        for (size_t ix = 0; ix < s.in_width; ix++)
            for (size_t ci = 0; ci < s.in_channels; ci++) {
                double sum = 0;
                for (size_t ky = 0; ky < s.kernel_height; ky++)
                    for (size_t kx = 0; kx < s.kernel_width; kx++) {
                        size_t oy, ox;
                        if (!reader(iy, s.stride_height, ky, s.dilation_height, s.pad_top, s.out_height, &oy)) continue;
                        if (!reader(ix, s.stride_width, kx, s.dilation_width, s.pad_left, s.out_width, &ox)) continue;
                        const float *dy = call->dy + ((n * s.out_height + oy) * s.out_width + ox) * s.out_channels;
                        const float *w = call->w + ((ky * s.kernel_width + kx) * s.in_channels + ci) * s.out_channels;
                        for (size_t co = 0; co < s.out_channels; co++) sum += (double)dy[co] * w[co];
                    }
                call->dx[(row * s.in_width + ix) * s.in_channels + ci] = (float)sum;
            }
    }
}

/* sum[co] += scale x dy, of the block of channels that starts at `first`; without an input the scale is one. */
static void gather_row(const struct conv2d_call *call, size_t ky, size_t kx, const float *x_channel, size_t first,
                       size_t count, double *sum) {
    const ck_conv2d_shape s = *call->shape;
    for (size_t n = 0; n < s.batch; n++)
        for (size_t oy = 0; oy < s.out_height; oy++)
            for (size_t ox = 0; ox < s.out_width; ox++) {
                size_t iy = 0, ix = 0;
                double scale = 1;
                if (x_channel) {
                    if (!position(oy, s.stride_height, ky, s.dilation_height, s.pad_top, s.in_height, &iy)) continue;
                    if (!position(ox, s.stride_width, kx, s.dilation_width, s.pad_left, s.in_width, &ix)) continue;
                    scale = x_channel[((n * s.in_height + iy) * s.in_width + ix) * s.in_channels];
                }
                const float *dy = call->dy + ((n * s.out_height + oy) * s.out_width + ox) * s.out_channels + first;
                for (size_t co = 0; co < count; co++) sum[co] += scale * dy[co];
            }
}

void ck_conv2d_ref_backward_weights(const struct conv2d_call *call, size_t begin, size_t end) {
    const ck_conv2d_shape s = *call->shape;
    for (size_t row = begin; row < end; row++) {
        bool is_bias = row == s.kernel_height * s.kernel_width * s.in_channels;
        if (is_bias && !call->dbias) continue;
        float *out = is_bias ? call->dbias : call->dw + row * s.out_channels;
        size_t ci = is_bias ? 0 : row % s.in_channels, tap = is_bias ? 0 : row / s.in_channels;
        size_t ky = is_bias ? 0 : tap / s.kernel_width, kx = is_bias ? 0 : tap % s.kernel_width;
        for (size_t first = 0; first < s.out_channels; first += BLOCK) {
            size_t count = smaller(BLOCK, s.out_channels - first);
            double sum[BLOCK] = {0};
            gather_row(call, ky, kx, is_bias ? NULL : call->x + ci, first, count, sum);
            for (size_t co = 0; co < count; co++) out[first + co] = (float)sum[co];
        }
    }
}
