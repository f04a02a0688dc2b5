/* The harness of the kernel checks: every public kernel, on every instruction set that the machine has, against `ref`.
 *
 * A check is a function that sweeps shapes. It draws inputs, calls the kernel once under `ref` and once under the set
 * being checked, and compares within a bound that it derives from the reduction's length. The registry in main.c lists
 * all checks; main runs each one once per instruction set and thread count, and fails if nothing ran.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

struct check;
typedef void (*check_body)(struct check *check);

/* What the inputs of a case look like. */
enum check_data {
    CHECK_UNIFORM,  /* uniform in [-1, 1) */
    CHECK_POSITIVE, /* uniform in [0, 1) */
    CHECK_INTEGER,  /* small whole numbers: sums are exact, so answers must be equal */
    CHECK_OFFSET,   /* 1000 + uniform: far from zero */
    CHECK_SPARSE    /* half zeros, ties are common */
};

/* The set being checked, and its name for labels. */
ck_isa check_isa(const struct check *check);

/* Draws a whole number in low ... high. */
size_t check_draw(struct check *check, size_t low, size_t high);

/* An array of n floats at an address that is a multiple of 4 but, in turn, of nothing larger; freed when
 * the body ends. */
float *check_input(struct check *check, size_t n, enum check_data data);

/* An array of n floats filled with NaN, between guards that check_guards verifies; freed when the body ends. */
float *check_output(struct check *check, size_t n);
void *check_output_bytes(struct check *check, size_t n);

/* Workspace of n floats, filled with NaN and guarded. */
float *check_workspace(struct check *check, size_t n);

/* A copy of an array, guarded: for arguments that are both read and written. */
float *check_copy(struct check *check, const float *x, size_t n);

/* Switches the tier for the next calls: check_use_reference, then the kernel, then check_use_variant, then it again. */
void check_use_reference(struct check *check);
void check_use_variant(struct check *check);

/* Lengths of arrays worth trying: none, one, around vectors of 4, 8 and 16, primes, around the blocks that work is cut
 * into, and enough for several threads. */
enum { CHECK_SIZES = 20 };
extern const size_t check_sizes[CHECK_SIZES];

/* Counts one case: got[i] must lie within absolute + relative |expected[i]| of expected[i], NaN must meet NaN and
 * infinity itself. The label is printf-formatted and should name the shape. */
void check_close(struct check *check, const float *expected, const float *got, size_t n, double absolute,
                 double relative, const char *format, ...) __attribute__((format(printf, 7, 8)));

/* The same with a bound for each element. */
void check_bounded(struct check *check, const float *expected, const float *got, const float *bound, size_t n,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Counts one case: the bytes must be equal. */
void check_same_bytes(struct check *check, const void *expected, const void *got, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Counts one case that is true or false by itself. */
void check_true(struct check *check, bool holds, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Counts two cases: the body, which overwrites `output`, must leave the same bytes with 1, 2 and 3 threads. */
typedef void (*check_call)(void *context);
void check_threads(struct check *check, check_call body, void *context, void *output, size_t bytes, const char *format,
                   ...) __attribute__((format(printf, 6, 7)));

#endif
