/* What the AVX-512 files of the convolution share. Included on x86-64 only. */
#ifndef CK_CONV2D_AVX512_H
#define CK_CONV2D_AVX512_H

#include "../panel_avx512.h"
#include "conv2d.h"

extern const struct conv2d_outers ck_conv2d_outers_avx512;
extern const struct conv2d_pooled ck_conv2d_pooled_avx512;

#endif
