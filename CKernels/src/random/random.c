/* Random numbers: every number has its place in the stream, so blocks may be made by any thread. */
#include "random.h"

#include <math.h>

#include "../blocks.h"
#include "../parallel.h"

enum { WORDS = 4 };                   /* of a Philox block */
enum { COST = 16, NORMAL_COST = 60 }; /* operations an element, roughly */

struct arguments {
    const struct ck_random_kernels *kernels;
    ck_random_key key;
    uint32_t first_block, threshold;
    size_t n;
    struct ck_uniform uniform;
    float mean, deviation, scale;
    const float *x;
    float *out;
    uint32_t *words;
};

static void philox_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->philox(a->key, a->first_block + (uint32_t)span.begin, span.count, a->words + WORDS * span.begin);
}

void ck_philox(ck_random_key key, uint32_t first_block, size_t blocks, uint32_t *out) {
    struct arguments a = {
        .kernels = CK_TIER(ck_random), .key = key, .first_block = first_block, .n = blocks, .words = out};
    ck_parallel_for(ck_blocks(blocks), blocks * WORDS * COST, philox_blocks, &a);
}

static void uniform_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->uniform(a->key, (uint32_t)(span.begin / WORDS), span.count, a->uniform, a->out + span.begin);
}

void ck_random_uniform(ck_random_key key, size_t n, float low, float high, float *out) {
    struct arguments a = {.kernels = CK_TIER(ck_random),
                          .key = key,
                          .n = n,
                          .out = out,
                          .uniform = {low, high - low, nextafterf(high, low)}};
    ck_parallel_for(ck_blocks(n), n * COST, uniform_blocks, &a);
}

static void normal_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->normal(a->key, (uint32_t)(span.begin / WORDS), span.count, a->mean, a->deviation, a->out + span.begin);
}

void ck_random_normal(ck_random_key key, size_t n, float mean, float deviation, float *out) {
    struct arguments a = {
        .kernels = CK_TIER(ck_random), .key = key, .n = n, .out = out, .mean = mean, .deviation = deviation};
    ck_parallel_for(ck_blocks(n), n * NORMAL_COST, normal_blocks, &a);
}

static void dropout_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->dropout(a->key, (uint32_t)(span.begin / (2 * WORDS)), span.count, (uint16_t)a->threshold, a->scale,
                        a->x + span.begin, a->out + span.begin);
}

void ck_dropout(ck_random_key key, size_t n, float rate, const float *x, float *y) {
    const uint32_t steps = 65536;
    uint32_t threshold = (uint32_t)lrint((double)rate * steps);
    if (threshold >= steps) threshold = steps - 1; /* a rate that would round to 1 */
    struct arguments a = {.kernels = CK_TIER(ck_random),
                          .key = key,
                          .n = n,
                          .threshold = threshold,
                          .x = x,
                          .out = y,
                          .scale = (float)((double)steps / (steps - threshold))};
    ck_parallel_for(ck_blocks(n), n * COST, dropout_blocks, &a);
}
