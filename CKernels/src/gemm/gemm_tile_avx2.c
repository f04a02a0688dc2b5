/* Register tiles of the matrix product on AVX2: up to 12 sums of 16 registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx2.h"
#include "../vector_avx2.h"

enum { BURST = 12 };
#include "gemm_tile_tpl.h"

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
    .sparse_panel = GEMM_SPARSE_PANEL_AVX2,
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
