/* Activations on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "activation.h"
#include "../vector_avx512.h"
#include "../vector_math.h"
#include "activation_tpl.h"

const struct ck_activation_kernels ck_activation_avx512 = {activation_forward_avx512, activation_backward_avx512};
#endif
