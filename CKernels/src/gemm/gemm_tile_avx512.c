/* Register tiles of the matrix product: rows x (vectors of 16 floats), all sums in registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx512.h"

/* The heights are chosen so that sums, one row of B and a broadcast fit 32 registers. Each step of the depth loads
 * `vectors` registers and broadcasts `rows` scalars for rows x vectors multiply-adds; processors that do two of these in a
 * cycle make about one broadcast, so panels of 2 and more vectors run at full speed. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void multiply(const struct gemm_tile *tile, size_t rows,
                                                                            size_t vectors) {
    const float *a = tile->a, *b = tile->b;
    const size_t a_row = tile->a_row, a_step = tile->a_step, b_step = tile->b_step;
    const __mmask16 tail = gemm_mask_avx512(tile->last);
    __m512 sum[GEMM_TALLEST][GEMM_PANEL];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm512_setzero_ps();

    for (size_t p = 0; p < tile->depth; p++) {
        __m512 row[GEMM_PANEL];
        for (size_t v = 0; v + 1 < vectors; v++) row[v] = _mm512_loadu_ps(b + 16 * v);
        row[vectors - 1] = _mm512_maskz_loadu_ps(tail, b + 16 * (vectors - 1));
        for (size_t i = 0; i < rows; i++) {
            __m512 x = _mm512_set1_ps(a[i * a_row]);
            for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(x, row[v], sum[i][v]);
        }
        a += a_step;
        b += b_step;
    }

    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++)
            gemm_store_avx512(&tile->store, 16 * v, v + 1 < vectors ? (__mmask16)-1 : tail, sum[i][v],
                              tile->c + i * tile->ldc + 16 * v);
}

#define TILE(rows, vectors)                                                                                             \
    CK_TARGET_AVX512 static void tile_##rows##x##vectors(const struct gemm_tile *tile) { multiply(tile, rows, vectors); }

TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1)
TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)
TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2)
TILE(1, 3) TILE(2, 3) TILE(3, 3) TILE(4, 3) TILE(5, 3) TILE(6, 3) TILE(7, 3) TILE(8, 3)
TILE(1, 4) TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4)

const struct gemm_kernels gemm_avx512 = {
    .lanes = 16,
    .tallest = {0, 12, 12, 8, 6},
    .tile = {{NULL},
             {NULL, tile_1x1, tile_2x1, tile_3x1, tile_4x1, tile_5x1, tile_6x1, tile_7x1, tile_8x1, tile_9x1, tile_10x1,
              tile_11x1, tile_12x1},
             {NULL, tile_1x2, tile_2x2, tile_3x2, tile_4x2, tile_5x2, tile_6x2, tile_7x2, tile_8x2, tile_9x2, tile_10x2,
              tile_11x2, tile_12x2},
             {NULL, tile_1x3, tile_2x3, tile_3x3, tile_4x3, tile_5x3, tile_6x3, tile_7x3, tile_8x3},
             {NULL, tile_1x4, tile_2x4, tile_3x4, tile_4x4, tile_5x4, tile_6x4}},
    .pack_rows = gemm_pack_rows_avx512,
    .pack_columns = gemm_pack_columns_avx512,
    .store_transposed = gemm_store_transposed_avx512,
    .row_product = gemm_row_product_avx512,
    .dots = gemm_dots_avx512,
};
#endif
