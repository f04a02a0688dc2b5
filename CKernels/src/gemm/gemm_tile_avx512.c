/* Register tiles of the matrix product: rows x (vectors of 16 floats), all sums in registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx512.h"

/* The heights are chosen so that sums, one row of B and a broadcast fit 32 registers. A step of the depth takes rows +
 * vectors loads for rows x vectors multiply-adds. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void multiply(const struct gemm_tile *tile, size_t rows,
                                                                            size_t vectors) {
    const float *b = tile->b;
    const size_t b_step = tile->b_step;
    struct gemm_walk a = gemm_walk_from(tile, rows);
    const __mmask16 tail = gemm_mask_avx512(tile->last);
#define MASK(v) ((v) + 1 < vectors ? (__mmask16)-1 : tail)
    __m512 sum[GEMM_TALLEST][GEMM_PANEL];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm512_setzero_ps();

    for (size_t p = 0; p < tile->depth; p++) {
        __m512 row[GEMM_PANEL];
        for (size_t v = 0; v < vectors; v++) row[v] = _mm512_maskz_loadu_ps(MASK(v), b + 16 * v);
        for (size_t i = 0; i < rows; i++) {
            const __m512 x = _mm512_set1_ps(*gemm_walk_at(&a, i));
            for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(x, row[v], sum[i][v]);
        }
        a.at += a.step;
        b += b_step;
    }

    /* One question for the whole tile, not one for each vector. */
    float *const c = tile->c;
    const size_t ldc = tile->ldc;
    if (tile->store.add)
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < vectors; v++)
                sum[i][v] = _mm512_add_ps(_mm512_maskz_loadu_ps(MASK(v), c + i * ldc + 16 * v), sum[i][v]);
    if (tile->store.bias)
        for (size_t v = 0; v < vectors; v++) {
            const __m512 bias = _mm512_maskz_loadu_ps(MASK(v), tile->store.bias + 16 * v);
            for (size_t i = 0; i < rows; i++) sum[i][v] = _mm512_add_ps(sum[i][v], bias);
        }
    if (tile->store.relu)
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < vectors; v++) sum[i][v] = gemm_relu_avx512(sum[i][v]);
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) _mm512_mask_storeu_ps(c + i * ldc + 16 * v, MASK(v), sum[i][v]);
#undef MASK
}

#define TILE(rows, vectors)                                                                                            \
    CK_TARGET_AVX512 static void tile_##rows##x##vectors(const struct gemm_tile *tile) {                               \
        multiply(tile, rows, vectors);                                                                                 \
    }

TILE(1, 1)
TILE(2, 1)
TILE(3, 1)
TILE(4, 1) TILE(5, 1) TILE(6, 1) TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1) TILE(1, 2)
    TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2) TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2)
        TILE(12, 2) TILE(1, 3) TILE(2, 3) TILE(3, 3) TILE(4, 3) TILE(5, 3) TILE(6, 3) TILE(7, 3) TILE(8, 3) TILE(1, 4)
            TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4)

                const struct gemm_kernels gemm_avx512 = {
                    .lanes = 16,
                    .tallest = {0, 12, 12, 8, 6},
                    .tile = {{NULL},
                             {NULL, tile_1x1, tile_2x1, tile_3x1, tile_4x1, tile_5x1, tile_6x1, tile_7x1, tile_8x1,
                              tile_9x1, tile_10x1, tile_11x1, tile_12x1},
                             {NULL, tile_1x2, tile_2x2, tile_3x2, tile_4x2, tile_5x2, tile_6x2, tile_7x2, tile_8x2,
                              tile_9x2, tile_10x2, tile_11x2, tile_12x2},
                             {NULL, tile_1x3, tile_2x3, tile_3x3, tile_4x3, tile_5x3, tile_6x3, tile_7x3, tile_8x3},
                             {NULL, tile_1x4, tile_2x4, tile_3x4, tile_4x4, tile_5x4, tile_6x4}},
                    .pack_rows = gemm_pack_rows_avx512,
                    .pack_columns = gemm_pack_columns_avx512,
                    .store_transposed = gemm_store_transposed_avx512,
                    .row_product = gemm_row_product_avx512,
                    .dots = gemm_dots_avx512,
};
#endif
