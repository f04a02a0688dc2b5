/* The small vocabulary in which kernel bodies (*_tpl.h) are written, on AVX-512: a file *_avx512.c includes this header
 * and then the bodies; vector_avx2.h offers the same words. Comparisons are false where an operand is NaN, but for
 * v_not_at_most. v_min and v_max give their second operand where either is NaN, or where both are zero. */
#ifndef CK_VECTOR_H
#define CK_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

#define V_TARGET CK_TARGET_AVX512
#define V_INLINE CK_TARGET_AVX512 static inline __attribute__((always_inline))
#define V_NAME(stem) stem##_avx512

enum { V_LANES = 16 };
typedef __m512 vf;
typedef __m512i vi; /* V_LANES words of 32 bits, or half as many of 64 */
typedef __mmask16 vm;

/* ---- Memory: `v_part` is a whole vector or the first lanes of one. A lane that is left out reads as zero. ---- */

struct v_part {
    bool whole;
    vm mask;
};

V_INLINE struct v_part v_whole(void) { return (struct v_part){true, 0xFFFF}; }
V_INLINE struct v_part v_first(size_t count) { return (struct v_part){false, (vm)((1u << count) - 1)}; }

/* x where the part has lanes, `other` beyond. */
V_INLINE vf v_fill(struct v_part part, vf x, vf other) {
    return part.whole ? x : _mm512_mask_blend_ps(part.mask, other, x);
}
V_INLINE vf v_load(const float *p, struct v_part part) {
    return part.whole ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(part.mask, p);
}
V_INLINE void v_store(float *p, struct v_part part, vf x) {
    if (part.whole) _mm512_storeu_ps(p, x);
    else _mm512_mask_storeu_ps(p, part.mask, x);
}
V_INLINE vi vi_load(const void *p, struct v_part part) {
    return part.whole ? _mm512_loadu_si512(p) : _mm512_maskz_loadu_epi32(part.mask, p);
}
V_INLINE void vi_store(void *p, struct v_part part, vi x) {
    if (part.whole) _mm512_storeu_si512(p, x);
    else _mm512_mask_storeu_epi32(p, part.mask, x);
}
/* V_LANES bytes, widened or cut off. */
V_INLINE vi vi_load_bytes(const uint8_t *p, struct v_part part) {
    return _mm512_cvtepu8_epi32(part.whole ? _mm_loadu_si128((const __m128i *)(const void *)p)
                                           : _mm_maskz_loadu_epi8(part.mask, p));
}
V_INLINE void vi_store_bytes(uint8_t *p, struct v_part part, vi x) {
    if (part.whole) _mm_storeu_si128((__m128i *)(void *)p, _mm512_cvtepi32_epi8(x));
    else _mm512_mask_cvtepi32_storeu_epi8(p, part.mask, x);
}

/* ---- Arithmetic ---- */

V_INLINE vf v_set(float x) { return _mm512_set1_ps(x); }
V_INLINE vf v_zero(void) { return _mm512_setzero_ps(); }
V_INLINE vf v_add(vf a, vf b) { return _mm512_add_ps(a, b); }
V_INLINE vf v_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
V_INLINE vf v_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
V_INLINE vf v_div(vf a, vf b) { return _mm512_div_ps(a, b); }
V_INLINE vf v_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }   /* a b + c */
V_INLINE vf v_fms(vf a, vf b, vf c) { return _mm512_fmsub_ps(a, b, c); }   /* a b - c */
V_INLINE vf v_fnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); } /* c - a b */
V_INLINE vf v_sqrt(vf x) { return _mm512_sqrt_ps(x); }
V_INLINE vf v_min(vf a, vf b) { return _mm512_min_ps(a, b); }
V_INLINE vf v_max(vf a, vf b) { return _mm512_max_ps(a, b); }
V_INLINE vf v_abs(vf x) { return _mm512_abs_ps(x); }
V_INLINE vf v_negate(vf x) { return _mm512_xor_ps(x, _mm512_set1_ps(-0.0f)); }
V_INLINE vf v_with_sign(vf magnitude, vf sign) {
    return _mm512_or_ps(magnitude, _mm512_and_ps(sign, _mm512_set1_ps(-0.0f)));
}
V_INLINE vf v_round(vf x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT); }
V_INLINE vf v_floor(vf x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEG_INF); }
/* x 2^n for whole n in -200 ... 200. */
V_INLINE vf v_scale(vf x, vf n) { return _mm512_scalef_ps(x, n); }

/* ---- Masks ---- */

V_INLINE vm v_less(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
V_INLINE vm v_at_most(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
V_INLINE vm v_not_at_most(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_NLE_UQ); }
V_INLINE vm v_equal(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
/* NaN is not zero. */
V_INLINE vm v_not_zero(vf x) { return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ); }
V_INLINE vm v_is_nan(vf x) { return _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q); }
/* Where either operand is NaN. */
V_INLINE vm v_unordered(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q); }
V_INLINE vm vi_equal(vi a, vi b) { return _mm512_cmpeq_epi32_mask(a, b); }
V_INLINE vm vm_or(vm a, vm b) { return (vm)(a | b); }
V_INLINE vm vm_and_not(vm a, vm b) { return (vm)(a & ~b); } /* a but not b */
V_INLINE vf v_select(vm m, vf yes, vf no) { return _mm512_mask_blend_ps(m, no, yes); }
V_INLINE vf v_keep(vm m, vf x) { return _mm512_maskz_mov_ps(m, x); } /* zero elsewhere */
V_INLINE vi vi_select(vm m, vi yes, vi no) { return _mm512_mask_blend_epi32(m, no, yes); }
/* Bit i is lane i. */
V_INLINE uint32_t vm_bits(vm m) { return m; }

