/* Shared by the files that check the matrix product. */
#ifndef CHECK_GEMM_H
#define CHECK_GEMM_H

#include "check.h"

/* A case: stored operands whose padding is NaN, so that reading it would show. */
struct product {
    ck_gemm_shape shape;
    float *a, *b;
    const float *bias;
    bool accumulate;
    char label[160];
};

/* Bit 0 of `form`: A is transposed; bit 1: B is. The distances between rows are drawn. */
struct product product_draw(struct check *check, size_t m, size_t n, size_t k, unsigned form, enum check_data data);

/* rows x columns stored at distance ld, without the last row's padding. */
size_t product_extent(size_t rows, size_t columns, size_t ld);

/* C as it is before the call: a known number between the rows; NaN elsewhere, or drawn numbers to be added to. */
float *product_fresh(struct check *check, const struct product *p, const float *addend);

void product_multiply(struct check *check, const struct product *p, const float *a, const float *b, const float *bias,
                      ck_activation f, float *c);

/* How far each element may be off; 0 between the rows. */
float *product_bound(struct check *check, const struct product *p, const float *addend);

/* Compares the product on the variant with the reference's. */
void product_compare(struct check *check, const struct product *p, ck_activation f, const float *addend);

/* The same in turn plain, with bias, with bias and ReLU, accumulating. */
void product_vary(struct check *check, struct product *p, size_t turn);

#endif
