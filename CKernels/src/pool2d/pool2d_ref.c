/* Pooling pixel by pixel; sums in double. */
#include <math.h>
#include <string.h>

#include "pool2d.h"

static struct ck_extent covered_rows(const ck_pool2d_shape *s, size_t oy) {
    return ck_pool2d_covered(oy, s->stride_height, s->pad_top, s->window_height, s->in_height);
}

static struct ck_extent covered_columns(const ck_pool2d_shape *s, size_t ox) {
    return ck_pool2d_covered(ox, s->stride_width, s->pad_left, s->window_width, s->in_width);
}

static void max_forward(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x, float *y, void *record) {
    size_t channels = s->channels;
    for (size_t row = begin; row < end; row++) {
        size_t oy = row % s->out_height;
        const float *image = x + row / s->out_height * s->in_height * s->in_width * channels;
        struct ck_extent ys = covered_rows(s, oy);
        for (size_t ox = 0; ox < s->out_width; ox++) {
            struct ck_extent xs = covered_columns(s, ox);
            for (size_t c = 0; c < channels; c++) {
                size_t out = (row * s->out_width + ox) * channels + c;
                float best = image[(ys.begin * s->in_width + xs.begin) * channels + c];
                size_t best_y = ys.begin, best_x = xs.begin;
                for (size_t iy = ys.begin; iy < ys.end; iy++)
                    for (size_t ix = xs.begin; ix < xs.end; ix++) {
                        float candidate = image[(iy * s->in_width + ix) * channels + c];
                        if (isnan(best) || candidate <= best) continue;
                        best = candidate, best_y = iy, best_x = ix;
                    }
                y[out] = best;
                if (!record) continue;
                size_t place = (best_y + s->pad_top - oy * s->stride_height) * s->window_width + best_x + s->pad_left -
                               ox * s->stride_width;
                uint32_t wide = (uint32_t)place;
                if (ck_pool2d_wide_record(s)) memcpy((char *)record + 4 * out, &wide, 4);
                else ((uint8_t *)record)[out] = (uint8_t)place;
            }
        }
    }
}

static void average_forward(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x, float *y) {
    size_t channels = s->channels;
    for (size_t row = begin; row < end; row++) {
        const float *image = x + row / s->out_height * s->in_height * s->in_width * channels;
        struct ck_extent ys = covered_rows(s, row % s->out_height);
        for (size_t ox = 0; ox < s->out_width; ox++) {
            struct ck_extent xs = covered_columns(s, ox);
            double count = (double)(ys.end - ys.begin) * (double)(xs.end - xs.begin);
            for (size_t c = 0; c < channels; c++) {
                double sum = 0;
                for (size_t iy = ys.begin; iy < ys.end; iy++)
                    for (size_t ix = xs.begin; ix < xs.end; ix++) sum += image[(iy * s->in_width + ix) * channels + c];
                y[(row * s->out_width + ox) * channels + c] = (float)(sum / count);
            }
        }
    }
}

static uint32_t recorded(const ck_pool2d_shape *s, const void *record, size_t out) {
    if (!ck_pool2d_wide_record(s)) return ((const uint8_t *)record)[out];
    uint32_t place;
    memcpy(&place, (const char *)record + 4 * out, 4);
    return place;
}

/* Both backward passes: for maxima what the record names passes, for averages (record null) an equal share. */
static void backward(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy, const void *record,
                     float *dx) {
    size_t channels = s->channels;
    for (size_t row = begin; row < end; row++) {
        size_t iy = row % s->in_height, first = row / s->in_height * s->out_height;
        struct ck_extent ys = ck_pool2d_covering(iy, s->stride_height, s->pad_top, s->window_height, s->out_height);
        for (size_t ix = 0; ix < s->in_width; ix++) {
            struct ck_extent xs = ck_pool2d_covering(ix, s->stride_width, s->pad_left, s->window_width, s->out_width);
            for (size_t c = 0; c < channels; c++) {
                double sum = 0;
                for (size_t oy = ys.begin; oy < ys.end; oy++)
                    for (size_t ox = xs.begin; ox < xs.end; ox++) {
                        size_t out = ((first + oy) * s->out_width + ox) * channels + c;
                        if (!record) {
                            struct ck_extent h = covered_rows(s, oy), w = covered_columns(s, ox);
                            sum += dy[out] / ((double)(h.end - h.begin) * (double)(w.end - w.begin));
                            continue;
                        }
                        size_t place = (iy + s->pad_top - oy * s->stride_height) * s->window_width + ix + s->pad_left -
                                       ox * s->stride_width;
                        if (recorded(s, record, out) == place) sum += dy[out];
                    }
                dx[(row * s->in_width + ix) * channels + c] = (float)sum;
            }
        }
    }
}

static void average_backward(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy, float *dx) {
    backward(s, begin, end, dy, NULL, dx);
}

static void max_line(size_t columns, size_t channels, const float *upper, const float *lower, bool relu, float *y,
                     uint8_t *record) {
    for (size_t i = 0; i < columns * channels; i++) {
        size_t at = i / channels * 2 * channels + i % channels;
        const float pixels[4] = {upper[at], upper[at + channels], lower[at], lower[at + channels]};
        uint8_t place = 0;
        for (uint8_t k = 1; k < 4; k++)
            if (!isnan(pixels[place]) && !(pixels[k] <= pixels[place])) place = k;
        const bool dead = relu && !(pixels[place] > 0);
        y[i] = dead && !isnan(pixels[place]) ? 0 : pixels[place];
        if (record) record[i] = dead ? CK_POOL2D_NOWHERE : place;
    }
}

const struct ck_pool2d_kernels ck_pool2d_ref = {max_forward, average_forward, backward, average_backward, max_line};
