/* What the AVX-512 files of the matrix product share. Included after target.h, on x86-64 only. */
#ifndef CK_GEMM_AVX512_H
#define CK_GEMM_AVX512_H

#include "gemm.h"

/* The mask of the first `lanes` lanes, 0 ... 16. */
CK_TARGET_AVX512 static inline __mmask16 gemm_mask_avx512(size_t lanes) { return (__mmask16)((1u << lanes) - 1); }

/* Finishes the sums of 16 columns from `column` of the store's bias on, and writes the masked ones to c. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void
gemm_store_avx512(const struct gemm_store *store, size_t column, __mmask16 mask, __m512 sum, float *c) {
    if (store->add) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, c), sum);
    if (store->bias) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, store->bias + column));
    if (store->relu) sum = _mm512_max_ps(_mm512_setzero_ps(), sum); /* this order keeps NaN */
    _mm512_mask_storeu_ps(c, mask, sum);
}

/* Sixteen vectors become their transpose. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void gemm_transpose_avx512(__m512 row[16]) {
    __m512 pair[16];
    for (int i = 0; i < 16; i += 4) { /* 4 x 4 blocks inside each quarter of the vectors */
        __m512 low = _mm512_unpacklo_ps(row[i], row[i + 1]), high = _mm512_unpackhi_ps(row[i], row[i + 1]);
        __m512 low2 = _mm512_unpacklo_ps(row[i + 2], row[i + 3]), high2 = _mm512_unpackhi_ps(row[i + 2], row[i + 3]);
        pair[i] = _mm512_shuffle_ps(low, low2, 0x44);
        pair[i + 1] = _mm512_shuffle_ps(low, low2, 0xEE);
        pair[i + 2] = _mm512_shuffle_ps(high, high2, 0x44);
        pair[i + 3] = _mm512_shuffle_ps(high, high2, 0xEE);
    }
    for (int i = 0; i < 4; i++) { /* then the quarters, as a 4 x 4 matrix of their own */
        __m512 a = _mm512_shuffle_f32x4(pair[i], pair[i + 4], 0x88), b = _mm512_shuffle_f32x4(pair[i], pair[i + 4], 0xDD);
        __m512 c = _mm512_shuffle_f32x4(pair[i + 8], pair[i + 12], 0x88);
        __m512 d = _mm512_shuffle_f32x4(pair[i + 8], pair[i + 12], 0xDD);
        row[i] = _mm512_shuffle_f32x4(a, c, 0x88);
        row[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
        row[i + 8] = _mm512_shuffle_f32x4(a, c, 0xDD);
        row[i + 12] = _mm512_shuffle_f32x4(b, d, 0xDD);
    }
}

void gemm_pack_rows_avx512(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
void gemm_pack_columns_avx512(size_t depth, size_t columns, const float *source, size_t ld, float *packed);
void gemm_store_transposed_avx512(size_t rows, size_t columns, const float *block, size_t block_row, float *c, size_t ldc,
                                  const struct gemm_store *store);
void gemm_row_product_avx512(size_t depth, size_t columns, const float *x, size_t x_step, const float *b, size_t ldb,
                             float *c, const struct gemm_store *store);
void gemm_dots_avx512(size_t depth, size_t count, const float *x, const float *b, size_t ldb, float *c, size_t c_step,
                      size_t bias_step, const struct gemm_store *store);

#endif
