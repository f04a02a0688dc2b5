/* Body of the Winograd transforms, included once by each tier after it has defined: INLINE and TARGET; LANES, VECTOR,
 * MASK; mask_of(lanes); load(from, mask), store(to, mask, value) of masked lanes; LOAD, STORE of whole vectors; ADD,
 * SUBTRACT, MULTIPLY, MULTIPLY_ADD (a b + c), MAXIMUM (the second operand where one is NaN), ZERO and ALL (a float to
 * every lane); NAME (of the table). */

#include "winograd_axes.h"

/* `whole`: the window lies inside the image, and all lanes are channels. */
struct access {
    bool whole;
    MASK mask;
};

INLINE bool outside(const struct winograd_window *w, size_t y, size_t x) {
    return y < w->top || y >= w->bottom || x < w->left || x >= w->right;
}

INLINE size_t offset_of(const struct winograd_window *w, size_t y, size_t x) {
    return (y - w->top) * w->line + (x - w->left) * w->pixel;
}

INLINE VECTOR load_pixel(struct access access, const struct winograd_window *w, const float *image, size_t y,
                         size_t x) {
    if (access.whole) return LOAD(image + y * w->line + x * w->pixel);
    return outside(w, y, x) ? ZERO : load(image + offset_of(w, y, x), access.mask);
}

/* From a size x size window to 36 frequencies. */
#define TO_FREQUENCIES(STEM, SIZE)                                                                                     \
    INLINE void STEM##_vector(struct access access, const struct winograd_window *w, const float *image, float *to,    \
                              size_t distance) {                                                                       \
        VECTOR half[6][SIZE];                                                                                          \
        for (size_t x = 0; x < SIZE; x++) {                                                                            \
            VECTOR in[SIZE], out[6];                                                                                   \
            for (size_t y = 0; y < SIZE; y++) in[y] = load_pixel(access, w, image, y, x);                              \
            STEM##_axis(in, out);                                                                                      \
            for (size_t y = 0; y < 6; y++) half[y][x] = out[y];                                                        \
        }                                                                                                              \
        for (size_t y = 0; y < 6; y++) {                                                                               \
            VECTOR out[6];                                                                                             \
            STEM##_axis(half[y], out);                                                                                 \
            for (size_t x = 0; x < 6; x++, to += distance) STORE(to, out[x]);                                          \
        }                                                                                                              \
    }                                                                                                                  \
    TARGET static void STEM(const struct winograd_window *w, size_t channels, const float *image, float *frequencies,  \
                            size_t distance) {                                                                         \
        const bool inside = w->bottom - w->top == SIZE && w->right - w->left == SIZE;                                  \
        for (size_t c = 0; c < channels; c += LANES) {                                                                 \
            if (inside && c + LANES <= channels)                                                                       \
                STEM##_vector((struct access){.whole = true}, w, image + c, frequencies + c, distance);                \
            else                                                                                                       \
                STEM##_vector((struct access){.mask = mask_of(channels - c)}, w, image + c, frequencies + c,           \
                              distance);                                                                               \
        }                                                                                                              \
    }

TO_FREQUENCIES(input, WINOGRAD_INPUT)
TO_FREQUENCIES(output_gradient, WINOGRAD_OUTPUT)

