/* What the AVX-512 files of the convolution share. Included on x86-64 only. */
#ifndef CK_CONV2D_AVX512_H
#define CK_CONV2D_AVX512_H

#include "../target.h"
#include "conv2d.h"

#define INLINE static inline __attribute__((always_inline)) CK_TARGET_AVX512

enum { LANES = 16 };

INLINE __mmask16 last_mask(size_t lanes) { return (__mmask16)((1u << lanes) - 1); }

INLINE __m512 load(const float *from, size_t v, size_t vectors, __mmask16 last) {
    return v + 1 < vectors ? _mm512_loadu_ps(from + v * LANES) : _mm512_maskz_loadu_ps(last, from + v * LANES);
}

/* Masked stores cost more than whole ones, so whole vectors do without. */
INLINE void store(float *to, size_t v, size_t vectors, bool whole, __mmask16 last, __m512 value) {
    if (v + 1 < vectors || whole) _mm512_storeu_ps(to + v * LANES, value);
    else _mm512_mask_storeu_ps(to + v * LANES, last, value);
}

extern const struct conv2d_outers ck_conv2d_outers_avx512;
extern const struct conv2d_pooled ck_conv2d_pooled_avx512;

#endif
