/* Transposition in blocks of 8 x 8; AVX-512 uses it too, since shuffles and memory set the pace. */
#include "../target.h"

#if defined(__x86_64__)
#include "../gemm/gemm_avx2.h"
#include "elementwise.h"

enum { SIDE = 8 };

/* `high` rows and `wide` columns of x, at most SIDE of each. */
CK_TARGET_AVX2 static inline __attribute__((always_inline)) void
transpose_block(size_t rows, size_t columns, size_t high, size_t wide, const float *x, float *y) {
    const __m256i read = gemm_mask_avx2(wide), write = gemm_mask_avx2(high);
    __m256 block[SIDE];
    for (size_t i = 0; i < SIDE; i++) {
        if (high == SIDE && wide == SIDE) block[i] = _mm256_loadu_ps(x + i * columns);
        else block[i] = i < high ? _mm256_maskload_ps(x + i * columns, read) : _mm256_setzero_ps();
    }
    gemm_transpose_avx2(block);
    for (size_t j = 0; j < SIDE; j++) { /* constant bounds keep the block in registers */
        if (high == SIDE && wide == SIDE) _mm256_storeu_ps(y + j * rows, block[j]);
        else if (j < wide) _mm256_maskstore_ps(y + j * rows, write, block[j]);
    }
}

CK_TARGET_AVX2 void ck_elementwise_transpose_avx2(size_t rows, size_t columns, size_t begin, size_t end, const float *x,
                                                  float *y) {
    for (size_t j = begin; j < end; j += SIDE)
        for (size_t i = 0; i < rows; i += SIDE) {
            const float *from = x + i * columns + j;
            float *to = y + j * rows + i;
            const size_t high = rows - i < SIDE ? rows - i : SIDE, wide = end - j < SIDE ? end - j : SIDE;
            if (high == SIDE && wide == SIDE) transpose_block(rows, columns, SIDE, SIDE, from, to);
            else transpose_block(rows, columns, high, wide, from, to);
        }
}
#endif
