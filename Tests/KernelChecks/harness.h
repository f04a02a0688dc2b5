/* Shared by the harness's own files; checks include check.h alone. */
#ifndef HARNESS_H
#define HARNESS_H

#include "check.h"

/* One guarded array. */
struct block {
    unsigned char *base;
    size_t total, start, size;
    unsigned char guard; /* what the bytes around the array hold */
    struct block *next;
};

struct check {
    const char *name;
    ck_isa isa;
    int threads;
    uint64_t random;
    size_t cases, failures;
    struct block *blocks;
};

/* Runs the body, verifies the guards of every array it reserved, and frees them. */
void check_run(struct check *check, check_body body);

#endif
