/* Dot products at wanted places. The tier's file defines, before it includes this,
 *      store_sums(sum, to)                  to[g] = the sum of sum[g]'s lanes, g < GROUP
 *      spread(bits, sums, part, c)          c[j] = the next of `sums` where bit j is set, else zero, in the part
 *      HELD                                 vectors of a row of A that registers hold besides GROUP sums; 0 for none */
#include "gemm.h"

enum { GROUP = 8 };

/* The products of a row of A with `count` rows of B, the first ones that `left` names; they leave it. */
V_INLINE void dots(size_t count, size_t depth, const vf *held, const float *x, const struct gemm_samples *s,
                   uint64_t *left, float *sums) {
    const float *row[GROUP];
    vf sum[GROUP];
    for (size_t g = 0; g < GROUP; g++) sum[g] = v_zero();
    for (size_t g = 0; g < count; g++) {
        row[g] = s->b + (size_t)__builtin_ctzll(*left) * s->ldb;
        *left &= *left - 1;
    }
    if (held) {
        for (size_t g = 0; g < count; g++)
            for (size_t v = 0; v < HELD; v++) sum[g] = v_fma(held[v], v_load(row[g] + v * V_LANES, v_whole()), sum[g]);
    } else {
#define ADD(part, p)                                                                                                   \
    do {                                                                                                               \
        const vf factor = v_load(x + (p), part);                                                                       \
        for (size_t g = 0; g < count; g++) sum[g] = v_fma(factor, v_load(row[g] + (p), part), sum[g]);                 \
    } while (0)
        V_EACH(depth, ADD);
#undef ADD
    }
    store_sums(sum, sums);
}

V_INLINE void row_of_dots(size_t depth, const vf *held, const float *x, const struct gemm_samples *s, uint64_t wanted,
                          float *c) {
    float sums[GEMM_MASK + GROUP + V_LANES];
    const size_t count = (size_t)__builtin_popcountll(wanted);
    uint64_t left = wanted;
    size_t done = 0;
    for (; done + GROUP <= count; done += GROUP) dots(GROUP, depth, held, x, s, &left, sums + done);
#define REST(n)                                                                                                        \
    case n: dots(n, depth, held, x, s, &left, sums + done); break
    switch (count - done) {
        REST(1);
        REST(2);
        REST(3);
        REST(4);
        REST(5);
        REST(6);
        REST(7);
    }
#undef REST
    const float *next = sums;
#define SPREAD(part, j) next += spread((uint32_t)(wanted >> (j)), next, part, c + (j))
    V_EACH(s->columns, SPREAD);
#undef SPREAD
}

V_TARGET void V_NAME(ck_gemm_sampled_dots)(const struct gemm_samples *s) {
    for (size_t i = 0; i < s->rows; i++) {
        const float *x = s->a + i * s->lda;
        float *c = s->c + i * s->ldc;
#if HELD
        if (s->depth == HELD * V_LANES) {
            vf held[HELD];
            for (size_t v = 0; v < HELD; v++) held[v] = v_load(x + v * V_LANES, v_whole());
            row_of_dots(s->depth, held, x, s, s->wanted[i], c);
            continue;
        }
#endif
        row_of_dots(s->depth, NULL, x, s, s->wanted[i], c);
    }
}
