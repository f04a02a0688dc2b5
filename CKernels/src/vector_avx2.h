/* The small vocabulary in which kernel bodies (*_tpl.h) are written, on AVX2: a file *_avx2.c includes this header and
 * then the bodies. vector_avx512.h offers the same words and says what they mean. */
#ifndef CK_VECTOR_H
#define CK_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

#define V_TARGET CK_TARGET_AVX2
#define V_INLINE CK_TARGET_AVX2 static inline __attribute__((always_inline))
#define V_NAME(stem) stem##_avx2

enum { V_LANES = 8 };
typedef __m256 vf;
typedef __m256i vi;
typedef struct vm { /* all bits of a lane, or none */
    __m256 lanes;
} vm;

/* ---- Memory ---- */

struct v_part {
    bool whole;
    size_t count;
    vi mask;
};

V_INLINE struct v_part v_whole(void) { return (struct v_part){true, 8, _mm256_set1_epi32(-1)}; }
V_INLINE struct v_part v_first(size_t count) {
    const vi lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (struct v_part){false, count, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes)};
}

V_INLINE vf v_fill(struct v_part part, vf x, vf other) {
    return part.whole ? x : _mm256_blendv_ps(other, x, _mm256_castsi256_ps(part.mask));
}
V_INLINE vf v_load(const float *p, struct v_part part) {
    return part.whole ? _mm256_loadu_ps(p) : _mm256_maskload_ps(p, part.mask);
}
V_INLINE void v_store(float *p, struct v_part part, vf x) {
    if (part.whole) _mm256_storeu_ps(p, x);
    else _mm256_maskstore_ps(p, part.mask, x);
}
V_INLINE vi vi_load(const void *p, struct v_part part) {
    return part.whole ? _mm256_loadu_si256((const __m256i *)p) : _mm256_maskload_epi32((const int *)p, part.mask);
}
V_INLINE void vi_store(void *p, struct v_part part, vi x) {
    if (part.whole) _mm256_storeu_si256((__m256i *)p, x);
    else _mm256_maskstore_epi32((int *)p, part.mask, x);
}
/* Fewer than eight bytes, at least one: the first and the last four, or two, may overlap. */
V_INLINE uint64_t v_some_bytes(const uint8_t *p, size_t count) {
    uint32_t first = p[0], last = 0;
    uint16_t half;
    if (count >= 4) {
        __builtin_memcpy(&first, p, 4);
        __builtin_memcpy(&last, p + count - 4, 4);
        return first | (uint64_t)last << 8 * (count - 4);
    }
    if (count == 1) return first;
    __builtin_memcpy(&half, p, 2);
    return half | (uint64_t)p[count - 1] << 8 * (count - 1);
}
V_INLINE void v_put_some_bytes(uint8_t *p, size_t count, uint64_t bytes) {
    const uint64_t last = bytes >> 8 * (count >= 4 ? count - 4 : count - 1);
    if (count >= 4) {
        __builtin_memcpy(p, &bytes, 4);
        __builtin_memcpy(p + count - 4, &last, 4);
        return;
    }
    p[0] = (uint8_t)bytes;
    if (count > 2) p[1] = (uint8_t)(bytes >> 8);
    p[count - 1] = (uint8_t)last;
}
V_INLINE vi vi_load_bytes(const uint8_t *p, struct v_part part) {
    uint64_t bytes;
    if (part.whole) __builtin_memcpy(&bytes, p, 8);
    else bytes = v_some_bytes(p, part.count);
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)bytes));
}
/* Numbers from 0 to 255. */
V_INLINE void vi_store_bytes(uint8_t *p, struct v_part part, vi x) {
    const __m128i halves = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    const __m128i bytes = _mm_packus_epi16(halves, halves);
    if (part.whole) _mm_storel_epi64((__m128i *)(void *)p, bytes);
    else v_put_some_bytes(p, part.count, (uint64_t)_mm_cvtsi128_si64(bytes));
}

/* ---- Arithmetic ---- */

