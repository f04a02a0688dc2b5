/* Element-wise work on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "elementwise.h"
#include "../vector_avx2.h"
#include "elementwise_tpl.h"

const struct ck_elementwise_kernels ck_elementwise_avx2 = {
    elementwise_binary_avx2, elementwise_scalar_avx2,       elementwise_sum_avx2,       elementwise_column_sums_avx2,
    elementwise_argmax_avx2, ck_elementwise_transpose_avx2, elementwise_convert_u8_avx2};
#endif
