/* Register tiles of the matrix product: rows x (vectors of 16 floats), all sums in registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "../panel_avx512.h"
#include "gemm_avx512.h"

enum {
    BURST = 8, /* vectors that a part of a tile stores */
    AHEAD = 4  /* steps of the depth between the parts' stores */
};

struct sums {
    __m512 of[GEMM_TALLEST][GEMM_PANEL];
};

/* One step of the depth for rows first ..< last. */
INLINE void step(struct panel panel, size_t first, size_t last, const struct gemm_walk *a, const float *b,
                 struct sums *sums) {
    __m512 row[GEMM_PANEL];
    for (size_t v = 0; v < panel.vectors; v++) row[v] = load(panel, b, v);
    for (size_t i = first; i < last; i++) {
        const __m512 x = _mm512_set1_ps(*gemm_walk_at(a, i));
        for (size_t v = 0; v < panel.vectors; v++) sums->of[i][v] = _mm512_fmadd_ps(x, row[v], sums->of[i][v]);
    }
}

/* The last `steps` steps for rows first ..< last, and their stores. */
INLINE void finish(struct panel panel, size_t first, size_t last, size_t steps, const struct gemm_tile *tile,
                   struct gemm_walk a, const float *b, struct sums *sums) {
    for (; steps > 0; steps--, a.at += a.step, b += tile->b_step) step(panel, first, last, &a, b, sums);
    /* One question for all of them, not one for each vector. */
    if (tile->store.add)
        for (size_t i = first; i < last; i++)
            for (size_t v = 0; v < panel.vectors; v++)
                sums->of[i][v] = _mm512_add_ps(load(panel, tile->c + i * tile->ldc, v), sums->of[i][v]);
    if (tile->store.bias)
        for (size_t v = 0; v < panel.vectors; v++) {
            const __m512 bias = load(panel, tile->store.bias, v);
            for (size_t i = first; i < last; i++) sums->of[i][v] = _mm512_add_ps(sums->of[i][v], bias);
        }
    if (tile->store.relu)
        for (size_t i = first; i < last; i++)
            for (size_t v = 0; v < panel.vectors; v++) sums->of[i][v] = gemm_relu_avx512(sums->of[i][v]);
    for (size_t i = first; i < last; i++)
        for (size_t v = 0; v < panel.vectors; v++) store(panel, tile->c + i * tile->ldc, v, sums->of[i][v]);
}

/* The heights are chosen so that sums, one row of B and a broadcast fit 32 registers. A step of the depth takes rows +
 * vectors loads for rows x vectors multiply-adds.
 *
 * A thread's store queue holds 16 vectors. More of them at a tile's end stop the processor from reading on: it runs dry
 * of multiply-adds, for some 55 cycles behind 24 stores, which in Winograd's products are 7 to 15 % of a tile. So the
 * rows end in up to three parts, each some steps after the one before. */
INLINE void multiply(const struct gemm_tile *tile, const size_t rows, const size_t vectors, const bool whole) {
    const size_t parts = (rows * vectors + BURST - 1) / BURST, tail = parts > 1 && tile->depth > AHEAD ? AHEAD : 0;
    const struct panel panel = panel_of(vectors, whole, tile->last);
    const float *b = tile->b;
    struct gemm_walk a = gemm_walk_from(tile, rows);
    struct sums sums;
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sums.of[i][v] = _mm512_setzero_ps();
    for (size_t p = tail; p < tile->depth; p++, a.at += a.step, b += tile->b_step) step(panel, 0, rows, &a, b, &sums);
    finish(panel, 0, rows / parts, tail, tile, a, b, &sums);
    if (parts > 1) finish(panel, rows / parts, 2 * rows / parts, tail, tile, a, b, &sums);
    if (parts > 2) finish(panel, 2 * rows / parts, rows, tail, tile, a, b, &sums);
}

#define NAME(rows, columns) gemm_f32_##rows##x##columns##_avx512
#define TILE(rows, columns)                                                                                            \
    CK_TARGET_AVX512 static void NAME(rows, columns)(const struct gemm_tile *tile) {                                   \
        if (tile->last == LANES) multiply(tile, rows, (columns) / LANES, true);                                        \
        else multiply(tile, rows, (columns) / LANES, false);                                                           \
    }

/* clang-format off */
TILE(1, 16) TILE(2, 16) TILE(3, 16) TILE(4, 16) TILE(5, 16) TILE(6, 16) TILE(7, 16) TILE(8, 16) TILE(9, 16)
TILE(10, 16) TILE(11, 16) TILE(12, 16) TILE(13, 16) TILE(14, 16) TILE(15, 16) TILE(16, 16)
TILE(1, 32) TILE(2, 32) TILE(3, 32) TILE(4, 32) TILE(5, 32) TILE(6, 32) TILE(7, 32) TILE(8, 32) TILE(9, 32)
TILE(10, 32) TILE(11, 32) TILE(12, 32)
TILE(1, 48) TILE(2, 48) TILE(3, 48) TILE(4, 48) TILE(5, 48) TILE(6, 48) TILE(7, 48) TILE(8, 48)
TILE(1, 64) TILE(2, 64) TILE(3, 64) TILE(4, 64) TILE(5, 64) TILE(6, 64)

const struct gemm_kernels ck_gemm_avx512 = {
    .lanes = 16,
    .tallest = {0, 16, 12, 8, 6},
    .tile = {
        {NULL},
        {NULL,
         NAME(1, 16), NAME(2, 16), NAME(3, 16), NAME(4, 16), NAME(5, 16), NAME(6, 16), NAME(7, 16), NAME(8, 16),
         NAME(9, 16), NAME(10, 16), NAME(11, 16), NAME(12, 16), NAME(13, 16), NAME(14, 16), NAME(15, 16),
         NAME(16, 16)},
        {NULL,
         NAME(1, 32), NAME(2, 32), NAME(3, 32), NAME(4, 32), NAME(5, 32), NAME(6, 32), NAME(7, 32), NAME(8, 32),
         NAME(9, 32), NAME(10, 32), NAME(11, 32), NAME(12, 32)},
        {NULL,
         NAME(1, 48), NAME(2, 48), NAME(3, 48), NAME(4, 48), NAME(5, 48), NAME(6, 48), NAME(7, 48), NAME(8, 48)},
        {NULL,
         NAME(1, 64), NAME(2, 64), NAME(3, 64), NAME(4, 64), NAME(5, 64), NAME(6, 64)},
    },
    .pack_rows = ck_gemm_pack_rows_avx512,
    .pack_columns = ck_gemm_pack_columns_avx512,
    .store_transposed = ck_gemm_store_transposed_avx512,
    .row_product = ck_gemm_row_product_avx512,
    .dots = ck_gemm_dots_avx512,
    .steps_of_row = ck_gemm_steps_of_row_avx512,
    .sparse_rows = ck_gemm_sparse_rows_avx512,
    .nonzero_bits = ck_gemm_nonzero_bits_avx512,
    .nonzero_columns = ck_gemm_nonzero_columns_avx512,
    .sampled_dots = ck_gemm_sampled_dots_avx512,
    .finite = ck_gemm_finite_avx512,
};
/* clang-format on */
#endif