V_INLINE vf v_set(float x) { return _mm256_set1_ps(x); }
V_INLINE vf v_zero(void) { return _mm256_setzero_ps(); }
V_INLINE vf v_add(vf a, vf b) { return _mm256_add_ps(a, b); }
V_INLINE vf v_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
V_INLINE vf v_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
V_INLINE vf v_div(vf a, vf b) { return _mm256_div_ps(a, b); }
V_INLINE vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
V_INLINE vf v_fms(vf a, vf b, vf c) { return _mm256_fmsub_ps(a, b, c); }
V_INLINE vf v_fnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
V_INLINE vf v_sqrt(vf x) { return _mm256_sqrt_ps(x); }
V_INLINE vf v_min(vf a, vf b) { return _mm256_min_ps(a, b); }
V_INLINE vf v_max(vf a, vf b) { return _mm256_max_ps(a, b); }
V_INLINE vf v_abs(vf x) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x); }
V_INLINE vf v_negate(vf x) { return _mm256_xor_ps(x, _mm256_set1_ps(-0.0f)); }
V_INLINE vf v_with_sign(vf magnitude, vf sign) {
    return _mm256_or_ps(magnitude, _mm256_and_ps(sign, _mm256_set1_ps(-0.0f)));
}
V_INLINE vf v_round(vf x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
V_INLINE vf v_floor(vf x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
V_INLINE vf v_scale(vf x, vf n) {
    /* In two steps, so that both powers of two are normal numbers. */
    const vi whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1), bias = _mm256_set1_epi32(127);
    const vi first = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
    const vi second = _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(whole, half), bias), 23);
    return _mm256_mul_ps(_mm256_mul_ps(x, _mm256_castsi256_ps(first)), _mm256_castsi256_ps(second));
}

/* ---- Masks ---- */

V_INLINE vm v_less(vf a, vf b) { return (vm){_mm256_cmp_ps(a, b, _CMP_LT_OQ)}; }
V_INLINE vm v_at_most(vf a, vf b) { return (vm){_mm256_cmp_ps(a, b, _CMP_LE_OQ)}; }
V_INLINE vm v_not_at_most(vf a, vf b) { return (vm){_mm256_cmp_ps(a, b, _CMP_NLE_UQ)}; }
V_INLINE vm v_equal(vf a, vf b) { return (vm){_mm256_cmp_ps(a, b, _CMP_EQ_OQ)}; }
V_INLINE vm v_not_zero(vf x) { return (vm){_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ)}; }
V_INLINE vm v_is_nan(vf x) { return (vm){_mm256_cmp_ps(x, x, _CMP_UNORD_Q)}; }
/* Where either operand is NaN. */
V_INLINE vm v_unordered(vf a, vf b) { return (vm){_mm256_cmp_ps(a, b, _CMP_UNORD_Q)}; }
V_INLINE vm vi_equal(vi a, vi b) { return (vm){_mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b))}; }
V_INLINE vm vm_or(vm a, vm b) { return (vm){_mm256_or_ps(a.lanes, b.lanes)}; }
V_INLINE vm vm_and_not(vm a, vm b) { return (vm){_mm256_andnot_ps(b.lanes, a.lanes)}; }
V_INLINE vf v_select(vm m, vf yes, vf no) { return _mm256_blendv_ps(no, yes, m.lanes); }
V_INLINE vf v_keep(vm m, vf x) { return _mm256_and_ps(m.lanes, x); }
V_INLINE vi vi_select(vm m, vi yes, vi no) { return _mm256_blendv_epi8(no, yes, _mm256_castps_si256(m.lanes)); }
V_INLINE uint32_t vm_bits(vm m) { return (uint32_t)_mm256_movemask_ps(m.lanes); }

/* ---- Whole numbers ---- */

