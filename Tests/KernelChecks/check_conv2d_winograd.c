/* Error bounds of Winograd's algorithm from its matrices: F(4, 3) along an axis, and F(2, 3) at its end. */
#include <math.h>

#include "check_conv2d.h"

bool winograd_may_apply(const ck_conv2d_shape *s) {
    const bool possible = s->kernel_height == 3 && s->kernel_width == 3 && s->stride_height == 1 &&
                          s->stride_width == 1 && s->dilation_height == 1 && s->dilation_width == 1;
    const bool wide = s->in_channels >= 12 && s->out_channels >= 12;
    return possible && s->algorithm != CK_CONV2D_DIRECT && (wide || s->algorithm == CK_CONV2D_WINOGRAD);
}

const float *prepared_weights(struct check *check, const ck_conv2d_shape *s, const float *w) {
    const size_t size = ck_conv2d_prepared_size(s);
    float *prepared = check_output(check, size);
    ck_conv2d_prepare(s, w, prepared);
    return size ? prepared : NULL;
}

/* The matrices that the algorithm applies along each axis, from the points alone: outputs = A (weights G x inputs B).
 * There are `count` points, the last at infinity, and two outputs fewer. How G and B share the divisors makes no
 * difference to the bounds: only their products enter.
 */
struct matrices {
    int count;
    double A[4][6], G[6][3], B[6][6];
};

static struct matrices matrices_of_points(int count) {
    static const double point[5] = {0, 0.625, -0.625, 1.5, -1.5};
    struct matrices m = {.count = count};
    const int finite = count - 1;
    for (int j = 0; j < finite; j++) {
        double distances = 1, polynomial[6] = {1}; /* the product of x - p over the other points p */
        int degree = 0;
        for (int k = 0; k < finite; k++) {
            if (k == j) continue;
            distances *= point[j] - point[k];
            degree++;
            for (int i = degree; i >= 0; i--)
                polynomial[i] = (i > 0 ? polynomial[i - 1] : 0) - point[k] * (i < degree ? polynomial[i] : 0);
        }
        for (int i = 0; i < count; i++) m.B[j][i] = polynomial[i];
        for (int i = 0; i < 3; i++) m.G[j][i] = pow(point[j], i) / distances;
        for (int i = 0; i < count - 2; i++) m.A[i][j] = pow(point[j], i);
    }
    double polynomial[6] = {1}; /* and over all of them, for the point at infinity */
    for (int k = 0; k < finite; k++)
        for (int i = k + 1; i >= 0; i--)
            polynomial[i] = (i > 0 ? polynomial[i - 1] : 0) - point[k] * (i <= k ? polynomial[i] : 0);
    for (int i = 0; i < count; i++) m.B[finite][i] = polynomial[i];
    m.G[finite][2] = m.A[count - 3][finite] = 1;
    return m;
}

/* What a row or column of the magnitudes adds up to: their sum, or the root of the sum of squares. */
static double norm(const double *x, int count, int step, bool typical) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += typical ? x[i * step] * x[i * step] : fabs(x[i * step]);
    return typical ? sqrt(sum) : sum;
}

/* The largest factor, over the results of one axis, by which the terms of the sums exceed the data that enter them. */
static double growth_with(int count, enum pass pass, bool typical) {
    const struct matrices m = matrices_of_points(count);
    int results = pass == FORWARD ? count - 2 : pass == BACKWARD_INPUT ? count : 3;
    double largest = 0;
    for (int result = 0; result < results; result++) {
        double terms[6];
        for (int j = 0; j < count; j++) {
            double from_outputs = norm(&m.A[0][j], count - 2, 6, typical), from_weights = norm(m.G[j], 3, 1, typical);
            double from_inputs = norm(m.B[j], count, 1, typical);
            if (pass == FORWARD) terms[j] = m.A[result][j] * from_weights * from_inputs;
            else if (pass == BACKWARD_INPUT) terms[j] = m.B[j][result] * from_weights * from_outputs;
            else terms[j] = m.G[j][result] * from_inputs * from_outputs;
        }
        double factor = norm(terms, count, 1, typical);
        if (factor > largest) largest = factor;
    }
    if (pass == BACKWARD_INPUT) largest *= typical ? sqrt(2) : 2; /* neighbouring tiles overlap and add up */
    return largest;
}

static double growth(enum pass pass, bool typical) {
    return fmax(growth_with(6, pass, typical), growth_with(4, pass, typical));
}

static double products(const ck_conv2d_shape *s, enum pass pass) {
    double tiles = (double)(s->batch * ((s->out_height + 3) / 4) * ((s->out_width + 3) / 4));
    return pass == FORWARD ? (double)s->in_channels : pass == BACKWARD_INPUT ? (double)s->out_channels : tiles;
}

/* On the way of one term lie the sum of products and about 30 roundings more: up to seven in each of the two transforms
 * before and eight in the one after, the constants', the bias and the tiles' or groups' sum. */
enum { TRANSFORMS = 30 };

double winograd_bound(const ck_conv2d_shape *s, enum pass pass, double largest) {
    double n = products(s, pass), axes = growth(pass, false) * growth(pass, false);
    return 0x1p-24 * (n + TRANSFORMS) * axes * n * largest * largest;
}

double winograd_typical_error(const ck_conv2d_shape *s, enum pass pass, double typical) {
    double n = products(s, pass), axes = growth(pass, true) * growth(pass, true);
    return 0x1p-24 * sqrt(n + TRANSFORMS) * axes * sqrt(n) * typical * typical;
}
