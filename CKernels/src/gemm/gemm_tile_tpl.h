/* The body of the matrix product's register tiles: rows x vectors, all sums in registers. The tier's file defines,
 * before it includes this, BURST       vectors that one part of a tile stores */
#include "gemm.h"

enum { AHEAD = 4 /* steps of the depth between the parts' stores */ };

/* `whole`, known when the tile is compiled: the last vector is full too. Such tiles do without masks, for which AVX2
 * has no register left, and which occupy a unit that multiply-adds need. */
struct panel {
    size_t vectors;
    bool whole;
    struct v_part last;
};

V_INLINE struct v_part part(const struct panel *panel, size_t v) {
    return panel->whole || v + 1 < panel->vectors ? v_whole() : panel->last;
}

struct sums {
    vf of[GEMM_TALLEST][GEMM_PANEL];
};

/* One step of the depth for rows first ..< last. */
V_INLINE void step(const struct panel *panel, size_t first, size_t last, const struct gemm_walk *a, const float *b,
                   struct sums *sums) {
    vf row[GEMM_PANEL];
    for (size_t v = 0; v < panel->vectors; v++) row[v] = v_load(b + v * V_LANES, part(panel, v));
    for (size_t i = first; i < last; i++) {
        const vf x = v_set(*gemm_walk_at(a, i));
        for (size_t v = 0; v < panel->vectors; v++) sums->of[i][v] = v_fma(x, row[v], sums->of[i][v]);
    }
}

/* The last `steps` steps for rows first ..< last, and their stores. */
V_INLINE void finish(const struct panel *panel, size_t first, size_t last, size_t steps, const struct gemm_tile *tile,
                     struct gemm_walk a, const float *b, struct sums *sums) {
    for (; steps > 0; steps--, a.at += a.step, b += tile->b_step) step(panel, first, last, &a, b, sums);
    /* One question for all of them, not one for each vector. */
    float *const c = tile->c;
    const size_t ldc = tile->ldc;
    const struct gemm_store store = tile->store;
    if (store.add)
        for (size_t i = first; i < last; i++)
            for (size_t v = 0; v < panel->vectors; v++) {
                const vf old = v_load(c + i * ldc + v * V_LANES, part(panel, v));
                sums->of[i][v] = v_add(old, sums->of[i][v]);
            }
    if (store.bias)
        for (size_t v = 0; v < panel->vectors; v++) {
            const vf bias = v_load(store.bias + v * V_LANES, part(panel, v));
            for (size_t i = first; i < last; i++) sums->of[i][v] = v_add(sums->of[i][v], bias);
        }
    if (store.relu)
        for (size_t i = first; i < last; i++)
            for (size_t v = 0; v < panel->vectors; v++)
                sums->of[i][v] = v_max(v_zero(), sums->of[i][v]); /* NaN stays */
    for (size_t i = first; i < last; i++)
        for (size_t v = 0; v < panel->vectors; v++) v_store(c + i * ldc + v * V_LANES, part(panel, v), sums->of[i][v]);
}

/* The heights are chosen so that sums, one row of B and a broadcast fit the registers. A step of the depth takes rows +
 * vectors loads for rows x vectors multiply-adds.
 *
 * A thread's store queue holds 16 vectors of AVX-512. More of them at a tile's end stop the processor from reading on:
 * it runs dry of multiply-adds, for some 55 cycles behind 24 stores, which in Winograd's products are 7 to 15 % of a
 * tile. So the rows end in up to three parts, each some steps after the one before. */
V_INLINE void multiply(const struct gemm_tile *tile, const size_t rows, const size_t vectors, const bool whole) {
    const size_t parts = (rows * vectors + BURST - 1) / BURST, tail = parts > 1 && tile->depth > AHEAD ? AHEAD : 0;
    const struct panel panel = {vectors, whole, whole ? v_whole() : v_first(tile->last)};
    const float *b = tile->b;
    struct gemm_walk a = gemm_walk_from(tile, rows);
    struct sums sums;
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sums.of[i][v] = v_zero();
    for (size_t p = tail; p < tile->depth; p++, a.at += a.step, b += tile->b_step) step(&panel, 0, rows, &a, b, &sums);
    finish(&panel, 0, rows / parts, tail, tile, a, b, &sums);
    if (parts > 1) finish(&panel, rows / parts, 2 * rows / parts, tail, tile, a, b, &sums);
    if (parts > 2) finish(&panel, 2 * rows / parts, rows, tail, tile, a, b, &sums);
}

#define NAME(rows, columns) V_NAME(gemm_f32_##rows##x##columns)
#define TILE(rows, columns)                                                                                            \
    V_TARGET static void NAME(rows, columns)(const struct gemm_tile *tile) {                                           \
        if (tile->last == V_LANES) multiply(tile, rows, (columns) / V_LANES, true);                                    \
        else multiply(tile, rows, (columns) / V_LANES, false);                                                         \
    }
