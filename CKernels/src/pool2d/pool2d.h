/* Kernels behind the pooling functions: one thread's share.
 *
 * The record of a maximum is its place in the window, row by row, counted from the window's first pixel whether or not
 * that lies inside the image: one byte where the window has at most 255 pixels, else four. The byte 255 therefore
 * stands for no pixel (CK_POOL2D_NOWHERE), and its gradient goes nowhere. */
#ifndef CK_POOL2D_H
#define CK_POOL2D_H

#include "../tier.h"

enum { CK_POOL2D_NOWHERE = 255 };

struct ck_pool2d_kernels {
    /* Output rows begin ..< end of batch x out_height. */
    void (*max_forward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x, float *y, void *record);
    void (*average_forward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x, float *y);
    /* Input rows begin ..< end of batch x in_height: every input pixel gathers from the windows that cover it. */
    void (*max_backward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy, const void *record,
                         float *dx);
    void (*average_backward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy, float *dx);
    /* `columns` windows of 2 x 2 from two lines of pixels, with ReLU behind them or not, as in
     * ck_conv2d_maxpool_forward. record may be null. */
    void (*max_line)(size_t columns, size_t channels, const float *upper, const float *lower, bool relu, float *y,
                     uint8_t *record);
};

extern const struct ck_pool2d_kernels ck_pool2d_ref, ck_pool2d_avx2, ck_pool2d_avx512;

static inline bool ck_pool2d_wide_record(const ck_pool2d_shape *s) { return s->window_height * s->window_width > 255; }

/* A range of pixels along one axis. */
struct ck_extent {
    size_t begin, end;
};

/* Pixels of the image that window `out` covers along one axis. */
static inline struct ck_extent ck_pool2d_covered(size_t out, size_t stride, size_t pad, size_t window, size_t size) {
    size_t first = out * stride, last = first + window; /* shifted by pad, so that they are not negative */
    return (struct ck_extent){first > pad ? first - pad : 0, last > pad + size ? size : last > pad ? last - pad : 0};
}

/* Windows that cover pixel `in` along one axis. */
static inline struct ck_extent ck_pool2d_covering(size_t in, size_t stride, size_t pad, size_t window, size_t count) {
    size_t place = in + pad;
    size_t begin = place < window ? 0 : (place - window) / stride + 1, end = place / stride + 1;
    if (end > count) end = count;
    return (struct ck_extent){begin < end ? begin : end, end};
}

#endif
