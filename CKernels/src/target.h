/* The target attribute of each instruction set, in one place, so that all kernels of a tier ask for the same features
 * and for all that cpu.c has checked. Put before a function that uses the tier's intrinsics; a function without it
 * compiles for the baseline processor. A helper that is inlined into such a function carries the same attribute. The
 * body of a parallel region does not inherit it: keep regions in drivers (parallel.h).
 *
 * Files that use these guard themselves with defined(__x86_64__): elsewhere only `ref` exists. */
#ifndef CK_TARGET_H
#define CK_TARGET_H

#if defined(__x86_64__)
#include <immintrin.h>

#define CK_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define CK_TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")))
#endif

#endif
