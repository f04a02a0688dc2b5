/* Batch normalisation on vectors of channels: the body of normalization_avx2.c and normalization_avx512.c.
 *
 * Sums run down the rows for one vector of channels at a time, in four chains (so that the additions' latency is
 * hidden), in float over short blocks of rows, and in double over the blocks. */

#include <string.h>

enum { CHAINS = 4, BLOCK_ROWS = 64 };

/* The chains' sum, in a fixed order. */
V_INLINE vf chained(const vf chain[CHAINS]) { return v_add(v_add(chain[0], chain[1]), v_add(chain[2], chain[3])); }

V_INLINE void store_doubles(double *to, size_t count, vd sum) {
    double lanes[V_LANES];
    vd_spill(sum, lanes);
    memcpy(to, lanes, count * sizeof *to);
}

/* A mean of the first rows, good enough to shift by. */
V_INLINE vf first_mean(size_t rows, size_t channels, const float *x, struct v_part part) {
    const size_t count = rows < BLOCK_ROWS ? rows : BLOCK_ROWS;
    vf sum[CHAINS] = {v_zero(), v_zero(), v_zero(), v_zero()};
    size_t row = 0;
    for (; row + CHAINS <= count; row += CHAINS)
        for (size_t i = 0; i < CHAINS; i++) sum[i] = v_add(sum[i], v_load(x + (row + i) * channels, part));
    for (; row < count; row++) sum[0] = v_add(sum[0], v_load(x + row * channels, part));
    return v_div(chained(sum), v_set((float)count));
}

V_INLINE void moments_part(size_t rows, size_t channels, const float *x, struct v_part part, vf shift, vd *sum,
                           vd *square) {
    *sum = *square = vd_zero();
    for (size_t start = 0; start < rows; start += BLOCK_ROWS) {
        const size_t end = rows - start < BLOCK_ROWS ? rows : start + BLOCK_ROWS;
        vf sums[CHAINS] = {v_zero(), v_zero(), v_zero(), v_zero()};
        vf squares[CHAINS] = {v_zero(), v_zero(), v_zero(), v_zero()};
        size_t row = start;
        for (; row + CHAINS <= end; row += CHAINS)
            for (size_t i = 0; i < CHAINS; i++) {
                const vf d = v_sub(v_load(x + (row + i) * channels, part), shift);
                sums[i] = v_add(sums[i], d);
                squares[i] = v_fma(d, d, squares[i]);
            }
        for (; row < end; row++) {
            const vf d = v_sub(v_load(x + row * channels, part), shift);
            sums[0] = v_add(sums[0], d);
            squares[0] = v_fma(d, d, squares[0]);
        }
        *sum = vd_add(*sum, chained(sums));
        *square = vd_add(*square, chained(squares));
    }
}

V_TARGET static void V_NAME(batchnorm_moments)(size_t rows, size_t channels, const float *x, double *shift, double *sum,
                                               double *square) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const size_t count = channels - c < V_LANES ? channels - c : V_LANES;
        const struct v_part part = v_first(count);
        vd sums, squares;
        const vf mean = first_mean(rows, channels, x + c, part);
        if (count == V_LANES) moments_part(rows, channels, x + c, v_whole(), mean, &sums, &squares);
        else moments_part(rows, channels, x + c, part, mean, &sums, &squares);
        store_doubles(shift + c, count, vd_add(vd_zero(), mean));
        store_doubles(sum + c, count, sums);
        store_doubles(square + c, count, squares);
    }
}

V_INLINE void apply_part(const float *x, const float *mean, const float *scale, const float *offset, bool relu,
                         struct v_part part, float *y) {
    vf value = v_fma(v_sub(v_load(x, part), v_load(mean, part)), v_load(scale, part), v_load(offset, part));
    if (relu) value = v_max(v_zero(), value);
    v_store(y, part, value);
}

V_INLINE void apply_rows(size_t rows, size_t channels, size_t stride, const float *x, const float *mean,
                         const float *scale, const float *offset, bool relu, float *y) {
    const size_t whole = channels / V_LANES * V_LANES;
    const struct v_part rest = v_first(channels - whole);
    for (size_t row = 0; row < rows; row++, x += stride, y += stride) {
        for (size_t c = 0; c < whole; c += V_LANES)
            apply_part(x + c, mean + c, scale + c, offset + c, relu, v_whole(), y + c);
        if (whole < channels) apply_part(x + whole, mean + whole, scale + whole, offset + whole, relu, rest, y + whole);
    }
}

V_TARGET static void V_NAME(batchnorm_apply)(size_t rows, size_t channels, size_t stride, const float *x,
                                             const float *mean, const float *scale, const float *offset, bool relu,
                                             float *y) {
    if (relu) apply_rows(rows, channels, stride, x, mean, scale, offset, true, y);
    else apply_rows(rows, channels, stride, x, mean, scale, offset, false, y);
}

