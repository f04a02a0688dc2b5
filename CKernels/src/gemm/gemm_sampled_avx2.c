/* Sampled products on AVX2. */
#include <stdbool.h>

#include "../target.h"

#if defined(__x86_64__)
#include "../vector_avx2.h"

#define HELD 0

/* Pairs of lanes, then quads, and at last the halves. */
V_INLINE void store_sums(const vf sum[8], float *to) {
    vf pairs[4], quads[2];
    for (size_t i = 0; i < 4; i++)
        pairs[i] = v_add(_mm256_unpacklo_ps(sum[i], sum[i + 4]), _mm256_unpackhi_ps(sum[i], sum[i + 4]));
    for (size_t i = 0; i < 2; i++)
        quads[i] = v_add(_mm256_shuffle_ps(pairs[2 * i], pairs[2 * i + 1], 0x44),
                         _mm256_shuffle_ps(pairs[2 * i], pairs[2 * i + 1], 0xEE));
    const vf first = _mm256_shuffle_ps(quads[0], quads[1], 0x88), second = _mm256_shuffle_ps(quads[0], quads[1], 0xDD);
    _mm256_storeu_ps(to,
                     v_add(_mm256_permute2f128_ps(first, second, 0x20), _mm256_permute2f128_ps(first, second, 0x31)));
}

/* Byte l of `set` is bit l; byte l of `before` counts the bits below it. No branch: bits are as good as random. */
V_INLINE size_t spread(uint32_t bits, const float *sums, struct v_part part, float *c) {
    const uint64_t each = 0x0101010101010101;
    const uint64_t single = (bits & 0xFF) * each & 0x8040201008040201;
    const uint64_t set = (single + 0x7F * each) >> 7 & each, before = set * each << 8;
    const vi from = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)before));
    const vi wanted = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)set)));
    const vf moved = _mm256_permutevar8x32_ps(v_load(sums, v_whole()), from);
    v_store(c, part, _mm256_and_ps(moved, _mm256_castsi256_ps(wanted)));
    return (size_t)__builtin_popcount(bits & 0xFF);
}

#include "gemm_sampled_tpl.h"
#endif
