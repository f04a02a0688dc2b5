/* Register tiles of the matrix product: rows x (vectors of 8 floats), all sums in registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx2.h"

/* Twelve sums at most: with one row of B and a broadcast they fill the 16 registers. */
CK_TARGET_AVX2 static inline __attribute__((always_inline)) void multiply(const struct gemm_tile *tile, size_t rows,
                                                                          size_t vectors) {
    const float *a = tile->a, *b = tile->b;
    const size_t a_row = tile->a_row, a_step = tile->a_step, b_step = tile->b_step;
    const __m256i all = gemm_mask_avx2(8), tail = gemm_mask_avx2(tile->last);
    __m256 sum[GEMM_TALLEST][GEMM_PANEL];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm256_setzero_ps();

    for (size_t p = 0; p < tile->depth; p++) {
        __m256 row[GEMM_PANEL];
        for (size_t v = 0; v + 1 < vectors; v++) row[v] = _mm256_loadu_ps(b + 8 * v);
        row[vectors - 1] = _mm256_maskload_ps(b + 8 * (vectors - 1), tail);
        for (size_t i = 0; i < rows; i++) {
            __m256 x = _mm256_broadcast_ss(a + i * a_row);
            for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm256_fmadd_ps(x, row[v], sum[i][v]);
        }
        a += a_step;
        b += b_step;
    }

    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++)
            gemm_store_avx2(&tile->store, 8 * v, v + 1 < vectors ? all : tail, sum[i][v], tile->c + i * tile->ldc + 8 * v);
}

#define TILE(rows, vectors)                                                                                             \
    CK_TARGET_AVX2 static void tile_##rows##x##vectors(const struct gemm_tile *tile) { multiply(tile, rows, vectors); }

TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1) TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1)
TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)

const struct gemm_kernels gemm_avx2 = {
    .lanes = 8,
    .tallest = {0, 10, 6, 0, 0},
    .tile = {{NULL},
             {NULL, tile_1x1, tile_2x1, tile_3x1, tile_4x1, tile_5x1, tile_6x1, tile_7x1, tile_8x1, tile_9x1, tile_10x1},
             {NULL, tile_1x2, tile_2x2, tile_3x2, tile_4x2, tile_5x2, tile_6x2}},
    .pack_rows = gemm_pack_rows_avx2,
    .pack_columns = gemm_pack_columns_avx2,
    .store_transposed = gemm_store_transposed_avx2,
    .row_product = gemm_row_product_avx2,
    .dots = gemm_dots_avx2,
};
#endif
