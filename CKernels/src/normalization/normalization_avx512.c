/* Batch normalisation on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "normalization.h"
#include "../vector_avx512.h"
#include "normalization_tpl.h"

const struct ck_batchnorm_kernels ck_batchnorm_avx512 = {
    batchnorm_moments_avx512, batchnorm_apply_avx512, batchnorm_gradient_sums_avx512, batchnorm_input_gradient_avx512};
#endif
