/* AVX-512 tiles of direct convolution. 32 registers: up to 26 hold sums, one to four a row of weights, one a broadcast.
 */
#if defined(__x86_64__)
#include "conv2d_avx512.h"
#include "winograd.h"

/* What sums are raised to. As the first operand of a maximum: where one is NaN the second wins, so that NaN stays. */
INLINE __m512 lower_limit(bool relu) { return relu ? _mm512_setzero_ps() : _mm512_set1_ps(-__builtin_inff()); }

INLINE void tile(const size_t vectors, const size_t pixels, const bool whole, const struct conv2d_tile *t,
                 const float *in, const float *w, const float *bias, float *out) {
    const struct panel panel = panel_of(vectors, whole, t->lanes);
    const size_t step = t->in_step, out_step = t->out_step, w_step = t->w_step;
    const size_t rows = t->rows, runs = t->runs, length = t->length;
    const __m512 floor = lower_limit(t->relu);
    for (size_t line = 0; line < t->lines; line++) {
        const float *corner = in + line * t->in_line;
        float *to = out + line * t->out_line;
        for (size_t count = t->tiles; count > 0; count--, corner += pixels * step) {
            __m512 sum[CONV2D_PIXELS][CONV2D_VECTORS];
            for (size_t v = 0; v < vectors; v++) {
                __m512 start = bias ? load(panel, bias, v) : _mm512_setzero_ps();
                for (size_t p = 0; p < pixels; p++) sum[p][v] = start;
            }
            for (size_t row = 0; row < rows; row++)
                for (size_t run = 0; run < runs; run++) {
                    const float *from = corner + row * t->in_row + run * t->in_run;
                    const float *weights = w + row * t->w_row + run * t->w_run;
                    for (size_t i = 0; i < length; i++, from++, weights += w_step) {
                        __m512 weight[CONV2D_VECTORS];
                        for (size_t v = 0; v < vectors; v++) weight[v] = load(panel, weights, v);
                        for (size_t p = 0; p < pixels; p++) {
                            __m512 value = _mm512_set1_ps(from[p * step]);
                            for (size_t v = 0; v < vectors; v++)
                                sum[p][v] = _mm512_fmadd_ps(value, weight[v], sum[p][v]);
                        }
                    }
                }
            for (size_t p = 0; p < pixels; p++, to += out_step)
                for (size_t v = 0; v < vectors; v++) store(panel, to, v, _mm512_max_ps(floor, sum[p][v]));
        }
    }
}

/* Pixels whose nine inputs are multiplied with weights in registers. */
INLINE void nine_pixels(const struct panel panel, const size_t pixels, const __m512 weight[9][2], const __m512 start[2],
                        __m512 floor, const float *in, size_t in_row, float *out, size_t out_step) {
    const size_t vectors = panel.vectors;
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
        for (size_t v = 0; v < vectors; v++) store(panel, out + p * out_step, v, _mm512_max_ps(floor, sum[p][v]));
}

INLINE void nine_lines(const size_t vectors, const bool whole, size_t lanes, const struct conv2d_tile *t,
                       const float *in, const float *w, const float *bias, float *out) {
    const struct panel panel = panel_of(vectors, whole, lanes);
    const size_t in_row = t->in_row, out_step = t->out_step, pixels = t->tiles;
    __m512 weight[9][2], start[2];
    for (size_t v = 0; v < vectors; v++) {
        start[v] = bias ? load(panel, bias, v) : _mm512_setzero_ps();
        for (size_t tap = 0; tap < 9; tap++)
            weight[tap][v] = load(panel, w + tap / 3 * t->w_row + tap % 3 * t->w_step, v);
    }
    const __m512 floor = lower_limit(t->relu);
    for (size_t line = 0; line < t->lines; line++) {
        const float *from = in + line * t->in_line;
        float *to = out + line * t->out_line;
        size_t pixel = 0;
        for (; pixel + 2 <= pixels; pixel += 2, from += 2, to += 2 * out_step)
            nine_pixels(panel, 2, weight, start, floor, from, in_row, to, out_step);
        if (pixel < pixels) nine_pixels(panel, 1, weight, start, floor, from, in_row, to, out_step);
    }
}

