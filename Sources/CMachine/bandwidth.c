/* The speed of memory and caches. */
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>

struct memory {
    unsigned char *base;
    size_t part; /* bytes of one thread, a multiple of BLOCK */
    cm_traffic traffic;
};

/* Bytes that a loop goes over at once: eight vectors of 64. The two halves of a copy share them. */
enum { BLOCK = 512 };

static volatile float sink; /* so that what is read is needed */

/* Two kernels of the same text: the pass over one thread's part, again and again. */
#define PASSES(NAME, TARGET, VECTOR, LOAD, STORE, ADD, SET, FIRST)                                                     \
    __attribute__((target(TARGET), noinline)) static void NAME(void *context, int thread, size_t rounds) {             \
        const struct memory *memory = context;                                                                         \
        float *base = (float *)(void *)(memory->base + (size_t)thread * memory->part);                                 \
        const size_t count = memory->part / sizeof(float), step = sizeof(VECTOR) / sizeof(float);                      \
        VECTOR sum[4] = {SET(0), SET(0), SET(0), SET(0)};                                                              \
        for (size_t round = 0; round < rounds; round++) {                                                              \
            if (memory->traffic == CM_READ)                                                                            \
                for (size_t i = 0; i < count; i += 4 * step)                                                           \
                    for (size_t j = 0; j < 4; j++) sum[j] = ADD(sum[j], LOAD(base + i + j * step));                    \
            else if (memory->traffic == CM_WRITE)                                                                      \
                for (size_t i = 0; i < count; i += 4 * step)                                                           \
                    for (size_t j = 0; j < 4; j++) STORE(base + i + j * step, SET((float)round));                      \
            else                                                                                                       \
                for (size_t i = 0; i < count / 2; i += 4 * step)                                                       \
                    for (size_t j = 0; j < 4; j++) STORE(base + count / 2 + i + j * step, LOAD(base + i + j * step));  \
        }                                                                                                              \
        sink = FIRST(ADD(ADD(sum[0], sum[1]), ADD(sum[2], sum[3])));                                                   \
    }

PASSES(passes_256, "avx2", __m256, _mm256_load_ps, _mm256_store_ps, _mm256_add_ps, _mm256_set1_ps, _mm256_cvtss_f32)
PASSES(passes_512, "avx512f", __m512, _mm512_load_ps, _mm512_store_ps, _mm512_add_ps, _mm512_set1_ps, _mm512_cvtss_f32)

double cm_bandwidth(cm_traffic traffic, size_t bytes, cm_vector vector, int threads) {
    enum { WORTH = 256 << 20 }; /* bytes of traffic a run: some milliseconds in a cache, some ten in memory */
    if (threads < 1) return 0;
    struct memory memory = {.part = (bytes / (size_t)threads + BLOCK - 1) / BLOCK * BLOCK, .traffic = traffic};
    const size_t total = memory.part * (size_t)threads;
    if (total == 0) return 0;
    memory.base = aligned_alloc(BLOCK, total);
    if (!memory.base) return 0;
    memset(memory.base, 0, total);
    const size_t rounds = WORTH / total + 1;
    const double seconds = cm_best_seconds(threads, vector == CM_VECTOR_512 ? passes_512 : passes_256, &memory, rounds);
    free(memory.base);
    return seconds > 0 ? (double)total * (double)rounds / seconds : 0;
}
#else
double cm_bandwidth(cm_traffic traffic, size_t bytes, cm_vector vector, int threads) {
    (void)traffic, (void)bytes, (void)vector, (void)threads;
    return 0;
}
#endif