/* What ReLU behind the normalisation needs of a vector of channels; `active` is a constant to the compiler. */
struct rectifier {
    bool active;
    vf scale, offset;
};

/* dy where no ReLU stands between, or where its output is positive: computed as `apply` does, to the bit. */
V_INLINE vf passed(struct rectifier relu, vf distance, vf gradient) {
    return relu.active ? v_keep(v_less(v_zero(), v_fma(distance, relu.scale, relu.offset)), gradient) : gradient;
}

V_INLINE void gradient_part(size_t rows, size_t channels, const float *x, const float *dy, vf mean,
                            struct rectifier relu, struct v_part part, vd *sum, vd *product) {
    *sum = *product = vd_zero();
    for (size_t start = 0; start < rows; start += BLOCK_ROWS) {
        const size_t end = rows - start < BLOCK_ROWS ? rows : start + BLOCK_ROWS;
        vf sums[CHAINS] = {v_zero(), v_zero(), v_zero(), v_zero()};
        vf products[CHAINS] = {v_zero(), v_zero(), v_zero(), v_zero()};
        size_t row = start;
        for (; row + CHAINS <= end; row += CHAINS)
            for (size_t i = 0; i < CHAINS; i++) {
                const vf distance = v_sub(v_load(x + (row + i) * channels, part), mean);
                const vf g = passed(relu, distance, v_load(dy + (row + i) * channels, part));
                sums[i] = v_add(sums[i], g);
                products[i] = v_fma(g, distance, products[i]);
            }
        for (; row < end; row++) {
            const vf distance = v_sub(v_load(x + row * channels, part), mean);
            const vf g = passed(relu, distance, v_load(dy + row * channels, part));
            sums[0] = v_add(sums[0], g);
            products[0] = v_fma(g, distance, products[0]);
        }
        *sum = vd_add(*sum, chained(sums));
        *product = vd_add(*product, chained(products));
    }
}

V_INLINE void gradient_columns(size_t rows, size_t channels, const float *x, const float *dy, const float *mean,
                               const float *scale, const float *offset, bool relu, double *sum, double *product) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const size_t count = channels - c < V_LANES ? channels - c : V_LANES;
        const struct v_part part = v_first(count);
        const vf center = v_load(mean + c, part);
        const struct rectifier rectifier = {relu, relu ? v_load(scale + c, part) : v_zero(),
                                            relu ? v_load(offset + c, part) : v_zero()};
        vd sums, products;
        if (count == V_LANES)
            gradient_part(rows, channels, x + c, dy + c, center, rectifier, v_whole(), &sums, &products);
        else gradient_part(rows, channels, x + c, dy + c, center, rectifier, part, &sums, &products);
        store_doubles(sum + c, count, sums);
        store_doubles(product + c, count, products);
    }
}

V_TARGET static void V_NAME(batchnorm_gradient_sums)(size_t rows, size_t channels, const float *x, const float *dy,
                                                     const float *mean, const float *scale, const float *offset,
                                                     bool relu, double *sum, double *product) {
    if (relu) gradient_columns(rows, channels, x, dy, mean, scale, offset, true, sum, product);
    else gradient_columns(rows, channels, x, dy, mean, scale, offset, false, sum, product);
}

V_INLINE void input_part(const float *x, const float *dy, const struct ck_batchnorm_slopes *k, bool relu, size_t c,
                         struct v_part part, float *dx) {
    const vf distance = v_sub(v_load(x + c, part), v_load(k->mean + c, part)), scale = v_load(k->scale + c, part);
    const struct rectifier rectifier = {relu, scale, relu ? v_load(k->offset + c, part) : v_zero()};
    const vf left = v_sub(passed(rectifier, distance, v_load(dy + c, part)), v_load(k->average + c, part));
    v_store(dx + c, part, v_mul(scale, v_fnma(distance, v_load(k->slope + c, part), left)));
}

V_INLINE void input_rows(size_t rows, size_t channels, const float *x, const float *dy,
                         const struct ck_batchnorm_slopes *k, bool relu, float *dx) {
    const size_t whole = channels / V_LANES * V_LANES;
    const struct v_part rest = v_first(channels - whole);
    for (size_t row = 0; row < rows; row++, x += channels, dy += channels, dx += channels) {
        for (size_t c = 0; c < whole; c += V_LANES) input_part(x, dy, k, relu, c, v_whole(), dx);
        if (whole < channels) input_part(x, dy, k, relu, whole, rest, dx);
    }
}

V_TARGET static void V_NAME(batchnorm_input_gradient)(size_t rows, size_t channels, const float *x, const float *dy,
                                                      const struct ck_batchnorm_slopes *slopes, bool relu, float *dx) {
    if (relu) input_rows(rows, channels, x, dy, slopes, true, dx);
    else input_rows(rows, channels, x, dy, slopes, false, dx);
}
