/* Activations as their formulas say, in double. */
#include <math.h>

#include "activation.h"

static const double sqrt_half = 0.70710678118654752440;        /* 1 / sqrt 2 */
static const double sqrt_two_over_pi = 0.79788456080286535588; /* sqrt(2 / pi) */
static const double inverse_sqrt_two_pi = 0.39894228040143267794;
static const double gelu_cubic = 0.044715;

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static double value(ck_activation f, double x) {
    switch (f.kind) {
    case CK_LINEAR: return x;
    case CK_RELU: return x < 0 ? 0 : x;
    case CK_LEAKY_RELU: return x < 0 ? f.alpha * x : x;
    case CK_ELU: return x < 0 ? f.alpha * expm1(x) : x;
    /* 1 + erf(z) is erfc(-z), which keeps its digits where the sum cancels. */
    case CK_GELU: return x / 2 * erfc(-x * sqrt_half);
    /* (1 + tanh u) / 2 is the sigmoid of 2u. */
    case CK_GELU_TANH: return x * sigmoid(2 * sqrt_two_over_pi * (x + gelu_cubic * x * x * x));
    case CK_SILU: return x / (1 + exp(-x));
    case CK_SIGMOID: return sigmoid(x);
    case CK_TANH: return tanh(x);
    case CK_SOFTPLUS: return fmax(x, 0) + log1p(exp(-fabs(x)));
    }
    return x;
}

/* Beyond these bounds the derivatives that need x have reached their limits, so infinities get the limits too. */
static double bounded(double x, double bound) { return x > bound ? bound : x < -bound ? -bound : x; }

static double derivative(ck_activation f, const float *input, const float *output, size_t i) {
    double x = ck_activation_uses_output(f.kind) ? 0 : bounded(input[i], 1000);
    double y = ck_activation_uses_output(f.kind) && f.kind != CK_LINEAR ? output[i] : 0;
    switch (f.kind) {
    case CK_LINEAR: return 1;
    case CK_RELU: return y > 0;
    case CK_LEAKY_RELU: return y <= 0 ? f.alpha : 1;
    case CK_ELU: return y <= 0 ? y + f.alpha : 1;
    case CK_GELU: return erfc(-x * sqrt_half) / 2 + x * exp(-x * x / 2) * inverse_sqrt_two_pi;
    case CK_GELU_TANH: {
        double s = sigmoid(2 * sqrt_two_over_pi * (x + gelu_cubic * x * x * x));
        double opposite = sigmoid(-2 * sqrt_two_over_pi * (x + gelu_cubic * x * x * x));
        return s + x * s * opposite * 2 * sqrt_two_over_pi * (1 + 3 * gelu_cubic * x * x);
    }
    case CK_SILU: return sigmoid(x) * (1 + x * sigmoid(-x));
    case CK_SIGMOID: return y * (1 - y);
    case CK_TANH: return (1 - y) * (1 + y);
    case CK_SOFTPLUS: return -expm1(-y);
    }
    return 1;
}

static void forward(size_t n, ck_activation f, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = (float)value(f, x[i]);
}

static void backward(size_t n, ck_activation f, const float *x, const float *y, const float *dy, float *dx) {
    for (size_t i = 0; i < n; i++) {
        /* Where ReLU is shut nothing passes, not even an infinite gradient times zero. */
        bool shut = f.kind == CK_RELU && !(y[i] > 0);
        dx[i] = shut ? 0 : (float)(derivative(f, x, y, i) * dy[i]);
    }
}

const struct ck_activation_kernels ck_activation_ref = {forward, backward};
