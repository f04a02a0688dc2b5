/* AVX-512 tiles of direct convolution. 32 registers: up to 26 hold sums, one to four a row of weights, one a broadcast.
 */
#if defined(__x86_64__)
#include "conv2d_avx512.h"
#include "winograd.h"

/* What sums are raised to. As the first operand of a maximum: where one is NaN the second wins, so that NaN stays. */
INLINE __m512 lower_limit(bool relu) { return relu ? _mm512_setzero_ps() : _mm512_set1_ps(-__builtin_inff()); }

INLINE void tile(const size_t vectors, const size_t pixels, const struct conv2d_tile *t, const float *in,
                 const float *w, const float *bias, float *out) {
    const bool whole = t->lanes == LANES;
    const __mmask16 last = last_mask(t->lanes);
    const size_t step = t->in_step, out_step = t->out_step, w_step = t->w_step;
    const size_t rows = t->rows, runs = t->runs, length = t->length;
    const __m512 floor = lower_limit(t->relu);
    for (size_t line = 0; line < t->lines; line++) {
        const float *corner = in + line * t->in_line;
        float *to = out + line * t->out_line;
        for (size_t count = t->tiles; count > 0; count--, corner += pixels * step) {
            __m512 sum[CONV2D_PIXELS][CONV2D_VECTORS];
            for (size_t v = 0; v < vectors; v++) {
                __m512 start = bias ? load(bias, v, vectors, last) : _mm512_setzero_ps();
                for (size_t p = 0; p < pixels; p++) sum[p][v] = start;
            }
            for (size_t row = 0; row < rows; row++)
                for (size_t run = 0; run < runs; run++) {
                    const float *from = corner + row * t->in_row + run * t->in_run;
                    const float *weights = w + row * t->w_row + run * t->w_run;
                    for (size_t i = 0; i < length; i++, from++, weights += w_step) {
                        __m512 weight[CONV2D_VECTORS];
                        for (size_t v = 0; v < vectors; v++) weight[v] = load(weights, v, vectors, last);
                        for (size_t p = 0; p < pixels; p++) {
                            __m512 value = _mm512_set1_ps(from[p * step]);
                            for (size_t v = 0; v < vectors; v++)
                                sum[p][v] = _mm512_fmadd_ps(value, weight[v], sum[p][v]);
                        }
                    }
                }
            for (size_t p = 0; p < pixels; p++, to += out_step)
                for (size_t v = 0; v < vectors; v++)
                    store(to, v, vectors, whole, last, _mm512_max_ps(floor, sum[p][v]));
        }
    }
}

/* Pixels whose nine inputs are multiplied with weights in registers. */
INLINE void nine_pixels(const size_t vectors, const size_t pixels, const bool whole, __mmask16 last,
                        const __m512 weight[9][2], const __m512 start[2], __m512 floor, const float *in, size_t in_row,
                        float *out, size_t out_step) {
    __m512 sum[2][2];
    for (size_t p = 0; p < pixels; p++)
        for (size_t v = 0; v < vectors; v++) sum[p][v] = start[v];
    for (size_t row = 0; row < 3; row++)
        for (size_t x = 0; x < pixels + 2; x++) { /* each input serves the pixels x - 2 ... x */
            __m512 value = _mm512_set1_ps(in[row * in_row + x]);
            for (size_t p = 0; p < pixels; p++)
                for (size_t v = 0; v < vectors && p <= x && x <= p + 2; v++)
                    sum[p][v] = _mm512_fmadd_ps(value, weight[row * 3 + x - p][v], sum[p][v]);
        }
    for (size_t p = 0; p < pixels; p++)
        for (size_t v = 0; v < vectors; v++)
            store(out + p * out_step, v, vectors, whole, last, _mm512_max_ps(floor, sum[p][v]));
}

