/* Softmax on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "activation.h"
#include "../vector_avx2.h"
#include "../vector_math.h"
#include "softmax_tpl.h"

const struct ck_softmax_kernels ck_softmax_avx2 = {softmax_forward_avx2, softmax_backward_avx2};
#endif
