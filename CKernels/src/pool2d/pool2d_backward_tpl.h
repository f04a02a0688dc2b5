/* Pooling backward on vectors of channels, included after pool2d_tpl.h: every input pixel gathers from the windows that
 * cover it, in their order, so it is written once and rows are independent. Averages have no record. */

/* An output that hands its gradient to pixels of its window. */
struct giver {
    const float *dy; /* its first channel */
    const char *record;
    float pixels;  /* of the window inside the image */
    int32_t place; /* in the window, of the pixel in question */
};

V_INLINE struct giver giver_at(const float *dy, enum record_kind kind, const void *record, size_t out) {
    const size_t bytes = kind == RECORD_BYTES ? 1 : 4;
    return (struct giver){.dy = dy + out, .record = kind == RECORD_NONE ? NULL : (const char *)record + bytes * out};
}

V_INLINE vf gradient_of(const struct giver *g, enum record_kind kind, size_t c, struct v_part part) {
    const vf gradient = v_load(g->dy + c, part);
    return kind == RECORD_NONE ? v_div(gradient, v_set(g->pixels)) : gradient;
}

V_INLINE vi winners_of(const struct giver *g, enum record_kind kind, size_t c, struct v_part part) {
    if (kind == RECORD_NONE) return vi_set(0);
    return kind == RECORD_BYTES ? vi_load_bytes((const uint8_t *)g->record + c, part)
                                : vi_load(g->record + 4 * c, part);
}

V_INLINE vf passed_to(int32_t place, enum record_kind kind, vi winners, vf gradient) {
    return kind == RECORD_NONE ? gradient : v_keep(vi_equal(winners, vi_set(place)), gradient);
}

/* ---- Windows that do not overlap: a pixel has one giver or none. ---- */

/* `columns` neighbouring pixels in one row of a window, the first at g->place. */
V_INLINE void give_part(const struct giver *g, enum record_kind kind, size_t columns, size_t channels, size_t c,
                        struct v_part part, float *dx) {
    const vf gradient = gradient_of(g, kind, c, part);
    const vi winners = winners_of(g, kind, c, part);
    for (size_t j = 0; j < columns; j++)
        v_store(dx + j * channels + c, part, passed_to(g->place + (int32_t)j, kind, winners, gradient));
}

V_INLINE void give(const struct giver *g, enum record_kind kind, size_t columns, size_t channels, float *dx) {
    size_t c = 0;
    for (; c + V_LANES <= channels; c += V_LANES) give_part(g, kind, columns, channels, c, v_whole(), dx);
    if (c < channels) give_part(g, kind, columns, channels, c, v_first(channels - c), dx);
}

/* `ys` is the one output row that covers the row, or none. */
V_INLINE void separate_row(const ck_pool2d_shape *s, size_t iy, struct ck_extent ys, const float *dy,
                           enum record_kind kind, const void *record, size_t first_out, float *dx) {
    const size_t channels = s->channels;
    size_t done = 0;
    for (size_t ox = 0; ys.begin < ys.end && ox < s->out_width; ox++) {
        const struct ck_extent xs = covered_columns(s, ox), rows = covered_rows(s, ys.begin);
        struct giver g = giver_at(dy, kind, record, first_out + (ys.begin * s->out_width + ox) * channels);
        const size_t y_place = iy + s->pad_top - ys.begin * s->stride_height;
        const size_t x_place = xs.begin + s->pad_left - ox * s->stride_width;
        g.place = (int32_t)(y_place * s->window_width + x_place);
        g.pixels = (float)((rows.end - rows.begin) * (xs.end - xs.begin));
        if (done < xs.begin) memset(dx + done * channels, 0, (xs.begin - done) * channels * sizeof *dx);
        if (xs.end - xs.begin == 2) give(&g, kind, 2, channels, dx + xs.begin * channels);
        else give(&g, kind, xs.end - xs.begin, channels, dx + xs.begin * channels);
        done = xs.end;
    }
    if (done < s->in_width) memset(dx + done * channels, 0, (s->in_width - done) * channels * sizeof *dx);
}

/* ---- Windows that overlap ---- */

V_INLINE void gather_part(const ck_pool2d_shape *s, size_t iy, size_t ix, struct ck_extent ys, struct ck_extent xs,
                          const float *dy, enum record_kind kind, const void *record, size_t first_out, size_t c,
                          struct v_part part, float *dx) {
    vf sum = v_zero();
    for (size_t oy = ys.begin; oy < ys.end; oy++) {
        const size_t y_place = iy + s->pad_top - oy * s->stride_height;
        const struct ck_extent rows = covered_rows(s, oy);
        for (size_t ox = xs.begin; ox < xs.end; ox++) {
            const struct ck_extent columns = covered_columns(s, ox);
            struct giver g = giver_at(dy, kind, record, first_out + (oy * s->out_width + ox) * s->channels);
            const size_t x_place = ix + s->pad_left - ox * s->stride_width;
            g.place = (int32_t)(y_place * s->window_width + x_place);
            g.pixels = (float)((rows.end - rows.begin) * (columns.end - columns.begin));
            sum = v_add(sum, passed_to(g.place, kind, winners_of(&g, kind, c, part), gradient_of(&g, kind, c, part)));
        }
    }
    v_store(dx + c, part, sum);
}

V_INLINE void overlapping_row(const ck_pool2d_shape *s, size_t iy, struct ck_extent ys, const float *dy,
                              enum record_kind kind, const void *record, size_t first_out, float *dx) {
    const size_t channels = s->channels;
    for (size_t ix = 0; ix < s->in_width; ix++, dx += channels) {
        const struct ck_extent xs = ck_pool2d_covering(ix, s->stride_width, s->pad_left, s->window_width, s->out_width);
        size_t c = 0;
        for (; c + V_LANES <= channels; c += V_LANES)
            gather_part(s, iy, ix, ys, xs, dy, kind, record, first_out, c, v_whole(), dx);
        if (c < channels) gather_part(s, iy, ix, ys, xs, dy, kind, record, first_out, c, v_first(channels - c), dx);
    }
}

V_INLINE void backward_rows(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy, enum record_kind kind,
                            const void *record, float *dx) {
    const bool separate = s->stride_height >= s->window_height && s->stride_width >= s->window_width;
    for (size_t row = begin; row < end; row++) {
        const size_t iy = row % s->in_height;
        const size_t first_out = row / s->in_height * s->out_height * s->out_width * s->channels;
        const struct ck_extent ys =
            ck_pool2d_covering(iy, s->stride_height, s->pad_top, s->window_height, s->out_height);
        float *line = dx + row * s->in_width * s->channels;
        if (separate) separate_row(s, iy, ys, dy, kind, record, first_out, line);
        else overlapping_row(s, iy, ys, dy, kind, record, first_out, line);
    }
}

V_TARGET static void V_NAME(maxpool2d_backward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy,
                                                const void *record, float *dx) {
    if (ck_pool2d_wide_record(s)) backward_rows(s, begin, end, dy, RECORD_WORDS, record, dx);
    else backward_rows(s, begin, end, dy, RECORD_BYTES, record, dx);
}

V_TARGET static void V_NAME(avgpool2d_backward)(const ck_pool2d_shape *s, size_t begin, size_t end, const float *dy,
                                                float *dx) {
    backward_rows(s, begin, end, dy, RECORD_NONE, NULL, dx);
}
