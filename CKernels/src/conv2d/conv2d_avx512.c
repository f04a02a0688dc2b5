/* AVX-512 tiles. 32 registers: up to 26 hold sums, one to four a row of weights, one a broadcast. */
#if defined(__x86_64__)
#include "../target.h"
#include "conv2d.h"

#define INLINE static inline __attribute__((always_inline)) CK_TARGET_AVX512

enum { LANES = 16 };

INLINE __mmask16 last_mask(size_t lanes) { return (__mmask16)((1u << lanes) - 1); }

INLINE __m512 load(const float *from, size_t v, size_t vectors, __mmask16 last) {
    return v + 1 < vectors ? _mm512_loadu_ps(from + v * LANES) : _mm512_maskz_loadu_ps(last, from + v * LANES);
}

/* Masked stores cost more than whole ones, so whole vectors do without. */
INLINE void store(float *to, size_t v, size_t vectors, bool whole, __mmask16 last, __m512 value) {
    if (v + 1 < vectors || whole) _mm512_storeu_ps(to + v * LANES, value);
    else _mm512_mask_storeu_ps(to + v * LANES, last, value);
}

/* What sums are raised to. As the first operand of a maximum: where one is NaN the second wins, so that NaN stays. */
INLINE __m512 lower_limit(bool relu) { return relu ? _mm512_setzero_ps() : _mm512_set1_ps(-__builtin_inff()); }

/* ---- Direct convolution
 * --------------------------------------------------------------------------------------------------- */

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

#define TILE(V, P)                                                                                                     \
    CK_TARGET_AVX512 static void tile_##V##x##P(const struct conv2d_tile *t, const float *in, const float *w,          \
                                                const float *bias, float *out) {                                       \
        tile(V, P, t, in, w, bias, out);                                                                               \
    }
#define TILES_1_TO_6(V) TILE(V, 1) TILE(V, 2) TILE(V, 3) TILE(V, 4) TILE(V, 5) TILE(V, 6)
TILES_1_TO_6(1)
TILE(1, 7)
TILE(1, 8)
TILE(1, 9)
TILE(1, 10)
TILE(1, 11)
TILE(1, 12)
TILE(1, 13)
TILE(1, 14)
TILE(1, 15)
TILE(1, 16)
TILES_1_TO_6(2)
TILE(2, 7) TILE(2, 8) TILE(2, 9) TILE(2, 10) TILE(2, 11) TILE(2, 12) TILE(2, 13) TILES_1_TO_6(3) TILE(3, 7) TILE(3, 8)
    TILES_1_TO_6(4)

    /* Pixels whose nine inputs are multiplied with weights in registers. */
    INLINE void nine_pixels(const size_t vectors, const size_t pixels, const bool whole, __mmask16 last,
                            const __m512 weight[9][2], const __m512 start[2], __m512 floor, const float *in,
                            size_t in_row, float *out, size_t out_step) {
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

/* ---- Weight gradient ------------------------------------------------------------------------------------- */

INLINE void outer(const size_t vectors, const size_t planes, const size_t elements, const bool sums,
                  const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {
    const bool whole = o->lanes == LANES;
    const __mmask16 last = last_mask(o->lanes);
    const size_t plane = o->x_plane, x_step = o->x_step, dy_step = o->dy_step, columns = o->columns;
    const size_t x_jump = o->x_row - columns * x_step, dy_jump = o->dy_row - columns * dy_step;
    __m512 sum[CONV2D_PLANES][CONV2D_ELEMENTS][CONV2D_VECTORS], bias[CONV2D_VECTORS];
    for (size_t v = 0; v < vectors; v++) {
        bias[v] = _mm512_setzero_ps();
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) sum[a][b][v] = _mm512_setzero_ps();
    }
    size_t column = 0;
    for (size_t left = o->rows * columns; left > 0; left--) {
        __m512 gradient[CONV2D_VECTORS];
        for (size_t v = 0; v < vectors; v++) {
            gradient[v] = load(dy, v, vectors, last);
            if (sums) bias[v] = _mm512_add_ps(bias[v], gradient[v]);
        }
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) {
                __m512 value = _mm512_set1_ps(x[a * plane + b]);
                for (size_t v = 0; v < vectors; v++) sum[a][b][v] = _mm512_fmadd_ps(value, gradient[v], sum[a][b][v]);
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
        if (sums) bias[v] = _mm512_add_ps(load(o->sums, v, vectors, last), bias[v]);
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) {
                const float *from = dw + a * o->dw_plane + b * o->dw_step;
                sum[a][b][v] = _mm512_add_ps(load(from, v, vectors, last), sum[a][b][v]);
            }
    }
    for (size_t v = 0; v < vectors; v++) {
        if (sums) store(o->sums, v, vectors, whole, last, bias[v]);
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++)
                store(dw + a * o->dw_plane + b * o->dw_step, v, vectors, whole, last, sum[a][b][v]);
    }
}

