/* The bias gradient behind 2 x 2 pooling, in the vocabulary of vector_avx2.h or vector_avx512.h. */

#include "../pool2d/pool2d.h"

V_INLINE vf pooled_window(const float *dy, const uint8_t *record, struct v_part part) {
    const vm dead = vi_equal(vi_load_bytes(record, part), vi_set(CK_POOL2D_NOWHERE));
    return v_select(dead, v_zero(), v_load(dy, part));
}

V_INLINE void pooled_sum_part(struct v_part part, size_t windows, size_t channels, const float *dy,
                              const uint8_t *record, bool add, float *sums) {
    vf sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()}; /* in turn, to hide the additions' latency */
    size_t window = 0;
    for (; window + 4 <= windows; window += 4)
        for (size_t i = 0; i < 4; i++, dy += channels, record += channels)
            sum[i] = v_add(sum[i], pooled_window(dy, record, part));
    for (; window < windows; window++, dy += channels, record += channels)
        sum[0] = v_add(sum[0], pooled_window(dy, record, part));
    vf total = v_add(v_add(sum[0], sum[1]), v_add(sum[2], sum[3]));
    if (add) total = v_add(v_load(sums, part), total);
    v_store(sums, part, total);
}

V_TARGET static void V_NAME(conv2d_pooled_sum_f32)(size_t windows, size_t channels, const float *dy,
                                                   const uint8_t *record, bool add, float *sums) {
#define STEP(part, c) pooled_sum_part(part, windows, channels, dy + (c), record + (c), add, sums + (c))
    V_EACH(channels, STEP);
#undef STEP
}
