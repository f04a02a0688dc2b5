/* Batch normalisation on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "normalization.h"
#include "../vector_avx2.h"
#include "normalization_tpl.h"

const struct ck_batchnorm_kernels ck_batchnorm_avx2 = {batchnorm_moments_avx2, batchnorm_apply_avx2,
                                                       batchnorm_gradient_sums_avx2, batchnorm_input_gradient_avx2};
#endif
