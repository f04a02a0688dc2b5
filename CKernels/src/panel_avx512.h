/* A row of a register tile: some vectors side by side, of which the last may be partly filled. For AVX-512 files, on
 * x86-64 only. */
#ifndef CK_PANEL_AVX512_H
#define CK_PANEL_AVX512_H

#include <stdbool.h>
#include <stddef.h>

#include "target.h"

#define INLINE static inline __attribute__((always_inline)) CK_TARGET_AVX512

enum { LANES = 16 };

/* `whole`, known when the tile is compiled: the last vector is full too. Such tiles do without masks, since a masked
 * load keeps a unit busy that multiply-adds need (1 to 2 % of a tile), and a masked store takes several steps. */
struct panel {
    size_t vectors;
    bool whole;
    __mmask16 last;
};

INLINE __mmask16 last_mask(size_t lanes) { return (__mmask16)((1u << lanes) - 1); }

INLINE struct panel panel_of(size_t vectors, bool whole, size_t lanes) {
    return (struct panel){vectors, whole, last_mask(lanes)};
}

INLINE __m512 load(struct panel panel, const float *from, size_t v) {
    if (panel.whole || v + 1 < panel.vectors) return _mm512_loadu_ps(from + v * LANES);
    return _mm512_maskz_loadu_ps(panel.last, from + v * LANES);
}

INLINE void store(struct panel panel, float *to, size_t v, __m512 value) {
    if (panel.whole || v + 1 < panel.vectors) _mm512_storeu_ps(to + v * LANES, value);
    else _mm512_mask_storeu_ps(to + v * LANES, panel.last, value);
}

#endif
