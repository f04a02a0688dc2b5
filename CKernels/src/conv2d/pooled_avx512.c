/* AVX-512 kernels of gradients behind 2 x 2 pooling.
 *
 * A window's gradient belongs to one of four output pixels, which differs from channel to channel. Through the tap
 * (ky, kx) that pixel reads one of 2 x 2 inputs; two input lines side by side in one vector hold them, and a
 * permutation hands every channel its own. So a tap costs one multiply-add a window, not one a pixel. */
#if defined(__x86_64__)
#include "conv2d_avx512.h"
#include "../vector_avx512.h"

enum { NINE_VECTORS = 2, WIDE_VECTORS = 2, WIDE_WINDOWS = 2, SPOTS_FROM = 4 };
#include "pooled_forward_tpl.h"

enum { SMALLEST = 2, LARGEST = 7, MOST_ROWS = 5 /* whose sums fit the registers */ };

/* Channels whose pooled pixels are read: their gradient, zero where it goes nowhere, and where the maximum was. */
struct winner {
    __m512 gradient;
    __m512i place;
};

INLINE struct winner winner_at(const float *dy, const uint8_t *record, __mmask16 mask) {
    const __m512i place = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, record));
    const __mmask16 alive = _mm512_mask_cmpneq_epi32_mask(mask, place, _mm512_set1_epi32(CK_POOL2D_NOWHERE));
    return (struct winner){_mm512_maskz_loadu_ps(alive, dy), place};
}

/* `vectors` of channels; the sums of all taps stay in registers. */
INLINE void gradient_of(const size_t kernel, const size_t vectors, size_t lines, size_t columns, size_t channels,
                        const __mmask16 mask[2], const float *x, size_t x_line, const float *dy, const uint8_t *record,
                        bool add, float *dw, float *dbias) {
    const __mmask8 reach = (__mmask8)((1u << (kernel + 1)) - 1);
    const __m512i one = _mm512_set1_epi32(1), two = _mm512_set1_epi32(2);
    __m512 sum[MOST_ROWS][MOST_ROWS][2], bias[2];
    for (size_t v = 0; v < vectors; v++) {
        bias[v] = _mm512_setzero_ps();
        for (size_t ky = 0; ky < kernel; ky++)
            for (size_t kx = 0; kx < kernel; kx++) sum[ky][kx][v] = _mm512_setzero_ps();
    }
    const bool skips_blanks = 2 * columns + kernel - 1 <= 64;
    for (size_t line = 0; line < lines; line++) {
        const float *corner = x + 2 * line * x_line;
        const uint64_t filled = skips_blanks ? filled_columns(corner, x_line, kernel + 1, 2 * columns + kernel - 1) : 0;
        for (size_t column = 0; column < columns; column++, corner += 2, dy += channels, record += channels) {
            struct winner winner[2];
            bool is_finite = true;
            for (size_t v = 0; v < vectors; v++) {
                winner[v] = winner_at(dy + v * LANES, record + v * LANES, mask[v]);
                bias[v] = _mm512_add_ps(bias[v], winner[v].gradient);
                is_finite = is_finite && v_is_finite(winner[v].gradient);
            }
            /* Zero times a finite gradient changes no sum. */
            if (skips_blanks && is_finite && !any_column(filled, 2 * column, kernel + 1)) continue;
            __m512i lane[MOST_ROWS][2]; /* for each kx, the input in a pair of lines */
            for (size_t v = 0; v < vectors; v++) {
                lane[0][v] = _mm512_add_epi32(_mm512_and_si512(winner[v].place, one),
                                              _mm512_slli_epi32(_mm512_and_si512(winner[v].place, two), 2));
                for (size_t kx = 1; kx < kernel; kx++) lane[kx][v] = _mm512_add_epi32(lane[kx - 1][v], one);
            }
            __m256 upper = _mm256_maskz_loadu_ps(reach, corner);
            for (size_t ky = 0; ky < kernel; ky++) {
                const __m256 lower = _mm256_maskz_loadu_ps(reach, corner + (ky + 1) * x_line);
                const __m512 pair = _mm512_insertf32x8(_mm512_castps256_ps512(upper), lower, 1);
                upper = lower;
                for (size_t kx = 0; kx < kernel; kx++)
                    for (size_t v = 0; v < vectors; v++)
                        sum[ky][kx][v] = _mm512_fmadd_ps(_mm512_permutexvar_ps(lane[kx][v], pair), winner[v].gradient,
                                                         sum[ky][kx][v]);
            }
        }
    }
    for (size_t v = 0; v < vectors; v++) {
        for (size_t ky = 0; ky < kernel; ky++)
            for (size_t kx = 0; kx < kernel; kx++) {
                float *to = dw + (ky * kernel + kx) * channels + v * LANES;
                if (add) sum[ky][kx][v] = _mm512_add_ps(_mm512_maskz_loadu_ps(mask[v], to), sum[ky][kx][v]);
                _mm512_mask_storeu_ps(to, mask[v], sum[ky][kx][v]);
            }
        if (!dbias) continue;
        if (add) bias[v] = _mm512_add_ps(_mm512_maskz_loadu_ps(mask[v], dbias + v * LANES), bias[v]);
        _mm512_mask_storeu_ps(dbias + v * LANES, mask[v], bias[v]);
    }
}

/* Small kernels take two vectors of channels at once, the largest need all registers for one. */
INLINE void gradient_of_kernel(const size_t kernel, size_t lines, size_t columns, size_t channels, const float *x,
                               size_t x_line, const float *dy, const uint8_t *record, bool add, float *dw,
                               float *dbias) {
    const size_t together = kernel <= 3 ? 2 * LANES : LANES;
    for (size_t c = 0; c < channels; c += together) {
        const size_t left = channels - c, first = left < LANES ? left : LANES, rest = left - first;
        const __mmask16 mask[2] = {last_mask(first), last_mask(rest < LANES ? rest : LANES)};
        float *bias = dbias ? dbias + c : dbias;
        if (together > LANES && rest > 0)
            gradient_of(kernel, 2, lines, columns, channels, mask, x, x_line, dy + c, record + c, add, dw + c, bias);
        else gradient_of(kernel, 1, lines, columns, channels, mask, x, x_line, dy + c, record + c, add, dw + c, bias);
    }
}

CK_TARGET_AVX512 static void conv2d_pooled_dw_f32_avx512(size_t kernel, size_t lines, size_t columns, size_t channels,
                                                         const float *x, size_t x_line, const float *dy,
                                                         const uint8_t *record, bool add, float *dw, float *dbias) {
    switch (kernel) {
    case 2: gradient_of_kernel(2, lines, columns, channels, x, x_line, dy, record, add, dw, dbias); break;
    case 3: gradient_of_kernel(3, lines, columns, channels, x, x_line, dy, record, add, dw, dbias); break;
    case 4: gradient_of_kernel(4, lines, columns, channels, x, x_line, dy, record, add, dw, dbias); break;
    case 5: gradient_of_kernel(5, lines, columns, channels, x, x_line, dy, record, add, dw, dbias); break;
    default:
        ck_conv2d_pooled_dw_list_avx2(kernel, lines, columns, channels, x, x_line, dy, record, add, dw, dbias);
        break;
    }
}

const struct conv2d_pooled ck_conv2d_pooled_avx512 = {
    .smallest = SMALLEST,
    .largest = LARGEST,
    .gradient = conv2d_pooled_dw_f32_avx512,
    .forward = conv2d_pooled_f32_avx512,
};
#endif
