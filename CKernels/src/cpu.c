/* What the processor and the operating system offer, decided once; the cap on it; threads and floating-point state. */
#define _GNU_SOURCE
#include "../include/CKernels.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parallel.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>

/* The register state that the system saves at a context switch (XCR0): without it AVX code dies, whatever CPUID says.
 */
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

static ck_isa detect(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return CK_ISA_REF;
    const unsigned osxsave = 1u << 27, avx = 1u << 28, fma = 1u << 12;
    if ((c & (osxsave | avx | fma)) != (osxsave | avx | fma)) return CK_ISA_REF;
    uint64_t state = saved_state();
    if ((state & 0x06) != 0x06) return CK_ISA_REF; /* XMM and YMM */
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return CK_ISA_REF;
    if (!(b & (1u << 5))) return CK_ISA_REF; /* AVX2 */
    const unsigned f = 1u << 16, dq = 1u << 17, bw = 1u << 30, vl = 1u << 31;
    if ((b & (f | dq | bw | vl)) != (f | dq | bw | vl)) return CK_ISA_AVX2;
    return (state & 0xE6) == 0xE6 ? CK_ISA_AVX512 : CK_ISA_AVX2; /* and opmask, ZMM */
}
#else
static ck_isa detect(void) { return CK_ISA_REF; }
#endif

static const char *const names[] = {"ref", "avx2", "avx512"};

/* -1 until the first question; then the tier in force. Racing first calls compute the same value. */
static atomic_int active_isa = -1;

ck_isa ck_isa_supported(void) { return detect(); }

ck_isa ck_isa_active(void) {
    int isa = atomic_load_explicit(&active_isa, memory_order_relaxed);
    if (isa >= 0) return (ck_isa)isa;
    isa = (int)detect();
    const char *cap = getenv("CONVNET_ISA");
    for (int tier = 0; cap && tier < isa; tier++)
        if (strcmp(cap, names[tier]) == 0) isa = tier;
    atomic_store_explicit(&active_isa, isa, memory_order_relaxed);
    return (ck_isa)isa;
}

void ck_isa_limit(ck_isa isa) {
    ck_isa best = detect();
    atomic_store_explicit(&active_isa, (int)(isa < best ? isa : best), memory_order_relaxed);
}

const char *ck_isa_name(ck_isa isa) { return names[isa]; }

static _Thread_local int thread_count = 1;

int ck_threads(void) { return thread_count; }

void ck_set_threads(int count) { thread_count = count < 1 ? 1 : count; }

/* CPUs' worth of time that the control group grants (version 2, then 1); 0 where there is no limit. */
static int quota(void) {
    long long limit = -1, period = 0;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (file) {
        if (fscanf(file, "%lld %lld", &limit, &period) != 2) limit = -1;
        fclose(file);
    } else if ((file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "re"))) {
        if (fscanf(file, "%lld", &limit) != 1) limit = -1;
        fclose(file);
        if ((file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "re"))) {
            if (fscanf(file, "%lld", &period) != 1) period = 0;
            fclose(file);
        }
    }
    if (limit <= 0 || period <= 0) return 0;
    return (int)((limit + period - 1) / period);
}

int ck_threads_available(void) {
    cpu_set_t set;
    int count = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
    int granted = quota();
    return granted > 0 && granted < count ? granted : count;
}

static void note_thread(void *context, size_t begin, size_t end) {
    atomic_int *seen = context;
    if (begin < end) atomic_fetch_add(seen, 1);
}

int ck_threads_observed(void) {
    atomic_int seen = 0;
    ck_parallel_for((size_t)ck_threads(), SIZE_MAX, note_thread, &seen);
    return seen;
}

void ck_run_ranges(size_t units, size_t work, void (*body)(void *, size_t, size_t), void *context) {
    ck_parallel_for(units, work, body, context);
}

static uint32_t flush_denormals(void) {
#if defined(__x86_64__)
    uint32_t state = _mm_getcsr();
    _mm_setcsr(state | 0x8040); /* flush to zero, denormals are zero */
    return state;
#else
    return 0;
#endif
}

static void let_workers_sleep(void) {
#ifdef _OPENMP
    kmp_set_blocktime(1);
#endif
}

void ck_prepare_compute_thread(void) {
    flush_denormals();
    let_workers_sleep();
}

ck_guest ck_guest_begin(int threads) {
    ck_guest before = {.float_state = flush_denormals(), .threads = thread_count};
    ck_set_threads(threads);
    if (threads > 1) let_workers_sleep();
    return before;
}

void ck_guest_end(ck_guest before) {
    thread_count = before.threads;
#if defined(__x86_64__)
    _mm_setcsr(before.float_state);
#endif
}