CK_TARGET_AVX512 static void conv2d_f32_nine_avx512(const struct conv2d_tile *t, size_t vectors, const float *in,
                                                    const float *w, const float *bias, float *out) {
    for (size_t v = 0; v < vectors; v += 2, w += 2 * LANES, out += 2 * LANES) {
        const float *start = bias ? bias + v * LANES : bias;
        const bool whole = v + 2 < vectors || t->lanes == LANES;
        const size_t lanes = whole ? LANES : t->lanes;
        if (v + 1 == vectors && whole) nine_lines(1, true, lanes, t, in, w, start, out);
        else if (v + 1 == vectors) nine_lines(1, false, lanes, t, in, w, start, out);
        else if (whole) nine_lines(2, true, lanes, t, in, w, start, out);
        else nine_lines(2, false, lanes, t, in, w, start, out);
    }
}

#define NAME(pixels, channels) conv2d_f32_##pixels##x##channels##_avx512
#define TILE(pixels, channels)                                                                                         \
    CK_TARGET_AVX512 static void NAME(pixels, channels)(const struct conv2d_tile *t, const float *in, const float *w,  \
                                                        const float *bias, float *out) {                               \
        if (t->lanes == LANES) tile((channels) / LANES, pixels, true, t, in, w, bias, out);                            \
        else tile((channels) / LANES, pixels, false, t, in, w, bias, out);                                             \
    }

/* clang-format off */
TILE(1, 16) TILE(2, 16) TILE(3, 16) TILE(4, 16) TILE(5, 16) TILE(6, 16) TILE(7, 16) TILE(8, 16) TILE(9, 16) TILE(10, 16)
TILE(11, 16) TILE(12, 16) TILE(13, 16) TILE(14, 16) TILE(15, 16) TILE(16, 16)
TILE(1, 32) TILE(2, 32) TILE(3, 32) TILE(4, 32) TILE(5, 32) TILE(6, 32) TILE(7, 32) TILE(8, 32) TILE(9, 32) TILE(10, 32)
TILE(11, 32) TILE(12, 32) TILE(13, 32)
TILE(1, 48) TILE(2, 48) TILE(3, 48) TILE(4, 48) TILE(5, 48) TILE(6, 48) TILE(7, 48) TILE(8, 48)
TILE(1, 64) TILE(2, 64) TILE(3, 64) TILE(4, 64) TILE(5, 64) TILE(6, 64)

static const struct conv2d_tiles tiles = {
    .tile = {
        {
            NAME(1, 16), NAME(2, 16), NAME(3, 16), NAME(4, 16), NAME(5, 16), NAME(6, 16), NAME(7, 16), NAME(8, 16),
            NAME(9, 16), NAME(10, 16), NAME(11, 16), NAME(12, 16), NAME(13, 16), NAME(14, 16), NAME(15, 16),
            NAME(16, 16),
        },
        {
            NAME(1, 32), NAME(2, 32), NAME(3, 32), NAME(4, 32), NAME(5, 32), NAME(6, 32), NAME(7, 32), NAME(8, 32),
            NAME(9, 32), NAME(10, 32), NAME(11, 32), NAME(12, 32), NAME(13, 32),
        },
        {
            NAME(1, 48), NAME(2, 48), NAME(3, 48), NAME(4, 48), NAME(5, 48), NAME(6, 48), NAME(7, 48), NAME(8, 48),
        },
        {
            NAME(1, 64), NAME(2, 64), NAME(3, 64), NAME(4, 64), NAME(5, 64), NAME(6, 64),
        },
    },
    .pixels = {{12, 6, 6, 6}, {16, 13, 8, 6}},
    .nine = conv2d_f32_nine_avx512,
};

const struct conv2d_kernels ck_conv2d_avx512 = {
    .lanes = LANES,
    .panel_vectors = 4,
    .tiles = &tiles,
    .outers = &ck_conv2d_outers_avx512,
    .pooled = &ck_conv2d_pooled_avx512,
    .winograd = &ck_winograd_avx512,
    .gemm = &ck_gemm_avx512,
};
#endif