/* ---- Whole numbers ---- */

V_INLINE vi vi_set(int32_t x) { return _mm512_set1_epi32(x); }
V_INLINE vi vi_lanes(void) { return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); }
V_INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
V_INLINE vi vi_sub(vi a, vi b) { return _mm512_sub_epi32(a, b); }
V_INLINE vi vi_and(vi a, vi b) { return _mm512_and_si512(a, b); }
V_INLINE vi vi_xor(vi a, vi b) { return _mm512_xor_si512(a, b); }
V_INLINE vi vi_shift_left(vi a, unsigned bits) { return _mm512_slli_epi32(a, bits); }
V_INLINE vi vi_shift_right(vi a, unsigned bits) { return _mm512_srli_epi32(a, bits); }
V_INLINE vi vi_shift_right_signed(vi a, unsigned bits) { return _mm512_srai_epi32(a, bits); }
V_INLINE vf v_from_int(vi x) { return _mm512_cvtepi32_ps(x); }
V_INLINE vi v_to_int(vf x) { return _mm512_cvtps_epi32(x); }
V_INLINE vi v_bits(vf x) { return _mm512_castps_si512(x); }
V_INLINE vf v_from_bits(vi x) { return _mm512_castsi512_ps(x); }
/* p[index], and the 32 bits from halves[index] on; every lane is read. */
V_INLINE vf v_gather(const float *p, vi index) { return _mm512_i32gather_ps(index, p, 4); }
V_INLINE vi vi_gather_halves(const uint16_t *halves, vi index) { return _mm512_i32gather_epi32(index, halves, 2); }
/* Even lanes, or odd lanes, twice each. */
V_INLINE vi vi_even(vi x) { return _mm512_shuffle_epi32(x, 0xA0); }
V_INLINE vi vi_odd(vi x) { return _mm512_shuffle_epi32(x, 0xF5); }

/* ---- For Philox: words in the lower halves of 64-bit lanes; what is above them is noise. ---- */

/* Numbers of the blocks, in an order that vi_pairs_low and vi_pairs_high turn into 0, 1, 2, ... */
V_INLINE vi vi_block_order(void) { return _mm512_setr_epi32(0, 0, 4, 0, 1, 0, 5, 0, 2, 0, 6, 0, 3, 0, 7, 0); }
V_INLINE vi vi_multiply_wide(vi a, vi b) { return _mm512_mul_epu32(a, b); }
V_INLINE vi vi_upper_half(vi x) { return _mm512_srli_epi64(x, 32); }
V_INLINE vi vi_xor3(vi a, vi b, vi c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
/* Lower halves of a and b side by side. */
V_INLINE vi vi_join_halves(vi a, vi b) { return _mm512_mask_blend_epi32(0xAAAA, a, _mm512_slli_epi64(b, 32)); }
V_INLINE vi vi_pairs_low(vi a, vi b) { return _mm512_unpacklo_epi64(a, b); }
V_INLINE vi vi_pairs_high(vi a, vi b) { return _mm512_unpackhi_epi64(a, b); }

/* Which of 2 V_LANES unsigned halves of 16 bits reach the threshold: the first V_LANES of them, and the others. */
struct vm_pair {
    vm first, second;
};
V_INLINE struct vm_pair vi_halves_reach(vi halves, uint16_t threshold) {
    __mmask32 m = _mm512_cmpge_epu16_mask(halves, _mm512_set1_epi16((int16_t)threshold));
    return (struct vm_pair){(vm)m, (vm)(m >> 16)};
}

/* ---- Across lanes ---- */

V_INLINE float v_sum(vf x) { return _mm512_reduce_add_ps(x); }
V_INLINE float v_largest(vf x) { return _mm512_reduce_max_ps(x); } /* not NaN's */

/* Running sums in double, one a lane. */
typedef struct vd {
    __m512d low, high;
} vd;

V_INLINE __m512d vd_low(vf x) { return _mm512_cvtps_pd(_mm512_castps512_ps256(x)); }
V_INLINE __m512d vd_high(vf x) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1)); }
V_INLINE vd vd_zero(void) { return (vd){_mm512_setzero_pd(), _mm512_setzero_pd()}; }
V_INLINE vd vd_add(vd sum, vf x) {
    return (vd){_mm512_add_pd(sum.low, vd_low(x)), _mm512_add_pd(sum.high, vd_high(x))};
}
V_INLINE vd vd_add_product(vd sum, vf a, vf b) {
    return (vd){_mm512_fmadd_pd(vd_low(a), vd_low(b), sum.low), _mm512_fmadd_pd(vd_high(a), vd_high(b), sum.high)};
}
V_INLINE void vd_spill(vd sum, double out[V_LANES]) {
    _mm512_storeu_pd(out, sum.low);
    _mm512_storeu_pd(out + V_LANES / 2, sum.high);
}
V_INLINE double vd_sum(vd sum) { return _mm512_reduce_add_pd(_mm512_add_pd(sum.low, sum.high)); }

#include "vector_loop.h"

#endif
