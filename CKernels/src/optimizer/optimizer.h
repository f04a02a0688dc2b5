/* Kernels behind the optimizers: one thread's share of flat buffers. Arguments as in CKernels.h. */
#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H

#include "../tier.h"

struct ck_sgd_settings {
    float rate, momentum;
    bool nesterov;
};

struct ck_rmsprop_settings {
    float rate, rho, momentum, epsilon;
};

struct ck_adam_settings {
    float rate, corrected_rate, beta1, beta2, epsilon, weight_decay;
};

struct ck_optimizer_kernels {
    /* velocity null: momentum is 0 and nothing is kept. */
    void (*sgd)(size_t n, const struct ck_sgd_settings *s, const float *g, float *velocity, float *p);
    void (*rmsprop)(size_t n, const struct ck_rmsprop_settings *s, const float *g, float *square, float *mean,
                    float *velocity, float *p);
    void (*adam)(size_t n, const struct ck_adam_settings *s, const float *g, float *m, float *v, float *p);
    double (*sum_of_squares)(size_t n, const float *x);
    void (*clip)(size_t n, float limit, float *x);
    /* g may be null. */
    double (*regularize)(size_t n, float l1, float l2, const float *w, float *g);
};

extern const struct ck_optimizer_kernels ck_optimizer_ref, ck_optimizer_avx2, ck_optimizer_avx512;

#endif
