/* Losses on vectors, row by row: the body of loss_avx2.c and loss_avx512.c. Lanes beyond a row's end read as zero; each
 * step sees to it that they add nothing. */

/* One row: its outputs, what they are compared with, and where the results go (null where not wanted). */
struct row {
    size_t columns;
    const float *output, *dense;
    vi label;
    float factor; /* scale x weight, for the gradient */
    float *probability, *gradient;
};

V_INLINE vf target_of(const struct row *r, size_t j, struct v_part part) {
    if (r->dense) return v_load(r->dense + j, part);
    return v_keep(vi_equal(vi_add(vi_lanes(), vi_set((int32_t)j)), r->label), v_set(1));
}

V_INLINE void store_if(float *to, size_t j, struct v_part part, vf x) {
    if (to) v_store(to + j, part, x);
}

V_INLINE vf clipped(vf p) { return v_min(v_set(CK_CLIP_HIGH), v_max(v_set(CK_CLIP_LOW), p)); }
V_INLINE vm clips(vf p) { return vm_or(v_less(p, v_set(CK_CLIP_LOW)), v_less(v_set(CK_CLIP_HIGH), p)); }
/* x, but zero where the mask is set. */
V_INLINE vf unless(vm m, vf x) { return v_select(m, v_zero(), x); }

/* ---- Categorical cross-entropy of probabilities ---- */

/* Adds -t log q to the loss, and t where the clip lets the gradient through. */
V_INLINE void categorical_loss_part(const struct row *r, struct v_part part, size_t j, vf sum, vd *loss, vf *along) {
    const vf q = v_div(v_load(r->output + j, part), sum), t = target_of(r, j, part);
    *loss = vd_add_product(*loss, v_negate(t), v_log(clipped(q)));
    *along = v_add(*along, v_fill(part, unless(clips(q), t), v_zero()));
}

V_INLINE void categorical_gradient_part(const struct row *r, struct v_part part, size_t j, vf sum, vf factor,
                                        vf along) {
    const vf q = v_div(v_load(r->output + j, part), sum), t = target_of(r, j, part);
    v_store(r->gradient + j, part, v_mul(factor, v_sub(along, unless(clips(q), v_div(t, q)))));
}

V_INLINE double categorical_row(const struct row *r) {
    vf sums = v_zero(), along = v_zero();
    vd loss = vd_zero();
#define STEP(part, j) sums = v_add(sums, v_load(r->output + (j), part))
    V_EACH(r->columns, STEP);
#undef STEP
    const float total = v_sum(sums);
    const vf sum = v_set(total);
#define STEP(part, j) categorical_loss_part(r, part, j, sum, &loss, &along)
    V_EACH(r->columns, STEP);
#undef STEP
    if (r->gradient) {
        const vf factor = v_set(r->factor / total), all = v_set(v_sum(along));
#define STEP(part, j) categorical_gradient_part(r, part, j, sum, factor, all)
        V_EACH(r->columns, STEP);
#undef STEP
    }
    return vd_sum(loss);
}

/* ---- Categorical cross-entropy of logits ---- */

/* t (top - z); a class that is impossible and not wanted costs nothing. */
V_INLINE vf distance_of(vf t, vf top, vf z) { return unless(v_equal(t, v_zero()), v_mul(t, v_sub(top, z))); }

V_INLINE void logits_results(const struct row *r, struct v_part part, size_t j, vf p, vf t, vf weight) {
    store_if(r->gradient, j, part, v_mul(v_set(r->factor), v_fms(p, weight, t)));
    store_if(r->probability, j, part, p);
}

/* log(sum) weight + distance, where sum is at least 1. */
V_INLINE double logits_loss(float sum, float weight, float distance) {
    float lanes[V_LANES];
    v_store(lanes, v_whole(), v_log(v_set(sum)));
    return (double)lanes[0] * weight + distance;
}

