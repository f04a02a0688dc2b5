/* What the AVX-512 files of the matrix product share. Included after target.h, on x86-64 only. */
#ifndef CK_GEMM_AVX512_H
#define CK_GEMM_AVX512_H

#include "gemm.h"

#define GEMM_SPARSE_PANEL_AVX512 8 /* vectors */

/* The mask of the first `lanes` lanes, 0 ... 16. */
CK_TARGET_AVX512 static inline __mmask16 gemm_mask_avx512(size_t lanes) { return (__mmask16)((1u << lanes) - 1); }

/* max(x, 0), NaN staying NaN: the order of the operands says so. */
CK_TARGET_AVX512 static inline __m512 gemm_relu_avx512(__m512 x) { return _mm512_max_ps(_mm512_setzero_ps(), x); }

/* Finishes the sums of 16 columns from `column` of the store's bias on, and writes the masked ones to c. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void
gemm_store_avx512(const struct gemm_store *store, size_t column, __mmask16 mask, __m512 sum, float *c) {
    if (store->add) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, c), sum);
    if (store->bias) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, store->bias + column));
    if (store->relu) sum = gemm_relu_avx512(sum);
    _mm512_mask_storeu_ps(c, mask, sum);
}

void ck_gemm_pack_rows_avx512(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
void ck_gemm_pack_columns_avx512(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
void ck_gemm_store_transposed_avx512(size_t rows, size_t columns, const float *block, float *c, size_t ldc,
                                     const struct gemm_store *store);
void ck_gemm_row_product_avx512(size_t depth, const uint16_t *steps, size_t columns, const float *x, size_t x_step,
                                const float *b, size_t ldb, float *c, const struct gemm_store *store);
void ck_gemm_dots_avx512(size_t depth, size_t count, const float *x, const float *b, size_t ldb, float *c,
                         size_t c_step, size_t bias_step, const struct gemm_store *store);
size_t ck_gemm_steps_of_row_avx512(size_t depth, const float *x, uint16_t *steps);
void ck_gemm_sparse_rows_avx512(const struct gemm_sparse *rows);
void ck_gemm_nonzero_columns_avx512(size_t depth, size_t columns, const float *x, size_t ld, uint64_t *bits,
                                    float *copy, size_t copy_ld);
void ck_gemm_sampled_dots_avx512(const struct gemm_samples *samples);
void ck_gemm_nonzero_bits_avx512(size_t columns, size_t width, const float *x, uint64_t *bits, size_t bits_step);
bool ck_gemm_finite_avx512(size_t n, const float *x);

#endif
