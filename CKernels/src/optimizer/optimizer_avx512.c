/* Optimizers on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "optimizer.h"
#include "../vector_avx512.h"
#include "optimizer_tpl.h"

const struct ck_optimizer_kernels ck_optimizer_avx512 = {optimizer_sgd_avx512,  optimizer_rmsprop_avx512,
                                                         optimizer_adam_avx512, optimizer_sum_of_squares_avx512,
                                                         optimizer_clip_avx512, optimizer_regularize_avx512};
#endif
