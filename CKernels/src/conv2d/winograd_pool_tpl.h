/* Winograd transforms with 2 x 2 pooling fused into the outputs' side, included after winograd_tpl.h. A tile of 4 x 4
 * outputs holds exactly 2 x 2 windows. */

#include "../pool2d/window2x2.h"

V_INLINE void put_window(struct v_part part, struct window2x2 window, bool relu, float *to, uint8_t *record) {
    if (relu) window = window2x2_relu(window);
    v_store(to, part, window.maximum);
    if (record) vi_store_bytes(record, part, window.place);
}

V_INLINE void pooled_output_vector(struct v_part part, const struct winograd_window *w, const float *frequencies,
                                   size_t distance, vf bias, bool relu, float *image, uint8_t *record) {
    vf half[WINOGRAD_OUTPUT][6];
    output_columns(frequencies, distance, half);
    for (size_t y = 0; y < 2; y++) {
        vf upper[WINOGRAD_OUTPUT], lower[WINOGRAD_OUTPUT];
        output_axis(half[2 * y], upper);
        output_axis(half[2 * y + 1], lower);
        for (size_t x = 0; x < 2; x++) {
            if (y >= w->bottom || x >= w->right) continue;
            const size_t at = y * w->line + x * w->pixel;
            const struct window2x2 window = window2x2_of(v_add(upper[2 * x], bias), v_add(upper[2 * x + 1], bias),
                                                         v_add(lower[2 * x], bias), v_add(lower[2 * x + 1], bias));
            put_window(part, window, relu, image + at, record ? record + at : record);
        }
    }
}

V_TARGET static void pooled_output(const struct winograd_window *w, size_t channels, const float *frequencies,
                                   size_t distance, const float *bias, bool relu, float *image, uint8_t *record) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        const vf start = bias ? v_load(bias + c, part) : v_zero();
        uint8_t *places = record ? record + c : record;
        if (part.whole) pooled_output_vector(v_whole(), w, frequencies + c, distance, start, relu, image + c, places);
        else pooled_output_vector(part, w, frequencies + c, distance, start, relu, image + c, places);
    }
}

/* The gradients of four windows, spread over the 16 pixels and transformed. */
V_INLINE void pooled_gradient_vector(struct v_part part, const struct winograd_window *w, const float *image,
                                     const uint8_t *record, float *to, size_t distance, vf *sum) {
    vf gradient[2][2], half[6][WINOGRAD_OUTPUT];
    vi place[2][2];
    for (size_t y = 0; y < 2; y++)
        for (size_t x = 0; x < 2; x++) {
            const bool inside = y < w->bottom && x < w->right;
            const size_t at = y * w->line + x * w->pixel;
            gradient[y][x] = inside ? v_load(image + at, part) : v_zero();
            place[y][x] = inside ? vi_load_bytes(record + at, part) : vi_set(CK_POOL2D_NOWHERE);
        }
    for (size_t x = 0; x < WINOGRAD_OUTPUT; x++) {
        vf in[WINOGRAD_OUTPUT];
        for (size_t y = 0; y < WINOGRAD_OUTPUT; y++)
            in[y] = v_keep(vi_equal(place[y / 2][x / 2], vi_set((int32_t)(y % 2 * 2 + x % 2))), gradient[y / 2][x / 2]);
        output_gradient_column(in, x, half, sum);
    }
    finish_output_gradient(half, to, distance);
}

V_TARGET static void pooled_gradient(const struct winograd_window *w, size_t channels, const float *image,
                                     const uint8_t *record, float *frequencies, size_t distance, float *sums) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        if (sums) {
            vf sum = v_zero();
            pooled_gradient_vector(part, w, image + c, record + c, frequencies + c, distance, &sum);
            v_store(sums + c, v_whole(), v_add(v_load(sums + c, v_whole()), sum));
        } else if (part.whole)
            pooled_gradient_vector(v_whole(), w, image + c, record + c, frequencies + c, distance, NULL);
        else pooled_gradient_vector(part, w, image + c, record + c, frequencies + c, distance, NULL);
    }
}
