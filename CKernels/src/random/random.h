/* Kernels behind random numbers and dropout: one thread's share, which starts at block first_block of the stream. */
#ifndef CK_RANDOM_H
#define CK_RANDOM_H

#include "../tier.h"

/* Multipliers and key increments of Philox4x32, from the paper named in CKernels.h. */
#define CK_PHILOX_M0 0xD2511F53u
#define CK_PHILOX_M1 0xCD9E8D57u
#define CK_PHILOX_W0 0x9E3779B9u
#define CK_PHILOX_W1 0xBB67AE85u
enum { CK_PHILOX_ROUNDS = 10 };

/* Uniform numbers: low + u range with u = word / 2^32 cut to 24 bits, and never above `last`, the float below high. */
struct ck_uniform {
    float low, range, last;
};

struct ck_random_kernels {
    void (*philox)(ck_random_key key, uint32_t first_block, size_t blocks, uint32_t *out);
    void (*uniform)(ck_random_key key, uint32_t first_block, size_t n, struct ck_uniform u, float *out);
    /* Words 2 i and 2 i + 1 give numbers 2 i and 2 i + 1: radius sqrt(-2 log((a + 1) / 2^24)), angle 2 pi b / 2^24 with
     * a, b the words' upper 24 bits; the cosine first. */
    void (*normal)(ck_random_key key, uint32_t first_block, size_t n, float mean, float deviation, float *out);
    /* Element i looks at half i % 2 (lower first) of word i / 2: below `threshold` it is dropped. */
    void (*dropout)(ck_random_key key, uint32_t first_block, size_t n, uint16_t threshold, float scale, const float *x,
                    float *y);
};

extern const struct ck_random_kernels ck_random_ref, ck_random_avx2, ck_random_avx512;

#endif
