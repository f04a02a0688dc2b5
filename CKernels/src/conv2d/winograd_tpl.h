/* Body of the Winograd transforms, in the vocabulary of vector_avx2.h and vector_avx512.h: the includer brings one. */

#include "winograd_axes.h"

V_INLINE struct v_part part_of(size_t channels) { return channels >= V_LANES ? v_whole() : v_first(channels); }

/* How a vector of a window's pixels lies in memory: floats from line to line and from pixel to pixel. */
struct grid {
    size_t line, pixel;
};

/* A window that reaches beyond the image, or whose channels fill no vector, passes through one that has all pixels. */
#define OWN_GRID(size) ((struct grid){(size)*V_LANES, V_LANES})
#define OWN_WINDOW(name, size) _Alignas(64) float name[(size) * (size)*V_LANES]

V_INLINE bool is_whole(const struct winograd_window *w, size_t size) {
    return w->bottom - w->top == size && w->right - w->left == size;
}

V_INLINE bool is_inside(const struct winograd_window *w, size_t y, size_t x) {
    return y >= w->top && y < w->bottom && x >= w->left && x < w->right;
}

V_INLINE size_t offset_of(const struct winograd_window *w, size_t y, size_t x) {
    return (y - w->top) * w->line + (x - w->left) * w->pixel;
}

/* Whether tiles before this one have written to a pixel, so that it is to be added to. */
V_INLINE bool is_shared(const struct winograd_window *w, size_t y, size_t x) {
    return (y < WINOGRAD_OVERLAP && y < w->shared_lines) || (x < WINOGRAD_OVERLAP && x < w->shared_columns);
}

__attribute__((noinline)) V_TARGET static void gather(const struct winograd_window *w, size_t size, struct v_part part,
                                                      const float *image, float *own) {
    for (size_t y = 0; y < size; y++)
        for (size_t x = 0; x < size; x++, own += V_LANES)
            v_store(own, v_whole(), is_inside(w, y, x) ? v_load(image + offset_of(w, y, x), part) : v_zero());
}

__attribute__((noinline)) V_TARGET static void scatter(const struct winograd_window *w, size_t size, struct v_part part,
                                                       const float *own, float *image) {
    for (size_t y = 0; y < size; y++)
        for (size_t x = 0; x < size; x++, own += V_LANES) {
            if (!is_inside(w, y, x)) continue;
            float *to = image + offset_of(w, y, x);
            const vf value = v_load(own, v_whole());
            v_store(to, part, is_shared(w, y, x) ? v_add(v_load(to, part), value) : value);
        }
}

/* ---- To frequencies ---- */

/* Two lines of frequencies at a time, from inputs that are read again for each: all six would not fit the registers. */
V_INLINE void input_lines(size_t first, size_t second, struct grid grid, const float *image, float *to,
                          size_t distance) {
    vf half[2][6];
    for (size_t x = 0; x < 6; x++) {
        vf in[6], out[6];
        for (size_t y = 0; y < 6; y++) in[y] = v_load(image + y * grid.line + x * grid.pixel, v_whole());
        input_axis(in, out);
        half[0][x] = out[first];
        half[1][x] = out[second];
    }
    for (size_t i = 0; i < 2; i++) {
        vf out[6];
        input_axis(half[i], out);
        float *line = to + (i == 0 ? first : second) * 6 * distance;
        for (size_t x = 0; x < 6; x++, line += distance) v_store(line, v_whole(), out[x]);
    }
}

V_INLINE void input_vector(struct grid grid, const float *image, float *to, size_t distance) {
    input_lines(0, 5, grid, image, to, distance);
    input_lines(1, 2, grid, image, to, distance);
    input_lines(3, 4, grid, image, to, distance);
}

/* A column of an output gradient, whose pixels are added to `sum` unless that is null. */
V_INLINE void output_gradient_column(const vf in[WINOGRAD_OUTPUT], size_t x, vf half[6][WINOGRAD_OUTPUT], vf *sum) {
    vf out[6];
    output_gradient_axis(in, out);
    for (size_t y = 0; y < 6; y++) half[y][x] = out[y];
    if (sum) *sum = v_add(*sum, v_add(v_add(in[0], in[1]), v_add(in[2], in[3])));
}

