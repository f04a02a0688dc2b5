/* Augmentation on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "augment.h"
#include "../vector_avx2.h"
#include "augment_tpl.h"

const struct ck_augment_kernels ck_augment_avx2 = {warp_f32_avx2, warp_u8_avx2};
#endif
