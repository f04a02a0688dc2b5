/* Element-wise arithmetic, reductions and conversion on vectors: the body of elementwise_avx2.c and
 * elementwise_avx512.c. */

V_INLINE vf combined(ck_binary_kind kind, vf a, vf b) {
    switch (kind) {
    case CK_ADD: return v_add(a, b);
    case CK_SUBTRACT: return v_sub(a, b);
    case CK_MULTIPLY: return v_mul(a, b);
    case CK_DIVIDE: return v_div(a, b);
    /* Of a NaN on the right the instruction itself gives NaN. */
    case CK_MINIMUM: return v_select(v_is_nan(a), a, v_min(a, b));
    case CK_MAXIMUM: return v_select(v_is_nan(a), a, v_max(a, b));
    }
    return a;
}

V_INLINE void binary_loop(ck_binary_kind kind, size_t n, const float *a, const float *b, float *y) {
#define STEP(part, i) v_store(y + (i), part, combined(kind, v_load(a + (i), part), v_load(b + (i), part)))
    V_EACH(n, STEP);
#undef STEP
}

V_INLINE void scalar_loop(ck_binary_kind kind, size_t n, const float *a, vf scalar, float *y) {
#define STEP(part, i) v_store(y + (i), part, combined(kind, v_load(a + (i), part), scalar))
    V_EACH(n, STEP);
#undef STEP
}

#define EACH_KIND(call)                                                                                                \
    switch (kind) {                                                                                                    \
    case CK_ADD: call(CK_ADD); break;                                                                                  \
    case CK_SUBTRACT: call(CK_SUBTRACT); break;                                                                        \
    case CK_MULTIPLY: call(CK_MULTIPLY); break;                                                                        \
    case CK_DIVIDE: call(CK_DIVIDE); break;                                                                            \
    case CK_MINIMUM: call(CK_MINIMUM); break;                                                                          \
    case CK_MAXIMUM: call(CK_MAXIMUM); break;                                                                          \
    }

V_TARGET static void V_NAME(elementwise_binary)(ck_binary_kind kind, size_t n, const float *a, const float *b,
                                                float *y){
#define CALL(constant) binary_loop(constant, n, a, b, y)
    EACH_KIND(CALL)
#undef CALL
}

V_TARGET static void V_NAME(elementwise_scalar)(ck_binary_kind kind, size_t n, const float *a, float scalar, float *y){
#define CALL(constant) scalar_loop(constant, n, a, v_set(scalar), y)
    EACH_KIND(CALL)
#undef CALL
}

/* Four running sums, so that the additions' latency is hidden. */
V_TARGET static double V_NAME(elementwise_sum)(size_t n, const float *x) {
    vd sum[4] = {vd_zero(), vd_zero(), vd_zero(), vd_zero()};
    size_t i = 0;
    for (; i + 4 * V_LANES <= n; i += 4 * V_LANES)
        for (size_t j = 0; j < 4; j++) sum[j] = vd_add(sum[j], v_load(x + i + j * V_LANES, v_whole()));
    for (; i < n; i += V_LANES) sum[0] = vd_add(sum[0], v_load(x + i, v_first(n - i < V_LANES ? n - i : V_LANES)));
    return (vd_sum(sum[0]) + vd_sum(sum[1])) + (vd_sum(sum[2]) + vd_sum(sum[3]));
}

/* Down the rows for one vector of columns, in four chains. */
V_INLINE void column_sums_part(size_t rows, size_t columns, const float *x, struct v_part part, size_t count,
                               double *sums) {
    enum { CHAINS = 4 };
    vd chain[CHAINS] = {vd_zero(), vd_zero(), vd_zero(), vd_zero()};
    size_t row = 0;
    for (; row + CHAINS <= rows; row += CHAINS)
        for (size_t i = 0; i < CHAINS; i++) chain[i] = vd_add(chain[i], v_load(x + (row + i) * columns, part));
    for (; row < rows; row++) chain[0] = vd_add(chain[0], v_load(x + row * columns, part));
    double lanes[CHAINS][V_LANES];
    for (size_t i = 0; i < CHAINS; i++) vd_spill(chain[i], lanes[i]);
    for (size_t j = 0; j < count; j++) sums[j] = (lanes[0][j] + lanes[1][j]) + (lanes[2][j] + lanes[3][j]);
}

V_TARGET static void V_NAME(elementwise_column_sums)(size_t rows, size_t columns, const float *x, double *sums) {
    size_t c = 0;
    for (; c + V_LANES <= columns; c += V_LANES) column_sums_part(rows, columns, x + c, v_whole(), V_LANES, sums + c);
    if (c < columns) column_sums_part(rows, columns, x + c, v_first(columns - c), columns - c, sums + c);
}

/* The first NaN of the row or, without one, the first element equal to `top`; `columns` where there is neither. */
V_INLINE size_t first_match(size_t columns, const float *x, bool nan, vf top) {
    for (size_t j = 0; j < columns; j += V_LANES) {
        const size_t left = columns - j;
        const uint32_t lanes = left < V_LANES ? (1u << left) - 1 : (uint32_t)((1ull << V_LANES) - 1);
        const vf value = v_load(x + j, v_first(left < V_LANES ? left : V_LANES));
        const uint32_t match = vm_bits(nan ? v_is_nan(value) : v_equal(value, top)) & lanes;
        if (match) return j + (size_t)__builtin_ctz(match);
    }
    return columns;
}

V_INLINE void argmax_part(const float *x, struct v_part part, vf *top, vm *nan) {
    const vf value = v_load(x, part);
    *top = v_max(v_fill(part, value, *top), *top); /* of NaN and top, top */
    *nan = vm_or(*nan, v_is_nan(value));
}

V_TARGET static void V_NAME(elementwise_argmax)(size_t rows, size_t columns, const float *x, int32_t *out) {
    for (size_t row = 0; row < rows; row++, x += columns) {
        vf top = v_set(-__builtin_inff());
        vm nan = v_is_nan(v_zero());
#define STEP(part, i) argmax_part(x + (i), part, &top, &nan)
        V_EACH(columns, STEP);
#undef STEP
        out[row] = (int32_t)first_match(columns, x, vm_bits(nan) != 0, v_set(v_largest(top)));
    }
}

/* The byte form of gathering rows. */
V_TARGET static void V_NAME(elementwise_convert_u8)(size_t n, const uint8_t *x, float scale, float *y) {
    const vf factor = v_set(scale);
#define STEP(part, i) v_store(y + (i), part, v_mul(factor, v_from_int(vi_load_bytes(x + (i), part))))
    V_EACH(n, STEP);
#undef STEP
}