V_INLINE void finish_output_gradient(vf half[6][WINOGRAD_OUTPUT], float *to, size_t distance) {
    for (size_t y = 0; y < 6; y++) {
        vf out[6];
        output_gradient_axis(half[y], out);
        for (size_t x = 0; x < 6; x++, to += distance) v_store(to, v_whole(), out[x]);
    }
}

V_INLINE void output_gradient_vector(struct grid grid, const float *image, float *to, size_t distance, vf *sum) {
    vf half[6][WINOGRAD_OUTPUT];
    for (size_t x = 0; x < WINOGRAD_OUTPUT; x++) {
        vf in[WINOGRAD_OUTPUT];
        for (size_t y = 0; y < WINOGRAD_OUTPUT; y++) in[y] = v_load(image + y * grid.line + x * grid.pixel, v_whole());
        output_gradient_column(in, x, half, sum);
    }
    finish_output_gradient(half, to, distance);
}

/* A vector of channels, from the image or from a whole window of its own. */
#define VECTOR_FROM(w, size, channels, c, image, own)                                                                  \
    const bool whole = is_whole(w, size) && (c) + V_LANES <= (channels);                                               \
    const struct grid grid = whole ? (struct grid){(w)->line, (w)->pixel} : OWN_GRID(size);                            \
    const float *const from = whole ? (image) + (c) : (own);                                                           \
    if (!whole) gather(w, size, part_of((channels) - (c)), (image) + (c), own)

V_TARGET static void input(const struct winograd_window *w, size_t channels, const float *image, float *frequencies,
                           size_t distance) {
    OWN_WINDOW(own, WINOGRAD_INPUT);
    for (size_t c = 0; c < channels; c += V_LANES) {
        VECTOR_FROM(w, WINOGRAD_INPUT, channels, c, image, own);
        input_vector(grid, from, frequencies + c, distance);
    }
}

V_TARGET static void output_gradient(const struct winograd_window *w, size_t channels, const float *image,
                                     float *frequencies, size_t distance, float *sums) {
    OWN_WINDOW(own, WINOGRAD_OUTPUT);
    for (size_t c = 0; c < channels; c += V_LANES) {
        VECTOR_FROM(w, WINOGRAD_OUTPUT, channels, c, image, own);
        if (sums) {
            vf sum = v_zero();
            output_gradient_vector(grid, from, frequencies + c, distance, &sum);
            v_store(sums + c, v_whole(), v_add(v_load(sums + c, v_whole()), sum));
        } else output_gradient_vector(grid, from, frequencies + c, distance, NULL);
    }
}

/* ---- From frequencies ---- */

/* The first axis of outputs. */
V_INLINE void output_columns(const float *frequencies, size_t distance, vf half[WINOGRAD_OUTPUT][6]) {
    for (size_t x = 0; x < 6; x++) {
        vf in[6], out[WINOGRAD_OUTPUT];
        for (size_t y = 0; y < 6; y++) in[y] = v_load(frequencies + (y * 6 + x) * distance, v_whole());
        output_axis(in, out);
        for (size_t y = 0; y < WINOGRAD_OUTPUT; y++) half[y][x] = out[y];
    }
}

V_INLINE void output_vector(const float *frequencies, size_t distance, vf bias, vf floor, struct grid grid,
                            float *image) {
    vf half[WINOGRAD_OUTPUT][6];
    output_columns(frequencies, distance, half);
    for (size_t y = 0; y < WINOGRAD_OUTPUT; y++, image += grid.line) {
        vf out[WINOGRAD_OUTPUT];
        output_axis(half[y], out);
        for (size_t x = 0; x < WINOGRAD_OUTPUT; x++)
            v_store(image + x * grid.pixel, v_whole(), v_max(floor, v_add(out[x], bias)));
    }
}

