/* Convolution of images with one channel by square kernels with 2 x 2 maximum pooling behind it, in the vocabulary of
 * vector_avx2.h or vector_avx512.h: the four sums of a window stay in registers, and only the maximum is written. The
 * file that includes this says how many vectors of channels are done at once, by 3 x 3 kernels and by others
 * (NINE_VECTORS, 0 where the former are no faster, and WIDE_VECTORS), how many windows by the latter (WIDE_WINDOWS),
 * and from which size of kernel on zeros are left out (SPOTS_FROM). */

#include "../pool2d/window2x2.h"
#include "../vector_finite.h"
#include "blank_tpl.h"

enum { POOLED_VECTORS = 2 }; /* at most */

#include "pooled_spots_tpl.h"

struct pooled_image {
    size_t kernel, lines, columns, channels; /* lines and columns of the pooled image */
    const float *x;
    size_t x_line;
    bool relu;
    bool skips_blanks; /* a window whose inputs are all zero is the bias */
    bool skips_zeros;  /* and inputs that are zero need not be multiplied */
};

/* The maximum of a window a b / c d, and its place. */
V_INLINE struct window2x2 window_of(bool relu, vf a, vf b, vf c, vf d) {
    const struct window2x2 window = window2x2_of(a, b, c, d);
    return relu ? window2x2_relu(window) : window;
}

V_INLINE void put_window(const bool keeps, struct v_part part, struct window2x2 window, float *y, uint8_t *record) {
    v_store(y, part, window.maximum);
    if (keeps) vi_store_bytes(record, part, window.place);
}

/* ---- 3 x 3: the weights stay in registers too ---- */

/* Each sum begins with the bias and takes the taps in order, as without pooling. */
V_INLINE void nine_window(const size_t vectors, const vf weight[9][POOLED_VECTORS], const vf start[POOLED_VECTORS],
                          const float *corner, size_t x_line, vf sum[4][POOLED_VECTORS]) {
    for (size_t pixel = 0; pixel < 4; pixel++)
        for (size_t v = 0; v < vectors; v++) sum[pixel][v] = start[v];
    for (size_t y = 0; y < 4; y++)
        for (size_t x = 0; x < 4; x++) { /* each input serves up to four pixels */
            const vf value = v_set(corner[y * x_line + x]);
            for (size_t pixel = 0; pixel < 4; pixel++) {
                const size_t top = pixel / 2, left = pixel % 2;
                if (y < top || y > top + 2 || x < left || x > left + 2) continue;
                for (size_t v = 0; v < vectors; v++)
                    sum[pixel][v] = v_fma(value, weight[(y - top) * 3 + x - left][v], sum[pixel][v]);
            }
        }
}

/* `vectors` of channels of one image; the last of them may be a part. */
V_INLINE void nine_channels(const size_t vectors, const bool keeps, struct v_part last, const struct pooled_image *p,
                            const float *w, const float *bias, float *y, uint8_t *record) {
    vf weight[9][POOLED_VECTORS], start[POOLED_VECTORS];
    struct window2x2 blank[POOLED_VECTORS];
    for (size_t v = 0; v < vectors; v++) {
        const struct v_part part = v + 1 < vectors ? v_whole() : last;
        start[v] = bias ? v_load(bias + v * V_LANES, part) : v_zero();
        blank[v] = window_of(p->relu, start[v], start[v], start[v], start[v]);
        for (size_t tap = 0; tap < 9; tap++) weight[tap][v] = v_load(w + tap * p->channels + v * V_LANES, part);
    }
    for (size_t line = 0; line < p->lines; line++) {
        const float *corner = p->x + 2 * line * p->x_line;
        const uint64_t filled = p->skips_blanks ? filled_columns(corner, p->x_line, 4, 2 * p->columns + 2) : 0;
        for (size_t column = 0; column < p->columns; column++, corner += 2, y += p->channels) {
            struct window2x2 window[POOLED_VECTORS];
            if (p->skips_blanks && !any_column(filled, 2 * column, 4)) {
                for (size_t v = 0; v < vectors; v++) window[v] = blank[v];
            } else {
                vf sum[4][POOLED_VECTORS];
                nine_window(vectors, weight, start, corner, p->x_line, sum);
                for (size_t v = 0; v < vectors; v++)
                    window[v] = window_of(p->relu, sum[0][v], sum[1][v], sum[2][v], sum[3][v]);
            }
            for (size_t v = 0; v < vectors; v++)
                put_window(keeps, v + 1 < vectors ? v_whole() : last, window[v], y + v * V_LANES,
                           keeps ? record + v * V_LANES : record);
            if (keeps) record += p->channels;
        }
    }
}

