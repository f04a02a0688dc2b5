/* Kernels behind ck_loss: one part of the rows. */
#ifndef CK_LOSS_H
#define CK_LOSS_H

#include "../tier.h"

/* Probabilities are clipped to these before their logarithm is taken, as Keras does. */
#define CK_CLIP_LOW 1e-7f
#define CK_CLIP_HIGH (1.0f - 1e-7f)

struct ck_loss_kernels {
    /* The arguments of ck_loss, moved to the first of `rows` rows; returns their sum. */
    double (*rows)(ck_loss_kind kind, size_t rows, size_t columns, const float *outputs, const ck_targets *targets,
                   float scale, float *probabilities, float *gradient);
};

extern const struct ck_loss_kernels ck_loss_ref, ck_loss_avx2, ck_loss_avx512;

#endif
