/* AVX2 tiles. 16 registers: 12 hold sums, one or two a row of weights, one a broadcast. */
#if defined(__x86_64__)
#include "../target.h"
#include "conv2d.h"

#define INLINE static inline __attribute__((always_inline)) CK_TARGET_AVX2

enum { LANES = 8 };

INLINE __m256i mask_of(size_t lanes) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)lanes), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* Masked moves are slow here, so whole vectors do without: `whole` is known when the caller is compiled. */
INLINE __m256 load(const float *from, size_t v, size_t vectors, bool whole, __m256i last) {
    return v + 1 < vectors || whole ? _mm256_loadu_ps(from + v * LANES) : _mm256_maskload_ps(from + v * LANES, last);
}

INLINE void store(float *to, size_t v, size_t vectors, bool whole, __m256i last, __m256 value) {
    if (v + 1 < vectors || whole) _mm256_storeu_ps(to + v * LANES, value);
    else _mm256_maskstore_ps(to + v * LANES, last, value);
}

/* What sums are raised to. As the first operand of a maximum: where one is NaN the second wins, so that NaN stays. */
INLINE __m256 lower_limit(bool relu) { return relu ? _mm256_setzero_ps() : _mm256_set1_ps(-__builtin_inff()); }

/* ---- Direct convolution
 * --------------------------------------------------------------------------------------------------- */

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

#define TILE(V, P)                                                                                                     \
    CK_TARGET_AVX2 static void tile_##V##x##P(const struct conv2d_tile *t, const float *in, const float *w,            \
                                              const float *bias, float *out) {                                         \
        tile(V, P, t, in, w, bias, out);                                                                               \
    }
#define TILES_1_TO_4(V) TILE(V, 1) TILE(V, 2) TILE(V, 3) TILE(V, 4)
TILES_1_TO_4(1)
TILE(1, 5)
TILE(1, 6)
TILE(1, 7)
TILE(1, 8)
TILE(1, 9)
TILE(1, 10)
TILE(1, 11)
TILE(1, 12)
TILES_1_TO_4(2)
TILE(2, 5)
TILE(2, 6)

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

CK_TARGET_AVX2 static void nine(const struct conv2d_tile *t, size_t vectors, const float *in, const float *w,
                                const float *bias, float *out) {
    for (size_t line = 0; line < t->lines; line++, in += t->in_line, out += t->out_line)
        for (size_t v = 0; v < vectors; v++)
            nine_line(t, v + 1 < vectors ? LANES : t->lanes, in, w + v * LANES, bias ? bias + v * LANES : bias,
                      out + v * LANES);
}

/* ---- Weight gradient ------------------------------------------------------------------------------------- */

INLINE void outer_sized(const size_t vectors, const size_t planes, const size_t elements, const bool sums,
                        const bool whole, const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {
    const __m256i last = mask_of(o->lanes);
    const size_t plane = o->x_plane, x_step = o->x_step, dy_step = o->dy_step, columns = o->columns;
    const size_t x_jump = o->x_row - columns * x_step, dy_jump = o->dy_row - columns * dy_step;
    __m256 sum[CONV2D_PLANES][CONV2D_ELEMENTS][CONV2D_VECTORS], bias[CONV2D_VECTORS];
    for (size_t v = 0; v < vectors; v++) {
        bias[v] = _mm256_setzero_ps();
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) sum[a][b][v] = _mm256_setzero_ps();
    }
    size_t column = 0;
    for (size_t left = o->rows * columns; left > 0; left--) {
        __m256 gradient[CONV2D_VECTORS];
        for (size_t v = 0; v < vectors; v++) {
            gradient[v] = load(dy, v, vectors, whole, last);
            if (sums) bias[v] = _mm256_add_ps(bias[v], gradient[v]);
        }
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) {
                __m256 value = _mm256_set1_ps(x[a * plane + b]);
                for (size_t v = 0; v < vectors; v++) sum[a][b][v] = _mm256_fmadd_ps(value, gradient[v], sum[a][b][v]);
            }
        /* On to the next pixel, or the next line's first: without a branch, which short lines would mispredict. */
        column++;
        const size_t wrap = (size_t)0 - (size_t)(column == columns);
        x += x_step + (x_jump & wrap);
        dy += dy_step + (dy_jump & wrap);
        column &= ~wrap;
    }
    /* All loads before the first store: a masked store delays loads that touch its masked lanes. */
    for (size_t v = 0; v < vectors && o->add; v++) {
        if (sums) bias[v] = _mm256_add_ps(load(o->sums, v, vectors, whole, last), bias[v]);
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) {
                const float *from = dw + a * o->dw_plane + b * o->dw_step;
                sum[a][b][v] = _mm256_add_ps(load(from, v, vectors, whole, last), sum[a][b][v]);
            }
    }
    for (size_t v = 0; v < vectors; v++) {
        if (sums) store(o->sums, v, vectors, whole, last, bias[v]);
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++)
                store(dw + a * o->dw_plane + b * o->dw_step, v, vectors, whole, last, sum[a][b][v]);
    }
}

