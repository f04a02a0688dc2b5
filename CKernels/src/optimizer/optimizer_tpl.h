/* Optimizers on vectors: the body of optimizer_avx2.c and optimizer_avx512.c. Each is a step on one vector of every
 * buffer, and a loop that the step is inlined into. */

V_INLINE void sgd_part(const struct ck_sgd_settings *s, struct v_part part, const float *g, float *velocity, float *p) {
    vf step = v_mul(v_set(-s->rate), v_load(g, part));
    if (velocity) {
        const vf v = v_fma(v_set(s->momentum), v_load(velocity, part), step);
        v_store(velocity, part, v);
        step = s->nesterov ? v_fma(v_set(s->momentum), v, step) : v;
    }
    v_store(p, part, v_add(v_load(p, part), step));
}

V_TARGET static void V_NAME(optimizer_sgd)(size_t n, const struct ck_sgd_settings *s, const float *g, float *velocity,
                                           float *p) {
    const struct ck_sgd_settings settings = *s;
#define STEP(part, i) sgd_part(&settings, part, g + (i), velocity ? velocity + (i) : NULL, p + (i))
    V_EACH(n, STEP);
#undef STEP
}

V_INLINE void rmsprop_part(const struct ck_rmsprop_settings *s, struct v_part part, const float *g, float *square,
                           float *mean, float *velocity, float *p) {
    const vf rho = v_set(s->rho), rest = v_set(1 - s->rho), gradient = v_load(g, part);
    vf spread = v_fma(rho, v_load(square, part), v_mul(rest, v_mul(gradient, gradient)));
    v_store(square, part, spread);
    if (mean) {
        const vf average = v_fma(rho, v_load(mean, part), v_mul(rest, gradient));
        v_store(mean, part, average);
        spread = v_max(v_zero(), v_fnma(average, average, spread));
    }
    const vf root = v_sqrt(v_add(spread, v_set(s->epsilon)));
    vf step = v_div(v_mul(v_set(s->rate), gradient), root);
    if (velocity) {
        step = v_fma(v_set(s->momentum), v_load(velocity, part), step);
        v_store(velocity, part, step);
    }
    v_store(p, part, v_sub(v_load(p, part), step));
}

V_TARGET static void V_NAME(optimizer_rmsprop)(size_t n, const struct ck_rmsprop_settings *s, const float *g,
                                               float *square, float *mean, float *velocity, float *p) {
    const struct ck_rmsprop_settings settings = *s;
#define STEP(part, i)                                                                                                  \
    rmsprop_part(&settings, part, g + (i), square + (i), mean ? mean + (i) : NULL, velocity ? velocity + (i) : NULL,   \
                 p + (i))
    V_EACH(n, STEP);
#undef STEP
}

V_INLINE void adam_part(const struct ck_adam_settings *s, struct v_part part, const float *g, float *m, float *v,
                        float *p) {
    const vf gradient = v_load(g, part), old_m = v_load(m, part), old_v = v_load(v, part), old_p = v_load(p, part);
    const vf first = v_fma(v_set(1 - s->beta1), v_sub(gradient, old_m), old_m);
    const vf second = v_fma(v_set(1 - s->beta2), v_fms(gradient, gradient, old_v), old_v);
    const vf decayed = v_fnma(v_set(s->rate * s->weight_decay), old_p, old_p);
    const vf step = v_div(v_mul(v_set(s->corrected_rate), first), v_add(v_sqrt(second), v_set(s->epsilon)));
    v_store(m, part, first);
    v_store(v, part, second);
    v_store(p, part, v_sub(decayed, step));
}

V_TARGET static void V_NAME(optimizer_adam)(size_t n, const struct ck_adam_settings *s, const float *g, float *m,
                                            float *v, float *p) {
    const struct ck_adam_settings settings = *s;
#define STEP(part, i) adam_part(&settings, part, g + (i), m + (i), v + (i), p + (i))
    V_EACH(n, STEP);
#undef STEP
}

/* Four running sums, so that the additions' latency is hidden. */
V_TARGET static double V_NAME(optimizer_sum_of_squares)(size_t n, const float *x) {
    vd sum[4] = {vd_zero(), vd_zero(), vd_zero(), vd_zero()};
    size_t i = 0;
    for (; i + 4 * V_LANES <= n; i += 4 * V_LANES)
        for (size_t j = 0; j < 4; j++) {
            const vf value = v_load(x + i + j * V_LANES, v_whole());
            sum[j] = vd_add_product(sum[j], value, value);
        }
    for (; i < n; i += V_LANES) {
        const vf value = v_load(x + i, v_first(n - i < V_LANES ? n - i : V_LANES));
        sum[0] = vd_add_product(sum[0], value, value);
    }
    return (vd_sum(sum[0]) + vd_sum(sum[1])) + (vd_sum(sum[2]) + vd_sum(sum[3]));
}

V_TARGET static void V_NAME(optimizer_clip)(size_t n, float limit, float *x) {
    const vf high = v_set(limit), low = v_set(-limit);
#define STEP(part, i) v_store(x + (i), part, v_min(high, v_max(low, v_load(x + (i), part))))
    V_EACH(n, STEP);
#undef STEP
}

V_INLINE void regularize_part(struct v_part part, float l1, float l2, const float *w, float *g, vd *lengths,
                              vd *squares) {
    const vf x = v_load(w, part);
    *lengths = vd_add(*lengths, v_abs(x));
    *squares = vd_add_product(*squares, x, x);
    if (!g) return;
    /* sign(x), with 0 of 0 and NaN of NaN */
    const vf sign = v_select(v_less(v_zero(), v_abs(x)), v_with_sign(v_set(1), x), x);
    v_store(g, part, v_fma(v_set(2 * l2), x, v_fma(v_set(l1), sign, v_load(g, part))));
}

V_TARGET static double V_NAME(optimizer_regularize)(size_t n, float l1, float l2, const float *w, float *g) {
    vd lengths = vd_zero(), squares = vd_zero();
#define STEP(part, i) regularize_part(part, l1, l2, w + (i), g ? g + (i) : NULL, &lengths, &squares)
    V_EACH(n, STEP);
#undef STEP
    return l1 * vd_sum(lengths) + l2 * vd_sum(squares);
}
