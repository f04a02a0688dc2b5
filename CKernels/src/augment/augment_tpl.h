/* One image through one warp, on vectors: the body of augment_avx2.c and augment_avx512.c. */

/* Positions along an axis of `length` pixels, brought back into it. */
V_INLINE vf inside(ck_fill_mode fill, vf position, size_t length) {
    const vf last = v_set((float)length - 1), n = v_set((float)length), twice = v_set(2 * (float)length);
    if (fill == CK_FILL_REFLECT) {
        const vf edge = v_add(position, v_set(0.5f));
        const vf period = v_sub(edge, v_mul(twice, v_floor(v_div(edge, twice))));
        position = v_sub(v_sub(n, v_abs(v_sub(n, period))), v_set(0.5f));
    } else if (fill == CK_FILL_WRAP) {
        const vf wrapped = v_sub(position, v_mul(last, v_floor(v_div(position, last))));
        position = v_select(vm_or(v_less(position, v_zero()), v_less(last, position)), wrapped, position);
    }
    return v_min(v_max(position, v_zero()), last);
}

/* Where a vector of output pixels comes from. */
struct place {
    vf fx, fy, left, top; /* whole parts and what is beyond them */
    vm outside;
};

V_INLINE struct place place_at(const struct ck_warp_job *job, const ck_warp *warp, ck_fill_mode fill,
                               struct ck_row_start start, const float *moved, struct v_part part, size_t column) {
    const vf out = v_sub(v_from_int(vi_add(vi_lanes(), vi_set((int32_t)column))), v_set(start.middle));
    vf px = v_fma(v_set(warp->matrix[0][0]), out, v_set(start.x));
    vf py = v_fma(v_set(warp->matrix[1][0]), out, v_set(start.y));
    const size_t n = job->node_columns;
    if (n) {
        /* Nodes that count anywhere in this vector; the others would add zeros. */
        const size_t first = (size_t)((float)column * job->density);
        const size_t beyond = (size_t)((float)(column + V_LANES - 1) * job->density) + 4, end = beyond < n ? beyond : n;
        vf dx = v_zero(), dy = v_zero();
        for (size_t i = first; i < end; i++) {
            const vf basis = v_load(job->basis + i * job->width + column, part);
            dx = v_fma(basis, v_set(moved[i]), dx);
            dy = v_fma(basis, v_set(moved[n + i]), dy);
        }
        px = v_add(px, dx);
        py = v_add(py, dy);
    }
    struct place p;
    if (fill == CK_FILL_CONSTANT) {
        const vf right = v_set((float)job->width - 1), bottom = v_set((float)job->height - 1);
        p.outside = vm_or(vm_or(v_not_at_most(v_zero(), px), v_not_at_most(px, right)),
                          vm_or(v_not_at_most(v_zero(), py), v_not_at_most(py, bottom)));
    }
    px = inside(fill, px, job->width);
    py = inside(fill, py, job->height);
    p.left = v_floor(px);
    p.top = v_floor(py);
    p.fx = v_sub(px, p.left);
    p.fy = v_sub(py, p.top);
    return p;
}

V_INLINE vf between(const struct place *p, vf a, vf b, vf d, vf e) {
    const vf upper = v_fma(p->fx, v_sub(b, a), a), lower = v_fma(p->fx, v_sub(e, d), d);
    return v_fma(p->fy, v_sub(lower, upper), upper);
}

/* One channel of a vector of pixels of floats. */
V_INLINE vf float_value(const struct ck_warp_job *job, const struct place *p, const float *x) {
    const vf channels = v_set((float)job->channels), stride = v_set((float)(job->width * job->channels));
    const vf right = v_min(v_add(p->left, v_set(1)), v_set((float)job->width - 1));
    const vf bottom = v_min(v_add(p->top, v_set(1)), v_set((float)job->height - 1));
    const vf upper = v_mul(p->top, stride), lower = v_mul(bottom, stride);
    return between(p, v_gather(x, v_to_int(v_fma(p->left, channels, upper))),
                   v_gather(x, v_to_int(v_fma(right, channels, upper))),
                   v_gather(x, v_to_int(v_fma(p->left, channels, lower))),
                   v_gather(x, v_to_int(v_fma(right, channels, lower))));
}

