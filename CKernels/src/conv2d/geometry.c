/* Which taps, outputs and channels belong together. */
#include "conv2d.h"

/* Smallest k >= 0 with from + k step >= 0. */
static size_t steps_up_to_zero(ptrdiff_t from, size_t step) {
    return from >= 0 ? 0 : ((size_t)-from + step - 1) / step;
}

/* Number of k >= 0 with from + k step < size. */
static size_t steps_below(ptrdiff_t from, size_t step, size_t size) {
    ptrdiff_t room = (ptrdiff_t)size - from;
    return room <= 0 ? 0 : ((size_t)room + step - 1) / step;
}

static struct conv2d_span within(size_t begin, size_t end, size_t limit) {
    if (end > limit) end = limit;
    if (begin > end) begin = end;
    return (struct conv2d_span){begin, end};
}

struct conv2d_span ck_conv2d_taps(size_t o, size_t stride, size_t dilation, ptrdiff_t pad, size_t size, size_t kernel) {
    ptrdiff_t from = (ptrdiff_t)(o * stride) - pad;
    return within(steps_up_to_zero(from, dilation), steps_below(from, dilation, size), kernel);
}

struct conv2d_span ck_conv2d_outputs_of_tap(size_t outputs, size_t stride, size_t dilation, ptrdiff_t pad, size_t size,
                                            size_t tap) {
    ptrdiff_t from = (ptrdiff_t)(tap * dilation) - pad;
    return within(steps_up_to_zero(from, stride), steps_below(from, stride, size), outputs);
}

struct conv2d_span ck_conv2d_full_outputs(size_t outputs, size_t stride, size_t dilation, ptrdiff_t pad, size_t size,
                                          size_t kernel) {
    if (kernel == 0) return (struct conv2d_span){0, outputs};
    struct conv2d_span first = ck_conv2d_outputs_of_tap(outputs, stride, dilation, pad, size, 0);
    struct conv2d_span last = ck_conv2d_outputs_of_tap(outputs, stride, dilation, pad, size, kernel - 1);
    return within(first.begin, last.end, outputs);
}

size_t ck_conv2d_panels(const struct conv2d_kernels *kernels, size_t channels) {
    size_t vectors = (channels + kernels->lanes - 1) / kernels->lanes;
    return (vectors + kernels->panel_vectors - 1) / kernels->panel_vectors;
}

struct conv2d_panel ck_conv2d_panel(const struct conv2d_kernels *kernels, size_t channels, size_t index) {
    size_t vectors = (channels + kernels->lanes - 1) / kernels->lanes;
    struct conv2d_span span = conv2d_part(vectors, ck_conv2d_panels(kernels, channels), index);
    size_t first = span.begin * kernels->lanes, end = span.end * kernels->lanes;
    if (end > channels) end = channels;
    return (struct conv2d_panel){first, end - first, span.end - span.begin};
}

size_t ck_conv2d_packed_size(size_t taps, size_t in_channels, size_t out_channels) {
    enum { WIDEST = 16 };
    return taps * in_channels * ((out_channels + WIDEST - 1) / WIDEST * WIDEST);
}
