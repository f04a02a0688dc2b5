/* What the machine itself can do, measured: the yardsticks beside which kernels are timed. x86-64 only; elsewhere the
 * functions return 0. */
#ifndef CMACHINE_H
#define CMACHINE_H

#include <stddef.h>

/* Width of the vector registers that a measurement uses. The processor must have them: AVX2 with FMA, or AVX-512F. */
typedef enum cm_vector { CM_VECTOR_256 = 0, CM_VECTOR_512 } cm_vector;

/* What a measurement does with memory. */
typedef enum cm_traffic {
    CM_READ = 0, /* reads every byte */
    CM_COPY,     /* reads one half and writes it to the other */
    CM_WRITE     /* writes every byte */
} cm_traffic;

/* float32 operations a second of independent multiply-adds in registers, two a multiply-add, on so many threads at
 * once: the fastest of several runs. */
double cm_fma_peak(cm_vector vector, int threads);

/* Bytes a second, read and written together, of passes over `bytes` of memory that so many threads share out among
 * themselves, each going over its own part again and again: the fastest of several runs. What is small stays in a
 * cache. */
double cm_bandwidth(cm_traffic traffic, size_t bytes, cm_vector vector, int threads);

#endif
