/* Everything that knows OpenMP.
 *
 * A driver cuts its problem into `units` by the problem's size alone, never by the number of threads, and hands over a
 * function that does the units begin ..< end. Each unit writes its own output (or its own partial sum, which the driver
 * adds up in order afterwards), so the bits are the same for any number of threads.
 *
 * The body of a parallel region does not inherit a target attribute, so intrinsics live in functions of their own that
 * the range function calls through its operation's table. `schedule(dynamic)` is not used: it would break the fixed
 * partition, and newer compilers do not link it against older runtimes.
 */
#ifndef CK_PARALLEL_H
#define CK_PARALLEL_H

#include "../include/CKernels.h"

#ifdef _OPENMP
/* The toolchain brings no omp.h; these are the functions used, as the OpenMP specification declares them. */
int omp_get_thread_num(void);
int omp_get_num_threads(void);
/* The runtime's own: how long, in milliseconds, an idle worker of the calling thread spins before it sleeps. */
void kmp_set_blocktime(int milliseconds);
#endif

/* Floating-point operations (or bytes) below which another thread costs more than it gives: a region costs about
 * 0.5 microseconds, in which one core does some 50,000 multiply-adds. */
#define CK_WORK_PER_THREAD ((size_t)100000)

typedef void (*ck_range)(void *context, size_t begin, size_t end);

/* Calls body(context, begin, end) on parts of 0 ..< units that cover it once. `work` estimates the whole in
 * floating-point operations or bytes moved; small work stays on the calling thread and never enters OpenMP. */
static inline void ck_parallel_for(size_t units, size_t work, ck_range body, void *context) {
    size_t threads = (size_t)ck_threads();
    if (threads > units) threads = units;
    if (threads > work / CK_WORK_PER_THREAD) threads = work / CK_WORK_PER_THREAD;
    if (units == 0) return;
#ifdef _OPENMP
    if (threads > 1) {
#pragma omp parallel num_threads((int)threads)
        {
            size_t thread = (size_t)omp_get_thread_num(), count = (size_t)omp_get_num_threads();
            size_t begin = units * thread / count, end = units * (thread + 1) / count;
            if (begin < end) body(context, begin, end);
        }
        return;
    }
#endif
    body(context, 0, units);
}

#endif
