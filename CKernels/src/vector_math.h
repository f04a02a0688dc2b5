/* Elementary functions of vectors, in the vocabulary of vector_avx2.h or vector_avx512.h, one of which is included
 * before. Errors are stated in units in the last place (2^-23 of the result) for results that are normal numbers; a
 * check measures them. Polynomials were fitted for the least maximum relative error, their coefficients being floats.
 * NaN gives NaN. */
#ifndef CK_VECTOR_MATH_H
#define CK_VECTOR_MATH_H

/* exp(x) = 2^n (1 + p), n whole, p = exp(r) - 1 with |r| <= log(2) / 2. Relative error of the polynomial 3.3e-9. */
struct v_exponential {
    vf n, p;
};

V_INLINE struct v_exponential v_exponential(vf x) {
    const vf n = v_round(v_mul(x, v_set(0x1.715476p+0f)));
    /* log 2 in two pieces: the first has so few digits that its products with n are exact. */
    const vf r = v_fnma(n, v_set(0x1.7f7d1cp-20f), v_fnma(n, v_set(0x1.62e4p-1f), x));
    vf q = v_fma(r, v_set(0x1.6d71e2p-10f), v_set(0x1.123ad2p-7f));
    q = v_fma(r, q, v_set(0x1.5554c8p-5f));
    q = v_fma(r, q, v_set(0x1.555490p-3f));
    q = v_fma(r, q, v_set(0.5f));
    return (struct v_exponential){n, v_fma(v_mul(r, r), q, r)};
}

/* exp x: 1 unit. Beyond the range of float: infinity, 0. */
V_INLINE vf v_exp(vf x) {
    const struct v_exponential e = v_exponential(v_min(v_set(89), v_max(v_set(-104), x)));
    return v_scale(v_add(e.p, v_set(1)), e.n);
}

/* exp(x) - 1 for x up to 88: 2 units. */
V_INLINE vf v_expm1(vf x) {
    const struct v_exponential e = v_exponential(v_max(v_set(-104), x));
    const vf power = v_scale(v_set(1), e.n);
    return v_fma(e.p, power, v_sub(power, v_set(1)));
}

/* log x for normal numbers above 0: 1 unit. */
V_INLINE vf v_log(vf x) {
    /* m in [sqrt(1/2), sqrt 2), x = 2^e m */
    const vi offset = vi_set(0x3F3504F3), above = vi_sub(v_bits(x), offset);
    const vf e = v_from_int(vi_shift_right_signed(above, 23));
    const vf m = v_from_bits(vi_add(vi_and(above, vi_set(0x7FFFFF)), offset));
    const vf f = v_sub(m, v_set(1));
    /* log(1 + f) = f - f^2 / 2 + f^3 q, relative error 5.9e-9 */
    vf q = v_fma(f, v_set(-0x1.38c974p-4f), v_set(0x1.055eaep-3f));
    q = v_fma(f, q, v_set(-0x1.0d8246p-3f));
    q = v_fma(f, q, v_set(0x1.22d930p-3f));
    q = v_fma(f, q, v_set(-0x1.54728ap-3f));
    q = v_fma(f, q, v_set(0x1.99a01cp-3f));
    q = v_fma(f, q, v_set(-0x1.000226p-2f));
    q = v_fma(f, q, v_set(0x1.555554p-2f));
    const vf square = v_mul(f, f);
    vf small_part = v_fma(v_mul(square, f), q, v_mul(e, v_set(0x1.7f7d1cp-20f)));
    small_part = v_fnma(v_set(0.5f), square, small_part);
    const vf result = v_fma(e, v_set(0x1.62e4p-1f), v_add(f, small_part));
    return v_select(v_is_nan(x), x, result);
}

/* log(1 + t) for t in [0, 1]: 2 units. What 1 + t rounds off comes back as the first term of a series. */
V_INLINE vf v_log1p(vf t) {
    const vf sum = v_add(v_set(1), t), lost = v_sub(t, v_sub(sum, v_set(1)));
    return v_add(v_log(sum), v_div(lost, sum));
}