/* ---- Any size: weights come from the first-level cache, and serve all pixels of one window or two side by side ----
 */

V_INLINE void wide_windows(const size_t windows, const size_t vectors, struct v_part last, size_t kernel,
                           size_t channels, const vf start[POOLED_VECTORS], const float *w, const float *corner,
                           size_t x_line, vf sum[2][4][POOLED_VECTORS]) {
    for (size_t y = 0; y < 2; y++)
        for (size_t x = 0; x < 2 * windows; x++)
            for (size_t v = 0; v < vectors; v++) sum[y][x][v] = start[v];
    for (size_t ky = 0; ky < kernel; ky++, corner += x_line)
        for (size_t kx = 0; kx < kernel; kx++, w += channels) {
            vf weight[POOLED_VECTORS];
            for (size_t v = 0; v < vectors; v++)
                weight[v] = v_load(w + v * V_LANES, v + 1 < vectors ? v_whole() : last);
            for (size_t y = 0; y < 2; y++)
                for (size_t x = 0; x < 2 * windows; x++) {
                    const vf value = v_set(corner[y * x_line + kx + x]);
                    for (size_t v = 0; v < vectors; v++) sum[y][x][v] = v_fma(value, weight[v], sum[y][x][v]);
                }
        }
}

/* What is the same for all windows of a few vectors of channels. */
struct wide {
    const struct pooled_image *image;
    const float *w;
    vf start[POOLED_VECTORS];
    struct window2x2 blank[POOLED_VECTORS];
    struct spots spots;
};

/* A line of windows: for each of its lines of inputs, and for all together, a bit for each column that is filled. */
struct wide_line {
    const float *corner;
    uint64_t filled, lines[SPOTS_KERNEL + 1];
};

V_INLINE struct wide_line wide_line_at(const struct pooled_image *p, size_t line) {
    struct wide_line at = {.corner = p->x + 2 * line * p->x_line};
    const size_t width = 2 * p->columns + p->kernel - 1;
    if (p->skips_zeros)
        for (size_t y = 0; y <= p->kernel; y++) {
            at.lines[y] = filled_columns(at.corner + y * p->x_line, p->x_line, 1, width);
            at.filled |= at.lines[y];
        }
    else if (p->skips_blanks) at.filled = filled_columns(at.corner, p->x_line, p->kernel + 1, width);
    return at;
}

/* The maxima of one or two windows beside each other, and where they were. */
V_INLINE void wide_maxima(const size_t windows, const size_t vectors, struct v_part last, const struct wide *wide,
                          const struct wide_line *line, size_t column, struct window2x2 window[2][POOLED_VECTORS]) {
    const struct pooled_image *p = wide->image;
    if (p->skips_blanks && !any_column(line->filled, 2 * column, p->kernel + 1 + 2 * (windows - 1))) {
        for (size_t i = 0; i < windows; i++)
            for (size_t v = 0; v < vectors; v++) window[i][v] = wide->blank[v];
        return;
    }
    uint64_t inputs[2];
    bool pays = p->skips_zeros;
    for (size_t i = 0; i < windows && pays; i++) {
        inputs[i] = spots_in(line->lines, p->kernel, 2 * (column + i));
        pays = spots_pay(inputs[i], p->kernel);
    }
    for (size_t i = 0; i < windows && pays; i++) {
        vf sum[4][POOLED_VECTORS];
        spots_window(vectors, &wide->spots, inputs[i], line->corner + 2 * (column + i), wide->start, sum);
        for (size_t v = 0; v < vectors; v++)
            window[i][v] = window_of(p->relu, sum[0][v], sum[1][v], sum[2][v], sum[3][v]);
    }
    if (pays) return;
    vf sum[2][4][POOLED_VECTORS];
    wide_windows(windows, vectors, last, p->kernel, p->channels, wide->start, wide->w, line->corner + 2 * column,
                 p->x_line, sum);
    for (size_t i = 0; i < windows; i++)
        for (size_t v = 0; v < vectors; v++)
            window[i][v] =
                window_of(p->relu, sum[0][2 * i][v], sum[0][2 * i + 1][v], sum[1][2 * i][v], sum[1][2 * i + 1][v]);
}

