/* Winograd transforms of the weights and of their gradient, included after winograd_tpl.h. */

V_TARGET static void weights(size_t channels, const float *from, size_t tap, float *frequencies, size_t distance) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part part = part_of(channels - c);
        vf half[WINOGRAD_POINTS][3];
        for (size_t x = 0; x < 3; x++) {
            vf in[3], out[WINOGRAD_POINTS];
            for (size_t y = 0; y < 3; y++) in[y] = v_load(from + (y * 3 + x) * tap + c, part);
            weights_axis(in, out);
            for (size_t y = 0; y < WINOGRAD_POINTS; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < WINOGRAD_POINTS; y++) {
            vf out[WINOGRAD_POINTS];
            weights_axis(half[y], out);
            for (size_t x = 0; x < WINOGRAD_POINTS; x++)
                v_store(frequencies + (y * WINOGRAD_POINTS + x) * distance + c, v_whole(), out[x]);
        }
    }
}

V_INLINE vf sum_parts(const float *from, size_t parts, size_t part) {
    vf sum = v_load(from, v_whole());
    for (size_t i = 1; i < parts; i++) sum = v_add(sum, v_load(from + i * part, v_whole()));
    return sum;
}

V_TARGET static void weight_gradient(size_t channels, size_t parts, const float *frequencies, size_t part,
                                     size_t distance, float *to, size_t tap) {
    for (size_t c = 0; c < channels; c += V_LANES) {
        const struct v_part lanes = part_of(channels - c);
        vf half[3][WINOGRAD_POINTS];
        for (size_t x = 0; x < WINOGRAD_POINTS; x++) {
            vf in[WINOGRAD_POINTS], out[3];
            for (size_t y = 0; y < WINOGRAD_POINTS; y++)
                in[y] = sum_parts(frequencies + (y * WINOGRAD_POINTS + x) * distance + c, parts, part);
            weight_gradient_axis(in, out);
            for (size_t y = 0; y < 3; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < 3; y++) {
            vf out[3];
            weight_gradient_axis(half[y], out);
            for (size_t x = 0; x < 3; x++) v_store(to + (y * 3 + x) * tap + c, lanes, out[x]);
        }
    }
}
