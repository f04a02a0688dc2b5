/* Softmax on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "activation.h"
#include "../vector_avx512.h"
#include "../vector_math.h"
#include "softmax_tpl.h"

const struct ck_softmax_kernels ck_softmax_avx512 = {softmax_forward_avx512, softmax_backward_avx512};
#endif
