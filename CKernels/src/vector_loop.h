/* The one way to walk along an array, in either vocabulary: whole vectors, then the first lanes of one more. Every
 * element goes through the same arithmetic, wherever that end falls. */
#ifndef CK_VECTOR_LOOP_H
#define CK_VECTOR_LOOP_H

/* Runs step(part, i) for i = 0, V_LANES, 2 V_LANES, ... below n. */
#define V_EACH(n, step)                                                                                                \
    do {                                                                                                               \
        size_t v_i = 0;                                                                                                \
        for (; v_i + V_LANES <= (n); v_i += V_LANES) step(v_whole(), v_i);                                             \
        if (v_i < (n)) step(v_first((n)-v_i), v_i);                                                                    \
    } while (0)

#endif
