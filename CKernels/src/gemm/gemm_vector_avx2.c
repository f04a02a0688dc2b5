/* Matrix-vector products: they read the matrix once and are bound by memory, so they read it in long runs. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx2.h"

enum { WIDE = 8 }; /* vectors held at once: enough chains to hide the latency of a multiply-add */

CK_TARGET_AVX2 static inline __attribute__((always_inline)) void
row_product(size_t vectors, __m256i tail, size_t depth, const uint16_t *steps, const float *x, size_t x_step,
            const float *b, size_t ldb, float *c, const struct gemm_store *store, size_t column) {
    __m256 sum[WIDE];
    for (size_t v = 0; v < vectors; v++) sum[v] = _mm256_setzero_ps();
    for (size_t s = 0; s < depth; s++) {
        const size_t p = steps ? steps[s] : s;
        const float *row = b + p * ldb;
        const __m256 factor = _mm256_set1_ps(x[p * x_step]);
        for (size_t v = 0; v + 1 < vectors; v++) sum[v] = _mm256_fmadd_ps(factor, _mm256_loadu_ps(row + 8 * v), sum[v]);
        const size_t v = vectors - 1;
        sum[v] = _mm256_fmadd_ps(factor, _mm256_maskload_ps(row + 8 * v, tail), sum[v]);
    }
    for (size_t v = 0; v < vectors; v++)
        gemm_store_avx2(store, column + 8 * v, v + 1 < vectors ? gemm_mask_avx2(8) : tail, sum[v], c + 8 * v);
}

CK_TARGET_AVX2 void ck_gemm_row_product_avx2(size_t depth, const uint16_t *steps, size_t columns, const float *x,
                                             size_t x_step, const float *b, size_t ldb, float *c,
                                             const struct gemm_store *store) {
    size_t j = 0;
    while (j < columns) {
        const size_t left = columns - j, vectors = (left + 7) / 8;
        const size_t take = vectors >= WIDE ? WIDE : vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
        const __m256i tail = gemm_mask_avx2(left >= 8 * take ? 8 : left - 8 * (take - 1));
        switch (take) {
        case WIDE: row_product(WIDE, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        case 4: row_product(4, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        case 2: row_product(2, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        default: row_product(1, tail, depth, steps, x, x_step, b + j, ldb, c + j, store, j); break;
        }
        j += 8 * take;
    }
}

CK_TARGET_AVX2 static inline float sum_of_lanes(__m256 x) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

/* Dot products of `rows` stored rows at once, each in two chains. */
CK_TARGET_AVX2 static inline __attribute__((always_inline)) void dots(size_t rows, size_t depth, const float *x,
                                                                      const float *b, size_t ldb, float *result) {
    __m256 even[4], odd[4];
    for (size_t i = 0; i < rows; i++) even[i] = odd[i] = _mm256_setzero_ps();
    size_t p = 0;
    for (; p + 16 <= depth; p += 16) {
        const __m256 x0 = _mm256_loadu_ps(x + p), x1 = _mm256_loadu_ps(x + p + 8);
        for (size_t i = 0; i < rows; i++) {
            even[i] = _mm256_fmadd_ps(x0, _mm256_loadu_ps(b + i * ldb + p), even[i]);
            odd[i] = _mm256_fmadd_ps(x1, _mm256_loadu_ps(b + i * ldb + p + 8), odd[i]);
        }
    }
    for (; p < depth; p += 8) {
        const __m256i mask = gemm_mask_avx2(depth - p < 8 ? depth - p : 8);
        const __m256 x0 = _mm256_maskload_ps(x + p, mask);
        for (size_t i = 0; i < rows; i++)
            even[i] = _mm256_fmadd_ps(x0, _mm256_maskload_ps(b + i * ldb + p, mask), even[i]);
    }
    for (size_t i = 0; i < rows; i++) result[i] = sum_of_lanes(_mm256_add_ps(even[i], odd[i]));
}

CK_TARGET_AVX2 void ck_gemm_dots_avx2(size_t depth, size_t count, const float *x, const float *b, size_t ldb, float *c,
                                      size_t c_step, size_t bias_step, const struct gemm_store *store) {
    for (size_t i = 0; i < count; i += 4) {
        float sum[4];
        const size_t rows = count - i < 4 ? count - i : 4;
        if (rows == 4) dots(4, depth, x, b + i * ldb, ldb, sum);
        else
            for (size_t r = 0; r < rows; r++) dots(1, depth, x, b + (i + r) * ldb, ldb, &sum[r]);
        for (size_t r = 0; r < rows; r++) {
            const struct gemm_store one = {
                .bias = store->bias ? store->bias + (i + r) * bias_step : NULL, .add = store->add, .relu = store->relu};
            gemm_store_avx2(&one, 0, gemm_mask_avx2(1), _mm256_set1_ps(sum[r]), c + (i + r) * c_step);
        }
    }
}
#endif
