/* The peak of multiply-adds. */
#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* Chains of multiply-adds that do not wait for each other: twelve hide a latency of up to six cycles in two units, and
 * fit the sixteen registers of AVX2. */
enum { CHAINS = 12 };

static volatile float sink; /* so that the sums are needed */

/* All sums approach 1. One that began there would stay, which a compiler finds out: it leaves that chain out. */
static inline float first(int chain) { return (float)(chain + 2); }

__attribute__((target("avx2,fma"), noinline)) static void chains_256(void *context, int thread, size_t rounds) {
    (void)context, (void)thread;
    __m256 sum[CHAINS], x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(1e-3f);
    for (int i = 0; i < CHAINS; i++) sum[i] = _mm256_set1_ps(first(i));
    for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < CHAINS; i++) sum[i] = _mm256_fmadd_ps(sum[i], x, y);
    for (int i = 1; i < CHAINS; i++) sum[0] = _mm256_add_ps(sum[0], sum[i]);
    sink = _mm256_cvtss_f32(sum[0]);
}

__attribute__((target("avx512f"), noinline)) static void chains_512(void *context, int thread, size_t rounds) {
    (void)context, (void)thread;
    __m512 sum[CHAINS], x = _mm512_set1_ps(0.999f), y = _mm512_set1_ps(1e-3f);
    for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_set1_ps(first(i));
    for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_fmadd_ps(sum[i], x, y);
    for (int i = 1; i < CHAINS; i++) sum[0] = _mm512_add_ps(sum[0], sum[i]);
    sink = _mm512_cvtss_f32(sum[0]);
}

double cm_fma_peak(cm_vector vector, int threads) {
    enum { ROUNDS = 4000000 }; /* some milliseconds */
    const int lanes = vector == CM_VECTOR_512 ? 16 : 8;
    const double seconds = cm_best_seconds(threads, vector == CM_VECTOR_512 ? chains_512 : chains_256, NULL, ROUNDS);
    return seconds > 0 ? 2.0 * CHAINS * lanes * ROUNDS * threads / seconds : 0;
}
#else
double cm_fma_peak(cm_vector vector, int threads) {
    (void)vector, (void)threads;
    return 0;
}
#endif
