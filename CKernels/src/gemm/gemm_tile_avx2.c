/* Register tiles of the matrix product: rows x (vectors of 8 floats), all sums in registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx2.h"

/* Twelve sums at most: with one row of B and a broadcast they fill the 16 registers, which leaves none for the mask of
 * a remainder: `whole` panels do without. */
CK_TARGET_AVX2 static inline __attribute__((always_inline)) void multiply(const struct gemm_tile *tile, size_t rows,
                                                                          size_t vectors, bool whole) {
    const float *b = tile->b;
    const size_t b_step = tile->b_step;
    struct gemm_walk a = gemm_walk_from(tile, rows);
    const __m256i tail = gemm_mask_avx2(tile->last);
#define FULL(v) (whole || (v) + 1 < vectors)
    __m256 sum[GEMM_TALLEST][GEMM_PANEL];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm256_setzero_ps();

    for (size_t p = 0; p < tile->depth; p++, a.at += a.step, b += b_step) {
        __m256 row[GEMM_PANEL];
        for (size_t v = 0; v < vectors; v++)
            row[v] = FULL(v) ? _mm256_loadu_ps(b + 8 * v) : _mm256_maskload_ps(b + 8 * v, tail);
        for (size_t i = 0; i < rows; i++) {
            const __m256 x = _mm256_broadcast_ss(gemm_walk_at(&a, i));
            for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm256_fmadd_ps(x, row[v], sum[i][v]);
        }
    }

    /* One question for the whole tile, not one for each vector. */
    float *const c = tile->c;
    const size_t ldc = tile->ldc;
    if (tile->store.add)
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < vectors; v++) {
                const float *old = c + i * ldc + 8 * v;
                sum[i][v] = _mm256_add_ps(FULL(v) ? _mm256_loadu_ps(old) : _mm256_maskload_ps(old, tail), sum[i][v]);
            }
    if (tile->store.bias)
        for (size_t v = 0; v < vectors; v++) {
            const float *from = tile->store.bias + 8 * v;
            const __m256 bias = FULL(v) ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, tail);
            for (size_t i = 0; i < rows; i++) sum[i][v] = _mm256_add_ps(sum[i][v], bias);
        }
    if (tile->store.relu)
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < vectors; v++) sum[i][v] = gemm_relu_avx2(sum[i][v]);
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) {
            if (FULL(v)) _mm256_storeu_ps(c + i * ldc + 8 * v, sum[i][v]);
            else _mm256_maskstore_ps(c + i * ldc + 8 * v, tail, sum[i][v]);
        }
#undef FULL
}

#define NAME(rows, columns) gemm_f32_##rows##x##columns##_avx2
#define TILE(rows, columns)                                                                                            \
    CK_TARGET_AVX2 static void NAME(rows, columns)(const struct gemm_tile *tile) {                                     \
        if (tile->last == 8) multiply(tile, rows, (columns) / 8, true);                                                \
        else multiply(tile, rows, (columns) / 8, false);                                                               \
    }

/* clang-format off */
TILE(1, 8) TILE(2, 8) TILE(3, 8) TILE(4, 8) TILE(5, 8) TILE(6, 8) TILE(7, 8) TILE(8, 8) TILE(9, 8) TILE(10, 8)
TILE(1, 16) TILE(2, 16) TILE(3, 16) TILE(4, 16) TILE(5, 16) TILE(6, 16)

const struct gemm_kernels ck_gemm_avx2 = {
    .lanes = 8,
    .tallest = {0, 10, 6},
    .tile = {
        {NULL},
        {NULL,
         NAME(1, 8), NAME(2, 8), NAME(3, 8), NAME(4, 8), NAME(5, 8), NAME(6, 8), NAME(7, 8), NAME(8, 8), NAME(9, 8),
         NAME(10, 8)},
        {NULL,
         NAME(1, 16), NAME(2, 16), NAME(3, 16), NAME(4, 16), NAME(5, 16), NAME(6, 16)},
    },
    .pack_rows = ck_gemm_pack_rows_avx2,
    .pack_columns = ck_gemm_pack_columns_avx2,
    .store_transposed = ck_gemm_store_transposed_avx2,
    .row_product = ck_gemm_row_product_avx2,
    .dots = ck_gemm_dots_avx2,
    .steps_of_row = ck_gemm_steps_of_row_avx2,
    .sparse_rows = ck_gemm_sparse_rows_avx2,
    .nonzero_bits = ck_gemm_nonzero_bits_avx2,
    .nonzero_columns = ck_gemm_nonzero_columns_avx2,
    .sampled_dots = ck_gemm_sampled_dots_avx2,
    .finite = ck_gemm_finite_avx2,
};
/* clang-format on */
#endif
