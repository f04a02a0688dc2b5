/* AVX-512 tiles of the weight gradient. 32 registers: up to 26 hold sums, one to four a row of gradients, one a
 * broadcast. */
#if defined(__x86_64__)
#include "conv2d_avx512.h"

INLINE void outer(const size_t vectors, const size_t planes, const size_t elements, const bool sums, const bool whole,
                  const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {
    const struct panel panel = panel_of(vectors, whole, o->lanes);
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
            gradient[v] = load(panel, dy, v);
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
        if (sums) bias[v] = _mm512_add_ps(load(panel, o->sums, v), bias[v]);
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) {
                const float *from = dw + a * o->dw_plane + b * o->dw_step;
                sum[a][b][v] = _mm512_add_ps(load(panel, from, v), sum[a][b][v]);
            }
    }
    for (size_t v = 0; v < vectors; v++) {
        if (sums) store(panel, o->sums, v, bias[v]);
        for (size_t a = 0; a < planes; a++)
            for (size_t b = 0; b < elements; b++) store(panel, dw + a * o->dw_plane + b * o->dw_step, v, sum[a][b][v]);
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

#define NAME(planes, elements, channels) conv2d_dw_f32_##planes##x##elements##x##channels##_avx512
#define SUMS(planes, elements, channels) conv2d_dw_sums_f32_##planes##x##elements##x##channels##_avx512
#define OUTER_AS(name, sums, planes, elements, channels)                                                               \
    CK_TARGET_AVX512 static void name(const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {      \
        if (o->lanes == LANES) outer((channels) / LANES, planes, elements, sums, true, o, x, dy, dw);                  \
        else outer((channels) / LANES, planes, elements, sums, false, o, x, dy, dw);                                   \
    }
#define OUTER(planes, elements, channels) OUTER_AS(NAME(planes, elements, channels), false, planes, elements, channels)
#define OUTER_SUMS(planes, elements, channels)                                                                         \
    OUTER_AS(SUMS(planes, elements, channels), true, planes, elements, channels)

/* clang-format off */
OUTER(1, 1, 16) OUTER(1, 2, 16) OUTER(1, 3, 16) OUTER(1, 4, 16) OUTER(1, 5, 16) OUTER(1, 6, 16) OUTER(1, 7, 16)
OUTER(1, 8, 16) OUTER(1, 9, 16) OUTER(1, 10, 16) OUTER(1, 11, 16) OUTER(1, 12, 16) OUTER(1, 13, 16) OUTER(1, 14, 16)
OUTER(1, 15, 16) OUTER(1, 16, 16)
OUTER(2, 1, 16) OUTER(2, 2, 16) OUTER(2, 3, 16) OUTER(2, 4, 16) OUTER(2, 5, 16) OUTER(2, 6, 16) OUTER(2, 7, 16)
OUTER(2, 8, 16) OUTER(2, 9, 16) OUTER(2, 10, 16) OUTER(2, 11, 16) OUTER(2, 12, 16)
OUTER(3, 1, 16) OUTER(3, 2, 16) OUTER(3, 3, 16) OUTER(3, 4, 16) OUTER(3, 5, 16) OUTER(3, 6, 16) OUTER(3, 7, 16)
OUTER(3, 8, 16)
OUTER(1, 1, 32) OUTER(1, 2, 32) OUTER(1, 3, 32) OUTER(1, 4, 32) OUTER(1, 5, 32) OUTER(1, 6, 32) OUTER(1, 7, 32)
OUTER(1, 8, 32) OUTER(1, 9, 32) OUTER(1, 10, 32) OUTER(1, 11, 32) OUTER(1, 12, 32) OUTER(1, 13, 32)
OUTER(2, 1, 32) OUTER(2, 2, 32) OUTER(2, 3, 32) OUTER(2, 4, 32) OUTER(2, 5, 32) OUTER(2, 6, 32)
OUTER(3, 1, 32) OUTER(3, 2, 32) OUTER(3, 3, 32) OUTER(3, 4, 32)
OUTER(1, 1, 48) OUTER(1, 2, 48) OUTER(1, 3, 48) OUTER(1, 4, 48) OUTER(1, 5, 48) OUTER(1, 6, 48) OUTER(1, 7, 48)
OUTER(1, 8, 48)
OUTER(2, 1, 48) OUTER(2, 2, 48) OUTER(2, 3, 48) OUTER(2, 4, 48)
OUTER(3, 1, 48) OUTER(3, 2, 48)
OUTER(1, 1, 64) OUTER(1, 2, 64) OUTER(1, 3, 64) OUTER(1, 4, 64) OUTER(1, 5, 64) OUTER(1, 6, 64)
OUTER(2, 1, 64) OUTER(2, 2, 64) OUTER(2, 3, 64)
OUTER(3, 1, 64) OUTER(3, 2, 64)
OUTER_SUMS(1, 3, 16) OUTER_SUMS(1, 5, 16) OUTER_SUMS(1, 9, 16) OUTER_SUMS(3, 3, 16) OUTER_SUMS(1, 3, 32)
OUTER_SUMS(1, 5, 32) OUTER_SUMS(1, 9, 32) OUTER_SUMS(3, 3, 32) OUTER_SUMS(1, 3, 48) OUTER_SUMS(1, 5, 48)
OUTER_SUMS(1, 3, 64) OUTER_SUMS(1, 5, 64)

const struct conv2d_outers ck_conv2d_outers_avx512 = {
    .outer = {
        {
            {
                NAME(1, 1, 16), NAME(1, 2, 16), NAME(1, 3, 16), NAME(1, 4, 16), NAME(1, 5, 16), NAME(1, 6, 16),
                NAME(1, 7, 16),
                NAME(1, 8, 16), NAME(1, 9, 16), NAME(1, 10, 16), NAME(1, 11, 16), NAME(1, 12, 16), NAME(1, 13, 16),
                NAME(1, 14, 16),
                NAME(1, 15, 16), NAME(1, 16, 16),
            },
            {
                NAME(2, 1, 16), NAME(2, 2, 16), NAME(2, 3, 16), NAME(2, 4, 16), NAME(2, 5, 16), NAME(2, 6, 16),
                NAME(2, 7, 16),
                NAME(2, 8, 16), NAME(2, 9, 16), NAME(2, 10, 16), NAME(2, 11, 16), NAME(2, 12, 16),
            },
            {
                NAME(3, 1, 16), NAME(3, 2, 16), NAME(3, 3, 16), NAME(3, 4, 16), NAME(3, 5, 16), NAME(3, 6, 16),
                NAME(3, 7, 16),
                NAME(3, 8, 16),
            },
        },
        {
            {
                NAME(1, 1, 32), NAME(1, 2, 32), NAME(1, 3, 32), NAME(1, 4, 32), NAME(1, 5, 32), NAME(1, 6, 32),
                NAME(1, 7, 32),
                NAME(1, 8, 32), NAME(1, 9, 32), NAME(1, 10, 32), NAME(1, 11, 32), NAME(1, 12, 32), NAME(1, 13, 32),
            },
            {
                NAME(2, 1, 32), NAME(2, 2, 32), NAME(2, 3, 32), NAME(2, 4, 32), NAME(2, 5, 32), NAME(2, 6, 32),
            },
            {
                NAME(3, 1, 32), NAME(3, 2, 32), NAME(3, 3, 32), NAME(3, 4, 32),
            },
        },
        {
            {
                NAME(1, 1, 48), NAME(1, 2, 48), NAME(1, 3, 48), NAME(1, 4, 48), NAME(1, 5, 48), NAME(1, 6, 48),
                NAME(1, 7, 48),
                NAME(1, 8, 48),
            },
            {
                NAME(2, 1, 48), NAME(2, 2, 48), NAME(2, 3, 48), NAME(2, 4, 48),
            },
            {
                NAME(3, 1, 48), NAME(3, 2, 48),
            },
        },
        {
            {
                NAME(1, 1, 64), NAME(1, 2, 64), NAME(1, 3, 64), NAME(1, 4, 64), NAME(1, 5, 64), NAME(1, 6, 64),
            },
            {
                NAME(2, 1, 64), NAME(2, 2, 64), NAME(2, 3, 64),
            },
            {
                NAME(3, 1, 64), NAME(3, 2, 64),
            },
        },
    },
    .sums = {
        {
            {[2] = SUMS(1, 3, 16), [4] = SUMS(1, 5, 16), [8] = SUMS(1, 9, 16)},
            {0},
            {[2] = SUMS(3, 3, 16)},
        },
        {
            {[2] = SUMS(1, 3, 32), [4] = SUMS(1, 5, 32), [8] = SUMS(1, 9, 32)},
            {0},
            {[2] = SUMS(3, 3, 32)},
        },
        {
            {[2] = SUMS(1, 3, 48), [4] = SUMS(1, 5, 48)},
            {0},
            {0},
        },
        {
            {[2] = SUMS(1, 3, 64), [4] = SUMS(1, 5, 64)},
            {0},
            {0},
        },
    },
    .elements = {{16, 12, 8}, {13, 6, 4}, {8, 4, 2}, {6, 3, 2}},
    .sum_pixels = sum_pixels,
};
#endif
