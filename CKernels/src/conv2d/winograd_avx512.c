/* Winograd transforms for AVX-512: 16 channels a vector. */
#if defined(__x86_64__)
#include "../target.h"
#include "winograd.h"

#define TARGET CK_TARGET_AVX512
#define INLINE static inline __attribute__((always_inline)) TARGET
#define NAME ck_winograd_avx512
#define LANES 16
#define VECTOR __m512
#define MASK __mmask16
#define LOAD(from) _mm512_loadu_ps(from)
#define STORE(to, value) _mm512_storeu_ps(to, value)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUBTRACT(a, b) _mm512_sub_ps(a, b)
#define MULTIPLY(a, b) _mm512_mul_ps(a, b)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define MAXIMUM(a, b) _mm512_max_ps(a, b)
#define ZERO _mm512_setzero_ps()
#define ALL(value) _mm512_set1_ps(value)

INLINE MASK mask_of(size_t lanes) { return lanes >= LANES ? (MASK)0xFFFF : (MASK)((1u << lanes) - 1); }
INLINE VECTOR load(const float *from, MASK mask) { return _mm512_maskz_loadu_ps(mask, from); }
INLINE void store(float *to, MASK mask, VECTOR value) { _mm512_mask_storeu_ps(to, mask, value); }

#include "winograd_tpl.h"
#endif
