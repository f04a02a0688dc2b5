/* AVX2 tiles of direct convolution. 16 registers: 12 hold sums, one or two a row of weights, one a broadcast. */
#if defined(__x86_64__)
#include "conv2d_avx2.h"
#include "winograd.h"

/* What sums are raised to. As the first operand of a maximum: where one is NaN the second wins, so that NaN stays. */
INLINE __m256 lower_limit(bool relu) { return relu ? _mm256_setzero_ps() : _mm256_set1_ps(-__builtin_inff()); }

INLINE void tile(const size_t vectors, const size_t pixels, const struct conv2d_tile *t, const float *in,
                 const float *w, const float *bias, float *out) {
    const bool whole = t->lanes == LANES;
    const __m256i last = mask_of(t->lanes);
    const size_t step = t->in_step, out_step = t->out_step, w_step = t->w_step;
    const size_t rows = t->rows, runs = t->runs, length = t->length;
    const __m256 floor = lower_limit(t->relu);
    for (size_t line = 0; line < t->lines; line++) {
        const float *corner = in + line * t->in_line;
        float *to = out + line * t->out_line;
        for (size_t count = t->tiles; count > 0; count--, corner += pixels * step) {
            __m256 sum[CONV2D_PIXELS][CONV2D_VECTORS];
            for (size_t v = 0; v < vectors; v++) {
                __m256 start = bias ? load(bias, v, vectors, whole, last) : _mm256_setzero_ps();
                for (size_t p = 0; p < pixels; p++) sum[p][v] = start;
            }
            for (size_t row = 0; row < rows; row++)
                for (size_t run = 0; run < runs; run++) {
                    const float *from = corner + row * t->in_row + run * t->in_run;
                    const float *weights = w + row * t->w_row + run * t->w_run;
                    for (size_t i = 0; i < length; i++, from++, weights += w_step) {
                        __m256 weight[CONV2D_VECTORS];
                        for (size_t v = 0; v < vectors; v++) weight[v] = _mm256_loadu_ps(weights + v * LANES);
                        for (size_t p = 0; p < pixels; p++) {
                            __m256 value = _mm256_set1_ps(from[p * step]);
                            for (size_t v = 0; v < vectors; v++)
                                sum[p][v] = _mm256_fmadd_ps(value, weight[v], sum[p][v]);
                        }
                    }
                }
            for (size_t p = 0; p < pixels; p++, to += out_step)
                for (size_t v = 0; v < vectors; v++)
                    store(to, v, vectors, whole, last, _mm256_max_ps(floor, sum[p][v]));
        }
    }
}

/* Pixels whose nine inputs are multiplied with weights in registers. */
INLINE void nine_pixels(const size_t pixels, const __m256 weight[9], __m256 start, __m256 floor,
                        const struct conv2d_tile *t, bool whole, __m256i last, const float *in, float *out) {
    __m256 sum[4];
    for (size_t p = 0; p < pixels; p++) sum[p] = start;
    for (size_t row = 0; row < 3; row++)
        for (size_t x = 0; x < pixels + 2; x++) { /* each input serves the pixels x - 2 ... x */
            __m256 value = _mm256_set1_ps(in[row * t->in_row + x]);
            for (size_t p = 0; p < pixels; p++)
                if (p <= x && x <= p + 2) sum[p] = _mm256_fmadd_ps(value, weight[row * 3 + x - p], sum[p]);
        }
    for (size_t p = 0; p < pixels; p++) store(out + p * t->out_step, 0, 1, whole, last, _mm256_max_ps(floor, sum[p]));
}

CK_TARGET_AVX2 static void nine_line(const struct conv2d_tile *t, size_t lanes, const float *in, const float *w,
                                     const float *bias, float *out) {
    const bool whole = lanes == LANES;
    const __m256i last = mask_of(lanes);
    const __m256 start = bias ? load(bias, 0, 1, whole, last) : _mm256_setzero_ps(), floor = lower_limit(t->relu);
    __m256 weight[9];
    for (size_t tap = 0; tap < 9; tap++) weight[tap] = _mm256_loadu_ps(w + tap / 3 * t->w_row + tap % 3 * t->w_step);
    size_t pixel = 0;
    for (; pixel + 4 <= t->tiles; pixel += 4, in += 4, out += 4 * t->out_step)
        nine_pixels(4, weight, start, floor, t, whole, last, in, out);
    for (; pixel < t->tiles; pixel++, in++, out += t->out_step)
        nine_pixels(1, weight, start, floor, t, whole, last, in, out);
}

CK_TARGET_AVX2 static void conv2d_f32_nine_avx2(const struct conv2d_tile *t, size_t vectors, const float *in,
                                                const float *w, const float *bias, float *out) {
    for (size_t line = 0; line < t->lines; line++, in += t->in_line, out += t->out_line)
        for (size_t v = 0; v < vectors; v++)
            nine_line(t, v + 1 < vectors ? LANES : t->lanes, in, w + v * LANES, bias ? bias + v * LANES : bias,
                      out + v * LANES);
}

#define NAME(pixels, channels) conv2d_f32_##pixels##x##channels##_avx2
#define TILE(pixels, channels)                                                                                         \
    CK_TARGET_AVX2 static void NAME(pixels, channels)(const struct conv2d_tile *t, const float *in, const float *w,    \
                                                      const float *bias, float *out) {                                 \
        tile((channels) / LANES, pixels, t, in, w, bias, out);                                                         \
    }

/* clang-format off */
TILE(1, 8) TILE(2, 8) TILE(3, 8) TILE(4, 8) TILE(5, 8) TILE(6, 8) TILE(7, 8) TILE(8, 8) TILE(9, 8) TILE(10, 8)
TILE(11, 8) TILE(12, 8)
TILE(1, 16) TILE(2, 16) TILE(3, 16) TILE(4, 16) TILE(5, 16) TILE(6, 16)

static const struct conv2d_tiles tiles = {
    .tile = {
        {
            NAME(1, 8), NAME(2, 8), NAME(3, 8), NAME(4, 8), NAME(5, 8), NAME(6, 8), NAME(7, 8), NAME(8, 8), NAME(9, 8),
            NAME(10, 8), NAME(11, 8), NAME(12, 8),
        },
        {
            NAME(1, 16), NAME(2, 16), NAME(3, 16), NAME(4, 16), NAME(5, 16), NAME(6, 16),
        },
    },
    .pixels = {{12, 6}, {12, 6}},
    .nine = conv2d_f32_nine_avx2,
};

const struct conv2d_kernels ck_conv2d_avx2 = {
    .lanes = LANES,
    .panel_vectors = 2,
    .whole_vectors = true,
    .tiles = &tiles,
    .outers = &ck_conv2d_outers_avx2,
    .pooled = &ck_conv2d_pooled_avx2,
    .winograd = &ck_winograd_avx2,
    .gemm = &ck_gemm_avx2,
};
#endif