V_INLINE vi vi_set(int32_t x) { return _mm256_set1_epi32(x); }
V_INLINE vi vi_lanes(void) { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
V_INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
V_INLINE vi vi_sub(vi a, vi b) { return _mm256_sub_epi32(a, b); }
V_INLINE vi vi_and(vi a, vi b) { return _mm256_and_si256(a, b); }
V_INLINE vi vi_xor(vi a, vi b) { return _mm256_xor_si256(a, b); }
V_INLINE vi vi_shift_left(vi a, unsigned bits) { return _mm256_slli_epi32(a, (int)bits); }
V_INLINE vi vi_shift_right(vi a, unsigned bits) { return _mm256_srli_epi32(a, (int)bits); }
V_INLINE vi vi_shift_right_signed(vi a, unsigned bits) { return _mm256_srai_epi32(a, (int)bits); }
V_INLINE vf v_from_int(vi x) { return _mm256_cvtepi32_ps(x); }
V_INLINE vi v_to_int(vf x) { return _mm256_cvtps_epi32(x); }
V_INLINE vi v_bits(vf x) { return _mm256_castps_si256(x); }
V_INLINE vf v_from_bits(vi x) { return _mm256_castsi256_ps(x); }
V_INLINE vf v_gather(const float *p, vi index) { return _mm256_i32gather_ps(p, index, 4); }
V_INLINE vi vi_gather_halves(const uint16_t *halves, vi index) {
    return _mm256_i32gather_epi32((const int *)(const void *)halves, index, 2);
}
V_INLINE vi vi_even(vi x) { return _mm256_shuffle_epi32(x, 0xA0); }
V_INLINE vi vi_odd(vi x) { return _mm256_shuffle_epi32(x, 0xF5); }

/* ---- For Philox ---- */

V_INLINE vi vi_block_order(void) { return _mm256_setr_epi32(0, 0, 2, 0, 1, 0, 3, 0); }
V_INLINE vi vi_multiply_wide(vi a, vi b) { return _mm256_mul_epu32(a, b); }
V_INLINE vi vi_upper_half(vi x) { return _mm256_srli_epi64(x, 32); }
V_INLINE vi vi_xor3(vi a, vi b, vi c) { return _mm256_xor_si256(_mm256_xor_si256(a, b), c); }
V_INLINE vi vi_join_halves(vi a, vi b) { return _mm256_blend_epi32(a, _mm256_slli_epi64(b, 32), 0xAA); }
V_INLINE vi vi_pairs_low(vi a, vi b) { return _mm256_unpacklo_epi64(a, b); }
V_INLINE vi vi_pairs_high(vi a, vi b) { return _mm256_unpackhi_epi64(a, b); }

struct vm_pair {
    vm first, second;
};
V_INLINE struct vm_pair vi_halves_reach(vi halves, uint16_t threshold) {
    const vi reached = _mm256_cmpeq_epi16(_mm256_max_epu16(halves, _mm256_set1_epi16((int16_t)threshold)), halves);
    const vi first = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(reached));
    const vi second = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(reached, 1));
    return (struct vm_pair){{_mm256_castsi256_ps(first)}, {_mm256_castsi256_ps(second)}};
}

/* ---- Across lanes ---- */

V_INLINE float v_sum(vf x) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
V_INLINE float v_largest(vf x) {
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

typedef struct vd {
    __m256d low, high;
} vd;

V_INLINE __m256d vd_low(vf x) { return _mm256_cvtps_pd(_mm256_castps256_ps128(x)); }
V_INLINE __m256d vd_high(vf x) { return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)); }
V_INLINE vd vd_zero(void) { return (vd){_mm256_setzero_pd(), _mm256_setzero_pd()}; }
V_INLINE vd vd_add(vd sum, vf x) {
    return (vd){_mm256_add_pd(sum.low, vd_low(x)), _mm256_add_pd(sum.high, vd_high(x))};
}
V_INLINE vd vd_add_product(vd sum, vf a, vf b) {
    return (vd){_mm256_fmadd_pd(vd_low(a), vd_low(b), sum.low), _mm256_fmadd_pd(vd_high(a), vd_high(b), sum.high)};
}
V_INLINE void vd_spill(vd sum, double out[V_LANES]) {
    _mm256_storeu_pd(out, sum.low);
    _mm256_storeu_pd(out + V_LANES / 2, sum.high);
}
V_INLINE double vd_sum(vd sum) {
    const __m256d all = _mm256_add_pd(sum.low, sum.high);
    const __m128d half = _mm_add_pd(_mm256_castpd256_pd128(all), _mm256_extractf128_pd(all, 1));
    return _mm_cvtsd_f64(_mm_add_sd(half, _mm_unpackhi_pd(half, half)));
}

#include "vector_loop.h"

#endif
