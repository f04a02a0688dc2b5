/* Losses on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "loss.h"
#include "../vector_avx512.h"
#include "../vector_math.h"
#include "loss_tpl.h"

const struct ck_loss_kernels ck_loss_avx512 = {loss_rows_avx512};
#endif
