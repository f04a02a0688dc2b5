/* How long arrays are cut: by their length alone, so that the cuts are the same for any number of threads. */
#ifndef CK_BLOCKS_H
#define CK_BLOCKS_H

#include <stddef.h>

/* Element-wise work is handed out in blocks of this many elements: a page of floats, so threads share no cache line. */
#define CK_BLOCK ((size_t)1024)

struct ck_span {
    size_t begin, count;
};

static inline size_t ck_blocks(size_t n) { return n / CK_BLOCK + (n % CK_BLOCK != 0); }

/* The elements of blocks begin ..< end of n. */
static inline struct ck_span ck_block_span(size_t n, size_t begin, size_t end) {
    size_t first = begin * CK_BLOCK, last = end * CK_BLOCK < n ? end * CK_BLOCK : n;
    return (struct ck_span){first, last - first};
}

/* A reduction is cut into at most this many parts, each with a partial result of its own on the driver's stack. */
enum { CK_PARTS_MAX = 64 };

/* Parts for `units` units of `size` elements: each part has at least about 4096 elements. */
static inline size_t ck_parts(size_t units, size_t size) {
    size_t whole = units * size / 4096;
    if (whole > units) whole = units;
    if (whole > CK_PARTS_MAX) whole = CK_PARTS_MAX;
    return whole ? whole : 1;
}

/* The units of parts begin ..< end: the sizes of parts differ by at most one. */
static inline struct ck_span ck_parts_span(size_t units, size_t parts, size_t begin, size_t end) {
    size_t first = units * begin / parts;
    return (struct ck_span){first, units * end / parts - first};
}

static inline struct ck_span ck_part_span(size_t units, size_t parts, size_t part) {
    return ck_parts_span(units, parts, part, part + 1);
}

/* Partial results added in order. */
static inline double ck_add_parts(const double *partial, size_t parts) {
    double sum = 0;
    for (size_t part = 0; part < parts; part++) sum += partial[part];
    return sum;
}

#endif
