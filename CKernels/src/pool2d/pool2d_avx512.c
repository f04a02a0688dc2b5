/* Pooling on the vectors of AVX-512. */
#include "../target.h"

#if defined(__x86_64__)
#include "pool2d.h"
#include "../vector_avx512.h"
#include "window2x2.h"
#include "pool2d_tpl.h"
#include "pool2d_backward_tpl.h"

const struct ck_pool2d_kernels ck_pool2d_avx512 = {maxpool2d_forward_avx512, avgpool2d_forward_avx512,
                                                   maxpool2d_backward_avx512, avgpool2d_backward_avx512,
                                                   maxpool2d_line_avx512};
#endif
