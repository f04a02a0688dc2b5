/* AVX2 tiles of the weight gradient. 16 registers: 12 hold sums, one or two a row of gradients, one a broadcast. */
#if defined(__x86_64__)
#include "conv2d_avx2.h"

INLINE void outer(const size_t vectors, const size_t planes, const size_t elements, const bool sums, const bool whole,
                  const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {
    const __m256i last = mask_of(o->lanes);
    const size_t plane = o->x_plane, columns = o->columns;
    const ptrdiff_t x_step = (ptrdiff_t)o->x_step, x_jump = (ptrdiff_t)o->x_row - (ptrdiff_t)columns * x_step;
    const ptrdiff_t dy_step = (ptrdiff_t)o->dy_step, dy_jump = (ptrdiff_t)o->dy_row - (ptrdiff_t)columns * dy_step;
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
        const ptrdiff_t wrap = -(ptrdiff_t)(column == columns);
        x += x_step + (x_jump & wrap);
        dy += dy_step + (dy_jump & wrap);
        column &= ~(size_t)wrap;
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

#define NAME(planes, elements, channels) conv2d_dw_f32_##planes##x##elements##x##channels##_avx2
#define SUMS(planes, elements, channels) conv2d_dw_sums_f32_##planes##x##elements##x##channels##_avx2
#define OUTER_AS(name, sums, planes, elements, channels)                                                               \
    CK_TARGET_AVX2 static void name(const struct conv2d_outer *o, const float *x, const float *dy, float *dw) {        \
        if (o->lanes == LANES) outer((channels) / LANES, planes, elements, sums, true, o, x, dy, dw);                  \
        else outer((channels) / LANES, planes, elements, sums, false, o, x, dy, dw);                                   \
    }
#define OUTER(planes, elements, channels) OUTER_AS(NAME(planes, elements, channels), false, planes, elements, channels)
#define OUTER_SUMS(planes, elements, channels)                                                                         \
    OUTER_AS(SUMS(planes, elements, channels), true, planes, elements, channels)

/* clang-format off */
OUTER(1, 1, 8) OUTER(1, 2, 8) OUTER(1, 3, 8) OUTER(1, 4, 8) OUTER(1, 5, 8) OUTER(1, 6, 8) OUTER(1, 7, 8)
OUTER(1, 8, 8) OUTER(1, 9, 8) OUTER(1, 10, 8) OUTER(1, 11, 8) OUTER(1, 12, 8)
OUTER(2, 1, 8) OUTER(2, 2, 8) OUTER(2, 3, 8) OUTER(2, 4, 8) OUTER(2, 5, 8) OUTER(2, 6, 8)
OUTER(3, 1, 8) OUTER(3, 2, 8) OUTER(3, 3, 8) OUTER(3, 4, 8)
OUTER(1, 1, 16) OUTER(1, 2, 16) OUTER(1, 3, 16) OUTER(1, 4, 16) OUTER(1, 5, 16) OUTER(1, 6, 16)
OUTER(2, 1, 16) OUTER(2, 2, 16) OUTER(2, 3, 16)
OUTER(3, 1, 16) OUTER(3, 2, 16)
OUTER_SUMS(1, 3, 8) OUTER_SUMS(1, 5, 8) OUTER_SUMS(1, 9, 8) OUTER_SUMS(1, 3, 16) OUTER_SUMS(1, 5, 16)

const struct conv2d_outers ck_conv2d_outers_avx2 = {
    .outer = {
        {
            {
                NAME(1, 1, 8), NAME(1, 2, 8), NAME(1, 3, 8), NAME(1, 4, 8), NAME(1, 5, 8), NAME(1, 6, 8),
                NAME(1, 7, 8),
                NAME(1, 8, 8), NAME(1, 9, 8), NAME(1, 10, 8), NAME(1, 11, 8), NAME(1, 12, 8),
            },
            {
                NAME(2, 1, 8), NAME(2, 2, 8), NAME(2, 3, 8), NAME(2, 4, 8), NAME(2, 5, 8), NAME(2, 6, 8),
            },
            {
                NAME(3, 1, 8), NAME(3, 2, 8), NAME(3, 3, 8), NAME(3, 4, 8),
            },
        },
        {
            {
                NAME(1, 1, 16), NAME(1, 2, 16), NAME(1, 3, 16), NAME(1, 4, 16), NAME(1, 5, 16), NAME(1, 6, 16),
            },
            {
                NAME(2, 1, 16), NAME(2, 2, 16), NAME(2, 3, 16),
            },
            {
                NAME(3, 1, 16), NAME(3, 2, 16),
            },
        },
    },
    .sums = {
        {
            {[2] = SUMS(1, 3, 8), [4] = SUMS(1, 5, 8), [8] = SUMS(1, 9, 8)},
            {0},
            {0},
        },
        {
            {[2] = SUMS(1, 3, 16), [4] = SUMS(1, 5, 16)},
            {0},
            {0},
        },
    },
    .elements = {{12, 6, 4}, {6, 3, 2}},
    .sum_pixels = sum_pixels,
};
#endif
