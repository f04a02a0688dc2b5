/* Counts what a program takes from the heap, so that a test can show that a piece of code takes nothing. */
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/* Calls of malloc, calloc, realloc and the aligned ones since the process began, by all threads. */
uint64_t allocation_count(void);

/* False where the count stays 0: under a sanitizer, which has an allocator of its own, and without glibc. */
bool allocation_count_works(void);

#endif
