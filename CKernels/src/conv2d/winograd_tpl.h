/* Body of the Winograd transforms, in the vocabulary of vector_avx2.h and vector_avx512.h: the includer brings one. */

#include "winograd_axes.h"
#include "winograd_window_tpl.h"

/* Short tiles have the first points and the last. */
V_INLINE size_t frequency(struct points points, size_t y, size_t x) {
    const size_t line = points.down == WINOGRAD_SHORT && y + 1 == WINOGRAD_SHORT ? WINOGRAD_POINTS - 1 : y;
    return line * WINOGRAD_POINTS +
           (points.across == WINOGRAD_SHORT && x + 1 == WINOGRAD_SHORT ? WINOGRAD_POINTS - 1 : x);
}

/* ---- To frequencies ---- */

/* Two lines of frequencies at a time, from inputs that are read again for each: all six would not fit the registers. */
V_INLINE void input_lines(const struct points points, size_t first, size_t second, struct grid grid, const float *image,
                          float *to, size_t distance) {
    vf half[2][WINOGRAD_POINTS];
    for (size_t x = 0; x < points.across; x++) {
        vf in[WINOGRAD_POINTS], out[WINOGRAD_POINTS];
        for (size_t y = 0; y < points.down; y++) in[y] = v_load(image + y * grid.line + x * grid.pixel, v_whole());
        input_axis(points.down, in, out);
        half[0][x] = out[first];
        half[1][x] = out[second];
    }
    for (size_t i = 0; i < 2; i++) {
        vf out[WINOGRAD_POINTS];
        input_axis(points.across, half[i], out);
        for (size_t x = 0; x < points.across; x++)
            v_store(to + frequency(points, i == 0 ? first : second, x) * distance, v_whole(), out[x]);
    }
}

V_INLINE void input_vector(const struct points points, struct grid grid, const float *image, float *to,
                           size_t distance) {
    input_lines(points, 0, points.down - 1, grid, image, to, distance);
    input_lines(points, 1, 2, grid, image, to, distance);
    if (points.down == WINOGRAD_POINTS) input_lines(points, 3, 4, grid, image, to, distance);
}

/* Between the two axes. */
struct gradient_lines {
    vf of[WINOGRAD_POINTS][WINOGRAD_OUTPUT];
};

/* A column of an output gradient, whose pixels are added to `sum` unless that is null. */
V_INLINE void output_gradient_column(const struct points points, const vf in[WINOGRAD_OUTPUT], size_t x,
                                     struct gradient_lines *half, vf *sum) {
    vf out[WINOGRAD_POINTS];
    output_gradient_axis(points.down, in, out);
    for (size_t y = 0; y < points.down; y++) half->of[y][x] = out[y];
    if (!sum) return;
    vf all = v_add(in[0], in[1]);
    if (points.down == WINOGRAD_POINTS) all = v_add(all, v_add(in[2], in[3]));
    *sum = v_add(*sum, all);
}

V_INLINE void finish_output_gradient(const struct points points, const struct gradient_lines *half, float *to,
                                     size_t distance) {
    for (size_t y = 0; y < points.down; y++) {
        vf out[WINOGRAD_POINTS];
        output_gradient_axis(points.across, half->of[y], out);
        for (size_t x = 0; x < points.across; x++) v_store(to + frequency(points, y, x) * distance, v_whole(), out[x]);
    }
}

V_INLINE void output_gradient_vector(const struct points points, struct grid grid, const float *image, float *to,
                                     size_t distance, vf *sum) {
    struct gradient_lines half;
    for (size_t x = 0; x + WINOGRAD_OVERLAP < points.across; x++) {
        vf in[WINOGRAD_OUTPUT];
        for (size_t y = 0; y + WINOGRAD_OVERLAP < points.down; y++)
            in[y] = v_load(image + y * grid.line + x * grid.pixel, v_whole());
        output_gradient_column(points, in, x, &half, sum);
    }
    finish_output_gradient(points, &half, to, distance);
}

/* A vector of channels, from the image or from a whole window of its own. */
#define VECTOR_FROM(w, less, channels, c, image, own_grid, own)                                                        \
    const bool in_place = is_whole(w, less) && (c) + V_LANES <= (channels);                                            \
    const struct grid grid = in_place ? (struct grid){(w)->line, (w)->pixel} : (own_grid);                             \
    const float *const from = in_place ? (image) + (c) : (own);                                                        \
    if (!in_place) gather(w, less, part_of((channels) - (c)), (image) + (c), own_grid, own)

V_INLINE void input_of(const struct points points, const struct winograd_window *w, size_t channels, const float *image,
                       float *frequencies, size_t distance) {
    OWN_WINDOW(own, WINOGRAD_POINTS);
    for (size_t c = 0; c < channels; c += V_LANES) {
        VECTOR_FROM(w, 0, channels, c, image, OWN_GRID(WINOGRAD_POINTS), own);
        input_vector(points, grid, from, frequencies + c, distance);
    }
}

V_TARGET static void input(const struct winograd_window *w, size_t channels, const float *image, float *frequencies,
                           size_t distance) {
#define CALL(points) input_of(points, w, channels, image, frequencies, distance)
    BY_POINTS(w, CALL);
#undef CALL
}

V_INLINE void output_gradient_of(const struct points points, const struct winograd_window *w, size_t channels,
                                 const float *image, float *frequencies, size_t distance, float *sums) {
    OWN_WINDOW(own, WINOGRAD_OUTPUT);
    for (size_t c = 0; c < channels; c += V_LANES) {
        VECTOR_FROM(w, WINOGRAD_OVERLAP, channels, c, image, OWN_GRID(WINOGRAD_OUTPUT), own);
        if (sums) {
            vf sum = v_zero();
            output_gradient_vector(points, grid, from, frequencies + c, distance, &sum);
            v_store(sums + c, v_whole(), v_add(v_load(sums + c, v_whole()), sum));
        } else output_gradient_vector(points, grid, from, frequencies + c, distance, NULL);
    }
}