/* Two rows lie in the halves of `pairs`, so four neighbours come with one load. What lies right of the last column or
 * below the last row counts nothing, since its share is 0. */
V_INLINE vf byte_value(const struct ck_warp_job *job, const struct place *p, const uint16_t *pairs) {
    const vi index = v_to_int(v_fma(p->top, v_set((float)job->width), p->left));
    const vi four = vi_gather_halves(pairs, index), byte = vi_set(255);
    return v_mul(between(p, v_from_int(vi_and(four, byte)), v_from_int(vi_and(vi_shift_right(four, 16), byte)),
                         v_from_int(vi_and(vi_shift_right(four, 8), byte)), v_from_int(vi_shift_right(four, 24))),
                 v_set(job->scale));
}

/* All of an image; `x` or `pairs` is given. */
V_INLINE void warp_filled(const struct ck_warp_job *job, const ck_warp *warp, ck_fill_mode fill, const float *nodes,
                          const float *x, const uint16_t *pairs, float *y) {
    float moved[2 * CK_NODES_MAX];
    const size_t channels = job->channels;
    for (size_t row = 0; row < job->height; row++) {
        const struct ck_row_start start = ck_row_start(job, warp, row);
        if (job->node_columns) ck_row_nodes(job, nodes, row, moved);
#define STEP(part, column)                                                                                             \
    do {                                                                                                               \
        const struct place p = place_at(job, warp, fill, start, moved, part, column);                                  \
        for (size_t c = 0; c < channels; c++) {                                                                        \
            vf value = pairs ? byte_value(job, &p, pairs) : float_value(job, &p, x + c);                               \
            if (fill == CK_FILL_CONSTANT) value = v_select(p.outside, v_set(job->fill_value), value);                  \
            float *const out = y + (row * job->width + column) * channels + c;                                         \
            if (channels == 1) {                                                                                       \
                v_store(out, part, value);                                                                             \
            } else {                                                                                                   \
                float lanes[V_LANES];                                                                                  \
                v_store(lanes, v_whole(), value);                                                                      \
                for (size_t i = 0; i < V_LANES && column + i < job->width; i++) out[i * channels] = lanes[i];          \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)
        V_EACH(job->width, STEP);
#undef STEP
    }
}

/* One loop for each kind of border. */
V_INLINE void warp_any(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes, const float *x,
                       const uint16_t *pairs, float *y) {
    switch (job->fill) {
    case CK_FILL_CONSTANT: warp_filled(job, warp, CK_FILL_CONSTANT, nodes, x, pairs, y); break;
    case CK_FILL_REFLECT: warp_filled(job, warp, CK_FILL_REFLECT, nodes, x, pairs, y); break;
    case CK_FILL_WRAP: warp_filled(job, warp, CK_FILL_WRAP, nodes, x, pairs, y); break;
    case CK_FILL_NEAREST: warp_filled(job, warp, CK_FILL_NEAREST, nodes, x, pairs, y); break;
    }
}

V_TARGET static void V_NAME(warp_f32)(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes,
                                      const float *x, float *y) {
    warp_any(job, warp, nodes, x, NULL, y);
}

V_TARGET static void V_NAME(warp_u8)(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes,
                                     const uint8_t *x, float *y) {
    uint16_t pairs[CK_WARP_BYTES_MAX + 1];
    const size_t width = job->width, last = (job->height - 1) * width;
    for (size_t i = 0; i < last; i++) pairs[i] = (uint16_t)(x[i] | x[i + width] << 8);
    for (size_t i = last; i < last + width; i++) pairs[i] = x[i];
    pairs[last + width] = 0;
    warp_any(job, warp, nodes, NULL, pairs, y);
}
