/* Optimizers: one step on every kind of state, sums over flat buffers, clipping, regularisation. */
#include <float.h>
#include <math.h>

#include "check.h"

void check_optimizer(struct check *check);

static const double rounding = 0x1p-24; /* half a unit in the last place, relative */

/* A step's settings, buffers before the step, and buffers that the step changes. */
struct step {
    size_t n;
    float rate, momentum, rho, epsilon, beta1, beta2, decay;
    bool nesterov;
    const float *g, *p0, *first0, *second0, *third0;
    float *p, *first, *second, *third;
};

static void sgd(void *context) {
    struct step *s = context;
    ck_sgd(s->n, s->rate, s->momentum, s->nesterov, s->g, s->first, s->p);
}

static void rmsprop(void *context) {
    struct step *s = context;
    ck_rmsprop(s->n, s->rate, s->rho, s->momentum, s->epsilon, s->g, s->first, s->second, s->third, s->p);
}

static void adam(void *context) {
    struct step *s = context;
    ck_adam(s->n, s->rate, s->rate * 0.3f, s->beta1, s->beta2, s->epsilon, s->decay, s->g, s->first, s->second, s->p);
}

static float *copy_if(struct check *check, const float *x, size_t n) { return x ? check_copy(check, x, n) : NULL; }

static void reset(struct check *check, struct step *s) {
    s->p = check_copy(check, s->p0, s->n);
    s->first = copy_if(check, s->first0, s->n);
    s->second = copy_if(check, s->second0, s->n);
    s->third = copy_if(check, s->third0, s->n);
}

/* Bounds of each buffer's error after a step. */
struct bounds {
    double p, first, second, third;
};

static struct bounds sgd_bounds(const struct step *s, size_t i) {
    const double g = fabs((double)s->rate * s->g[i]), v = s->first0 ? fabs((double)s->momentum * s->first0[i]) : 0;
    const double velocity = 2 * rounding * (g + v), size = g + v;
    const double step = s->first0 ? s->momentum * (velocity + size * rounding) + velocity : rounding * g;
    return (struct bounds){.first = velocity, .p = step + 2 * rounding * (fabs((double)s->p0[i]) + size * 2)};
}

static struct bounds rmsprop_bounds(const struct step *s, size_t i) {
    const double g = s->g[i], rho = s->rho, square = rho * s->first0[i] + (1 - rho) * g * g;
    struct bounds b = {.first = 4 * rounding * square};
    double spread = square, error = b.first;
    if (s->second0) {
        const double size = fabs(rho * s->second0[i]) + fabs((1 - rho) * g);
        const double average = rho * s->second0[i] + (1 - rho) * g;
        b.second = 3 * rounding * size;
        spread = fmax(spread - average * average, 0);
        error += 2 * fabs(average) * b.second + 2 * rounding * average * average;
    }
    spread += s->epsilon;
    /* Near zero the spread's error may be all there is: the step is bounded by what it is at either end. */
    const double top = fabs(s->rate * g), step = top / sqrt(spread);
    const double longest = top / sqrt(fmax(spread - error, s->epsilon)), shortest = top / sqrt(spread + error);
    double step_error = fmax(longest - step, step - shortest) + 6 * rounding * longest;
    const double kept = s->third0 ? fabs((double)s->momentum * s->third0[i]) : 0;
    step_error += 2 * rounding * (step + kept);
    b.third = step_error;
    b.p = step_error + 2 * rounding * (fabs((double)s->p0[i]) + step + kept);
    return b;
}

static struct bounds adam_bounds(const struct step *s, size_t i) {
    const double g = s->g[i], m0 = s->first0[i], v0 = s->second0[i];
    const double m = m0 + (1 - (double)s->beta1) * (g - m0), v = v0 + (1 - (double)s->beta2) * (g * g - v0);
    struct bounds b = {.first = 2 * rounding * (fabs(m0) + fabs(g)), .second = 2 * rounding * (v0 + g * g)};
    const double rate = s->rate * 0.3, root = sqrt(v) + s->epsilon;
    const double low = sqrt(fmax(v - b.second, 0)) + s->epsilon, step = rate * fabs(m) / root;
    const double step_error = rate * (fabs(m) + b.first) / low * (1 + 5 * rounding) - step;
    const double p0 = fabs((double)s->p0[i]);
    b.p = step_error + 2 * rounding * (p0 + step) + 4 * rounding * s->rate * s->decay * p0;
    return b;
}

static void compare_buffer(struct check *check, const float *expected, const float *got, const float *bound, size_t n,
                           const char *what, const char *label) {
    if (expected) check_bounded(check, expected, got, bound, n, "%s of %s, %zu", what, label, n);
}

static void compare(struct check *check, check_call body, struct step s,
                    struct bounds (*bounds)(const struct step *, size_t), const char *label) {
    const size_t n = s.n;
    float *bound[4];
    for (int k = 0; k < 4; k++) bound[k] = check_output(check, n);
    for (size_t i = 0; i < n; i++) {
        const struct bounds b = bounds(&s, i);
        const double lost = (double)FLT_MIN;
        bound[0][i] = (float)(b.p + lost), bound[1][i] = (float)(b.first + lost);
        bound[2][i] = (float)(b.second + lost), bound[3][i] = (float)(b.third + lost);
    }
    reset(check, &s);
    check_use_reference(check);
    body(&s);
    const struct step expected = s;
    check_use_variant(check);
    reset(check, &s);
    body(&s);
    compare_buffer(check, expected.p, s.p, bound[0], n, "parameters", label);
    compare_buffer(check, expected.first, s.first, bound[1], n, "first state", label);
    compare_buffer(check, expected.second, s.second, bound[2], n, "second state", label);
    compare_buffer(check, expected.third, s.third, bound[3], n, "third state", label);
    const struct step alone = s;
    for (int threads = 1; n && threads <= 3; threads++) {
        ck_set_threads(threads);
        reset(check, &s);
        body(&s);
        check_same_bytes(check, alone.p, s.p, n * sizeof *s.p, "%s, %zu, %d threads", label, n, threads);
    }
}

