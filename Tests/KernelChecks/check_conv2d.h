/* Shared by the files that check convolution. */
#ifndef CHECK_CONV2D_H
#define CHECK_CONV2D_H

#include "check.h"

enum pass { FORWARD, BACKWARD_INPUT, BACKWARD_WEIGHTS };

/* Whether the header lets this shape be computed by Winograd's algorithm. */
bool winograd_may_apply(const ck_conv2d_shape *shape);

/* The weights as ck_conv2d_prepare gives them, or null where it has nothing to do. */
const float *prepared_weights(struct check *check, const ck_conv2d_shape *shape, const float *w);

/* How far off that algorithm may be: for any data of magnitude up to `largest` in both operands, and as the root mean
 * square over many outputs for independent data without a mean, of root mean square `typical`. */
double winograd_bound(const ck_conv2d_shape *shape, enum pass pass, double largest);
double winograd_typical_error(const ck_conv2d_shape *shape, enum pass pass, double typical);

#endif
