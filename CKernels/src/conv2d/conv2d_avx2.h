/* What the AVX2 files of the convolution share. Included on x86-64 only. */
#ifndef CK_CONV2D_AVX2_H
#define CK_CONV2D_AVX2_H

#include "../target.h"
#include "conv2d.h"

#define INLINE static inline __attribute__((always_inline)) CK_TARGET_AVX2

enum { LANES = 8 };

INLINE __m256i mask_of(size_t lanes) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)lanes), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* Masked moves are slow here, so whole vectors do without: `whole` is known when the caller is compiled. */
INLINE __m256 load(const float *from, size_t v, size_t vectors, bool whole, __m256i last) {
    return v + 1 < vectors || whole ? _mm256_loadu_ps(from + v * LANES) : _mm256_maskload_ps(from + v * LANES, last);
}

INLINE void store(float *to, size_t v, size_t vectors, bool whole, __m256i last, __m256 value) {
    if (v + 1 < vectors || whole) _mm256_storeu_ps(to + v * LANES, value);
    else _mm256_maskstore_ps(to + v * LANES, last, value);
}

extern const struct conv2d_outers ck_conv2d_outers_avx2;
extern const struct conv2d_pooled ck_conv2d_pooled_avx2;

#endif
