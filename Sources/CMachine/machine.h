/* Running a body on several threads at once, and timing it. */
#ifndef MACHINE_H
#define MACHINE_H

#include "CMachine.h"

/* Does `rounds` rounds of the work of one thread. */
typedef void (*cm_body)(void *context, int thread, size_t rounds);

/* Seconds that `rounds` rounds take from the first thread's start to the last one's end: the best of several runs,
 * after one that is not counted. 0 where the system gives no threads. */
double cm_best_seconds(int threads, cm_body body, void *context, size_t rounds);

#endif
