/* Panels of B in packed form, and blocks of C written transposed. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx512.h"

/* A panel of 16 v columns: row p of B lies at packed + 16 v p, whatever B's own distance between rows; memory runs
 *
 *      p = 0:  0 1 2 ... 16v-1  |  p = 1:  16v ... 32v-1  |  ...
 */
CK_TARGET_AVX512 void gemm_pack_rows_avx512(size_t depth, size_t columns, const float *source, size_t ld,
                                            float *packed) {
    const size_t whole = columns / 16;
    const __mmask16 tail = gemm_mask_avx512(columns % 16);
    for (size_t p = 0; p < depth; p++, source += ld) {
        for (size_t v = 0; v < whole; v++, packed += 16) _mm512_storeu_ps(packed, _mm512_loadu_ps(source + 16 * v));
        if (tail) {
            _mm512_storeu_ps(packed, _mm512_maskz_loadu_ps(tail, source + 16 * whole));
            packed += 16;
        }
    }
}

/* The same panel from columns that are stored as rows: in blocks of 16 columns by 16 steps. */
CK_TARGET_AVX512 void gemm_pack_columns_avx512(size_t depth, size_t columns, const float *source, size_t ld,
                                               float *packed) {
    const size_t width = (columns + 15) / 16 * 16;
    for (size_t j = 0; j < columns; j += 16) {
        const size_t used = columns - j < 16 ? columns - j : 16;
        for (size_t p = 0; p < depth; p += 16) {
            const size_t steps = depth - p < 16 ? depth - p : 16;
            const __mmask16 mask = gemm_mask_avx512(steps);
            __m512 block[16];
            for (size_t i = 0; i < 16; i++)
                block[i] = i < used ? _mm512_maskz_loadu_ps(mask, source + (j + i) * ld + p) : _mm512_setzero_ps();
            gemm_transpose_avx512(block);
            float *out = packed + p * width + j;
            if (steps == 16)
                for (size_t i = 0; i < 16; i++) _mm512_storeu_ps(out + i * width, block[i]);
            else
                for (size_t i = 0; i < 16; i++) /* constant bounds keep the block in registers */
                    if (i < steps) _mm512_storeu_ps(out + i * width, block[i]);
        }
    }
}

CK_TARGET_AVX512 void gemm_store_transposed_avx512(size_t rows, size_t columns, const float *block, size_t block_row,
                                                   float *c, size_t ldc, const struct gemm_store *store) {
    for (size_t j = 0; j < columns; j += 16) {
        const size_t used = columns - j < 16 ? columns - j : 16;
        for (size_t i = 0; i < rows; i += 16) {
            const __mmask16 mask = gemm_mask_avx512(rows - i < 16 ? rows - i : 16);
            __m512 part[16];
            for (size_t r = 0; r < 16; r++) part[r] = _mm512_loadu_ps(block + (i + r) * block_row + j);
            gemm_transpose_avx512(part);
            for (size_t r = 0; r < 16; r++)
                if (r < used) gemm_store_avx512(store, i, mask, part[r], c + (j + r) * ldc + i);
        }
    }
}
#endif
