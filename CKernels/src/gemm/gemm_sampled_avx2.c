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

V_INLINE size_t spread(uint32_t bits, const float *sums, struct v_part part, float *c) {
    v_store(c, part, v_zero());
    size_t count = 0;
    for (uint32_t left = bits & 0xFF; left != 0; left &= left - 1) c[__builtin_ctz(left)] = sums[count++];
    return count;
}

#include "gemm_sampled_tpl.h"
#endif
