/* Timing: the best of many short repeats, and the machine's own multiply-add peak to hold it against. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "harness.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

enum { PEAK_ROUNDS = 200000 };

#if defined(__x86_64__)
/* Twelve independent chains of multiply-adds hide the latency of two units. Unrolled, they stay in registers. */
__attribute__((target("avx2,fma"), noinline)) static float chains_avx2(void) {
    __m256 sum[12], x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(1e-3f);
    for (int i = 0; i < 12; i++) sum[i] = _mm256_set1_ps((float)i);
    for (int round = 0; round < PEAK_ROUNDS; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < 12; i++) sum[i] = _mm256_fmadd_ps(sum[i], x, y);
    for (int i = 1; i < 12; i++) sum[0] = _mm256_add_ps(sum[0], sum[i]);
    return _mm256_cvtss_f32(sum[0]);
}

__attribute__((target("avx512f"), noinline)) static float chains_avx512(void) {
    __m512 sum[12], x = _mm512_set1_ps(0.999f), y = _mm512_set1_ps(1e-3f);
    for (int i = 0; i < 12; i++) sum[i] = _mm512_set1_ps((float)i);
    for (int round = 0; round < PEAK_ROUNDS; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < 12; i++) sum[i] = _mm512_fmadd_ps(sum[i], x, y);
    for (int i = 1; i < 12; i++) sum[0] = _mm512_add_ps(sum[0], sum[i]);
    return _mm512_cvtss_f32(sum[0]);
}
#endif

double check_fma_peak(ck_isa isa) {
    static double peaks[3];
    double best = peaks[isa];
#if defined(__x86_64__)
    volatile float sink;
    for (int i = 0; best == 0 || (i < 20 && peaks[isa] == 0); i++) {
        if (isa == CK_ISA_REF) return 0;
        double start = seconds(), flops = 0;
        if (isa == CK_ISA_AVX512) {
            sink = chains_avx512();
            flops = 12.0 * 16 * 2 * PEAK_ROUNDS;
        } else {
            sink = chains_avx2();
            flops = 12.0 * 8 * 2 * PEAK_ROUNDS;
        }
        double rate = flops / (seconds() - start) * 1e-9;
        if (rate > best) best = rate;
    }
    (void)sink;
#endif
    return peaks[isa] = best;
}

void check_bench(struct check *check, double flops, double bytes, check_timed body, void *context, const char *format,
                 ...) {
    if (!check->bench) return;
    check_use_variant(check);
    char label[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(label, sizeof label, format, arguments);
    va_end(arguments);

    body(context); /* touch memory, wake the workers */
    double best = 1e30, begin = seconds();
    for (int i = 0; i < 5 || seconds() - begin < 0.15; i++) {
        double start = seconds();
        body(context);
        double elapsed = seconds() - start;
        if (elapsed < best) best = elapsed;
    }
    double rate = flops / best * 1e-9, peak = check_fma_peak(check->isa) * check->threads;
    printf("%-14s %-6s %d  %-44s %9.3f ms %8.1f GFLOP/s", check->name, ck_isa_name(check->isa), check->threads, label,
           best * 1e3, rate);
    if (peak > 0) printf(" %5.1f %%", 100 * rate / peak);
    printf(" %7.1f GB/s\n", bytes / best * 1e-9);
    fflush(stdout);
}