V_TARGET static void output_gradient(const struct winograd_window *w, size_t channels, const float *image,
                                     float *frequencies, size_t distance, float *sums) {
#define CALL(points) output_gradient_of(points, w, channels, image, frequencies, distance, sums)
    BY_POINTS(w, CALL);
#undef CALL
}

/* ---- From frequencies ---- */

/* The first axis of outputs. */
V_INLINE void output_columns(const struct points points, const float *frequencies, size_t distance,
                             vf half[WINOGRAD_OUTPUT][WINOGRAD_POINTS]) {
    for (size_t x = 0; x < points.across; x++) {
        vf in[WINOGRAD_POINTS], out[WINOGRAD_OUTPUT];
        for (size_t y = 0; y < points.down; y++)
            in[y] = v_load(frequencies + frequency(points, y, x) * distance, v_whole());
        output_axis(points.down, in, out);
        for (size_t y = 0; y + WINOGRAD_OVERLAP < points.down; y++) half[y][x] = out[y];
    }
}

V_INLINE void output_vector(const struct points points, const float *frequencies, size_t distance, vf bias, vf floor,
                            struct grid grid, float *image) {
    vf half[WINOGRAD_OUTPUT][WINOGRAD_POINTS];
    output_columns(points, frequencies, distance, half);
    for (size_t y = 0; y + WINOGRAD_OVERLAP < points.down; y++, image += grid.line) {
        vf out[WINOGRAD_OUTPUT];
        output_axis(points.across, half[y], out);
        for (size_t x = 0; x + WINOGRAD_OVERLAP < points.across; x++)
            v_store(image + x * grid.pixel, v_whole(), v_max(floor, v_add(out[x], bias)));
    }
}

V_INLINE void output_of(const struct points points, const struct winograd_window *w, size_t channels,
                        const float *frequencies, size_t distance, const float *bias, bool relu, float *image) {
    const vf floor = relu ? v_zero() : v_set(-__builtin_inff());
    OWN_WINDOW(own, WINOGRAD_OUTPUT);
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        const bool in_place = is_whole(w, WINOGRAD_OVERLAP) && part.whole;
        const struct grid grid = in_place ? (struct grid){w->line, w->pixel} : OWN_GRID(WINOGRAD_OUTPUT);
        output_vector(points, frequencies + c, distance, bias ? v_load(bias + c, part) : v_zero(), floor, grid,
                      in_place ? image + c : own);
        if (!in_place) scatter(w, false, part, own, grid, image + c);
    }
}

V_TARGET static void output(const struct winograd_window *w, size_t channels, const float *frequencies, size_t distance,
                            const float *bias, bool relu, float *image) {
#define CALL(points) output_of(points, w, channels, frequencies, distance, bias, relu, image)
    BY_POINTS(w, CALL);
#undef CALL
}

/* Two lines of the image at a time, as above. */
V_INLINE void input_gradient_lines(const struct points points, size_t first, size_t second, const float *frequencies,
                                   size_t distance, const struct winograd_window *w, struct grid grid, float *image) {
    vf half[2][WINOGRAD_POINTS];
    for (size_t x = 0; x < points.across; x++) {
        vf in[WINOGRAD_POINTS], out[WINOGRAD_POINTS];
        for (size_t y = 0; y < points.down; y++)
            in[y] = v_load(frequencies + frequency(points, y, x) * distance, v_whole());
        input_gradient_axis(points.down, in, out);
        half[0][x] = out[first];
        half[1][x] = out[second];
    }
    for (size_t i = 0; i < 2; i++) {
        const size_t y = i == 0 ? first : second;
        vf out[WINOGRAD_POINTS];
        input_gradient_axis(points.across, half[i], out);
        for (size_t x = 0; x < points.across; x++) {
            float *to = image + y * grid.line + x * grid.pixel;
            v_store(to, v_whole(), is_shared(w, y, x) ? v_add(v_load(to, v_whole()), out[x]) : out[x]);
        }
    }
}

V_INLINE void input_gradient_of(const struct points points, const struct winograd_window *w, size_t channels,
                                const float *frequencies, size_t distance, float *image) {
    const struct winograd_window alone = {0};
    OWN_WINDOW(own, WINOGRAD_POINTS);
    for (size_t c = 0; c < channels; c += V_LANES) {
        const bool in_place = is_whole(w, 0) && c + V_LANES <= channels;
        const struct grid grid = in_place ? (struct grid){w->line, w->pixel} : OWN_GRID(WINOGRAD_POINTS);
        const struct winograd_window *sharing = in_place ? w : &alone;
        float *to = in_place ? image + c : own;
        if (points.down == WINOGRAD_POINTS) {
            input_gradient_lines(points, 0, 5, frequencies + c, distance, sharing, grid, to);
            input_gradient_lines(points, 1, 3, frequencies + c, distance, sharing, grid, to);
            input_gradient_lines(points, 2, 4, frequencies + c, distance, sharing, grid, to);
        } else {
            input_gradient_lines(points, 0, 2, frequencies + c, distance, sharing, grid, to);
            input_gradient_lines(points, 1, 3, frequencies + c, distance, sharing, grid, to);
        }
        if (!in_place) scatter(w, true, part_of(channels - c), own, grid, image + c);
    }
}

V_TARGET static void input_gradient(const struct winograd_window *w, size_t channels, const float *frequencies,
                                    size_t distance, float *image) {
#define CALL(points) input_gradient_of(points, w, channels, frequencies, distance, image)
    BY_POINTS(w, CALL);
#undef CALL
}
