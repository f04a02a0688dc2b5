/* Optimizers in double, one element after the other; state is rounded to float where it is kept. */
#include <math.h>

#include "optimizer.h"

static void sgd(size_t n, const struct ck_sgd_settings *s, const float *g, float *velocity, float *p) {
    for (size_t i = 0; i < n; i++) {
        double step = -(double)s->rate * g[i];
        if (velocity) {
            double v = (double)s->momentum * velocity[i] + step;
            velocity[i] = (float)v;
            step = s->nesterov ? s->momentum * v + step : v;
        }
        p[i] = (float)(p[i] + step);
    }
}

static void rmsprop(size_t n, const struct ck_rmsprop_settings *s, const float *g, float *square, float *mean,
                    float *velocity, float *p) {
    const double rho = s->rho;
    for (size_t i = 0; i < n; i++) {
        double gradient = g[i], spread = rho * square[i] + (1 - rho) * gradient * gradient;
        square[i] = (float)spread;
        if (mean) {
            double average = rho * mean[i] + (1 - rho) * gradient;
            mean[i] = (float)average;
            spread -= average * average;
            if (spread < 0) spread = 0;
        }
        double step = s->rate * gradient / sqrt(spread + s->epsilon);
        if (velocity) {
            step += (double)s->momentum * velocity[i];
            velocity[i] = (float)step;
        }
        p[i] = (float)(p[i] - step);
    }
}

static void adam(size_t n, const struct ck_adam_settings *s, const float *g, float *m, float *v, float *p) {
    for (size_t i = 0; i < n; i++) {
        double gradient = g[i], first = m[i] + (1 - (double)s->beta1) * (gradient - m[i]);
        double second = v[i] + (1 - (double)s->beta2) * (gradient * gradient - v[i]);
        double decayed = p[i] - (double)s->rate * s->weight_decay * p[i];
        m[i] = (float)first;
        v[i] = (float)second;
        p[i] = (float)(decayed - s->corrected_rate * first / (sqrt(second) + s->epsilon));
    }
}

static double sum_of_squares(size_t n, const float *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return sum;
}

static void clip(size_t n, float limit, float *x) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] > limit ? limit : x[i] < -limit ? -limit : x[i];
}

static double regularize(size_t n, float l1, float l2, const float *w, float *g) {
    double lengths = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double x = w[i], sign = x > 0 ? 1 : x < 0 ? -1 : x * 0; /* NaN stays */
        lengths += fabs(x);
        squares += x * x;
        if (g) g[i] = (float)(g[i] + l1 * sign + 2 * (double)l2 * x);
    }
    return l1 * lengths + l2 * squares;
}

const struct ck_optimizer_kernels ck_optimizer_ref = {sgd, rmsprop, adam, sum_of_squares, clip, regularize};
