/* Body of the Winograd transforms, in the vocabulary of vector_avx2.h and vector_avx512.h: the includer brings one. */

#include "winograd_axes.h"

/* `whole`: the window lies inside the image, and all lanes are channels. */
struct access {
    bool whole;
    struct v_part part;
};

V_INLINE struct v_part part_of(size_t channels) { return channels >= V_LANES ? v_whole() : v_first(channels); }

V_INLINE bool outside(const struct winograd_window *w, size_t y, size_t x) {
    return y < w->top || y >= w->bottom || x < w->left || x >= w->right;
}

V_INLINE size_t offset_of(const struct winograd_window *w, size_t y, size_t x) {
    return (y - w->top) * w->line + (x - w->left) * w->pixel;
}

V_INLINE vf load_pixel(struct access access, const struct winograd_window *w, const float *image, size_t y, size_t x) {
    if (access.whole) return v_load(image + y * w->line + x * w->pixel, v_whole());
    return outside(w, y, x) ? v_zero() : v_load(image + offset_of(w, y, x), access.part);
}

/* From a size x size window to 36 frequencies. */
#define TO_FREQUENCIES(STEM, SIZE)                                                                                     \
    V_INLINE void STEM##_vector(struct access access, const struct winograd_window *w, const float *image, float *to,  \
                                size_t distance) {                                                                     \
        vf half[6][SIZE];                                                                                              \
        for (size_t x = 0; x < SIZE; x++) {                                                                            \
            vf in[SIZE], out[6];                                                                                       \
            for (size_t y = 0; y < SIZE; y++) in[y] = load_pixel(access, w, image, y, x);                              \
            STEM##_axis(in, out);                                                                                      \
            for (size_t y = 0; y < 6; y++) half[y][x] = out[y];                                                        \
        }                                                                                                              \
        for (size_t y = 0; y < 6; y++) {                                                                               \
            vf out[6];                                                                                                 \
            STEM##_axis(half[y], out);                                                                                 \
            for (size_t x = 0; x < 6; x++, to += distance) v_store(to, v_whole(), out[x]);                             \
        }                                                                                                              \
    }                                                                                                                  \
    V_TARGET static void STEM(const struct winograd_window *w, size_t channels, const float *image,                    \
                              float *frequencies, size_t distance) {                                                   \
        const bool inside = w->bottom - w->top == SIZE && w->right - w->left == SIZE;                                  \
        for (size_t c = 0; c < channels; c += V_LANES) {                                                               \
            if (inside && c + V_LANES <= channels)                                                                     \
                STEM##_vector((struct access){.whole = true}, w, image + c, frequencies + c, distance);                \
            else                                                                                                       \
                STEM##_vector((struct access){.part = part_of(channels - c)}, w, image + c, frequencies + c,           \
                              distance);                                                                               \
        }                                                                                                              \
    }

TO_FREQUENCIES(input, WINOGRAD_INPUT)
TO_FREQUENCIES(output_gradient, WINOGRAD_OUTPUT)

/* From 36 frequencies to a size x size window: FINISH does something with `value`, which belongs at (y, x). */
#define FROM_FREQUENCIES(STEM, SIZE, FINISH)                                                                           \
    do {                                                                                                               \
        vf half[SIZE][6];                                                                                              \
        for (size_t x = 0; x < 6; x++) {                                                                               \
            vf in[6], out[SIZE];                                                                                       \
            for (size_t y = 0; y < 6; y++) in[y] = v_load(frequencies + (y * 6 + x) * distance, v_whole());            \
            STEM##_axis(in, out);                                                                                      \
            for (size_t y = 0; y < SIZE; y++) half[y][x] = out[y];                                                     \
        }                                                                                                              \
        for (size_t y = 0; y < SIZE; y++) {                                                                            \
            vf out[SIZE];                                                                                              \
            STEM##_axis(half[y], out);                                                                                 \
            for (size_t x = 0; x < SIZE; x++) {                                                                        \
                const vf value = out[x];                                                                               \
                FINISH;                                                                                                \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

V_INLINE void put_output(struct access access, const struct winograd_window *w, size_t y, size_t x, vf value,
                         float *image) {
    if (access.whole) v_store(image + y * w->line + x * w->pixel, v_whole(), value);
    else if (!outside(w, y, x)) v_store(image + offset_of(w, y, x), access.part, value);
}

V_INLINE void output_vector(struct access access, const struct winograd_window *w, const float *frequencies,
                            size_t distance, vf bias, vf floor, float *image) {
    FROM_FREQUENCIES(output, WINOGRAD_OUTPUT, put_output(access, w, y, x, v_max(floor, v_add(value, bias)), image));
}

V_TARGET static void output(const struct winograd_window *w, size_t channels, const float *frequencies, size_t distance,
                            const float *bias, bool relu, float *image) {
    const bool inside = w->bottom - w->top == WINOGRAD_OUTPUT && w->right - w->left == WINOGRAD_OUTPUT;
    const vf floor = relu ? v_zero() : v_set(-__builtin_inff());
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        const vf start = bias ? v_load(bias + c, part) : v_zero();
        if (inside && c + V_LANES <= channels)
            output_vector((struct access){.whole = true}, w, frequencies + c, distance, start, floor, image + c);
        else output_vector((struct access){.part = part}, w, frequencies + c, distance, start, floor, image + c);
    }
}

V_INLINE void add_input(struct access access, const struct winograd_window *w, size_t y, size_t x, vf value,
                        float *image) {
    if (!access.whole && outside(w, y, x)) return;
    float *to = access.whole ? image + y * w->line + x * w->pixel : image + offset_of(w, y, x);
    const struct v_part part = access.whole ? v_whole() : access.part;
    const bool shared =
        (y < WINOGRAD_OVERLAP && y < w->shared_lines) || (x < WINOGRAD_OVERLAP && x < w->shared_columns);
    v_store(to, part, shared ? v_add(v_load(to, part), value) : value);
}

V_INLINE void input_gradient_vector(struct access access, const struct winograd_window *w, const float *frequencies,
                                    size_t distance, float *image) {
    FROM_FREQUENCIES(input_gradient, WINOGRAD_INPUT, add_input(access, w, y, x, value, image));
}

V_TARGET static void input_gradient(const struct winograd_window *w, size_t channels, const float *frequencies,
                                    size_t distance, float *image) {
    const bool inside = w->bottom - w->top == WINOGRAD_INPUT && w->right - w->left == WINOGRAD_INPUT;
    for (size_t c = 0; c < channels; c += V_LANES) {
        if (inside && c + V_LANES <= channels)
            input_gradient_vector((struct access){.whole = true}, w, frequencies + c, distance, image + c);
        else
            input_gradient_vector((struct access){.part = part_of(channels - c)}, w, frequencies + c, distance,
                                  image + c);
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
