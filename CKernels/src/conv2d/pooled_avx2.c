/* AVX2 kernels of gradients behind 2 x 2 pooling; pooled_avx512.c says how they work. Half a vector holds four pixels
 * of an input line, enough for three neighbouring taps, and the sums of a few kernel rows fill the registers, so that
 * 4 x 4 kernels pass over the windows twice. Larger ones are left to pooled_list_avx2.c. */
#if defined(__x86_64__)
#include "conv2d_avx2.h"
#include "../vector_avx2.h"

/* Of 16 registers, eight hold sums. Two vectors of one window need fewer loads than one vector of two. */
enum { NINE_VECTORS = 0, WIDE_VECTORS = 2, WIDE_WINDOWS = 1, SPOTS_FROM = 5 };
#include "pooled_forward_tpl.h"

enum { SMALLEST = 3, LARGEST = 7, TAPS = 3 /* neighbours that one pair of lines serves */, MOST_SUMS = 9 };

struct pass {
    size_t lines, columns, channels;
    const float *x;
    size_t x_line;
    const float *dy;
    const uint8_t *record;
    bool add;
    float *dw, *dbias; /* dbias is null but in one pass */
};

/* `rows` kernel rows of `kernel` taps, from the first of the pass on; one vector of channels. */
INLINE void gradient_of(const size_t rows, const size_t kernel, const struct pass *p, struct v_part part) {
    const __m256i one = _mm256_set1_epi32(1), two = _mm256_set1_epi32(2);
    __m256 sum[MOST_SUMS], bias = _mm256_setzero_ps();
    for (size_t i = 0; i < rows * kernel; i++) sum[i] = _mm256_setzero_ps();
    const float *dy = p->dy;
    const uint8_t *record = p->record;
    const bool skips_blanks = 2 * p->columns + kernel - 1 <= 64;
    for (size_t line = 0; line < p->lines; line++) {
        const float *corner = p->x + 2 * line * p->x_line;
        const uint64_t filled =
            skips_blanks ? filled_columns(corner, p->x_line, rows + 1, 2 * p->columns + kernel - 1) : 0;
        for (size_t column = 0; column < p->columns; column++, corner += 2, dy += p->channels, record += p->channels) {
            const __m256i place = vi_load_bytes(record, part);
            const vm dead = vi_equal(place, vi_set(CK_POOL2D_NOWHERE));
            const __m256 gradient = v_select(dead, v_zero(), v_load(dy, part));
            bias = _mm256_add_ps(bias, gradient);
            if (skips_blanks && v_is_finite(gradient) && !any_column(filled, 2 * column, kernel + 1)) continue;
            const __m256i lane =
                _mm256_add_epi32(_mm256_and_si256(place, one), _mm256_slli_epi32(_mm256_and_si256(place, two), 1));
            for (size_t ky = 0; ky < rows; ky++) {
                const float *from = corner + ky * p->x_line;
                __m256 pair = _mm256_loadu2_m128(from + p->x_line, from);
                __m256i tap = lane;
                for (size_t kx = 0; kx < kernel; kx++) {
                    if (kx == TAPS) { /* the last four pixels that the kernel reaches: nothing beyond is read */
                        pair = _mm256_loadu2_m128(from + p->x_line + 1, from + 1);
                        tap = _mm256_add_epi32(lane, two);
                    }
                    sum[ky * kernel + kx] =
                        _mm256_fmadd_ps(_mm256_permutevar8x32_ps(pair, tap), gradient, sum[ky * kernel + kx]);
                    tap = _mm256_add_epi32(tap, one);
                }
            }
        }
    }
    for (size_t i = 0; i < rows * kernel; i++) {
        float *to = p->dw + i * p->channels;
        v_store(to, part, p->add ? _mm256_add_ps(v_load(to, part), sum[i]) : sum[i]);
    }
    if (p->dbias) v_store(p->dbias, part, p->add ? _mm256_add_ps(v_load(p->dbias, part), bias) : bias);
}

INLINE void gradient_of_rows(const size_t rows, const size_t kernel, struct pass pass, size_t first) {
    const struct pass whole = pass;
    for (size_t c = 0; c < whole.channels; c += LANES) {
        const size_t left = whole.channels - c;
        pass.x = whole.x + first * whole.x_line;
        pass.dy = whole.dy + c, pass.record = whole.record + c;
        pass.dw = whole.dw + first * kernel * whole.channels + c;
        pass.dbias = whole.dbias && first == 0 ? whole.dbias + c : NULL;
        if (left >= LANES) gradient_of(rows, kernel, &pass, v_whole());
        else gradient_of(rows, kernel, &pass, v_first(left));
    }
}

CK_TARGET_AVX2 static void conv2d_pooled_dw_f32_avx2(size_t kernel, size_t lines, size_t columns, size_t channels,
                                                     const float *x, size_t x_line, const float *dy,
                                                     const uint8_t *record, bool add, float *dw, float *dbias) {
    const struct pass pass = {lines, columns, channels, x, x_line, dy, record, add, dw, dbias};
    switch (kernel) {
    case 3: gradient_of_rows(3, 3, pass, 0); break;
    case 4:
        gradient_of_rows(2, 4, pass, 0);
        gradient_of_rows(2, 4, pass, 2);
        break;
    default:
        ck_conv2d_pooled_dw_list_avx2(kernel, lines, columns, channels, x, x_line, dy, record, add, dw, dbias);
        break;
    }
}

const struct conv2d_pooled ck_conv2d_pooled_avx2 = {
    .smallest = SMALLEST,
    .largest = LARGEST,
    .gradient = conv2d_pooled_dw_f32_avx2,
    .forward = conv2d_pooled_f32_avx2,
};
#endif
