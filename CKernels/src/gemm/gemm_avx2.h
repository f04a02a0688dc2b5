/* What the AVX2 files of the matrix product share. Included after target.h, on x86-64 only. */
#ifndef CK_GEMM_AVX2_H
#define CK_GEMM_AVX2_H

#include "gemm.h"

#define GEMM_SPARSE_PANEL_AVX2 12 /* vectors */

/* The mask of the first `lanes` lanes, 0 ... 8. */
CK_TARGET_AVX2 static inline __m256i gemm_mask_avx2(size_t lanes) {
    static const int32_t window[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256((const __m256i *)(const void *)(window + 8 - lanes));
}

/* max(x, 0), NaN staying NaN: the order of the operands says so. */
CK_TARGET_AVX2 static inline __m256 gemm_relu_avx2(__m256 x) { return _mm256_max_ps(_mm256_setzero_ps(), x); }

/* Finishes the sums of 8 columns from `column` of the store's bias on, and writes the masked ones to c. */
CK_TARGET_AVX2 static inline __attribute__((always_inline)) void
gemm_store_avx2(const struct gemm_store *store, size_t column, __m256i mask, __m256 sum, float *c) {
    if (store->add) sum = _mm256_add_ps(_mm256_maskload_ps(c, mask), sum);
    if (store->bias) sum = _mm256_add_ps(sum, _mm256_maskload_ps(store->bias + column, mask));
    if (store->relu) sum = gemm_relu_avx2(sum);
    _mm256_maskstore_ps(c, mask, sum);
}

/* Eight vectors become their transpose. */
CK_TARGET_AVX2 static inline __attribute__((always_inline)) void gemm_transpose_avx2(__m256 row[8]) {
    __m256 pair[8];
    for (int i = 0; i < 8; i += 4) { /* 4 x 4 blocks inside each half of the vectors */
        __m256 low = _mm256_unpacklo_ps(row[i], row[i + 1]), high = _mm256_unpackhi_ps(row[i], row[i + 1]);
        __m256 low2 = _mm256_unpacklo_ps(row[i + 2], row[i + 3]), high2 = _mm256_unpackhi_ps(row[i + 2], row[i + 3]);
        pair[i] = _mm256_shuffle_ps(low, low2, 0x44);
        pair[i + 1] = _mm256_shuffle_ps(low, low2, 0xEE);
        pair[i + 2] = _mm256_shuffle_ps(high, high2, 0x44);
        pair[i + 3] = _mm256_shuffle_ps(high, high2, 0xEE);
    }
    for (int i = 0; i < 4; i++) { /* then the halves */
        row[i] = _mm256_permute2f128_ps(pair[i], pair[i + 4], 0x20);
        row[i + 4] = _mm256_permute2f128_ps(pair[i], pair[i + 4], 0x31);
    }
}

void ck_gemm_pack_rows_avx2(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
void ck_gemm_pack_columns_avx2(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
void ck_gemm_store_transposed_avx2(size_t rows, size_t columns, const float *block, float *c, size_t ldc,
                                   const struct gemm_store *store);
void ck_gemm_row_product_avx2(size_t depth, const uint16_t *steps, size_t columns, const float *x, size_t x_step,
                              const float *b, size_t ldb, float *c, const struct gemm_store *store);
void ck_gemm_dots_avx2(size_t depth, size_t count, const float *x, const float *b, size_t ldb, float *c, size_t c_step,
                       size_t bias_step, const struct gemm_store *store);
size_t ck_gemm_steps_of_row_avx2(size_t depth, const float *x, uint16_t *steps);
void ck_gemm_sparse_rows_avx2(const struct gemm_sparse *rows);
void ck_gemm_nonzero_columns_avx2(size_t depth, size_t columns, const float *x, size_t ld, uint64_t *bits, float *copy,
                                  size_t copy_ld);
void ck_gemm_sampled_dots_avx2(const struct gemm_samples *samples);
void ck_gemm_nonzero_bits_avx2(size_t columns, size_t width, const float *x, uint64_t *bits, size_t bits_step);
bool ck_gemm_finite_avx2(size_t n, const float *x);

#endif
