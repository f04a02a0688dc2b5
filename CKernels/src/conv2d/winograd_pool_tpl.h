/* Winograd transforms with 2 x 2 pooling fused into the outputs' side, included after winograd_tpl.h. A tile of 4 x 4
 * outputs holds exactly 2 x 2 windows. */

#include "../pool2d/window2x2.h"

V_INLINE void put_window(struct v_part part, struct window2x2 window, bool relu, float *to, uint8_t *record) {
    if (relu) window = window2x2_relu(window);
    v_store(to, part, window.maximum);
    if (record) vi_store_bytes(record, part, window.place);
}

V_INLINE void pooled_output_vector(const struct points points, struct v_part part, const struct winograd_window *w,
                                   const float *frequencies, size_t distance, vf bias, bool relu, float *image,
                                   uint8_t *record) {
    vf half[WINOGRAD_OUTPUT][WINOGRAD_POINTS];
    output_columns(points, frequencies, distance, half);
    for (size_t y = 0; 2 * y + WINOGRAD_OVERLAP < points.down; y++) {
        vf upper[WINOGRAD_OUTPUT], lower[WINOGRAD_OUTPUT];
        output_axis(points.across, half[2 * y], upper);
        output_axis(points.across, half[2 * y + 1], lower);
        for (size_t x = 0; 2 * x + WINOGRAD_OVERLAP < points.across; x++) {
            const size_t at = y * w->line + x * w->pixel;
            const struct window2x2 window = window2x2_of(v_add(upper[2 * x], bias), v_add(upper[2 * x + 1], bias),
                                                         v_add(lower[2 * x], bias), v_add(lower[2 * x + 1], bias));
            put_window(part, window, relu, image + at, record ? record + at : record);
        }
    }
}

V_INLINE void pooled_output_of(const struct points points, const struct winograd_window *w, size_t channels,
                               const float *frequencies, size_t distance, const float *bias, bool relu, float *image,
                               uint8_t *record) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        const vf start = bias ? v_load(bias + c, part) : v_zero();
        uint8_t *places = record ? record + c : record;
        if (part.whole)
            pooled_output_vector(points, v_whole(), w, frequencies + c, distance, start, relu, image + c, places);
        else pooled_output_vector(points, part, w, frequencies + c, distance, start, relu, image + c, places);
    }
}

V_TARGET static void pooled_output(const struct winograd_window *w, size_t channels, const float *frequencies,
                                   size_t distance, const float *bias, bool relu, float *image, uint8_t *record) {
#define CALL(points) pooled_output_of(points, w, channels, frequencies, distance, bias, relu, image, record)
    BY_POINTS(w, CALL);
#undef CALL
}

/* The gradients of the windows, spread over their pixels and transformed. */
V_INLINE void pooled_gradient_vector(const struct points points, struct v_part part, const struct winograd_window *w,
                                     const float *image, const uint8_t *record, float *to, size_t distance, vf *sum) {
    vf gradient[2][2];
    vi place[2][2];
    struct gradient_lines half;
    for (size_t y = 0; 2 * y + WINOGRAD_OVERLAP < points.down; y++)
        for (size_t x = 0; 2 * x + WINOGRAD_OVERLAP < points.across; x++) {
            const size_t at = y * w->line + x * w->pixel;
            gradient[y][x] = v_load(image + at, part);
            place[y][x] = vi_load_bytes(record + at, part);
        }
    for (size_t x = 0; x + WINOGRAD_OVERLAP < points.across; x++) {
        vf in[WINOGRAD_OUTPUT];
        for (size_t y = 0; y + WINOGRAD_OVERLAP < points.down; y++)
            in[y] = v_keep(vi_equal(place[y / 2][x / 2], vi_set((int32_t)(y % 2 * 2 + x % 2))), gradient[y / 2][x / 2]);
        output_gradient_column(points, in, x, &half, sum);
    }
    finish_output_gradient(points, &half, to, distance);
}

V_INLINE void pooled_gradient_of(const struct points points, const struct winograd_window *w, size_t channels,
                                 const float *image, const uint8_t *record, float *frequencies, size_t distance,
                                 float *sums) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        float *to = frequencies + c;
        if (sums) {
            vf sum = v_zero();
            pooled_gradient_vector(points, part, w, image + c, record + c, to, distance, &sum);
            v_store(sums + c, v_whole(), v_add(v_load(sums + c, v_whole()), sum));
        } else if (part.whole) pooled_gradient_vector(points, v_whole(), w, image + c, record + c, to, distance, NULL);
        else pooled_gradient_vector(points, part, w, image + c, record + c, to, distance, NULL);
    }
}

V_TARGET static void pooled_gradient(const struct winograd_window *w, size_t channels, const float *image,
                                     const uint8_t *record, float *frequencies, size_t distance, float *sums) {
#define CALL(points) pooled_gradient_of(points, w, channels, image, record, frequencies, distance, sums)
    BY_POINTS(w, CALL);
#undef CALL
}
