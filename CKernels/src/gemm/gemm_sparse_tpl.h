/* Products that leave zeros out. The tier's file defines, before it includes this,
 *      append_steps(mask, first, steps)     writes first + i into `steps` for each lane i of the mask, may write up to
 *                                           GEMM_LANES numbers, and returns how many count
 *      lane_bits                            as many bits as a vector has lanes
 *      SPARSE_PANEL                         most vectors in a panel, 8 or 12
 *      steps_of_lane(found, lane)           bit p: lane `lane` of found[p], p < GEMM_MASK */
#include "../vector_finite.h"
#include "gemm.h"

/* Row i: sums of rows of B, and what becomes of them. */
V_INLINE void sparse_row(size_t vectors, struct v_part last, const struct gemm_sparse *s, size_t i) {
#define PART(v) ((v) + 1 < vectors ? v_whole() : last)
    const struct gemm_store store = s->store;
    const size_t a_step = s->a_step, b_step = s->b_step;
    const float *a = s->a + i * s->a_row, *b = s->b;
    float *c = s->c + i * s->ldc;
    uint64_t left = s->steps[i];
    if (left == 0 && store.add && !store.bias && !store.relu) return;
    vf sum[SPARSE_PANEL];
    for (size_t v = 0; v < vectors; v++) sum[v] = v_zero();
    for (; left != 0; left &= left - 1) {
        const size_t p = (size_t)__builtin_ctzll(left);
        const vf factor = v_set(a[p * a_step]);
        for (size_t v = 0; v < vectors; v++)
            sum[v] = v_fma(factor, v_load(b + p * b_step + v * V_LANES, v_whole()), sum[v]);
    }
    if (store.add)
        for (size_t v = 0; v < vectors; v++) sum[v] = v_add(v_load(c + v * V_LANES, PART(v)), sum[v]);
    if (store.bias)
        for (size_t v = 0; v < vectors; v++) sum[v] = v_add(sum[v], v_load(store.bias + v * V_LANES, PART(v)));
    if (store.relu)
        for (size_t v = 0; v < vectors; v++) sum[v] = v_max(v_zero(), sum[v]); /* NaN stays */
    for (size_t v = 0; v < vectors; v++) v_store(c + v * V_LANES, PART(v), sum[v]);
#undef PART
}

V_INLINE void sparse_rows(size_t vectors, const struct gemm_sparse *s) {
    const size_t left = s->columns - (vectors - 1) * V_LANES;
    const struct v_part last = left == V_LANES ? v_whole() : v_first(left);
    for (size_t i = 0; i < s->rows; i++) sparse_row(vectors, last, s, i);
}

V_TARGET void V_NAME(ck_gemm_sparse_rows)(const struct gemm_sparse *s) {
#define CASE(vectors)                                                                                                  \
    case vectors: sparse_rows(vectors, s); break
    switch ((s->columns + V_LANES - 1) / V_LANES) { /* panels are about equally wide, so none is narrower than these */
#if SPARSE_PANEL == 8
        CASE(4);
        CASE(5);
#endif
        CASE(6);
        CASE(7);
        CASE(8);
#if SPARSE_PANEL == 12
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
#endif
    }
#undef CASE
}

V_TARGET void V_NAME(ck_gemm_nonzero_bits)(size_t columns, size_t width, const float *x, uint64_t *bits,
                                           size_t bits_step) {
    for (size_t first = 0; first < columns; first += width, bits += bits_step) {
        const size_t count = columns - first < width ? columns - first : width;
        uint64_t found = 0;
#define FIND(part, j) found |= (uint64_t)vm_bits(v_not_zero(v_load(x + first + (j), part))) << (j)
        V_EACH(count, FIND);
#undef FIND
        *bits = found;
    }
}

V_TARGET void V_NAME(ck_gemm_nonzero_columns)(size_t depth, size_t columns, const float *x, size_t ld, uint64_t *bits,
                                              float *copy, size_t copy_ld) {
    lane_bits found[GEMM_MASK] = {0};
#define FIND(part, j)                                                                                                  \
    do {                                                                                                               \
        for (size_t p = 0; p < depth; p++) {                                                                           \
            const vf values = v_load(x + p * ld + (j), part);                                                          \
            v_store(copy + p * copy_ld + (j), part, values);                                                           \
            found[p] = (lane_bits)vm_bits(v_not_zero(values));                                                         \
        }                                                                                                              \
        for (size_t lane = 0; lane < V_LANES && (j) + lane < columns; lane++)                                          \
            bits[(j) + lane] = steps_of_lane(found, lane);                                                             \
    } while (0)
    V_EACH(columns, FIND);
#undef FIND
}

V_TARGET size_t V_NAME(ck_gemm_steps_of_row)(size_t depth, const float *x, uint16_t *steps) {
    size_t count = 0;
#define APPEND(part, p) count += append_steps(v_not_zero(v_load(x + (p), part)), p, steps + count)
    V_EACH(depth, APPEND);
#undef APPEND
    return count;
}

V_TARGET bool V_NAME(ck_gemm_finite)(size_t n, const float *x) { return v_all_finite(n, x); }
