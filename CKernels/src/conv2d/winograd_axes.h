/* The six transforms along one axis. Included by winograd_tpl.h, in terms of its macros. */

#define A 0.625f
#define B 1.5f
#define A2 (A * A)
#define B2 (B * B)

/* B' d. The points come in pairs ±p, whose polynomials share their even and odd parts. */
INLINE void input_axis(const VECTOR d[6], VECTOR v[6]) {
    VECTOR even_a = MULTIPLY_ADD(ALL(-B2), d[2], d[4]), odd_a = MULTIPLY_ADD(ALL(-B2), d[1], d[3]);
    VECTOR even_b = MULTIPLY_ADD(ALL(-A2), d[2], d[4]), odd_b = MULTIPLY_ADD(ALL(-A2), d[1], d[3]);
    v[0] = MULTIPLY_ADD(ALL(A2 * B2), d[0], MULTIPLY_ADD(ALL(-(A2 + B2)), d[2], d[4]));
    v[1] = MULTIPLY_ADD(ALL(A), odd_a, even_a);
    v[2] = MULTIPLY_ADD(ALL(-A), odd_a, even_a);
    v[3] = MULTIPLY_ADD(ALL(B), odd_b, even_b);
    v[4] = MULTIPLY_ADD(ALL(-B), odd_b, even_b);
    v[5] = MULTIPLY_ADD(ALL(A2 * B2), d[1], MULTIPLY_ADD(ALL(-(A2 + B2)), d[3], d[5]));
}

/* B m: its transpose. */
INLINE void input_gradient_axis(const VECTOR m[6], VECTOR d[6]) {
    VECTOR even_a = ADD(m[1], m[2]), odd_a = SUBTRACT(m[1], m[2]);
    VECTOR even_b = ADD(m[3], m[4]), odd_b = SUBTRACT(m[3], m[4]);
    d[0] = MULTIPLY(ALL(A2 * B2), m[0]);
    d[1] = MULTIPLY_ADD(ALL(A2 * B2), m[5], MULTIPLY_ADD(ALL(-A * B2), odd_a, MULTIPLY(ALL(-B * A2), odd_b)));
    d[2] = MULTIPLY_ADD(ALL(-(A2 + B2)), m[0], MULTIPLY_ADD(ALL(-B2), even_a, MULTIPLY(ALL(-A2), even_b)));
    d[3] = MULTIPLY_ADD(ALL(-(A2 + B2)), m[5], MULTIPLY_ADD(ALL(A), odd_a, MULTIPLY(ALL(B), odd_b)));
    d[4] = ADD(m[0], ADD(even_a, even_b));
    d[5] = m[5];
}

/* A' m. */
INLINE void output_axis(const VECTOR m[6], VECTOR y[4]) {
    VECTOR even_a = ADD(m[1], m[2]), odd_a = SUBTRACT(m[1], m[2]);
    VECTOR even_b = ADD(m[3], m[4]), odd_b = SUBTRACT(m[3], m[4]);
    y[0] = ADD(m[0], ADD(even_a, even_b));
    y[1] = MULTIPLY_ADD(ALL(A), odd_a, MULTIPLY(ALL(B), odd_b));
    y[2] = MULTIPLY_ADD(ALL(A2), even_a, MULTIPLY(ALL(B2), even_b));
    y[3] = MULTIPLY_ADD(ALL(A * A2), odd_a, MULTIPLY_ADD(ALL(B * B2), odd_b, m[5]));
}

/* A y: its transpose. */
INLINE void output_gradient_axis(const VECTOR y[4], VECTOR m[6]) {
    VECTOR even_a = MULTIPLY_ADD(ALL(A2), y[2], y[0]), odd_a = MULTIPLY_ADD(ALL(A2), y[3], y[1]);
    VECTOR even_b = MULTIPLY_ADD(ALL(B2), y[2], y[0]), odd_b = MULTIPLY_ADD(ALL(B2), y[3], y[1]);
    m[0] = y[0];
    m[1] = MULTIPLY_ADD(ALL(A), odd_a, even_a);
    m[2] = MULTIPLY_ADD(ALL(-A), odd_a, even_a);
    m[3] = MULTIPLY_ADD(ALL(B), odd_b, even_b);
    m[4] = MULTIPLY_ADD(ALL(-B), odd_b, even_b);
    m[5] = y[3];
}

/* One over the products of a point's distances from the others: of 0, ±a and ±b. */
#define WEIGHT_0 (1.0f / (A2 * B2))
#define WEIGHT_A (1.0f / (2 * A2 * (A2 - B2)))
#define WEIGHT_B (1.0f / (2 * B2 * (B2 - A2)))

/* G g. */
INLINE void weights_axis(const VECTOR g[3], VECTOR u[6]) {
    VECTOR even_a = MULTIPLY_ADD(ALL(A2), g[2], g[0]), odd_a = MULTIPLY(ALL(A), g[1]);
    VECTOR even_b = MULTIPLY_ADD(ALL(B2), g[2], g[0]), odd_b = MULTIPLY(ALL(B), g[1]);
    u[0] = MULTIPLY(ALL(WEIGHT_0), g[0]);
    u[1] = MULTIPLY(ALL(WEIGHT_A), ADD(even_a, odd_a));
    u[2] = MULTIPLY(ALL(WEIGHT_A), SUBTRACT(even_a, odd_a));
    u[3] = MULTIPLY(ALL(WEIGHT_B), ADD(even_b, odd_b));
    u[4] = MULTIPLY(ALL(WEIGHT_B), SUBTRACT(even_b, odd_b));
    u[5] = g[2];
}

/* G' u: its transpose. */
INLINE void weight_gradient_axis(const VECTOR u[6], VECTOR g[3]) {
    VECTOR even_a = MULTIPLY(ALL(WEIGHT_A), ADD(u[1], u[2])), odd_a = MULTIPLY(ALL(WEIGHT_A), SUBTRACT(u[1], u[2]));
    VECTOR even_b = MULTIPLY(ALL(WEIGHT_B), ADD(u[3], u[4])), odd_b = MULTIPLY(ALL(WEIGHT_B), SUBTRACT(u[3], u[4]));
    g[0] = MULTIPLY_ADD(ALL(WEIGHT_0), u[0], ADD(even_a, even_b));
    g[1] = MULTIPLY_ADD(ALL(A), odd_a, MULTIPLY(ALL(B), odd_b));
    g[2] = MULTIPLY_ADD(ALL(A2), even_a, MULTIPLY_ADD(ALL(B2), even_b, u[5]));
}