V_INLINE void wide_put(const size_t windows, const size_t vectors, const bool keeps, struct v_part last,
                       const struct wide *wide, const struct wide_line *line, size_t column, float *y,
                       uint8_t *record) {
    const size_t channels = wide->image->channels;
    struct window2x2 window[2][POOLED_VECTORS];
    wide_maxima(windows, vectors, last, wide, line, column, window);
    for (size_t i = 0; i < windows; i++)
        for (size_t v = 0; v < vectors; v++)
            put_window(keeps, v + 1 < vectors ? v_whole() : last, window[i][v], y + i * channels + v * V_LANES,
                       keeps ? record + i * channels + v * V_LANES : record);
}

V_INLINE void wide_channels(const size_t vectors, const bool keeps, struct v_part last, const struct pooled_image *p,
                            const float *w, const float *bias, float *y, uint8_t *record) {
    const size_t channels = p->channels;
    struct wide wide;
    wide.image = p, wide.w = w;
    for (size_t v = 0; v < vectors; v++) {
        wide.start[v] = bias ? v_load(bias + v * V_LANES, v + 1 < vectors ? v_whole() : last) : v_zero();
        wide.blank[v] = window_of(p->relu, wide.start[v], wide.start[v], wide.start[v], wide.start[v]);
    }
    if (p->skips_zeros) spots_prepare(vectors, last, p->kernel, channels, p->x_line, w, &wide.spots);
    for (size_t i = 0; i < p->lines; i++) {
        const struct wide_line line = wide_line_at(p, i);
        size_t column = 0;
        for (; column + WIDE_WINDOWS <= p->columns; column += WIDE_WINDOWS) {
            wide_put(WIDE_WINDOWS, vectors, keeps, last, &wide, &line, column, y, record);
            y += WIDE_WINDOWS * channels;
            if (keeps) record += WIDE_WINDOWS * channels;
        }
        for (; WIDE_WINDOWS > 1 && column < p->columns; column++) {
            wide_put(1, vectors, keeps, last, &wide, &line, column, y, record);
            y += channels;
            if (keeps) record += channels;
        }
    }
}

/* ---- All channels ---- */

V_INLINE void pooled_channels(const size_t vectors, const bool keeps, struct v_part last, const struct pooled_image *p,
                              const float *w, const float *bias, float *y, uint8_t *record) {
    if (p->kernel == 3 && NINE_VECTORS > 0) nine_channels(vectors, keeps, last, p, w, bias, y, record);
    else wide_channels(vectors, keeps, last, p, w, bias, y, record);
}

V_INLINE void pooled_run(const bool keeps, const struct pooled_image *p, const float *w, const float *bias, float *y,
                         uint8_t *record) {
    const size_t together = (p->kernel == 3 && NINE_VECTORS > 0 ? NINE_VECTORS : WIDE_VECTORS) * V_LANES;
    for (size_t c = 0; c < p->channels; c += together) {
        const size_t left = p->channels - c < together ? p->channels - c : together;
        const float *start = bias ? bias + c : bias;
        uint8_t *places = record ? record + c : record;
        if (left == POOLED_VECTORS * V_LANES)
            pooled_channels(POOLED_VECTORS, keeps, v_whole(), p, w + c, start, y + c, places);
        else if (left > V_LANES)
            pooled_channels(POOLED_VECTORS, keeps, v_first(left - (POOLED_VECTORS - 1) * V_LANES), p, w + c, start,
                            y + c, places);
        else pooled_channels(1, keeps, left == V_LANES ? v_whole() : v_first(left), p, w + c, start, y + c, places);
    }
}

V_TARGET static void V_NAME(conv2d_pooled_f32)(size_t kernel, size_t lines, size_t columns, size_t channels,
                                               const float *x, size_t x_line, const float *w, const float *bias,
                                               bool relu, float *y, uint8_t *record) {
    const bool skips_blanks = 2 * columns + kernel - 1 <= 64 && v_all_finite(kernel * kernel * channels, w);
    const bool skips_zeros = skips_blanks && kernel >= SPOTS_FROM && kernel <= SPOTS_KERNEL &&
                             v_all_finite((2 * lines + kernel - 2) * x_line + 2 * columns + kernel - 1, x);
    const struct pooled_image image = {kernel, lines, columns, channels, x, x_line, relu, skips_blanks, skips_zeros};
    if (record) pooled_run(true, &image, w, bias, y, record);
    else pooled_run(false, &image, w, bias, y, record);
}