INLINE void nine_lines(const size_t vectors, const bool whole, __mmask16 last, const struct conv2d_tile *t,
                       const float *in, const float *w, const float *bias, float *out) {
    const size_t in_row = t->in_row, out_step = t->out_step, pixels = t->tiles;
    __m512 weight[9][2], start[2];
    for (size_t v = 0; v < vectors; v++) {
        start[v] = bias ? load(bias, v, vectors, last) : _mm512_setzero_ps();
        for (size_t tap = 0; tap < 9; tap++)
            weight[tap][v] = load(w + tap / 3 * t->w_row + tap % 3 * t->w_step, v, vectors, last);
    }
    const __m512 floor = lower_limit(t->relu);
    for (size_t line = 0; line < t->lines; line++) {
        const float *from = in + line * t->in_line;
        float *to = out + line * t->out_line;
        size_t pixel = 0;
        for (; pixel + 2 <= pixels; pixel += 2, from += 2, to += 2 * out_step)
            nine_pixels(vectors, 2, whole, last, weight, start, floor, from, in_row, to, out_step);
        if (pixel < pixels) nine_pixels(vectors, 1, whole, last, weight, start, floor, from, in_row, to, out_step);
    }
}

CK_TARGET_AVX512 static void nine(const struct conv2d_tile *t, size_t vectors, const float *in, const float *w,
                                  const float *bias, float *out) {
    for (size_t v = 0; v < vectors; v += 2, w += 2 * LANES, out += 2 * LANES) {
        const float *start = bias ? bias + v * LANES : bias;
        const bool whole = v + 2 < vectors || t->lanes == LANES;
        const __mmask16 last = last_mask(whole ? LANES : t->lanes);
        if (v + 1 == vectors && whole) nine_lines(1, true, last, t, in, w, start, out);
        else if (v + 1 == vectors) nine_lines(1, false, last, t, in, w, start, out);
        else if (whole) nine_lines(2, true, last, t, in, w, start, out);
        else nine_lines(2, false, last, t, in, w, start, out);
    }
}

#define TILE(V, P)                                                                                                     \
    CK_TARGET_AVX512 static void tile_##V##x##P(const struct conv2d_tile *t, const float *in, const float *w,          \
                                                const float *bias, float *out) {                                       \
        tile(V, P, t, in, w, bias, out);                                                                               \
    }

/* clang-format off */
TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6) TILE(1, 7) TILE(1, 8) TILE(1, 9) TILE(1, 10)
TILE(1, 11) TILE(1, 12) TILE(1, 13) TILE(1, 14) TILE(1, 15) TILE(1, 16)
TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(2, 4) TILE(2, 5) TILE(2, 6) TILE(2, 7) TILE(2, 8) TILE(2, 9) TILE(2, 10)
TILE(2, 11) TILE(2, 12) TILE(2, 13)
TILE(3, 1) TILE(3, 2) TILE(3, 3) TILE(3, 4) TILE(3, 5) TILE(3, 6) TILE(3, 7) TILE(3, 8)
TILE(4, 1) TILE(4, 2) TILE(4, 3) TILE(4, 4) TILE(4, 5) TILE(4, 6)

static const struct conv2d_tiles tiles = {
    .tile = {
        {
            tile_1x1, tile_1x2, tile_1x3, tile_1x4, tile_1x5, tile_1x6, tile_1x7, tile_1x8, tile_1x9,
            tile_1x10, tile_1x11, tile_1x12, tile_1x13, tile_1x14, tile_1x15, tile_1x16,
        },
        {
            tile_2x1, tile_2x2, tile_2x3, tile_2x4, tile_2x5, tile_2x6, tile_2x7, tile_2x8, tile_2x9,
            tile_2x10, tile_2x11, tile_2x12, tile_2x13,
        },
        {
            tile_3x1, tile_3x2, tile_3x3, tile_3x4, tile_3x5, tile_3x6, tile_3x7, tile_3x8,
        },
        {
            tile_4x1, tile_4x2, tile_4x3, tile_4x4, tile_4x5, tile_4x6,
        },
    },
    .pixels = {{12, 6, 6, 6}, {16, 13, 8, 6}},
    .nine = nine,
};

const struct conv2d_kernels conv2d_avx512 = {
    .lanes = LANES,
    .panel_vectors = 4,
    .tiles = &tiles,
    .outers = &conv2d_outers_avx512,
    .winograd = &winograd_avx512,
    .gemm = &gemm_avx512,
};
#else
typedef int conv2d_avx512_is_empty;
#endif
