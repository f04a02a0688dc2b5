/* 3 x 3 kernels on images with one channel, with pooling: the weights stay in registers too. Included by
 * pooled_forward_tpl.h. */

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

V_INLINE void pooled_nine(const bool keeps, const struct pooled_image *p, size_t channels, const float *w,
                          const float *bias, float *y, uint8_t *record) {
    if (channels == POOLED_VECTORS * V_LANES) nine_channels(POOLED_VECTORS, keeps, v_whole(), p, w, bias, y, record);
    else if (channels > V_LANES)
        nine_channels(POOLED_VECTORS, keeps, v_first(channels - (POOLED_VECTORS - 1) * V_LANES), p, w, bias, y, record);
    else nine_channels(1, keeps, channels == V_LANES ? v_whole() : v_first(channels), p, w, bias, y, record);
}
