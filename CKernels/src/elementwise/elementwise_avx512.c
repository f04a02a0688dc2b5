/* Element-wise work on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "elementwise.h"
#include "../vector_avx512.h"
#include "elementwise_tpl.h"

const struct ck_elementwise_kernels ck_elementwise_avx512 = {
    elementwise_binary_avx512,      elementwise_scalar_avx512, elementwise_sum_avx512,
    elementwise_column_sums_avx512, elementwise_argmax_avx512, ck_elementwise_transpose_avx2,
    elementwise_convert_u8_avx512};
#endif