#define OUTER(V, A, B)                                                                                                 \
    CK_TARGET_AVX512 static void outer_##V##x##A##x##B(const struct conv2d_outer *o, const float *x, const float *dy,  \
                                                       float *dw) {                                                    \
        outer(V, A, B, false, o, x, dy, dw);                                                                           \
    }
#define OUTER_SUMS(V, A, B)                                                                                            \
    CK_TARGET_AVX512 static void outer_sums_##V##x##A##x##B(const struct conv2d_outer *o, const float *x,              \
                                                            const float *dy, float *dw) {                              \
        outer(V, A, B, true, o, x, dy, dw);                                                                            \
    }
#define OUTERS_1_TO_4(V, A) OUTER(V, A, 1) OUTER(V, A, 2) OUTER(V, A, 3) OUTER(V, A, 4)
#define OUTERS_5_TO_8(V, A) OUTER(V, A, 5) OUTER(V, A, 6) OUTER(V, A, 7) OUTER(V, A, 8)
#define OUTERS_9_TO_12(V, A) OUTER(V, A, 9) OUTER(V, A, 10) OUTER(V, A, 11) OUTER(V, A, 12)
#define OUTERS_13_TO_16(V, A) OUTER(V, A, 13) OUTER(V, A, 14) OUTER(V, A, 15) OUTER(V, A, 16)
OUTERS_1_TO_4(1, 1)
OUTERS_5_TO_8(1, 1)
OUTERS_9_TO_12(1, 1)
OUTERS_13_TO_16(1, 1)
OUTERS_1_TO_4(1, 2)
OUTERS_5_TO_8(1, 2)
OUTERS_9_TO_12(1, 2)
OUTERS_1_TO_4(1, 3)
OUTERS_5_TO_8(1, 3)
OUTERS_1_TO_4(2, 1)
OUTERS_5_TO_8(2, 1)
OUTERS_9_TO_12(2, 1)
OUTER(2, 1, 13) OUTERS_1_TO_4(2, 2) OUTER(2, 2, 5) OUTER(2, 2, 6) OUTERS_1_TO_4(2, 3) OUTERS_1_TO_4(3, 1)
    OUTERS_5_TO_8(3, 1) OUTERS_1_TO_4(3, 2) OUTER(3, 3, 1) OUTER(3, 3, 2) OUTERS_1_TO_4(4, 1) OUTER(4, 1, 5)
        OUTER(4, 1, 6) OUTER(4, 2, 1) OUTER(4, 2, 2) OUTER(4, 2, 3) OUTER(4, 3, 1) OUTER(4, 3, 2)

            OUTER_SUMS(1, 1, 3) OUTER_SUMS(1, 1, 5) OUTER_SUMS(1, 1, 9) OUTER_SUMS(1, 3, 3) OUTER_SUMS(2, 1, 3)
                OUTER_SUMS(2, 1, 5) OUTER_SUMS(2, 1, 9) OUTER_SUMS(2, 3, 3) OUTER_SUMS(3, 1, 3) OUTER_SUMS(3, 1, 5)
                    OUTER_SUMS(4, 1, 3) OUTER_SUMS(4, 1, 5)

    /* Four sums at a time hide the additions' latency. */
    CK_TARGET_AVX512 static void sum_pixels(size_t pixels, size_t channels, const float *dy, bool add, float *sums) {
    for (size_t first = 0; first < channels; first += LANES) {
        size_t count = channels - first < LANES ? channels - first : LANES;
        const __mmask16 mask = last_mask(count);
        const float *from = dy + first;
        __m512 sum[4];
        for (size_t i = 0; i < 4; i++) sum[i] = _mm512_setzero_ps();
        size_t pixel = 0;
        for (; pixel + 4 <= pixels; pixel += 4)
            for (size_t i = 0; i < 4; i++)
                sum[i] = _mm512_add_ps(sum[i], _mm512_maskz_loadu_ps(mask, from + (pixel + i) * channels));
        for (; pixel < pixels; pixel++)
            sum[0] = _mm512_add_ps(sum[0], _mm512_maskz_loadu_ps(mask, from + pixel * channels));
        __m512 total = _mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3]));
        if (add) total = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, sums + first), total);
        _mm512_mask_storeu_ps(sums + first, mask, total);
    }
}

