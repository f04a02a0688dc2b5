/* Augmentation on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "augment.h"
#include "../vector_avx512.h"
#include "augment_tpl.h"

const struct ck_augment_kernels ck_augment_avx512 = {warp_f32_avx512, warp_u8_avx512};
#endif
