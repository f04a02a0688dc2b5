/* Panels of B in packed form, and blocks of C written transposed. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx2.h"

/* A panel of 8 v columns: row p of B lies at packed + 8 v p, whatever B's own distance between rows. */
CK_TARGET_AVX2 void ck_gemm_pack_rows_avx2(size_t depth, size_t columns, const float *source, size_t ld,
                                           float *packed) {
    const size_t whole = columns / 8, rest = columns % 8;
    const __m256i tail = gemm_mask_avx2(rest);
    for (size_t p = 0; p < depth; p++, source += ld) {
        for (size_t v = 0; v < whole; v++, packed += 8) _mm256_storeu_ps(packed, _mm256_loadu_ps(source + 8 * v));
        if (rest) {
            _mm256_storeu_ps(packed, _mm256_maskload_ps(source + 8 * whole, tail));
            packed += 8;
        }
    }
}

/* The same panel from columns that are stored as rows: in blocks of 8 columns by 8 steps. */
CK_TARGET_AVX2 void ck_gemm_pack_columns_avx2(size_t depth, size_t columns, const float *source, size_t ld,
                                              float *packed) {
    const size_t width = (columns + 7) / 8 * 8;
    for (size_t j = 0; j < columns; j += 8) {
        const size_t used = columns - j < 8 ? columns - j : 8;
        for (size_t p = 0; p < depth; p += 8) {
            const size_t steps = depth - p < 8 ? depth - p : 8;
            const __m256i mask = gemm_mask_avx2(steps);
            __m256 block[8];
            for (size_t i = 0; i < 8; i++)
                block[i] = i < used ? _mm256_maskload_ps(source + (j + i) * ld + p, mask) : _mm256_setzero_ps();
            gemm_transpose_avx2(block);
            for (size_t i = 0; i < 8; i++) /* constant bounds keep the block in registers */
                if (i < steps) _mm256_storeu_ps(packed + (p + i) * width + j, block[i]);
        }
    }
}

CK_TARGET_AVX2 void ck_gemm_store_transposed_avx2(size_t rows, size_t columns, const float *block, float *c, size_t ldc,
                                                  const struct gemm_store *store) {
    for (size_t j = 0; j < columns; j += 8) {
        const size_t used = columns - j < 8 ? columns - j : 8;
        for (size_t i = 0; i < rows; i += 8) {
            const __m256i mask = gemm_mask_avx2(rows - i < 8 ? rows - i : 8);
            __m256 part[8];
            for (size_t r = 0; r < 8; r++) part[r] = _mm256_loadu_ps(block + (i + r) * GEMM_WIDTH + j);
            gemm_transpose_avx2(part);
            for (size_t r = 0; r < 8; r++)
                if (r < used) gemm_store_avx2(store, i, mask, part[r], c + (j + r) * ldc + i);
        }
    }
}
#endif
