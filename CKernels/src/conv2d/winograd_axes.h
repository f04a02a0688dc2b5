/* The six transforms along one axis, each for whole tiles and for short ones. Included by winograd_tpl.h. */

#define A 0.625f
#define B 1.5f
#define A2 (A * A)
#define B2 (B * B)

/* ---- Whole tiles ---- */

/* B' d. The points come in pairs ±p, whose polynomials share their even and odd parts. Sums and differences of these
 * run beside multiply-adds, in units of their own; where one multiply-add would do for each, all would wait in line. */
V_INLINE void whole_input_axis(const vf d[6], vf v[6]) {
    vf even_a = v_fma(v_set(-B2), d[2], d[4]), odd_a = v_mul(v_set(A), v_fma(v_set(-B2), d[1], d[3]));
    vf even_b = v_fma(v_set(-A2), d[2], d[4]), odd_b = v_mul(v_set(B), v_fma(v_set(-A2), d[1], d[3]));
    v[0] = v_fma(v_set(A2 * B2), d[0], v_fma(v_set(-(A2 + B2)), d[2], d[4]));
    v[1] = v_add(even_a, odd_a);
    v[2] = v_sub(even_a, odd_a);
    v[3] = v_add(even_b, odd_b);
    v[4] = v_sub(even_b, odd_b);
    v[5] = v_fma(v_set(A2 * B2), d[1], v_fma(v_set(-(A2 + B2)), d[3], d[5]));
}

/* B m: its transpose. */
V_INLINE void whole_input_gradient_axis(const vf m[6], vf d[6]) {
    vf even_a = v_add(m[1], m[2]), odd_a = v_sub(m[1], m[2]);
    vf even_b = v_add(m[3], m[4]), odd_b = v_sub(m[3], m[4]);
    vf with_a = v_add(m[0], even_a);
    d[0] = v_mul(v_set(A2 * B2), m[0]);
    d[1] = v_fma(v_set(A2 * B2), m[5], v_fma(v_set(-A * B2), odd_a, v_mul(v_set(-B * A2), odd_b)));
    d[2] = v_fma(v_set(-B2), with_a, v_mul(v_set(-A2), v_add(m[0], even_b)));
    d[3] = v_fma(v_set(-(A2 + B2)), m[5], v_fma(v_set(A), odd_a, v_mul(v_set(B), odd_b)));
    d[4] = v_add(with_a, even_b);
    d[5] = m[5];
}

/* A' m. */
V_INLINE void whole_output_axis(const vf m[6], vf y[4]) {
    vf even_a = v_add(m[1], m[2]), odd_a = v_sub(m[1], m[2]);
    vf even_b = v_add(m[3], m[4]), odd_b = v_sub(m[3], m[4]);
    y[0] = v_add(m[0], v_add(even_a, even_b));
    y[1] = v_fma(v_set(A), odd_a, v_mul(v_set(B), odd_b));
    y[2] = v_fma(v_set(A2), even_a, v_mul(v_set(B2), even_b));
    y[3] = v_fma(v_set(A * A2), odd_a, v_fma(v_set(B * B2), odd_b, m[5]));
}

/* A y: its transpose. */
V_INLINE void whole_output_gradient_axis(const vf y[4], vf m[6]) {
    vf even_a = v_fma(v_set(A2), y[2], y[0]), odd_a = v_mul(v_set(A), v_fma(v_set(A2), y[3], y[1]));
    vf even_b = v_fma(v_set(B2), y[2], y[0]), odd_b = v_mul(v_set(B), v_fma(v_set(B2), y[3], y[1]));
    m[0] = y[0];
    m[1] = v_add(even_a, odd_a);
    m[2] = v_sub(even_a, odd_a);
    m[3] = v_add(even_b, odd_b);
    m[4] = v_sub(even_b, odd_b);
    m[5] = y[3];
}

/* ---- Short tiles: without the points ±b ----
 *
 * The weights' values at 0 and ±a are those of whole tiles, whose divisors have a factor more for each of ±b: -b² at 0
 * and a² - b² at ±a. The inputs make up for it. */

