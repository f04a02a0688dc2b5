/* Pooling on vectors of channels: the body of pool2d_avx2.c and pool2d_avx512.c. */

#include <string.h>

V_INLINE struct ck_extent covered_rows(const ck_pool2d_shape *s, size_t oy) {
    return ck_pool2d_covered(oy, s->stride_height, s->pad_top, s->window_height, s->in_height);
}

V_INLINE struct ck_extent covered_columns(const ck_pool2d_shape *s, size_t ox) {
    return ck_pool2d_covered(ox, s->stride_width, s->pad_left, s->window_width, s->in_width);
}

/* ---- Forward: a window's part inside the image, `rows` x `columns` pixels from x on. ---- */

struct window {
    size_t rows, columns;
    size_t row_step, pixel_step; /* floats between rows, between pixels */
    size_t place, width;         /* the first pixel's place in the whole window; the whole window's columns */
};

enum record_kind { RECORD_NONE, RECORD_BYTES, RECORD_WORDS };

V_INLINE void max_part(const float *x, const struct window *w, size_t rows, size_t columns, struct v_part part,
                       float *y, enum record_kind kind, void *record) {
    vf best = v_load(x, part);
    vi place = vi_set((int32_t)w->place);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            if (i == 0 && j == 0) continue;
            const vf candidate = v_load(x + i * w->row_step + j * w->pixel_step, part);
            /* Larger, or not a number; but the first NaN stays. */
            const vm wins = vm_and_not(v_not_at_most(candidate, best), v_is_nan(best));
            best = v_select(wins, candidate, best);
            if (kind != RECORD_NONE) place = vi_select(wins, vi_set((int32_t)(w->place + i * w->width + j)), place);
        }
    v_store(y, part, best);
    if (kind == RECORD_BYTES) vi_store_bytes(record, part, place);
    if (kind == RECORD_WORDS) vi_store(record, part, place);
}

/* All channels of one output; `out` is its first element. */
V_INLINE void max_window(const float *x, const struct window *w, size_t rows, size_t columns, size_t channels,
                         size_t out, float *y, enum record_kind kind, void *record) {
    const size_t bytes = kind == RECORD_BYTES ? 1 : 4;
    char *places = kind == RECORD_NONE ? NULL : (char *)record + out * bytes;
    size_t c = 0;
    for (; c + V_LANES <= channels; c += V_LANES)
        max_part(x + c, w, rows, columns, v_whole(), y + out + c, kind, places ? places + c * bytes : NULL);
    if (c < channels)
        max_part(x + c, w, rows, columns, v_first(channels - c), y + out + c, kind, places ? places + c * bytes : NULL);
}

V_INLINE void max_rows(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x, float *y,
                       enum record_kind kind, void *record) {
    const size_t channels = s->channels;
    struct window w = {.row_step = s->in_width * channels, .pixel_step = channels, .width = s->window_width};
    for (size_t row = begin; row < end; row++) {
        const size_t oy = row % s->out_height;
        const float *image = x + row / s->out_height * s->in_height * w.row_step;
        const struct ck_extent ys = covered_rows(s, oy);
        const size_t above = ys.begin + s->pad_top - oy * s->stride_height; /* rows of the window outside the image */
        w.rows = ys.end - ys.begin;
        for (size_t ox = 0; ox < s->out_width; ox++) {
            const struct ck_extent xs = covered_columns(s, ox);
            const float *first = image + ys.begin * w.row_step + xs.begin * channels;
            const size_t out = (row * s->out_width + ox) * channels;
            w.columns = xs.end - xs.begin;
            w.place = above * w.width + xs.begin + s->pad_left - ox * s->stride_width;
            if (w.rows == 2 && w.columns == 2) max_window(first, &w, 2, 2, channels, out, y, kind, record);
            else max_window(first, &w, w.rows, w.columns, channels, out, y, kind, record);
        }
    }
}

V_TARGET static void V_NAME(maxpool2d_forward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x,
                                               float *y, void *record) {
    if (!record) max_rows(s, begin, end, x, y, RECORD_NONE, NULL);
    else if (ck_pool2d_wide_record(s)) max_rows(s, begin, end, x, y, RECORD_WORDS, record);
    else max_rows(s, begin, end, x, y, RECORD_BYTES, record);
}

V_INLINE void max_line_part(size_t channels, const float *upper, const float *lower, struct v_part part, bool relu,
                            float *y, uint8_t *record) {
    struct window2x2 window = window2x2_of(v_load(upper, part), v_load(upper + channels, part), v_load(lower, part),
                                           v_load(lower + channels, part));
    if (relu) window = window2x2_relu(window);
    v_store(y, part, window.maximum);
    if (record) vi_store_bytes(record, part, window.place);
}

V_TARGET static void V_NAME(maxpool2d_line)(size_t columns, size_t channels, const float *upper, const float *lower,
                                            bool relu, float *y, uint8_t *record) {
    for (size_t column = 0; column < columns; column++) {
        size_t c = 0;
        for (; c + V_LANES <= channels; c += V_LANES)
            max_line_part(channels, upper + c, lower + c, v_whole(), relu, y + c, record ? record + c : record);
        if (c < channels)
            max_line_part(channels, upper + c, lower + c, v_first(channels - c), relu, y + c,
                          record ? record + c : record);
        upper += 2 * channels, lower += 2 * channels, y += channels;
        if (record) record += channels;
    }
}

/* Each row of the window is summed by itself: sums stay short. */
V_INLINE void average_part(const float *x, const struct window *w, struct v_part part, float *y) {
    vf sum = v_zero();
    for (size_t i = 0; i < w->rows; i++) {
        vf line = v_load(x + i * w->row_step, part);
        for (size_t j = 1; j < w->columns; j++)
            line = v_add(line, v_load(x + i * w->row_step + j * w->pixel_step, part));
        sum = v_add(sum, line);
    }
    v_store(y, part, v_div(sum, v_set((float)(w->rows * w->columns))));
}

V_TARGET static void V_NAME(avgpool2d_forward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *x,
                                               float *y) {
    const size_t channels = s->channels, line = s->in_width * channels;
    for (size_t row = begin; row < end; row++) {
        const float *image = x + row / s->out_height * s->in_height * line;
        const struct ck_extent ys = covered_rows(s, row % s->out_height);
        for (size_t ox = 0; ox < s->out_width; ox++) {
            const struct ck_extent xs = covered_columns(s, ox);
            const struct window w = {
                .rows = ys.end - ys.begin, .columns = xs.end - xs.begin, .row_step = line, .pixel_step = channels};
            const float *first = image + ys.begin * line + xs.begin * channels;
            float *out = y + (row * s->out_width + ox) * channels;
            size_t c = 0;
            for (; c + V_LANES <= channels; c += V_LANES) average_part(first + c, &w, v_whole(), out + c);
            if (c < channels) average_part(first + c, &w, v_first(channels - c), out + c);
        }
    }
}
