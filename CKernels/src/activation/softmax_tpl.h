/* Softmax on vectors, row by row: the body of softmax_avx2.c and softmax_avx512.c. */

V_INLINE vf largest_part(const float *x, struct v_part part, vf top) {
    return v_max(top, v_fill(part, v_load(x, part), top));
}

/* y = exp(x - top); returns the sum of what it wrote, lane by lane. */
V_INLINE vf exponential_part(const float *x, struct v_part part, vf top, float *y) {
    const vf e = v_exp(v_sub(v_load(x, part), top));
    v_store(y, part, e);
    return v_fill(part, e, v_zero());
}

/* The row is in one register. */
V_INLINE void short_row(size_t columns, const float *x, float *y) {
    const struct v_part part = v_first(columns);
    const vf z = v_load(x, part), top = v_set(v_largest(v_fill(part, z, v_set(-__builtin_inff()))));
    const vf e = v_fill(part, v_exp(v_sub(z, top)), v_zero());
    v_store(y, part, v_mul(e, v_set(1 / v_sum(e))));
}

V_INLINE void long_row(size_t columns, const float *x, float *y) {
    vf top = v_set(-__builtin_inff()), sum = v_zero();
#define STEP(part, j) top = largest_part(x + (j), part, top)
    V_EACH(columns, STEP);
#undef STEP
    top = v_set(v_largest(top));
#define STEP(part, j) sum = v_add(sum, exponential_part(x + (j), part, top, y + (j)))
    V_EACH(columns, STEP);
#undef STEP
    const vf factor = v_set(1 / v_sum(sum));
#define STEP(part, j) v_store(y + (j), part, v_mul(v_load(y + (j), part), factor))
    V_EACH(columns, STEP);
#undef STEP
}

V_TARGET static void V_NAME(softmax_forward)(size_t rows, size_t columns, const float *x, float *y) {
    for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
        if (columns <= V_LANES) short_row(columns, x, y);
        else long_row(columns, x, y);
    }
}

V_TARGET static void V_NAME(softmax_backward)(size_t rows, size_t columns, const float *y, const float *dy, float *dx) {
    for (size_t row = 0; row < rows; row++, y += columns, dy += columns, dx += columns) {
        vf products = v_zero();
#define STEP(part, j) products = v_fma(v_load(y + (j), part), v_load(dy + (j), part), products)
        V_EACH(columns, STEP);
#undef STEP
        const vf dot = v_set(v_sum(products));
#define STEP(part, j) v_store(dx + (j), part, v_mul(v_load(y + (j), part), v_sub(v_load(dy + (j), part), dot)))
        V_EACH(columns, STEP);
#undef STEP
    }
}
