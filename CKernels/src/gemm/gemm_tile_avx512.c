/* Register tiles of the matrix product on AVX-512: up to 24 sums of 32 registers. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx512.h"
#include "../vector_avx512.h"

enum { BURST = 8 };
#include "gemm_tile_tpl.h"

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
    .sparse_panel = GEMM_SPARSE_PANEL_AVX512,
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
