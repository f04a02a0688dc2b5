/* Optimizers on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "optimizer.h"
#include "../vector_avx2.h"
#include "optimizer_tpl.h"

const struct ck_optimizer_kernels ck_optimizer_avx2 = {optimizer_sgd_avx2,  optimizer_rmsprop_avx2,
                                                       optimizer_adam_avx2, optimizer_sum_of_squares_avx2,
                                                       optimizer_clip_avx2, optimizer_regularize_avx2};
#endif