static struct step draw(struct check *check, size_t n) {
    struct step s = {
        .n = n, .rate = 0.01f, .momentum = 0.9f, .rho = 0.9f, .epsilon = 1e-7f, .beta1 = 0.9f, .beta2 = 0.999f};
    float *g = check_input(check, n, CHECK_UNIFORM);
    for (size_t i = 0; i < n; i++)
        if (i % 5 == 2) g[i] = i % 2 ? 0 : g[i] * 1e4f;
    s.g = g;
    s.p0 = check_input(check, n, CHECK_UNIFORM);
    return s;
}

static void compare_steps(struct check *check, size_t n) {
    struct step s = draw(check, n);
    const float *signed_state = check_input(check, n, CHECK_UNIFORM);
    const float *positive = check_input(check, n, CHECK_POSITIVE), *zeros = check_input(check, n, CHECK_SPARSE);
    float *squares = check_copy(check, zeros, n);
    for (size_t i = 0; i < n; i++) squares[i] *= squares[i];

    s.momentum = 0;
    compare(check, sgd, s, sgd_bounds, "SGD");
    s.momentum = 0.9f, s.first0 = signed_state;
    compare(check, sgd, s, sgd_bounds, "SGD with momentum");
    s.nesterov = true;
    compare(check, sgd, s, sgd_bounds, "SGD with Nesterov's momentum");

    s.first0 = positive;
    compare(check, rmsprop, s, rmsprop_bounds, "RMSprop");
    s.third0 = signed_state;
    compare(check, rmsprop, s, rmsprop_bounds, "RMSprop with momentum");
    s.first0 = squares, s.second0 = zeros; /* a mean whose square is all of the mean square */
    compare(check, rmsprop, s, rmsprop_bounds, "RMSprop, centred, with momentum");
    s.third0 = NULL;
    compare(check, rmsprop, s, rmsprop_bounds, "RMSprop, centred");

    s.first0 = signed_state, s.second0 = positive;
    compare(check, adam, s, adam_bounds, "Adam");
    s.second0 = squares, s.decay = 0.004f;
    compare(check, adam, s, adam_bounds, "AdamW");
}

static void check_numbers(struct check *check, size_t n) {
    float *x = check_input(check, n, n % 2 ? CHECK_UNIFORM : CHECK_OFFSET), *w = check_copy(check, x, n);
    double squares = 0, lengths = 0;
    for (size_t i = 0; i < n; i++) squares += (double)x[i] * x[i], lengths += fabs((double)x[i]);
    check_use_variant(check);
    const double bound = (double)n * 0x1p-52, sum = ck_sum_of_squares(n, x);
    check_true(check, fabs(sum - squares) <= bound * squares, "sum of %zu squares is %.17g, not %.17g", n, squares,
               sum);
    for (int threads = 1; threads <= 3; threads++) {
        ck_set_threads(threads);
        check_true(check, ck_sum_of_squares(n, x) == sum, "sum of %zu squares, %d threads", n, threads);
    }
    check_use_variant(check);

    for (size_t i = 0; i < n; i++)
        if (i % 9 == 4) x[i] = i % 2 ? NAN : i % 4 ? INFINITY : -INFINITY;
    float *expected = check_copy(check, x, n);
    for (size_t i = 0; i < n; i++) expected[i] = x[i] > 0.5f ? 0.5f : x[i] < -0.5f ? -0.5f : x[i];
    ck_clip(n, 0.5f, x);
    check_close(check, expected, x, n, 0, 0, "clip %zu", n);

    const float l1 = 0.01f, l2 = 0.003f;
    for (size_t i = 0; i < n; i++)
        if (i % 9 == 4) w[i] = 0;
    squares = lengths = 0;
    float *g = check_input(check, n, CHECK_UNIFORM), *g_expected = check_output(check, n);
    float *g_bound = check_output(check, n);
    for (size_t i = 0; i < n; i++) {
        const double first = w[i] > 0 ? l1 : w[i] < 0 ? -l1 : 0, second = 2 * (double)l2 * w[i];
        squares += (double)w[i] * w[i], lengths += fabs((double)w[i]);
        g_expected[i] = (float)(g[i] + first + second);
        g_bound[i] = (float)(4 * rounding * (fabs((double)g[i]) + fabs(first) + fabs(second)));
    }
    float *got = check_copy(check, g, n);
    const double penalty = ck_regularize(n, l1, l2, w, got), alone = ck_regularize(n, l1, l2, w, NULL);
    const double exact = l1 * lengths + l2 * squares;
    check_true(check, fabs(penalty - exact) <= 4 * bound * exact, "penalty of %zu is %.17g, not %.17g", n, exact,
               penalty);
    check_true(check, penalty == alone, "penalty of %zu without gradient", n);
    check_bounded(check, g_expected, got, g_bound, n, "penalty's gradient, %zu", n);
    for (size_t i = 0; i < n; i += 3) w[i] = NAN;
    ck_regularize(n, l1, l2, w, got);
    check_true(check, n == 0 || isnan(got[0]), "NaN stays visible in the penalty's gradient, %zu", n);
}

void check_optimizer(struct check *check) {
    for (int i = 0; i < CHECK_SIZES; i++) {
        compare_steps(check, check_sizes[i]);
        check_numbers(check, check_sizes[i]);
    }
}
