/* Random numbers and dropout on the vectors of AVX2. */
#include "../target.h"

#if defined(__x86_64__)
#include "random.h"
#include "../vector_avx2.h"
#include "../vector_math.h"
#include "random_tpl.h"

const struct ck_random_kernels ck_random_avx2 = {random_philox_avx2, random_uniform_avx2, random_normal_avx2,
                                                 dropout_avx2};
#endif
