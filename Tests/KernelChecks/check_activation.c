/* Activations and softmax: every kind, on ordinary, large and special numbers. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"

void check_activation(struct check *check);

static const char *const names[] = {"linear",    "relu", "leaky relu", "elu",  "gelu",
                                    "gelu tanh", "silu", "sigmoid",    "tanh", "softplus"};
enum { KINDS = sizeof names / sizeof names[0] };

/* One unit in the last place, relative. */
static const double unit = 0x1p-23;

/* How often a rounding of the argument 2u of GELU's approximation counts in the result: exp(-2u) multiplies it by 2u.
 */
static double gelu_tanh_argument(double x) { return 2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x); }

/* Bound of |f(x)'s error| in units of |f(x)|: what vector_math.h states for the function, and half a unit for each
 * operation around it and for the reference's own rounding. */
static double forward_units(ck_activation_kind kind, double x) {
    switch (kind) {
    case CK_ELU: return 2 + 1;
    case CK_GELU: return 10 + 1;
    case CK_GELU_TANH: return 3 + 1 + 2.5 * fabs(gelu_tanh_argument(x)); /* five roundings in the argument */
    case CK_SILU: return 3 + 1;
    case CK_SIGMOID: return 3 + 0.5;
    case CK_TANH: return 4 + 0.5;
    case CK_SOFTPLUS: return 3 + 0.5;
    default: return 0; /* at most one rounding, the same in the reference */
    }
}

/* Bound of f'(x)'s error. The derivatives of x are sums of two terms that cancel left of the origin: the error is one
 * of the terms. Those of y are up to two roundings of y and 1 - y; softplus' is an exponential. */
static double derivative_error(ck_activation_kind kind, float alpha, double x, double y) {
    const double s = 1 / (1 + exp(-x));
    switch (kind) {
    case CK_ELU: return unit * (fabs(y) + alpha);
    case CK_GELU: return 12 * unit * (erfc(-x * sqrt(0.5)) / 2 + fabs(x) * 0.4 * exp(-x * x / 2));
    case CK_GELU_TANH: {
        const double u = gelu_tanh_argument(x), t = 1 / (1 + exp(-u));
        const double second = fabs(x) * t * (1 - t) * 1.6 * (1 + 0.134145 * x * x);
        return unit * (10 + 5 * fabs(u)) * (t + (isfinite(second) ? second : 0));
    }
    case CK_SILU: return 8 * unit * s * (1 + fabs(x) * (1 - s));
    case CK_SIGMOID: return 2 * unit * fabs(y);
    case CK_TANH: return 2 * unit;
    case CK_SOFTPLUS: return 3 * unit;
    default: return 0;
    }
}

struct arguments {
    size_t n, columns;
    ck_activation f;
    const float *x, *y, *dy;
    float *out;
};

static void forward(void *context) {
    struct arguments *a = context;
    ck_activation_forward(a->n, a->f, a->x, a->out);
}

static void backward(void *context) {
    struct arguments *a = context;
    const bool output = ck_activation_uses_output(a->f.kind);
    ck_activation_backward(a->n, a->f, output ? NULL : a->x, output ? a->y : NULL, a->dy, a->out);
}

