/* Winograd transforms for AVX2: 8 channels a vector. */
#include "../target.h"

#if defined(__x86_64__)
#include "winograd.h"
#include "../vector_avx2.h"
#include "winograd_tpl.h"
#include "winograd_pool_tpl.h"
#include "winograd_weights_tpl.h"

const struct winograd_kernels ck_winograd_avx2 = {
    .input = input,
    .output = output,
    .output_gradient = output_gradient,
    .input_gradient = input_gradient,
    .pooled_output = pooled_output,
    .pooled_gradient = pooled_gradient,
    .weights = weights,
    .weight_gradient = weight_gradient,
};
#endif
