/* Windows of images with one channel few of whose inputs hold anything, as in handwriting, in the vocabulary of
 * vector_avx2.h or vector_avx512.h: only those inputs are multiplied.
 *
 * An input meets up to four pixels of a window, each through another tap. A border of zeros around the weights makes it
 * four for every input, so that all are treated alike, whichever there are; and since inputs come row by row, each sum
 * takes its taps in the order in which all of them would. */

enum { SPOTS_KERNEL = 7 /* at most: a window's inputs are the bits of a word */, SPOTS_WIDTH = SPOTS_KERNEL + 2 };

/* Of each input of a window: its place in the image, and its first tap's in the weights. */
struct spots {
    size_t input[64], tap[64];
    size_t row; /* floats from row to row of the weights */
};

/* Weights of some vectors of channels, with the border. */
struct spots_weights {
    _Alignas(64) float of[SPOTS_WIDTH * SPOTS_WIDTH * POOLED_VECTORS * V_LANES];
};

enum { SPOTS_PIXEL = POOLED_VECTORS * V_LANES };

V_INLINE void spots_prepare(size_t kernel, size_t x_line, struct spots *spots) {
    spots->row = (kernel + 2) * SPOTS_PIXEL;
    for (size_t y = 0; y <= kernel; y++)
        for (size_t x = 0; x <= kernel; x++) {
            spots->input[y * (kernel + 1) + x] = y * x_line + x;
            spots->tap[y * (kernel + 1) + x] = y * spots->row + x * SPOTS_PIXEL;
        }
}

V_INLINE void spots_weights(const size_t vectors, struct v_part last, size_t kernel, size_t channels, const float *w,
                            struct spots_weights *weights) {
    float *to = weights->of;
    for (size_t y = 0; y < kernel + 2; y++)
        for (size_t x = 0; x < kernel + 2; x++, to += SPOTS_PIXEL) {
            const float *from = NULL; /* on the border */
            if (y > 0 && y <= kernel && x > 0 && x <= kernel) from = w + ((y - 1) * kernel + x - 1) * channels;
            for (size_t v = 0; v < vectors; v++)
                v_store(to + v * V_LANES, v_whole(),
                        from ? v_load(from + v * V_LANES, v + 1 < vectors ? v_whole() : last) : v_zero());
        }
}

/* The inputs of a window that hold anything, a bit each: from those of its lines. */
V_INLINE uint64_t spots_in(const uint64_t lines[SPOTS_KERNEL + 1], size_t kernel, size_t column) {
    uint64_t inputs = 0;
    for (size_t y = 0; y <= kernel; y++)
        inputs |= (lines[y] >> column & ((1u << (kernel + 1)) - 1)) << y * (kernel + 1);
    return inputs;
}

/* Whether skipping the others pays: an input costs four multiply-adds, all of them together four a tap. */
V_INLINE bool spots_pay(uint64_t inputs, size_t kernel) {
    return 5 * (size_t)__builtin_popcountll(inputs) < 4 * kernel * kernel;
}

V_INLINE void spots_window(const size_t vectors, const struct spots *spots, const struct spots_weights *weights,
                           uint64_t inputs, const float *corner, const vf start[POOLED_VECTORS],
                           vf sum[4][POOLED_VECTORS]) {
    const size_t row = spots->row;
    for (size_t v = 0; v < vectors; v++) sum[0][v] = sum[1][v] = sum[2][v] = sum[3][v] = start[v];
    for (; inputs; inputs &= inputs - 1) {
        const size_t i = (size_t)__builtin_ctzll(inputs);
        const vf x = v_set(corner[spots->input[i]]);
        const float *w = weights->of + spots->tap[i];
        for (size_t v = 0; v < vectors; v++, w += V_LANES) {
            sum[0][v] = v_fma(x, v_load(w + row + SPOTS_PIXEL, v_whole()), sum[0][v]);
            sum[1][v] = v_fma(x, v_load(w + row, v_whole()), sum[1][v]);
            sum[2][v] = v_fma(x, v_load(w + SPOTS_PIXEL, v_whole()), sum[2][v]);
            sum[3][v] = v_fma(x, v_load(w, v_whole()), sum[3][v]);
        }
    }
}
