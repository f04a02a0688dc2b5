/* Activations on vectors: the body of activation_avx2.c and activation_avx512.c. The kind is a constant in each loop,
 * and every element goes through the same arithmetic wherever the vectors' ends fall. */

/* GELU's approximation is x times the sigmoid of this: 2 sqrt(2 / pi) (x + 0.044715 x^3). */
V_INLINE vf gelu_tanh_argument(vf x) {
    const vf linear = v_set(1.5957691f), cubic = v_set(0.071354816f);
    return v_mul(x, v_fma(v_mul(x, x), cubic, linear));
}

V_INLINE vf activation_value(ck_activation f, vf x) {
    switch (f.kind) {
    case CK_LINEAR: return x;
    case CK_RELU: return v_max(v_zero(), x);
    case CK_LEAKY_RELU: return v_select(v_less(x, v_zero()), v_mul(v_set(f.alpha), x), x);
    case CK_ELU: return v_select(v_less(x, v_zero()), v_mul(v_set(f.alpha), v_expm1(x)), x);
    case CK_GELU: return v_mul(x, v_normal(x).integral);
    case CK_GELU_TANH: return v_mul(x, v_sigmoid(gelu_tanh_argument(x)));
    case CK_SILU: return v_mul(x, v_sigmoid(x));
    case CK_SIGMOID: return v_sigmoid(x);
    case CK_TANH: return v_tanh(x);
    case CK_SOFTPLUS: return v_softplus(x);
    }
    return x;
}

/* At |x| = 110 the derivatives that need x have long reached their limits; an infinity would make NaN on the way. */
V_INLINE vf bounded_by_limit(vf x) { return v_max(v_set(-110), v_min(v_set(110), x)); }

/* `x` is the input for the kinds that need it, `y` the output for the others: the same vector. */
V_INLINE vf activation_derivative(ck_activation_kind kind, float alpha, vf x, vf y) {
    const vf one = v_set(1);
    switch (kind) {
    case CK_LEAKY_RELU: return v_select(v_at_most(y, v_zero()), v_set(alpha), one);
    case CK_ELU: return v_select(v_at_most(y, v_zero()), v_add(y, v_set(alpha)), one);
    case CK_GELU: {
        const vf bounded = bounded_by_limit(x);
        const struct v_normal normal = v_normal(bounded);
        return v_fma(bounded, normal.density, normal.integral);
    }
    case CK_GELU_TANH: {
        /* With s the sigmoid of u(x): s + x s (1 - s) u'(x). */
        const vf bounded = bounded_by_limit(x), u = gelu_tanh_argument(bounded), s = v_sigmoid(u);
        const vf slope = v_fma(v_mul(bounded, bounded), v_set(0.21406445f), v_set(1.5957691f));
        return v_fma(v_mul(bounded, s), v_mul(v_sigmoid(v_negate(u)), slope), s);
    }
    case CK_SILU: {
        const vf bounded = bounded_by_limit(x);
        return v_mul(v_sigmoid(bounded), v_fma(bounded, v_sigmoid(v_negate(bounded)), one));
    }
    case CK_SIGMOID: return v_mul(y, v_sub(one, y));
    case CK_TANH: return v_mul(v_sub(one, y), v_add(one, y));
    case CK_SOFTPLUS: return v_negate(v_expm1(v_negate(y)));
    default: return one;
    }
}

V_INLINE void forward_loop(ck_activation_kind kind, size_t n, float alpha, const float *x, float *y) {
    const ck_activation f = {kind, alpha};
#define STEP(part, i) v_store(y + (i), part, activation_value(f, v_load(x + (i), part)))
    V_EACH(n, STEP);
#undef STEP
}

V_TARGET static void V_NAME(activation_forward)(size_t n, ck_activation f, const float *x, float *y) {
    switch (f.kind) {
    case CK_LINEAR: forward_loop(CK_LINEAR, n, 0, x, y); break;
    case CK_RELU: forward_loop(CK_RELU, n, 0, x, y); break;
    case CK_LEAKY_RELU: forward_loop(CK_LEAKY_RELU, n, f.alpha, x, y); break;
    case CK_ELU: forward_loop(CK_ELU, n, f.alpha, x, y); break;
    case CK_GELU: forward_loop(CK_GELU, n, 0, x, y); break;
    case CK_GELU_TANH: forward_loop(CK_GELU_TANH, n, 0, x, y); break;
    case CK_SILU: forward_loop(CK_SILU, n, 0, x, y); break;
    case CK_SIGMOID: forward_loop(CK_SIGMOID, n, 0, x, y); break;
    case CK_TANH: forward_loop(CK_TANH, n, 0, x, y); break;
    case CK_SOFTPLUS: forward_loop(CK_SOFTPLUS, n, 0, x, y); break;
    }
}

V_INLINE void backward_part(ck_activation_kind kind, float alpha, struct v_part part, const float *source,
                            const float *dy, float *dx) {
    const vf gradient = v_load(dy, part);
    vf result = gradient;
    if (kind == CK_RELU) {
        result = v_keep(v_less(v_zero(), v_load(source, part)), gradient);
    } else if (kind != CK_LINEAR) {
        const vf operand = v_load(source, part);
        result = v_mul(activation_derivative(kind, alpha, operand, operand), gradient);
    }
    v_store(dx, part, result);
}

/* `source` is x or y, whichever the kind needs. */
V_INLINE void backward_loop(ck_activation_kind kind, size_t n, float alpha, const float *source, const float *dy,
                            float *dx) {
#define STEP(part, i) backward_part(kind, alpha, part, source + (i), dy + (i), dx + (i))
    V_EACH(n, STEP);
#undef STEP
}

V_TARGET static void V_NAME(activation_backward)(size_t n, ck_activation f, const float *x, const float *y,
                                                 const float *dy, float *dx) {
    switch (f.kind) {
    case CK_LINEAR: backward_loop(CK_LINEAR, n, 0, dy, dy, dx); break;
    case CK_RELU: backward_loop(CK_RELU, n, 0, y, dy, dx); break;
    case CK_LEAKY_RELU: backward_loop(CK_LEAKY_RELU, n, f.alpha, y, dy, dx); break;
    case CK_ELU: backward_loop(CK_ELU, n, f.alpha, y, dy, dx); break;
    case CK_GELU: backward_loop(CK_GELU, n, 0, x, dy, dx); break;
    case CK_GELU_TANH: backward_loop(CK_GELU_TANH, n, 0, x, dy, dx); break;
    case CK_SILU: backward_loop(CK_SILU, n, 0, x, dy, dx); break;
    case CK_SIGMOID: backward_loop(CK_SIGMOID, n, 0, y, dy, dx); break;
    case CK_TANH: backward_loop(CK_TANH, n, 0, y, dy, dx); break;
    case CK_SOFTPLUS: backward_loop(CK_SOFTPLUS, n, 0, y, dy, dx); break;
    }
}
