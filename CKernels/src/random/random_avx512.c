/* Random numbers and dropout on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "random.h"
#include "../vector_avx512.h"
#include "../vector_math.h"
#include "random_tpl.h"

const struct ck_random_kernels ck_random_avx512 = {random_philox_avx512, random_uniform_avx512, random_normal_avx512,
                                                   dropout_avx512};
#endif
