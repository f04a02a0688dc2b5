/* Whether numbers are finite, in either vocabulary: zero times what is not finite is NaN, zero times all else is zero
 * and may be left out of a sum. */
#ifndef CK_VECTOR_FINITE_H
#define CK_VECTOR_FINITE_H

V_INLINE bool v_is_finite(vf x) { return vm_bits(v_is_nan(v_mul(x, v_zero()))) == 0; }

V_INLINE bool v_all_finite(size_t n, const float *x) {
    enum { CHAINS = 4 };
    vf sum[CHAINS]; /* of products with zero: a NaN stays */
    for (size_t i = 0; i < CHAINS; i++) sum[i] = v_zero();
    size_t done = 0;
    for (; done + CHAINS * V_LANES <= n; done += CHAINS * V_LANES)
        for (size_t i = 0; i < CHAINS; i++) sum[i] = v_fma(v_load(x + done + i * V_LANES, v_whole()), v_zero(), sum[i]);
#define ADD(part, i) sum[0] = v_fma(v_load(x + done + (i), part), v_zero(), sum[0])
    V_EACH(n - done, ADD);
#undef ADD
    return v_is_finite(v_add(v_add(sum[0], sum[1]), v_add(sum[2], sum[3])));
}

#endif