#define LACKS_A (A2 - B2)

V_INLINE void short_input_axis(const vf d[4], vf v[4]) {
    vf even = v_mul(v_set(LACKS_A), d[2]), odd = v_mul(v_set(A * LACKS_A), d[1]);
    v[0] = v_fma(v_set(A2 * B2), d[0], v_mul(v_set(-B2), d[2]));
    v[1] = v_add(even, odd);
    v[2] = v_sub(even, odd);
    v[3] = v_fma(v_set(-A2), d[1], d[3]);
}

V_INLINE void short_input_gradient_axis(const vf m[4], vf d[4]) {
    d[0] = v_mul(v_set(A2 * B2), m[0]);
    d[1] = v_fma(v_set(-A2), m[3], v_mul(v_set(A * LACKS_A), v_sub(m[1], m[2])));
    d[2] = v_fma(v_set(-B2), m[0], v_mul(v_set(LACKS_A), v_add(m[1], m[2])));
    d[3] = m[3];
}

V_INLINE void short_output_axis(const vf m[4], vf y[2]) {
    y[0] = v_add(m[0], v_add(m[1], m[2]));
    y[1] = v_fma(v_set(A), v_sub(m[1], m[2]), m[3]);
}

V_INLINE void short_output_gradient_axis(const vf y[2], vf m[4]) {
    m[0] = y[0];
    m[1] = v_fma(v_set(A), y[1], y[0]);
    m[2] = v_fnma(v_set(A), y[1], y[0]);
    m[3] = y[1];
}

/* ---- Either ---- */

#define AXIS(name)                                                                                                     \
    V_INLINE void name##_axis(size_t points, const vf *from, vf *to) {                                                 \
        if (points == WINOGRAD_POINTS) whole_##name##_axis(from, to);                                                  \
        else short_##name##_axis(from, to);                                                                            \
    }
AXIS(input)
AXIS(input_gradient)
AXIS(output)
AXIS(output_gradient)
#undef AXIS

/* ---- Weights: their values at all points ---- */

/* One over the products of a point's distances from the others: of 0, ±a and ±b. */
#define WEIGHT_0 (1.0f / (A2 * B2))
#define WEIGHT_A (1.0f / (2 * A2 * (A2 - B2)))
#define WEIGHT_B (1.0f / (2 * B2 * (B2 - A2)))

/* G g. */
V_INLINE void weights_axis(const vf g[3], vf u[6]) {
    vf even_a = v_fma(v_set(A2), g[2], g[0]), odd_a = v_mul(v_set(A), g[1]);
    vf even_b = v_fma(v_set(B2), g[2], g[0]), odd_b = v_mul(v_set(B), g[1]);
    u[0] = v_mul(v_set(WEIGHT_0), g[0]);
    u[1] = v_mul(v_set(WEIGHT_A), v_add(even_a, odd_a));
    u[2] = v_mul(v_set(WEIGHT_A), v_sub(even_a, odd_a));
    u[3] = v_mul(v_set(WEIGHT_B), v_add(even_b, odd_b));
    u[4] = v_mul(v_set(WEIGHT_B), v_sub(even_b, odd_b));
    u[5] = g[2];
}

/* G' u: its transpose. */
V_INLINE void weight_gradient_axis(const vf u[6], vf g[3]) {
    vf even_a = v_mul(v_set(WEIGHT_A), v_add(u[1], u[2])), odd_a = v_mul(v_set(WEIGHT_A), v_sub(u[1], u[2]));
    vf even_b = v_mul(v_set(WEIGHT_B), v_add(u[3], u[4])), odd_b = v_mul(v_set(WEIGHT_B), v_sub(u[3], u[4]));
    g[0] = v_fma(v_set(WEIGHT_0), u[0], v_add(even_a, even_b));
    g[1] = v_fma(v_set(A), odd_a, v_mul(v_set(B), odd_b));
    g[2] = v_fma(v_set(A2), even_a, v_fma(v_set(B2), even_b, u[5]));
}
