/* Activations on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "activation.h"
#include "../vector_avx2.h"
#include "../vector_math.h"
#include "activation_tpl.h"

const struct ck_activation_kernels ck_activation_avx2 = {activation_forward_avx2, activation_backward_avx2};
#endif