/* 1 / (1 + exp(-x)): 3 units. */
V_INLINE vf v_sigmoid(vf x) {
    const vf t = v_exp(v_negate(v_abs(x))); /* at most 1: nothing overflows */
    return v_div(v_select(v_less(x, v_zero()), t, v_set(1)), v_add(v_set(1), t));
}

/* tanh x: 4 units. */
V_INLINE vf v_tanh(vf x) {
    const vf e = v_expm1(v_min(v_set(20), v_mul(v_set(2), v_abs(x))));
    return v_with_sign(v_div(e, v_add(e, v_set(2))), x);
}

/* log(1 + exp x): 3 units. */
V_INLINE vf v_softplus(vf x) { return v_add(v_max(v_zero(), x), v_log1p(v_exp(v_negate(v_abs(x))))); }

/* The normal distribution's density exp(-x^2 / 2) / sqrt(2 pi) and its integral from minus infinity: 4 and 10 units. */
struct v_normal {
    vf density, integral;
};

V_INLINE struct v_normal v_normal(vf x) {
    const vf a = v_min(v_set(40), v_abs(x)); /* exp(-800) is 0 */
    const vf square = v_mul(a, a), lost = v_fms(a, a, square);
    vf bell = v_exp(v_mul(v_set(-0.5f), square));
    bell = v_fnma(v_mul(v_set(0.5f), lost), bell, bell);
    /* The tail beyond a is bell times a polynomial of t = 1 / (1 + 5/16 a); relative error 1.1e-8. */
    const vf t = v_div(v_set(1), v_fma(v_set(0.3125f), a, v_set(1)));
    vf q = v_fma(t, v_set(-0x1.37ba4ap-6f), v_set(0x1.7685d6p-4f));
    q = v_fma(t, q, v_set(-0x1.356bfcp-3f));
    q = v_fma(t, q, v_set(0x1.3035d4p-4f));
    q = v_fma(t, q, v_set(-0x1.48ecdep-9f));
    q = v_fma(t, q, v_set(0x1.c6cd8cp-5f));
    q = v_fma(t, q, v_set(0x1.710bccp-4f));
    q = v_fma(t, q, v_set(0x1.ca4426p-4f));
    q = v_fma(t, q, v_set(0x1.fefa76p-4f));
    q = v_fma(t, q, v_set(0x1.fea118p-4f));
    const vf tail = v_mul(v_mul(q, t), bell);
    return (struct v_normal){v_mul(bell, v_set(0.39894228f)),
                             v_select(v_less(x, v_zero()), tail, v_sub(v_set(1), tail))};
}

/* cos(2 pi u) for u in [-1, 1]: absolute error 2^-23. */
V_INLINE vf v_cos_turns(vf u) {
    const vf quarter = v_round(v_mul(v_set(4), u)), f = v_fnma(quarter, v_set(0.25f), u); /* |f| <= 1/8, exact */
    const vf square = v_mul(f, f);
    vf c = v_fma(square, v_set(0x1.d4f632p+5f), v_set(-0x1.55b2b4p+6f));
    c = v_fma(square, c, v_set(0x1.03c1b0p+6f));
    c = v_fma(square, c, v_set(-0x1.3bd3ccp+4f));
    c = v_fma(square, c, v_set(1));
    vf s = v_fma(square, v_set(-0x1.33198ep+6f), v_set(0x1.4680a4p+6f));
    s = v_fma(square, s, v_set(-0x1.4abc24p+5f));
    s = v_mul(f, v_fma(square, s, v_set(0x1.921fb6p+2f)));
    /* Quarters 0, 1, 2, 3 of the circle: c, -s, -c, s. */
    const vi place = v_to_int(quarter), one = vi_set(1);
    const vf value = v_select(vi_equal(vi_and(place, one), one), s, c);
    const vi turned = vi_shift_left(vi_and(vi_add(place, one), vi_set(2)), 30);
    return v_from_bits(vi_xor(v_bits(value), turned));
}

#endif
