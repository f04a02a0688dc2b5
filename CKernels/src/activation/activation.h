/* Kernels behind ck_activation_forward, ck_activation_backward and the softmax functions: one thread's share. */
#ifndef CK_ACTIVATION_H
#define CK_ACTIVATION_H

#include "../tier.h"

struct ck_activation_kernels {
    void (*forward)(size_t n, ck_activation f, const float *x, float *y);
    void (*backward)(size_t n, ck_activation f, const float *x, const float *y, const float *dy, float *dx);
};

struct ck_softmax_kernels {
    void (*forward)(size_t rows, size_t columns, const float *x, float *y);
    void (*backward)(size_t rows, size_t columns, const float *y, const float *dy, float *dx);
};

extern const struct ck_activation_kernels ck_activation_ref, ck_activation_avx2, ck_activation_avx512;
extern const struct ck_softmax_kernels ck_softmax_ref, ck_softmax_avx2, ck_softmax_avx512;

#endif