/* Compares both passes on n inputs. */
static void compare(struct check *check, ck_activation f, size_t n, const float *x, const char *what) {
    struct arguments a = {.n = n, .f = f, .x = x, .dy = check_input(check, n, CHECK_UNIFORM)};
    float *expected = check_output(check, n), *got = check_output(check, n), *bound = check_output(check, n);
    check_use_reference(check);
    a.out = expected;
    forward(&a);
    check_use_variant(check);
    a.out = got;
    forward(&a);
    for (size_t i = 0; i < n; i++) {
        /* What is lost below the smallest normal number counts x times where a factor of the result was that small. */
        const double lost = (double)FLT_MIN * (1 + fmin(fabs((double)x[i]), 200));
        bound[i] = (float)(forward_units(f.kind, x[i]) * unit * fabs((double)expected[i]) + lost);
        if (f.kind <= CK_LEAKY_RELU) bound[i] = 0;
    }
    check_bounded(check, expected, got, bound, n, "%s forward of %zu %s numbers", names[f.kind], n, what);
    float *in_place = check_copy(check, x, n);
    ck_activation_forward(n, f, in_place, in_place);
    check_same_bytes(check, got, in_place, n * sizeof *got, "%s forward in place, %zu", names[f.kind], n);

    float *dx = check_output(check, n), *reference = check_output(check, n);
    a.y = expected;
    a.out = reference;
    check_use_reference(check);
    backward(&a);
    check_use_variant(check);
    a.out = dx;
    backward(&a);
    for (size_t i = 0; i < n; i++) {
        const double error = derivative_error(f.kind, f.alpha, x[i], expected[i]) * fabs((double)a.dy[i]);
        /* What underflows may have had factors like x and 0.2 x^2. */
        const double lost = (double)FLT_MIN * (4 + fmin(pow(fabs((double)x[i]), 3), 8000));
        bound[i] = (float)(error + unit * fabs((double)reference[i]) + lost);
        if (f.kind <= CK_LEAKY_RELU) bound[i] = 0;
    }
    check_bounded(check, reference, dx, bound, n, "%s backward of %zu %s numbers", names[f.kind], n, what);
    in_place = check_copy(check, a.dy, n);
    a.dy = a.out = in_place;
    backward(&a);
    check_same_bytes(check, dx, in_place, n * sizeof *dx, "%s backward in place, %zu", names[f.kind], n);
}

/* Zeros, infinities, NaN, denormals, the largest numbers, and where exponentials end. */
static const float special[] = {0.0f,    -0.0f,   INFINITY, -INFINITY, NAN,    FLT_MIN, -FLT_MIN, 1e-42f,  -1e-42f,
                                FLT_MAX, FLT_MIN, -FLT_MAX, 1e-20f,    1e-8f,  -1e-8f,  9.01f,    -9.01f,  13.0f,
                                -13.0f,  -14.0f,  88.7f,    -88.7f,    89.0f,  -89.0f,  -87.3f,   -103.0f, -104.5f,
                                200.0f,  -200.0f, 1e10f,    -1e10f,    -40.0f, 40.0f};
enum { SPECIALS = sizeof special / sizeof special[0] };

static void check_kind(struct check *check, ck_activation f) {
    for (int i = 0; i < CHECK_SIZES; i++) {
        const size_t n = check_sizes[i];
        const float scales[] = {1e-4f, 1, 8, 100};
        float *x = check_input(check, n, i % 2 ? CHECK_UNIFORM : CHECK_SPARSE);
        for (size_t j = 0; j < n; j++) x[j] *= scales[j % 4];
        compare(check, f, n, x, "ordinary");
    }
    compare(check, f, SPECIALS, check_copy(check, special, SPECIALS), "special");
    /* The host program's threads do not flush denormals: the bounds hold there too. */
    ck_guest_end((ck_guest){.float_state = 0x1F80, .threads = ck_threads()});
    compare(check, f, SPECIALS, check_copy(check, special, SPECIALS), "special, denormals kept,");
    ck_guest_begin(ck_threads());

    const size_t n = 300007;
    struct arguments a = {.n = n, .f = f, .x = check_input(check, n, CHECK_UNIFORM), .out = check_output(check, n)};
    a.y = check_input(check, n, CHECK_UNIFORM);
    a.dy = check_input(check, n, CHECK_UNIFORM);
    check_threads(check, forward, &a, a.out, n * sizeof *a.out, "%s forward", names[f.kind]);
    check_threads(check, backward, &a, a.out, n * sizeof *a.out, "%s backward", names[f.kind]);
}

/* ---- Softmax ---- */

static void softmax_forward(void *context) {
    struct arguments *a = context;
    ck_softmax_forward(a->n, a->columns, a->x, a->out);
}

static void softmax_backward(void *context) {
    struct arguments *a = context;
    ck_softmax_backward(a->n, a->columns, a->y, a->dy, a->out);
}