#define TILE_NAMES_1_TO_6(V) tile_##V##x1, tile_##V##x2, tile_##V##x3, tile_##V##x4, tile_##V##x5, tile_##V##x6
#define NAMES_1_TO_4(V, A) outer_##V##x##A##x1, outer_##V##x##A##x2, outer_##V##x##A##x3, outer_##V##x##A##x4
#define NAMES_5_TO_8(V, A) outer_##V##x##A##x5, outer_##V##x##A##x6, outer_##V##x##A##x7, outer_##V##x##A##x8
#define NAMES_9_TO_12(V, A) outer_##V##x##A##x9, outer_##V##x##A##x10, outer_##V##x##A##x11, outer_##V##x##A##x12
#define NAMES_13_TO_16(V, A) outer_##V##x##A##x13, outer_##V##x##A##x14, outer_##V##x##A##x15, outer_##V##x##A##x16

const struct conv2d_kernels conv2d_avx512 = {
    .lanes = LANES,
    .panel_vectors = 4,
    .tile_pixels = {{12, 6, 6, 6}, {16, 13, 8, 6}},
    .tile = {{TILE_NAMES_1_TO_6(1), tile_1x7, tile_1x8, tile_1x9, tile_1x10, tile_1x11, tile_1x12, tile_1x13, tile_1x14,
              tile_1x15, tile_1x16},
             {TILE_NAMES_1_TO_6(2), tile_2x7, tile_2x8, tile_2x9, tile_2x10, tile_2x11, tile_2x12, tile_2x13},
             {TILE_NAMES_1_TO_6(3), tile_3x7, tile_3x8},
             {TILE_NAMES_1_TO_6(4)}},
    .outer_elements = {{16, 12, 8}, {13, 6, 4}, {8, 4, 2}, {6, 3, 2}},
    .outer = {{{NAMES_1_TO_4(1, 1), NAMES_5_TO_8(1, 1), NAMES_9_TO_12(1, 1), NAMES_13_TO_16(1, 1)},
               {NAMES_1_TO_4(1, 2), NAMES_5_TO_8(1, 2), NAMES_9_TO_12(1, 2)},
               {NAMES_1_TO_4(1, 3), NAMES_5_TO_8(1, 3)}},
              {{NAMES_1_TO_4(2, 1), NAMES_5_TO_8(2, 1), NAMES_9_TO_12(2, 1), outer_2x1x13},
               {NAMES_1_TO_4(2, 2), outer_2x2x5, outer_2x2x6},
               {NAMES_1_TO_4(2, 3)}},
              {{NAMES_1_TO_4(3, 1), NAMES_5_TO_8(3, 1)}, {NAMES_1_TO_4(3, 2)}, {outer_3x3x1, outer_3x3x2}},
              {{NAMES_1_TO_4(4, 1), outer_4x1x5, outer_4x1x6},
               {outer_4x2x1, outer_4x2x2, outer_4x2x3},
               {outer_4x3x1, outer_4x3x2}}},
    .outer_sums =
        {{{[2] = outer_sums_1x1x3, [4] = outer_sums_1x1x5, [8] = outer_sums_1x1x9}, {0}, {[2] = outer_sums_1x3x3}},
         {{[2] = outer_sums_2x1x3, [4] = outer_sums_2x1x5, [8] = outer_sums_2x1x9}, {0}, {[2] = outer_sums_2x3x3}},
         {{[2] = outer_sums_3x1x3, [4] = outer_sums_3x1x5}},
         {{[2] = outer_sums_4x1x3, [4] = outer_sums_4x1x5}}},
    .nine = nine,
    .sum_pixels = sum_pixels,
    .gemm = &gemm_avx512,
};
#else
typedef int conv2d_avx512_is_empty;
#endif
