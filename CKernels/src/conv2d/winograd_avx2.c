/* Winograd transforms for AVX2: 8 channels a vector. */
#if defined(__x86_64__)
#include "../target.h"
#include "winograd.h"

#define TARGET CK_TARGET_AVX2
#define INLINE static inline __attribute__((always_inline)) TARGET
#define NAME ck_winograd_avx2
#define LANES 8
#define VECTOR __m256
#define MASK __m256i
#define LOAD(from) _mm256_loadu_ps(from)
#define STORE(to, value) _mm256_storeu_ps(to, value)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUBTRACT(a, b) _mm256_sub_ps(a, b)
#define MULTIPLY(a, b) _mm256_mul_ps(a, b)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define MAXIMUM(a, b) _mm256_max_ps(a, b)
#define ZERO _mm256_setzero_ps()
#define ALL(value) _mm256_set1_ps(value)

INLINE MASK mask_of(size_t lanes) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes < LANES ? (int)lanes : LANES),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE VECTOR load(const float *from, MASK mask) { return _mm256_maskload_ps(from, mask); }
INLINE void store(float *to, MASK mask, VECTOR value) { _mm256_maskstore_ps(to, mask, value); }

#include "winograd_tpl.h"
#endif