/* From 36 frequencies to a size x size window: FINISH does something with `value`, which belongs at (y, x). */
#define FROM_FREQUENCIES(STEM, SIZE, FINISH)                                                                           \
    do {                                                                                                               \
        VECTOR half[SIZE][6];                                                                                          \
        for (size_t x = 0; x < 6; x++) {                                                                               \
            VECTOR in[6], out[SIZE];                                                                                   \
            for (size_t y = 0; y < 6; y++) in[y] = LOAD(frequencies + (y * 6 + x) * distance);                         \
            STEM##_axis(in, out);                                                                                      \
            for (size_t y = 0; y < SIZE; y++) half[y][x] = out[y];                                                     \
        }                                                                                                              \
        for (size_t y = 0; y < SIZE; y++) {                                                                            \
            VECTOR out[SIZE];                                                                                          \
            STEM##_axis(half[y], out);                                                                                 \
            for (size_t x = 0; x < SIZE; x++) {                                                                        \
                const VECTOR value = out[x];                                                                           \
                FINISH;                                                                                                \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

INLINE void put_output(struct access access, const struct winograd_window *w, size_t y, size_t x, VECTOR value,
                       float *image) {
    if (access.whole) STORE(image + y * w->line + x * w->pixel, value);
    else if (!outside(w, y, x)) store(image + offset_of(w, y, x), access.mask, value);
}

INLINE void output_vector(struct access access, const struct winograd_window *w, const float *frequencies,
                          size_t distance, VECTOR bias, VECTOR floor, float *image) {
    FROM_FREQUENCIES(output, WINOGRAD_OUTPUT, put_output(access, w, y, x, MAXIMUM(floor, ADD(value, bias)), image));
}

TARGET static void output(const struct winograd_window *w, size_t channels, const float *frequencies, size_t distance,
                          const float *bias, bool relu, float *image) {
    const bool inside = w->bottom - w->top == WINOGRAD_OUTPUT && w->right - w->left == WINOGRAD_OUTPUT;
    const VECTOR floor = relu ? ZERO : ALL(-__builtin_inff());
    for (size_t c = 0; c < channels; c += LANES) {
        const MASK mask = mask_of(channels - c);
        const VECTOR start = bias ? load(bias + c, mask) : ZERO;
        if (inside && c + LANES <= channels)
            output_vector((struct access){.whole = true}, w, frequencies + c, distance, start, floor, image + c);
        else output_vector((struct access){.mask = mask}, w, frequencies + c, distance, start, floor, image + c);
    }
}

INLINE void add_input(struct access access, const struct winograd_window *w, size_t y, size_t x, VECTOR value,
                      float *image) {
    if (!access.whole && outside(w, y, x)) return;
    float *to = image + offset_of(w, y, x);
    if (access.whole) STORE(to, ADD(LOAD(to), value));
    else store(to, access.mask, ADD(load(to, access.mask), value));
}

INLINE void input_gradient_vector(struct access access, const struct winograd_window *w, const float *frequencies,
                                  size_t distance, float *image) {
    FROM_FREQUENCIES(input_gradient, WINOGRAD_INPUT, add_input(access, w, y, x, value, image));
}

TARGET static void input_gradient(const struct winograd_window *w, size_t channels, const float *frequencies,
                                  size_t distance, float *image) {
    const bool inside = w->bottom - w->top == WINOGRAD_INPUT && w->right - w->left == WINOGRAD_INPUT;
    for (size_t c = 0; c < channels; c += LANES) {
        if (inside && c + LANES <= channels)
            input_gradient_vector((struct access){.whole = true}, w, frequencies + c, distance, image + c);
        else
            input_gradient_vector((struct access){.mask = mask_of(channels - c)}, w, frequencies + c, distance,
                                  image + c);
    }
}

TARGET static void weights(size_t channels, const float *from, size_t tap, float *frequencies, size_t distance) {
    for (size_t c = 0; c < channels; c += LANES) {
        const MASK mask = mask_of(channels - c);
        VECTOR half[6][3];
        for (size_t x = 0; x < 3; x++) {
            VECTOR in[3], out[6];
            for (size_t y = 0; y < 3; y++) in[y] = load(from + (y * 3 + x) * tap + c, mask);
            weights_axis(in, out);
            for (size_t y = 0; y < 6; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < 6; y++) {
            VECTOR out[6];
            weights_axis(half[y], out);
            for (size_t x = 0; x < 6; x++) STORE(frequencies + (y * 6 + x) * distance + c, out[x]);
        }
    }
}

INLINE VECTOR sum_parts(const float *from, size_t parts, size_t part) {
    VECTOR sum = LOAD(from);
    for (size_t i = 1; i < parts; i++) sum = ADD(sum, LOAD(from + i * part));
    return sum;
}

TARGET static void weight_gradient(size_t channels, size_t parts, const float *frequencies, size_t part,
                                   size_t distance, float *to, size_t tap) {
    for (size_t c = 0; c < channels; c += LANES) {
        const MASK mask = mask_of(channels - c);
        VECTOR half[3][6];
        for (size_t x = 0; x < 6; x++) {
            VECTOR in[6], out[3];
            for (size_t y = 0; y < 6; y++) in[y] = sum_parts(frequencies + (y * 6 + x) * distance + c, parts, part);
            weight_gradient_axis(in, out);
            for (size_t y = 0; y < 3; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < 3; y++) {
            VECTOR out[3];
            weight_gradient_axis(half[y], out);
            for (size_t x = 0; x < 3; x++) store(to + (y * 3 + x) * tap + c, mask, out[x]);
        }
    }
}

const struct winograd_kernels NAME = {
    .input = input,
    .output = output,
    .output_gradient = output_gradient,
    .input_gradient = input_gradient,
    .weights = weights,
    .weight_gradient = weight_gradient,
};