#define OUTER_AS(NAME, SUMS, V, A, B)                                                                                  \
    CK_TARGET_AVX2 static void NAME(const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {        \
        if (o->lanes == LANES) outer_sized(V, A, B, SUMS, true, o, x, dy, dw);                                         \
        else outer_sized(V, A, B, SUMS, false, o, x, dy, dw);                                                          \
    }
#define OUTER(V, A, B) OUTER_AS(outer_##V##x##A##x##B, false, V, A, B)
#define OUTER_SUMS(V, A, B) OUTER_AS(outer_sums_##V##x##A##x##B, true, V, A, B)
#define OUTERS_1_TO_4(V, A) OUTER(V, A, 1) OUTER(V, A, 2) OUTER(V, A, 3) OUTER(V, A, 4)
OUTERS_1_TO_4(1, 1)
OUTER(1, 1, 5)
OUTER(1, 1, 6)
OUTER(1, 1, 7)
OUTER(1, 1, 8)
OUTER(1, 1, 9)
OUTER(1, 1, 10)
OUTER(1, 1, 11)
OUTER(1, 1, 12)
OUTERS_1_TO_4(1, 2)
OUTER(1, 2, 5)
OUTER(1, 2, 6)
OUTERS_1_TO_4(1, 3) OUTERS_1_TO_4(2, 1) OUTER(2, 1, 5) OUTER(2, 1, 6) OUTER(2, 2, 1) OUTER(2, 2, 2) OUTER(2, 2, 3)
    OUTER(2, 3, 1) OUTER(2, 3, 2)

        OUTER_SUMS(1, 1, 3) OUTER_SUMS(1, 1, 5) OUTER_SUMS(1, 1, 9) OUTER_SUMS(2, 1, 3) OUTER_SUMS(2, 1, 5)

    /* Four sums at a time hide the additions' latency. */
    CK_TARGET_AVX2 static void sum_pixels(size_t pixels, size_t channels, const float *dy, bool add, float *sums) {
    for (size_t first = 0; first < channels; first += LANES) {
        size_t count = channels - first < LANES ? channels - first : LANES;
        const __m256i mask = mask_of(count);
        const float *from = dy + first;
        __m256 sum[4];
        for (size_t i = 0; i < 4; i++) sum[i] = _mm256_setzero_ps();
        size_t pixel = 0;
        for (; pixel + 4 <= pixels; pixel += 4)
            for (size_t i = 0; i < 4; i++)
                sum[i] = _mm256_add_ps(sum[i], _mm256_maskload_ps(from + (pixel + i) * channels, mask));
        for (; pixel < pixels; pixel++)
            sum[0] = _mm256_add_ps(sum[0], _mm256_maskload_ps(from + pixel * channels, mask));
        __m256 total = _mm256_add_ps(_mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3]));
        if (add) total = _mm256_add_ps(_mm256_maskload_ps(sums + first, mask), total);
        _mm256_maskstore_ps(sums + first, mask, total);
    }
}

#define TILE_NAMES_1_TO_4(V) tile_##V##x1, tile_##V##x2, tile_##V##x3, tile_##V##x4
#define NAMES_1_TO_4(V, A) outer_##V##x##A##x1, outer_##V##x##A##x2, outer_##V##x##A##x3, outer_##V##x##A##x4

const struct conv2d_kernels conv2d_avx2 = {
    .lanes = LANES,
    .panel_vectors = 2,
    .whole_vectors = true,
    .tile_pixels = {{12, 6}, {12, 6}},
    .tile = {{TILE_NAMES_1_TO_4(1), tile_1x5, tile_1x6, tile_1x7, tile_1x8, tile_1x9, tile_1x10, tile_1x11, tile_1x12},
             {TILE_NAMES_1_TO_4(2), tile_2x5, tile_2x6}},
    .outer_elements = {{12, 6, 4}, {6, 3, 2}},
    .outer = {{{NAMES_1_TO_4(1, 1), outer_1x1x5, outer_1x1x6, outer_1x1x7, outer_1x1x8, outer_1x1x9, outer_1x1x10,
                outer_1x1x11, outer_1x1x12},
               {NAMES_1_TO_4(1, 2), outer_1x2x5, outer_1x2x6},
               {NAMES_1_TO_4(1, 3)}},
              {{NAMES_1_TO_4(2, 1), outer_2x1x5, outer_2x1x6},
               {outer_2x2x1, outer_2x2x2, outer_2x2x3},
               {outer_2x3x1, outer_2x3x2}}},
    .outer_sums = {{{[2] = outer_sums_1x1x3, [4] = outer_sums_1x1x5, [8] = outer_sums_1x1x9}},
                   {{[2] = outer_sums_2x1x3, [4] = outer_sums_2x1x5}}},
    .nine = nine,
    .sum_pixels = sum_pixels,
    .gemm = &gemm_avx2,
};
#else
typedef int conv2d_avx2_is_empty;
#endif
