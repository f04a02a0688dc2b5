/* The maximum of a 2 x 2 window and its place, in the vocabulary of vector_avx2.h or vector_avx512.h: what pooling,
 * and convolutions with pooling behind them, do for each vector of channels. */
#ifndef CK_WINDOW2X2_H
#define CK_WINDOW2X2_H

#include "pool2d.h"

struct window2x2 {
    vf maximum;
    vi place; /* 0 ... 3, row by row */
};

/* One after the other: larger or not a number wins, but the first NaN stays. */
V_INLINE struct window2x2 window2x2_in_order(vf a, vf b, vf c, vf d) {
    struct window2x2 w = {a, vi_set(0)};
    const vf others[3] = {b, c, d};
    for (int32_t i = 0; i < 3; i++) {
        const vm wins = vm_and_not(v_not_at_most(others[i], w.maximum), v_is_nan(w.maximum));
        w.maximum = v_select(wins, others[i], w.maximum);
        w.place = vi_select(wins, vi_set(i + 1), w.place);
    }
    return w;
}

/* The window a b / c d. Ties go to the first, a NaN wins over all. */
V_INLINE struct window2x2 window2x2_of(vf a, vf b, vf c, vf d) {
    if (__builtin_expect(vm_bits(vm_or(v_unordered(a, b), v_unordered(c, d))) != 0, 0))
        return window2x2_in_order(a, b, c, d);
    const vm right = v_less(a, b), below_right = v_less(c, d);
    const vf above = v_max(b, a), below = v_max(d, c);
    const vm lower = v_less(above, below);
    return (struct window2x2){
        v_max(below, above),
        vi_select(lower, vi_select(below_right, vi_set(3), vi_set(2)), vi_select(right, vi_set(1), vi_set(0))),
    };
}

/* ReLU behind it: what is not above 0 has no gradient. NaN stays, without a gradient. */
V_INLINE struct window2x2 window2x2_relu(struct window2x2 w) {
    return (struct window2x2){
        v_max(v_zero(), w.maximum),
        vi_select(v_less(v_zero(), w.maximum), w.place, vi_set(CK_POOL2D_NOWHERE)),
    };
}

#endif
