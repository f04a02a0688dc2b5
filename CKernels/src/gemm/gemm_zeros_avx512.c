/* Where zeros are, for the matrix product on AVX-512. */
#include <stdbool.h>

#include "../target.h"

#if defined(__x86_64__)
#include "../vector_avx512.h"

V_INLINE size_t append_steps(vm found, size_t first, uint16_t *steps) {
    const vi numbers = _mm512_maskz_compress_epi32(found, vi_add(vi_lanes(), vi_set((int32_t)first)));
    _mm256_storeu_si256((__m256i *)(void *)steps, _mm512_cvtepi32_epi16(numbers));
    return (size_t)__builtin_popcount(found);
}

#include "gemm_zeros_tpl.h"
#endif
