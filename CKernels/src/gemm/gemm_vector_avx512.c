/* Matrix-vector products: they read the matrix once and are bound by memory, so they read it in long runs. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx512.h"

enum { WIDE = 8 }; /* vectors held at once: enough chains to hide the latency of a multiply-add */

CK_TARGET_AVX512 static inline __attribute__((always_inline)) void
row_product(size_t vectors, __mmask16 tail, size_t depth, const uint16_t *steps, const float *x, size_t x_step,
            const float *b, size_t ldb, float *c, const struct gemm_store *store, size_t column) {
    __m512 sum[WIDE];
    for (size_t v = 0; v < vectors; v++) sum[v] = _mm512_setzero_ps();
    for (size_t s = 0; s < depth; s++) {
        const size_t p = steps ? steps[s] : s;
        const float *row = b + p * ldb;
        const __m512 factor = _mm512_set1_ps(x[p * x_step]);
        for (size_t v = 0; v + 1 < vectors; v++)
            sum[v] = _mm512_fmadd_ps(factor, _mm512_loadu_ps(row + 16 * v), sum[v]);
        const size_t v = vectors - 1;
        sum[v] = _mm512_fmadd_ps(factor, _mm512_maskz_loadu_ps(tail, row + 16 * v), sum[v]);
    }
    for (size_t v = 0; v < vectors; v++)
        gemm_store_avx512(store, column + 16 * v, v + 1 < vectors ? (__mmask16)-1 : tail, sum[v], c + 16 * v);
}

CK_TARGET_AVX512 void ck_gemm_row_product_avx512(size_t depth, const uint16_t *steps, size_t columns, const float *x,
                                                 size_t x_step, const float *b, size_t ldb, float *c,
                                                 const struct gemm_store *store) {
    size_t j = 0;
    while (j < columns) {
        const size_t left = columns - j, vectors = (left + 15) / 16;
        const size_t take = vectors >= WIDE ? WIDE : vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
        const __mmask16 tail = gemm_mask_avx512(left >= 16 * take ? 16 : left - 16 * (take - 1));
        switch (take) {
        case WIDE: row_product(WIDE, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        case 4: row_product(4, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        case 2: row_product(2, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        default: row_product(1, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        }
        j += 16 * take;
    }
}

/* Dot products of `rows` stored rows at once, each in two chains. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void dots(size_t rows, size_t depth, const float *x,
                                                                        const float *b, size_t ldb, float *result) {
    __m512 even[4], odd[4];
    for (size_t i = 0; i < rows; i++) even[i] = odd[i] = _mm512_setzero_ps();
    size_t p = 0;
    for (; p + 32 <= depth; p += 32) {
        const __m512 x0 = _mm512_loadu_ps(x + p), x1 = _mm512_loadu_ps(x + p + 16);
        for (size_t i = 0; i < rows; i++) {
            even[i] = _mm512_fmadd_ps(x0, _mm512_loadu_ps(b + i * ldb + p), even[i]);
            odd[i] = _mm512_fmadd_ps(x1, _mm512_loadu_ps(b + i * ldb + p + 16), odd[i]);
        }
    }
    for (; p < depth; p += 16) {
        const __mmask16 mask = gemm_mask_avx512(depth - p < 16 ? depth - p : 16);
        const __m512 x0 = _mm512_maskz_loadu_ps(mask, x + p);
        for (size_t i = 0; i < rows; i++)
            even[i] = _mm512_fmadd_ps(x0, _mm512_maskz_loadu_ps(mask, b + i * ldb + p), even[i]);
    }
    for (size_t i = 0; i < rows; i++) result[i] = _mm512_reduce_add_ps(_mm512_add_ps(even[i], odd[i]));
}

CK_TARGET_AVX512 void ck_gemm_dots_avx512(size_t depth, size_t count, const float *x, const float *b, size_t ldb,
                                          float *c, size_t c_step, size_t bias_step, const struct gemm_store *store) {
    for (size_t i = 0; i < count; i += 4) {
        float sum[4];
        const size_t rows = count - i < 4 ? count - i : 4;
        if (rows == 4) dots(4, depth, x, b + i * ldb, ldb, sum);
        else
            for (size_t r = 0; r < rows; r++) dots(1, depth, x, b + (i + r) * ldb, ldb, &sum[r]);
        for (size_t r = 0; r < rows; r++) {
            const struct gemm_store one = {
                .bias = store->bias ? store->bias + (i + r) * bias_step : NULL, .add = store->add, .relu = store->relu};
            gemm_store_avx512(&one, 0, 1, _mm512_set1_ps(sum[r]), c + (i + r) * c_step);
        }
    }
}
#endif
