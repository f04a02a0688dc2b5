/* AVX-512 tiles of the weight gradient. 32 registers: up to 26 hold sums, one to four a row of gradients, one a
 * broadcast. */
#if defined(__x86_64__)
#include "conv2d_avx512.h"

INLINE void outer(const size_t vectors, const size_t planes, const size_t elements, const bool sums,
                  const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {
    const bool whole = o->lanes == LANES;
    const __mmask16 last = last_mask(o->lanes);
    const size_t plane = o->x_plane, columns = o->columns;
    const ptrdiff_t x_step = (ptrdiff_t)o->x_step, x_jump = (ptrdiff_t)o->x_row - (ptrdiff_t)columns * x_step;
    const ptrdiff_t dy_step = (ptrdiff_t)o->dy_step, dy_jump = (ptrdiff_t)o->dy_row - (ptrdiff_t)columns * dy_step;
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
        const ptrdiff_t wrap = -(ptrdiff_t)(column == columns);
        x += x_step + (x_jump & wrap);
        dy += dy_step + (dy_jump & wrap);
        column &= ~(size_t)wrap;
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

/* clang-format off */
OUTER(1, 1, 1) OUTER(1, 1, 2) OUTER(1, 1, 3) OUTER(1, 1, 4) OUTER(1, 1, 5) OUTER(1, 1, 6) OUTER(1, 1, 7)
OUTER(1, 1, 8) OUTER(1, 1, 9) OUTER(1, 1, 10) OUTER(1, 1, 11) OUTER(1, 1, 12) OUTER(1, 1, 13) OUTER(1, 1, 14)
OUTER(1, 1, 15) OUTER(1, 1, 16)
OUTER(1, 2, 1) OUTER(1, 2, 2) OUTER(1, 2, 3) OUTER(1, 2, 4) OUTER(1, 2, 5) OUTER(1, 2, 6) OUTER(1, 2, 7)
OUTER(1, 2, 8) OUTER(1, 2, 9) OUTER(1, 2, 10) OUTER(1, 2, 11) OUTER(1, 2, 12)
OUTER(1, 3, 1) OUTER(1, 3, 2) OUTER(1, 3, 3) OUTER(1, 3, 4) OUTER(1, 3, 5) OUTER(1, 3, 6) OUTER(1, 3, 7)
OUTER(1, 3, 8)
OUTER(2, 1, 1) OUTER(2, 1, 2) OUTER(2, 1, 3) OUTER(2, 1, 4) OUTER(2, 1, 5) OUTER(2, 1, 6) OUTER(2, 1, 7)
OUTER(2, 1, 8) OUTER(2, 1, 9) OUTER(2, 1, 10) OUTER(2, 1, 11) OUTER(2, 1, 12) OUTER(2, 1, 13)
OUTER(2, 2, 1) OUTER(2, 2, 2) OUTER(2, 2, 3) OUTER(2, 2, 4) OUTER(2, 2, 5) OUTER(2, 2, 6)
OUTER(2, 3, 1) OUTER(2, 3, 2) OUTER(2, 3, 3) OUTER(2, 3, 4)
OUTER(3, 1, 1) OUTER(3, 1, 2) OUTER(3, 1, 3) OUTER(3, 1, 4) OUTER(3, 1, 5) OUTER(3, 1, 6) OUTER(3, 1, 7)
OUTER(3, 1, 8)
OUTER(3, 2, 1) OUTER(3, 2, 2) OUTER(3, 2, 3) OUTER(3, 2, 4)
OUTER(3, 3, 1) OUTER(3, 3, 2)
OUTER(4, 1, 1) OUTER(4, 1, 2) OUTER(4, 1, 3) OUTER(4, 1, 4) OUTER(4, 1, 5) OUTER(4, 1, 6)
OUTER(4, 2, 1) OUTER(4, 2, 2) OUTER(4, 2, 3)
OUTER(4, 3, 1) OUTER(4, 3, 2)
OUTER_SUMS(1, 1, 3) OUTER_SUMS(1, 1, 5) OUTER_SUMS(1, 1, 9) OUTER_SUMS(1, 3, 3) OUTER_SUMS(2, 1, 3)
OUTER_SUMS(2, 1, 5) OUTER_SUMS(2, 1, 9) OUTER_SUMS(2, 3, 3) OUTER_SUMS(3, 1, 3) OUTER_SUMS(3, 1, 5)
OUTER_SUMS(4, 1, 3) OUTER_SUMS(4, 1, 5)

const struct conv2d_outers conv2d_outers_avx512 = {
    .outer = {
        {
            {
                outer_1x1x1, outer_1x1x2, outer_1x1x3, outer_1x1x4, outer_1x1x5, outer_1x1x6, outer_1x1x7,
                outer_1x1x8, outer_1x1x9, outer_1x1x10, outer_1x1x11, outer_1x1x12, outer_1x1x13, outer_1x1x14,
                outer_1x1x15, outer_1x1x16,
            },
            {
                outer_1x2x1, outer_1x2x2, outer_1x2x3, outer_1x2x4, outer_1x2x5, outer_1x2x6, outer_1x2x7,
                outer_1x2x8, outer_1x2x9, outer_1x2x10, outer_1x2x11, outer_1x2x12,
            },
            {
                outer_1x3x1, outer_1x3x2, outer_1x3x3, outer_1x3x4, outer_1x3x5, outer_1x3x6, outer_1x3x7,
                outer_1x3x8,
            },
        },
        {
            {
                outer_2x1x1, outer_2x1x2, outer_2x1x3, outer_2x1x4, outer_2x1x5, outer_2x1x6, outer_2x1x7,
                outer_2x1x8, outer_2x1x9, outer_2x1x10, outer_2x1x11, outer_2x1x12, outer_2x1x13,
            },
            {
                outer_2x2x1, outer_2x2x2, outer_2x2x3, outer_2x2x4, outer_2x2x5, outer_2x2x6,
            },
            {
                outer_2x3x1, outer_2x3x2, outer_2x3x3, outer_2x3x4,
            },
        },
        {
            {
                outer_3x1x1, outer_3x1x2, outer_3x1x3, outer_3x1x4, outer_3x1x5, outer_3x1x6, outer_3x1x7,
                outer_3x1x8,
            },
            {
                outer_3x2x1, outer_3x2x2, outer_3x2x3, outer_3x2x4,
            },
            {
                outer_3x3x1, outer_3x3x2,
            },
        },
        {
            {
                outer_4x1x1, outer_4x1x2, outer_4x1x3, outer_4x1x4, outer_4x1x5, outer_4x1x6,
            },
            {
                outer_4x2x1, outer_4x2x2, outer_4x2x3,
            },
            {
                outer_4x3x1, outer_4x3x2,
            },
        },
    },
    .sums = {
        {
            {[2] = outer_sums_1x1x3, [4] = outer_sums_1x1x5, [8] = outer_sums_1x1x9},
            {0},
            {[2] = outer_sums_1x3x3},
        },
        {
            {[2] = outer_sums_2x1x3, [4] = outer_sums_2x1x5, [8] = outer_sums_2x1x9},
            {0},
            {[2] = outer_sums_2x3x3},
        },
        {
            {[2] = outer_sums_3x1x3, [4] = outer_sums_3x1x5},
            {0},
            {0},
        },
        {
            {[2] = outer_sums_4x1x3, [4] = outer_sums_4x1x5},
            {0},
            {0},
        },
    },
    .elements = {{16, 12, 8}, {13, 6, 4}, {8, 4, 2}, {6, 3, 2}},
    .sum_pixels = sum_pixels,
};
#else
typedef int conv2d_outer_avx512_is_empty;
#endif