/* The row is in one register. */
V_INLINE double short_logits_row(const struct row *r) {
    const struct v_part part = v_first(r->columns);
    const vf z = v_load(r->output, part), t = target_of(r, 0, part);
    const vf top = v_set(v_largest(v_fill(part, z, v_set(-__builtin_inff()))));
    const vf e = v_fill(part, v_exp(v_sub(z, top)), v_zero());
    const float sum = v_sum(e), weight = r->dense ? v_sum(t) : 1;
    const float distance = v_sum(v_fill(part, distance_of(t, top, z), v_zero()));
    logits_results(r, part, 0, v_mul(e, v_set(1 / sum)), t, v_set(weight));
    return logits_loss(sum, weight, distance);
}

V_INLINE void logits_sums_part(const struct row *r, struct v_part part, size_t j, vf top, vf *sum, vf *weight,
                               vf *distance) {
    const vf z = v_load(r->output + j, part), t = target_of(r, j, part);
    *sum = v_add(*sum, v_fill(part, v_exp(v_sub(z, top)), v_zero()));
    *weight = v_add(*weight, v_fill(part, t, v_zero()));
    *distance = v_add(*distance, v_fill(part, distance_of(t, top, z), v_zero()));
}

V_INLINE double categorical_logits_row(const struct row *r) {
    if (r->columns <= V_LANES) return short_logits_row(r);
    vf top = v_set(-__builtin_inff()), sum = v_zero(), weight = v_zero(), distance = v_zero();
#define STEP(part, j) top = v_max(top, v_fill(part, v_load(r->output + (j), part), top))
    V_EACH(r->columns, STEP);
#undef STEP
    top = v_set(v_largest(top));
#define STEP(part, j) logits_sums_part(r, part, j, top, &sum, &weight, &distance)
    V_EACH(r->columns, STEP);
#undef STEP
    const float total = v_sum(sum), weights = v_sum(weight);
    const vf factor = v_set(1 / total), all = v_set(weights);
#define STEP(part, j)                                                                                                  \
    logits_results(r, part, j, v_mul(factor, v_exp(v_sub(v_load(r->output + (j), part), top))), target_of(r, j, part), \
                   all)
    if (r->gradient || r->probability) V_EACH(r->columns, STEP);
#undef STEP
    return logits_loss(total, weights, v_sum(distance));
}

/* ---- Binary cross-entropy ---- */

V_INLINE void binary_part(const struct row *r, struct v_part part, size_t j, vf factor, vd *loss) {
    const vf p = v_load(r->output + j, part), t = target_of(r, j, part), q = clipped(p), one = v_set(1);
    const vf opposite = v_sub(one, q);
    const vf logs = v_fma(t, v_log(q), v_mul(v_sub(one, t), v_log(opposite)));
    *loss = vd_add(*loss, v_fill(part, v_negate(logs), v_zero()));
    if (!r->gradient) return;
    const vf slope = v_div(v_sub(p, t), v_mul(p, v_sub(one, p)));
    v_store(r->gradient + j, part, v_mul(factor, unless(clips(p), slope)));
}

/* max(z, 0) - z t + log(1 + exp(-|z|)) */
V_INLINE void binary_logits_part(const struct row *r, struct v_part part, size_t j, vf factor, vd *loss) {
    const vf z = v_load(r->output + j, part), t = target_of(r, j, part), one = v_set(1);
    const vf e = v_exp(v_negate(v_abs(z)));
    const vf linear = v_fnma(z, t, v_max(v_zero(), z));
    *loss = vd_add(*loss, v_fill(part, v_add(linear, v_log1p(e)), v_zero()));
    const vf p = v_div(v_select(v_less(z, v_zero()), e, one), v_add(one, e));
    store_if(r->gradient, j, part, v_mul(factor, v_sub(p, t)));
    store_if(r->probability, j, part, p);
}

/* ---- Distances ---- */

