/* What the AVX-512 files of the convolution share. Included on x86-64 only. */
#ifndef CK_CONV2D_AVX512_H
#define CK_CONV2D_AVX512_H

#include "../target.h"
#include "conv2d.h"

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

extern const struct conv2d_outers ck_conv2d_outers_avx512;
extern const struct conv2d_pooled ck_conv2d_pooled_avx512;

#endif
