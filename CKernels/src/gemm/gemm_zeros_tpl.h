/* What a matrix product asks before it leaves zeros out. The tier's file defines append_steps before it includes this:
 * it writes first + i into `steps` for each lane i of the mask, may write up to GEMM_LANES numbers, and returns how
 * many count. */
#include "../vector_finite.h"
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

V_TARGET bool V_NAME(ck_gemm_finite)(size_t n, const float *x) { return v_all_finite(n, x); }