V_INLINE void squared_part(const struct row *r, struct v_part part, size_t j, vf factor, vd *loss) {
    const vf d = v_sub(v_load(r->output + j, part), target_of(r, j, part));
    *loss = vd_add_product(*loss, d, d);
    store_if(r->gradient, j, part, v_mul(v_add(factor, factor), d));
}

V_INLINE void absolute_part(const struct row *r, struct v_part part, size_t j, vf factor, vd *loss) {
    const vf d = v_sub(v_load(r->output + j, part), target_of(r, j, part));
    *loss = vd_add(*loss, v_abs(d));
    /* 0 of 0, NaN of NaN */
    const vf sign = v_select(v_less(v_zero(), v_abs(d)), v_with_sign(v_set(1), d), d);
    store_if(r->gradient, j, part, v_mul(factor, sign));
}

/* The losses that are means over the row. */
V_INLINE double mean_row(ck_loss_kind kind, const struct row *r) {
    const vf factor = v_set(r->factor / (float)r->columns);
    vd loss = vd_zero();
#define STEP(part, j)                                                                                                  \
    (kind == CK_BINARY_CROSSENTROPY          ? binary_part(r, part, j, factor, &loss)                                  \
     : kind == CK_BINARY_CROSSENTROPY_LOGITS ? binary_logits_part(r, part, j, factor, &loss)                           \
     : kind == CK_MEAN_SQUARED_ERROR         ? squared_part(r, part, j, factor, &loss)                                 \
                                             : absolute_part(r, part, j, factor, &loss))
    V_EACH(r->columns, STEP);
#undef STEP
    return vd_sum(loss) / (double)r->columns;
}

V_INLINE double loop(ck_loss_kind kind, size_t rows, size_t columns, const float *outputs, const ck_targets *targets,
                     float scale, float *probabilities, float *gradient) {
    double loss = 0;
    for (size_t i = 0; i < rows; i++) {
        const float weight = targets->row_weights ? targets->row_weights[i] : 1;
        const size_t skip = i * columns;
        const struct row r = {.columns = columns,
                              .output = outputs + skip,
                              .dense = targets->dense ? targets->dense + skip : NULL,
                              .label = vi_set(targets->labels ? targets->labels[i] : -1),
                              .factor = scale * weight,
                              .probability = probabilities ? probabilities + skip : NULL,
                              .gradient = gradient ? gradient + skip : NULL};
        const double value = kind == CK_CATEGORICAL_CROSSENTROPY          ? categorical_row(&r)
                             : kind == CK_CATEGORICAL_CROSSENTROPY_LOGITS ? categorical_logits_row(&r)
                                                                          : mean_row(kind, &r);
        loss += weight * value;
    }
    return loss;
}

V_TARGET static double V_NAME(loss_rows)(ck_loss_kind kind, size_t rows, size_t columns, const float *outputs,
                                         const ck_targets *targets, float scale, float *probabilities,
                                         float *gradient) {
#define LOOP(constant) loop(constant, rows, columns, outputs, targets, scale, probabilities, gradient)
    switch (kind) {
    case CK_CATEGORICAL_CROSSENTROPY: return LOOP(CK_CATEGORICAL_CROSSENTROPY);
    case CK_CATEGORICAL_CROSSENTROPY_LOGITS: return LOOP(CK_CATEGORICAL_CROSSENTROPY_LOGITS);
    case CK_BINARY_CROSSENTROPY: return LOOP(CK_BINARY_CROSSENTROPY);
    case CK_BINARY_CROSSENTROPY_LOGITS: return LOOP(CK_BINARY_CROSSENTROPY_LOGITS);
    case CK_MEAN_SQUARED_ERROR: return LOOP(CK_MEAN_SQUARED_ERROR);
    case CK_MEAN_ABSOLUTE_ERROR: return LOOP(CK_MEAN_ABSOLUTE_ERROR);
    }
#undef LOOP
    return 0;
}
