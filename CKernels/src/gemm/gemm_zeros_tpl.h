/* What a matrix product asks before it leaves zeros out. The tier's file defines append_steps before it includes this:
 * it writes first + i into `steps` for each lane i of the mask, may write up to GEMM_LANES numbers, and returns how
 * many count. */
#include "gemm.h"

V_TARGET size_t V_NAME(ck_gemm_steps_of_rows)(size_t depth, size_t rows, const float *x, size_t ld, uint16_t *steps) {
    size_t count = 0;
#define APPEND(part, p)                                                                                                \
    do {                                                                                                               \
        vm found = v_not_zero(v_load(x + (p), part));                                                                  \
        for (size_t i = 1; i < rows; i++) found = vm_or(found, v_not_zero(v_load(x + i * ld + (p), part)));            \
        count += append_steps(found, p, steps + count);                                                                \
    } while (0)
    V_EACH(depth, APPEND);
#undef APPEND
    return count;
}

V_TARGET size_t V_NAME(ck_gemm_steps_of_columns)(size_t depth, size_t rows, const float *x, size_t ld,
                                                 uint16_t *steps) {
    const struct v_part first = v_first(rows < V_LANES ? rows : V_LANES);
    const size_t left = rows < V_LANES ? 0 : rows - V_LANES;
    size_t count = 0;
    for (size_t p = 0; p < depth; p++, x += ld) {
        vm found = v_not_zero(v_load(x, first));
        if (left) found = vm_or(found, v_not_zero(v_load(x + V_LANES, v_first(left))));
        steps[count] = (uint16_t)p;
        count += vm_bits(found) != 0;
    }
    return count;
}

/* Zero times what is not finite is NaN, which stays in the sum. */
V_TARGET bool V_NAME(ck_gemm_finite)(size_t n, const float *x) {
    enum { CHAINS = 4 };
    vf sum[CHAINS];
    for (size_t i = 0; i < CHAINS; i++) sum[i] = v_zero();
    size_t done = 0;
    for (; done + CHAINS * V_LANES <= n; done += CHAINS * V_LANES)
        for (size_t i = 0; i < CHAINS; i++) sum[i] = v_fma(v_load(x + done + i * V_LANES, v_whole()), v_zero(), sum[i]);
#define ADD(part, i) sum[0] = v_fma(v_load(x + done + (i), part), v_zero(), sum[0])
    V_EACH(n - done, ADD);
#undef ADD
    return vm_bits(v_is_nan(v_add(v_add(sum[0], sum[1]), v_add(sum[2], sum[3])))) == 0;
}
