/* Convolution of images with one channel by 3 x 3 kernels with 2 x 2 maximum pooling behind it, in the vocabulary of
 * vector_avx2.h or vector_avx512.h: the weights stay in registers, and so do the four sums of a window, of which only
 * the maximum is written. The file that includes this says how many vectors of channels fit: NINE_VECTORS. */

#include "../pool2d/window2x2.h"

struct nine {
    size_t lines, columns, channels; /* of the pooled images */
    const float *x;
    size_t x_line;
    bool relu;
};

/* Each sum begins with the bias and takes the taps in order, as without pooling. */
V_INLINE void nine_window(const size_t vectors, const vf weight[9][NINE_VECTORS], const vf start[NINE_VECTORS],
                          const float *corner, size_t x_line, vf sum[4][NINE_VECTORS]) {
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
V_INLINE void nine_channels(const size_t vectors, const bool keeps, struct v_part last, const struct nine *n,
                            const float *w, const float *bias, float *y, uint8_t *record) {
    vf weight[9][NINE_VECTORS], start[NINE_VECTORS];
    for (size_t v = 0; v < vectors; v++) {
        const struct v_part part = v + 1 < vectors ? v_whole() : last;
        start[v] = bias ? v_load(bias + v * V_LANES, part) : v_zero();
        for (size_t tap = 0; tap < 9; tap++) weight[tap][v] = v_load(w + tap * n->channels + v * V_LANES, part);
    }
    for (size_t line = 0; line < n->lines; line++) {
        const float *corner = n->x + 2 * line * n->x_line;
        for (size_t column = 0; column < n->columns; column++, corner += 2, y += n->channels) {
            vf sum[4][NINE_VECTORS];
            nine_window(vectors, weight, start, corner, n->x_line, sum);
            for (size_t v = 0; v < vectors; v++) {
                const struct v_part part = v + 1 < vectors ? v_whole() : last;
                struct window2x2 window = window2x2_of(sum[0][v], sum[1][v], sum[2][v], sum[3][v]);
                if (n->relu) window = window2x2_relu(window);
                v_store(y + v * V_LANES, part, window.maximum);
                if (keeps) vi_store_bytes(record + v * V_LANES, part, window.place);
            }
            if (keeps) record += n->channels;
        }
    }
}

V_INLINE void nine_run(const bool keeps, const struct nine *n, const float *w, const float *bias, float *y,
                       uint8_t *record) {
    const size_t together = NINE_VECTORS * V_LANES;
    for (size_t c = 0; c < n->channels; c += together) {
        const size_t left = n->channels - c;
        const float *start = bias ? bias + c : bias;
        uint8_t *places = record ? record + c : record;
        if (left >= together) nine_channels(NINE_VECTORS, keeps, v_whole(), n, w + c, start, y + c, places);
        else if (left > V_LANES)
            nine_channels(NINE_VECTORS, keeps, v_first(left - (NINE_VECTORS - 1) * V_LANES), n, w + c, start, y + c,
                          places);
        else nine_channels(1, keeps, left == V_LANES ? v_whole() : v_first(left), n, w + c, start, y + c, places);
    }
}

V_TARGET static void V_NAME(conv2d_pooled_nine_f32)(size_t lines, size_t columns, size_t channels, const float *x,
                                                    size_t x_line, const float *w, const float *bias, bool relu,
                                                    float *y, uint8_t *record) {
    const struct nine nine = {lines, columns, channels, x, x_line, relu};
    if (record) nine_run(true, &nine, w, bias, y, record);
    else nine_run(false, &nine, w, bias, y, record);
}
