/* Philox4x32-10 as the paper gives it, and the numbers made of its words. */
#include <math.h>

#include "random.h"

struct block {
    uint32_t word[4];
};

static struct block philox_block(ck_random_key key, uint32_t index) {
    uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32);
    struct block c = {{index, key.stream, (uint32_t)key.step, (uint32_t)(key.step >> 32)}};
    for (int round = 0; round < CK_PHILOX_ROUNDS; round++) {
        uint64_t p0 = (uint64_t)CK_PHILOX_M0 * c.word[0], p1 = (uint64_t)CK_PHILOX_M1 * c.word[2];
        c = (struct block){
            {(uint32_t)(p1 >> 32) ^ c.word[1] ^ k0, (uint32_t)p1, (uint32_t)(p0 >> 32) ^ c.word[3] ^ k1, (uint32_t)p0}};
        k0 += CK_PHILOX_W0;
        k1 += CK_PHILOX_W1;
    }
    return c;
}

static void philox(ck_random_key key, uint32_t first_block, size_t blocks, uint32_t *out) {
    for (size_t i = 0; i < blocks; i++) {
        struct block block = philox_block(key, first_block + (uint32_t)i);
        for (size_t j = 0; j < 4; j++) out[4 * i + j] = block.word[j];
    }
}

static void uniform(ck_random_key key, uint32_t first_block, size_t n, struct ck_uniform u, float *out) {
    struct block block = {{0}};
    for (size_t i = 0; i < n; i++) {
        if (i % 4 == 0) block = philox_block(key, first_block + (uint32_t)(i / 4));
        float value = fmaf((float)(block.word[i % 4] >> 8) * 0x1p-24f, u.range, u.low);
        out[i] = value < u.last ? value : u.last;
    }
}

static void normal(ck_random_key key, uint32_t first_block, size_t n, float mean, float deviation, float *out) {
    const double two_pi = 6.28318530717958647692;
    struct block block = {{0}};
    for (size_t i = 0; i < n; i++) {
        if (i % 4 == 0) block = philox_block(key, first_block + (uint32_t)(i / 4));
        const uint32_t *pair = block.word + i % 4 / 2 * 2;
        double radius = sqrt(-2 * log(((double)(pair[0] >> 8) + 1) * 0x1p-24));
        double angle = two_pi * ((double)(pair[1] >> 8) * 0x1p-24);
        out[i] = (float)(mean + deviation * radius * (i % 2 ? sin(angle) : cos(angle)));
    }
}

static void dropout(ck_random_key key, uint32_t first_block, size_t n, uint16_t threshold, float scale, const float *x,
                    float *y) {
    struct block block = {{0}};
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0) block = philox_block(key, first_block + (uint32_t)(i / 8));
        uint32_t half = block.word[i % 8 / 2] >> (i % 2 * 16) & 0xFFFF;
        y[i] = half < threshold ? 0 : x[i] * scale;
    }
}

const struct ck_random_kernels ck_random_ref = {philox, uniform, normal, dropout};
