/* Sampled products on AVX-512. */
#include <stdbool.h>

#include "../target.h"

#if defined(__x86_64__)
#include "../vector_avx512.h"

#define HELD 8

/* The halves, then the quarters of two vectors side by side, until every lane is a whole sum. */
V_INLINE void store_sums(const vf sum[8], float *to) {
    vf half[4], quarter[2];
    for (size_t i = 0; i < 4; i++)
        half[i] = v_add(_mm512_shuffle_f32x4(sum[2 * i], sum[2 * i + 1], 0x44),
                        _mm512_shuffle_f32x4(sum[2 * i], sum[2 * i + 1], 0xEE));
    for (size_t i = 0; i < 2; i++)
        quarter[i] = v_add(_mm512_shuffle_f32x4(half[2 * i], half[2 * i + 1], 0x88),
                           _mm512_shuffle_f32x4(half[2 * i], half[2 * i + 1], 0xDD));
    const vf pairs = v_add(_mm512_unpacklo_ps(quarter[0], quarter[1]), _mm512_unpackhi_ps(quarter[0], quarter[1]));
    const vf all = v_add(pairs, _mm512_shuffle_ps(pairs, pairs, 0x4E));
    const vi order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 4, 8, 12, 1, 5, 9, 13);
    _mm256_storeu_ps(to, _mm512_castps512_ps256(_mm512_permutexvar_ps(order, all)));
}

V_INLINE size_t spread(uint32_t bits, const float *sums, struct v_part part, float *c) {
    const vm wanted = part.whole ? (vm)bits : (vm)(bits & part.mask);
    v_store(c, part, _mm512_maskz_expandloadu_ps(wanted, sums));
    return (size_t)__builtin_popcount(wanted);
}

#include "gemm_sampled_tpl.h"
#endif