V_TARGET static void output(const struct winograd_window *w, size_t channels, const float *frequencies, size_t distance,
                            const float *bias, bool relu, float *image) {
    const vf floor = relu ? v_zero() : v_set(-__builtin_inff());
    OWN_WINDOW(own, WINOGRAD_OUTPUT);
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        const bool whole = is_whole(w, WINOGRAD_OUTPUT) && part.whole;
        output_vector(frequencies + c, distance, bias ? v_load(bias + c, part) : v_zero(), floor,
                      whole ? (struct grid){w->line, w->pixel} : OWN_GRID(WINOGRAD_OUTPUT), whole ? image + c : own);
        if (!whole) scatter(w, WINOGRAD_OUTPUT, part, own, image + c);
    }
}

/* Two lines of the image at a time, as above. */
V_INLINE void input_gradient_lines(size_t first, size_t second, const float *frequencies, size_t distance,
                                   const struct winograd_window *w, struct grid grid, float *image) {
    vf half[2][6];
    for (size_t x = 0; x < 6; x++) {
        vf in[6], out[6];
        for (size_t y = 0; y < 6; y++) in[y] = v_load(frequencies + (y * 6 + x) * distance, v_whole());
        input_gradient_axis(in, out);
        half[0][x] = out[first];
        half[1][x] = out[second];
    }
    for (size_t i = 0; i < 2; i++) {
        const size_t y = i == 0 ? first : second;
        vf out[6];
        input_gradient_axis(half[i], out);
        for (size_t x = 0; x < 6; x++) {
            float *to = image + y * grid.line + x * grid.pixel;
            v_store(to, v_whole(), is_shared(w, y, x) ? v_add(v_load(to, v_whole()), out[x]) : out[x]);
        }
    }
}

V_TARGET static void input_gradient(const struct winograd_window *w, size_t channels, const float *frequencies,
                                    size_t distance, float *image) {
    const struct winograd_window alone = {0};
    OWN_WINDOW(own, WINOGRAD_INPUT);
    for (size_t c = 0; c < channels; c += V_LANES) {
        const bool whole = is_whole(w, WINOGRAD_INPUT) && c + V_LANES <= channels;
        const struct grid grid = whole ? (struct grid){w->line, w->pixel} : OWN_GRID(WINOGRAD_INPUT);
        const struct winograd_window *sharing = whole ? w : &alone;
        float *to = whole ? image + c : own;
        input_gradient_lines(0, 5, frequencies + c, distance, sharing, grid, to);
        input_gradient_lines(1, 3, frequencies + c, distance, sharing, grid, to);
        input_gradient_lines(2, 4, frequencies + c, distance, sharing, grid, to);
        if (!whole) scatter(w, WINOGRAD_INPUT, part_of(channels - c), own, image + c);
    }
}

V_TARGET static void weights(size_t channels, const float *from, size_t tap, float *frequencies, size_t distance) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        vf half[6][3];
        for (size_t x = 0; x < 3; x++) {
            vf in[3], out[6];
            for (size_t y = 0; y < 3; y++) in[y] = v_load(from + (y * 3 + x) * tap + c, part);
            weights_axis(in, out);
            for (size_t y = 0; y < 6; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < 6; y++) {
            vf out[6];
            weights_axis(half[y], out);
            for (size_t x = 0; x < 6; x++) v_store(frequencies + (y * 6 + x) * distance + c, v_whole(), out[x]);
        }
    }
}

V_INLINE vf sum_parts(const float *from, size_t parts, size_t part) {
    vf sum = v_load(from, v_whole());
    for (size_t i = 1; i < parts; i++) sum = v_add(sum, v_load(from + i * part, v_whole()));
    return sum;
}

V_TARGET static void weight_gradient(size_t channels, size_t parts, const float *frequencies, size_t part,
                                     size_t distance, float *to, size_t tap) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part lanes = part_of(channels - c);
        vf half[3][6];
        for (size_t x = 0; x < 6; x++) {
            vf in[6], out[3];
            for (size_t y = 0; y < 6; y++) in[y] = sum_parts(frequencies + (y * 6 + x) * distance + c, parts, part);
            weight_gradient_axis(in, out);
            for (size_t y = 0; y < 3; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < 3; y++) {
            vf out[3];
            weight_gradient_axis(half[y], out);
            for (size_t x = 0; x < 3; x++) v_store(to + (y * 3 + x) * tap + c, lanes, out[x]);
        }
    }
}
