/* Kernels behind batch normalisation: one thread's share of the rows. Per-channel numbers come in arrays; `stride` is
 * the distance between rows where a kernel works on a panel of the channels. */
#ifndef CK_NORMALIZATION_H
#define CK_NORMALIZATION_H

#include "../tier.h"

/* What the gradient of the input needs to know of each channel: the factors of `apply`, the average of g, and that of
 * g (x - mean) over the variance. */
struct ck_batchnorm_slopes {
    const float *mean, *scale, *offset, *average, *slope;
};

struct ck_batchnorm_kernels {
    /* Picks a shift near each channel's mean; sum = sum(x - shift), square = sum((x - shift)^2). rows >= 1. */
    void (*moments)(size_t rows, size_t channels, const float *x, double *shift, double *sum, double *square);
    /* y = f((x - mean) scale + offset), f being ReLU or nothing. */
    void (*apply)(size_t rows, size_t channels, size_t stride, const float *x, const float *mean, const float *scale,
                  const float *offset, bool relu, float *y);
    /* With g = dy, or with ReLU dy where (x - mean) scale + offset > 0 and else 0: sum = sum g,
     * product = sum g (x - mean). */
    void (*gradient_sums)(size_t rows, size_t channels, const float *x, const float *dy, const float *mean,
                          const float *scale, const float *offset, bool relu, double *sum, double *product);
    /* dx = scale (g - average - (x - mean) slope). */
    void (*input_gradient)(size_t rows, size_t channels, const float *x, const float *dy,
                           const struct ck_batchnorm_slopes *slopes, bool relu, float *dx);
};

extern const struct ck_batchnorm_kernels ck_batchnorm_ref, ck_batchnorm_avx2, ck_batchnorm_avx512;

/* ---- Shared by the drivers (normalization.c) ---- */

/* The factors of `apply` for a number of channels; gamma and beta may be null. */
void ck_batchnorm_factors(size_t channels, const float *variance, float epsilon, const float *gamma, const float *beta,
                          float *scale, float *offset);

/* A backward pass: its sums, a set a part of the rows, and what they become for each channel. */
struct ck_batchnorm_gradient {
    size_t rows, channels, parts;
    double *sum, *product; /* of the first part, and behind them room for as much again; the others follow ... */
    size_t distance;       /* ... so many doubles apart */
    float *scale, *offset, *average, *slope;
};

/* Where all that lies in a workspace, and how many floats it takes. */
struct ck_batchnorm_gradient ck_batchnorm_gradient_in(float *workspace, size_t rows, size_t channels, size_t parts);
size_t ck_batchnorm_gradient_size(size_t channels, size_t parts);
/* Adds the parts up; dgamma and dbeta may be null. */
void ck_batchnorm_finish(const struct ck_batchnorm_gradient *gradient, const float *variance, float epsilon,
                         float *dgamma, float *dbeta);

static inline struct ck_batchnorm_slopes ck_batchnorm_slopes_of(const struct ck_batchnorm_gradient *gradient,
                                                                const float *mean) {
    return (struct ck_batchnorm_slopes){mean, gradient->scale, gradient->offset, gradient->average, gradient->slope};
}

#endif
