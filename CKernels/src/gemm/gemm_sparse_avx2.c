/* Products that leave zeros out, on AVX2. */
#include <stdbool.h>

#include "../target.h"

#if defined(__x86_64__)
#include "../vector_avx2.h"
#include "gemm_avx2.h"

V_INLINE size_t append_steps(vm found, size_t first, uint16_t *steps) {
    const uint32_t bits = vm_bits(found);
    if (bits == 0) return 0;
    if (bits == 0xFF) { /* in images, most are of one kind or the other */
        const __m128i numbers = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
        _mm_storeu_si128((__m128i *)(void *)steps, _mm_add_epi16(numbers, _mm_set1_epi16((int16_t)first)));
        return V_LANES;
    }
    size_t count = 0;
    for (size_t lane = 0; lane < V_LANES; lane++) {
        steps[count] = (uint16_t)(first + lane);
        count += bits >> lane & 1;
    }
    return count;
}

typedef uint8_t lane_bits;

/* Bit `lane` of 32 bytes, moved to where it is a byte's sign. */
V_INLINE uint32_t steps_of_lane_half(const lane_bits *found, size_t lane) {
    const vi bytes = _mm256_loadu_si256((const __m256i *)(const void *)found);
    return (uint32_t)_mm256_movemask_epi8(_mm256_sll_epi16(bytes, _mm_cvtsi32_si128((int)(7 - lane))));
}

V_INLINE uint64_t steps_of_lane(const lane_bits *found, size_t lane) {
    return steps_of_lane_half(found, lane) | (uint64_t)steps_of_lane_half(found + 32, lane) << 32;
}

#define SPARSE_PANEL GEMM_SPARSE_PANEL_AVX2
#include "gemm_sparse_tpl.h"
#endif
