/* Where zeros are, for the matrix product on AVX2. */
#include <stdbool.h>

#include "../target.h"

#if defined(__x86_64__)
#include "../vector_avx2.h"

V_INLINE size_t append_steps(vm found, size_t first, uint16_t *steps) {
    const uint32_t bits = vm_bits(found);
    size_t count = 0;
    for (size_t lane = 0; lane < V_LANES; lane++) {
        steps[count] = (uint16_t)(first + lane);
        count += bits >> lane & 1;
    }
    return count;
}

#include "gemm_zeros_tpl.h"
#endif
