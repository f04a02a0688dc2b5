/* Panels of B in packed form, and blocks of C written transposed. */
#include "../target.h"

#if defined(__x86_64__)
#include "gemm_avx512.h"

/* Rows at one distance, addressed from every fourth of them: left alone, the compiler keeps a pointer for each row,
 * more than there are registers. */
struct rows {
    const char *fourth[4];
    size_t one, three; /* distances in bytes */
};

CK_TARGET_AVX512 static inline __attribute__((always_inline)) struct rows rows_from(const float *x, size_t ld) {
    struct rows rows = {.one = ld * sizeof(float), .three = 3 * ld * sizeof(float)};
    __asm__("" : "+r"(rows.one), "+r"(rows.three));
    for (size_t i = 0; i < 4; i++) {
        rows.fourth[i] = (const char *)(x + 4 * i * ld);
        __asm__("" : "+r"(rows.fourth[i]));
    }
    return rows;
}

/* Element `column` of row i. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) const float *at(const struct rows *rows, size_t i,
                                                                              size_t column) {
    const char *row = rows->fourth[i / 4] + (i % 4 == 3 ? rows->three : i % 4 * rows->one);
    return (const float *)(const void *)row + column;
}

/* Eight floats of rows i and i + 4, side by side; rows that are not there count as zero. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) __m512 load_pair(const struct rows *x, size_t column,
                                                                               size_t used, __mmask8 mask, size_t i) {
    const __m256 low = i < used ? _mm256_maskz_loadu_ps(mask, at(x, i, column)) : _mm256_setzero_ps();
    const __m256 high = i + 4 < used ? _mm256_maskz_loadu_ps(mask, at(x, i + 4, column)) : _mm256_setzero_ps();
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

/* Eight floats of sixteen rows become eight vectors, one a column. */
CK_TARGET_AVX512 static inline __attribute__((always_inline)) void
transpose(const struct rows *x, size_t column, size_t used, __mmask8 mask, __m512 out[8]) {
    __m512 part[2][4]; /* [rows 0 ... 7, 8 ... 15][column % 4]; in quarters: 4 rows, column < 4; the same, >= 4; 4 more
                          rows */
    for (size_t half = 0; half < 2; half++) {
        __m512 row[4];
        for (size_t i = 0; i < 4; i++) row[i] = load_pair(x, column, used, mask, 8 * half + i);
        const __m512 low = _mm512_unpacklo_ps(row[0], row[1]), low2 = _mm512_unpacklo_ps(row[2], row[3]);
        const __m512 high = _mm512_unpackhi_ps(row[0], row[1]), high2 = _mm512_unpackhi_ps(row[2], row[3]);
        part[half][0] = _mm512_shuffle_ps(low, low2, 0x44);
        part[half][1] = _mm512_shuffle_ps(low, low2, 0xEE);
        part[half][2] = _mm512_shuffle_ps(high, high2, 0x44);
        part[half][3] = _mm512_shuffle_ps(high, high2, 0xEE);
    }
    for (size_t j = 0; j < 4; j++) {
        out[j] = _mm512_shuffle_f32x4(part[0][j], part[1][j], 0x88);
        out[4 + j] = _mm512_shuffle_f32x4(part[0][j], part[1][j], 0xDD);
    }
}

/* A panel of 16 v columns: row p of B lies at packed + 16 v p, whatever B's own distance between rows; memory runs
 *
 *      p = 0:  0 1 2 ... 16v-1  |  p = 1:  16v ... 32v-1  |  ...
 */
CK_TARGET_AVX512 void ck_gemm_pack_rows_avx512(size_t depth, size_t columns, const float *source, size_t ld,
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

/* The same panel from columns that are stored as rows: in blocks of 16 columns by 8 steps. */
CK_TARGET_AVX512 void ck_gemm_pack_columns_avx512(size_t depth, size_t columns, const float *source, size_t ld,
                                                  float *packed) {
    const size_t width = (columns + 15) / 16 * 16;
    for (size_t j = 0; j < columns; j += 16) {
        const struct rows from = rows_from(source + j * ld, ld);
        float *to = packed + j;
        const size_t used = columns - j < 16 ? columns - j : 16;
        __m512 block[8];
        size_t p = 0;
        for (; used == 16 && p + 8 <= depth; p += 8) {
            transpose(&from, p, 16, 0xFF, block);
            for (size_t i = 0; i < 8; i++) _mm512_storeu_ps(to + (p + i) * width, block[i]);
        }
        for (; p < depth; p += 8) {
            const size_t steps = depth - p < 8 ? depth - p : 8;
            transpose(&from, p, used, (__mmask8)gemm_mask_avx512(steps), block);
            for (size_t i = 0; i < 8; i++) /* constant bounds keep the block in registers */
                if (i < steps) _mm512_storeu_ps(to + (p + i) * width, block[i]);
        }
    }
}

/* C's rows may lie a multiple of 4 KiB apart, and then all compete for one set of the first-level cache: eight at a
 * time fit. */
CK_TARGET_AVX512 void ck_gemm_store_transposed_avx512(size_t rows, size_t columns, const float *block, float *c,
                                                      size_t ldc, const struct gemm_store *store) {
    const struct gemm_store kind = *store;
    const bool plain = !kind.add && !kind.bias && !kind.relu;
    for (size_t j = 0; j < columns; j += 8) {
        const size_t used = columns - j < 8 ? columns - j : 8;
        const struct rows to = rows_from(c + j * ldc, ldc);
        for (size_t i = 0; i < rows; i += 16) {
            const struct rows from = rows_from(block + i * GEMM_WIDTH, GEMM_WIDTH);
            const __mmask16 mask = gemm_mask_avx512(rows - i < 16 ? rows - i : 16);
            __m512 part[8];
            transpose(&from, j, 16, 0xFF, part);
            if (plain && used == 8)
                for (size_t r = 0; r < 8; r++) _mm512_mask_storeu_ps((float *)at(&to, r, i), mask, part[r]);
            else
                for (size_t r = 0; r < 8; r++)
                    if (r < used) gemm_store_avx512(&kind, i, mask, part[r], (float *)at(&to, r, i));
        }
    }
}
#endif