static void check_softmax(struct check *check, size_t rows, size_t columns, float scale, bool special_rows) {
    const size_t n = rows * columns;
    float *x = check_input(check, n, CHECK_UNIFORM);
    for (size_t i = 0; i < n; i++) x[i] *= scale;
    for (size_t i = 0; special_rows && i < n; i++)
        if (i % 37 == 5) x[i] = special[i % SPECIALS];
    struct arguments a = {.n = rows, .columns = columns, .x = x, .dy = check_input(check, n, CHECK_UNIFORM)};
    float *expected = check_output(check, n), *got = check_output(check, n), *bound = check_output(check, n);
    check_use_reference(check);
    a.out = expected;
    softmax_forward(&a);
    check_use_variant(check);
    a.out = got;
    softmax_forward(&a);
    /* x - max rounds by half a unit of itself, which exp turns into that share of the result; an exponential is good to
     * one unit; the sum of positive numbers to half a unit a term; three more roundings. */
    for (size_t row = 0; row < rows; row++) {
        double top = -INFINITY;
        for (size_t j = 0; j < columns; j++) top = fmax(top, x[row * columns + j]);
        for (size_t j = 0; j < columns; j++) {
            const size_t i = row * columns + j;
            const double far = fmin(top - x[i], 104);
            const double units = 0.5 * far + 1 + (1 + 0.5 * (double)columns) + 1.5;
            bound[i] = (float)(units * unit * expected[i] + (double)FLT_MIN);
        }
    }
    check_bounded(check, expected, got, bound, n, "softmax %zu x %zu, scale %g", rows, columns, (double)scale);
    float *in_place = check_copy(check, x, n);
    ck_softmax_forward(rows, columns, in_place, in_place);
    check_same_bytes(check, got, in_place, n * sizeof *got, "softmax in place %zu x %zu", rows, columns);

    float *dx = check_output(check, n), *reference = check_output(check, n);
    a.y = expected;
    check_use_reference(check);
    a.out = reference;
    softmax_backward(&a);
    check_use_variant(check);
    a.out = dx;
    softmax_backward(&a);
    for (size_t row = 0; row < rows; row++) {
        double size = 0;
        for (size_t j = 0; j < columns; j++)
            size += fabs((double)expected[row * columns + j] * a.dy[row * columns + j]);
        for (size_t j = 0; j < columns; j++) {
            const size_t i = row * columns + j;
            const double dot = (0.5 * (double)columns + 1) * size + fabs((double)a.dy[i]);
            bound[i] = (float)(unit * expected[i] * (dot + 2 * fabs((double)a.dy[i])) + (double)FLT_MIN);
        }
    }
    check_bounded(check, reference, dx, bound, n, "softmax gradient %zu x %zu", rows, columns);
    in_place = check_copy(check, a.dy, n);
    ck_softmax_backward(rows, columns, expected, in_place, in_place);
    check_same_bytes(check, dx, in_place, n * sizeof *dx, "softmax gradient in place %zu x %zu", rows, columns);
}

void check_activation(struct check *check) {
    for (int kind = 0; kind < KINDS; kind++) check_kind(check, (ck_activation){(ck_activation_kind)kind, 0.3f});
    const size_t columns[] = {0, 1, 2, 7, 8, 9, 10, 15, 16, 17, 31, 33, 100, 1000};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        check_softmax(check, check_draw(check, 0, 9), columns[i], 1, false);
        check_softmax(check, 20, columns[i], 1000, false);
        check_softmax(check, 40, columns[i], 1, true);
    }
    struct arguments a = {.n = 3001, .columns = 10, .x = check_input(check, 30010, CHECK_UNIFORM)};
    a.y = a.dy = a.x;
    a.out = check_output(check, 30010);
    check_threads(check, softmax_forward, &a, a.out, 30010 * sizeof(float), "softmax");
    check_threads(check, softmax_backward, &a, a.out, 30010 * sizeof(float), "softmax gradient");
}
