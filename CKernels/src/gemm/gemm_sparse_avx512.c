/* Products that leave zeros out, on AVX-512. */
#include <stdbool.h>

#include "../target.h"

#if defined(__x86_64__)
#include "../vector_avx512.h"
#include "gemm_avx512.h"

V_INLINE size_t append_steps(vm found, size_t first, uint16_t *steps) {
    const vi numbers = _mm512_maskz_compress_epi32(found, vi_add(vi_lanes(), vi_set((int32_t)first)));
    _mm256_storeu_si256((__m256i *)(void *)steps, _mm512_cvtepi32_epi16(numbers));
    return (size_t)__builtin_popcount(found);
}

typedef uint16_t lane_bits;

V_INLINE uint64_t steps_of_lane(const lane_bits *found, size_t lane) {
    const vi bit = _mm512_set1_epi16((int16_t)(1u << lane));
    return _mm512_test_epi16_mask(_mm512_loadu_si512(found), bit) |
           (uint64_t)_mm512_test_epi16_mask(_mm512_loadu_si512(found + 32), bit) << 32;
}

#define SPARSE_PANEL GEMM_SPARSE_PANEL_AVX512
#include "gemm_sparse_tpl.h"
#endif
