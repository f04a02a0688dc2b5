/* Winograd's convolution F(4x4, 3x3): 4 x 4 outputs of a 3 x 3 kernel from 6 x 6 inputs with 36 multiplications a
 * channel pair instead of 144 (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016; the
 * matrices follow from the points by Toom and Cook).
 *
 * One axis: polynomials are evaluated at 0, ±a, ±b and infinity, multiplied there, and the product is interpolated.
 * With a = 5/8 and b = 3/2 all constants but those of the weights are exact in binary and the rounding errors are as
 * small as the direct sum's; the textbook's 0, ±1, ±2 triple them.
 *
 *     frequencies V = B' d B     from 6 x 6 inputs d
 *                 U = G g G'     from 3 x 3 weights g
 *                 M[f] = V[f] U[f], for each of the 36 frequencies f a product of matrices: tiles x channels
 *     outputs     y = A' M A
 *
 * The gradients are the transposed maps: with Z = A dy A', dd = B (Z[f] U[f]') B' and dg = G' (V[f]' Z[f]) G.
 *
 * Where one or two lines or columns of outputs remain, the last tile is short in that direction: the points 0, ±a and
 * infinity give two outputs, F(2, 3), from the same frequencies of the weights. Such a tile has 24 frequencies, or 16
 * if it is short in both. */
#ifndef CK_WINOGRAD_H
#define CK_WINOGRAD_H

#include "conv2d.h"

enum {
    WINOGRAD_POINTS = 6,  /* along an axis, and inputs of a tile … */
    WINOGRAD_SHORT = 4,   /* … of a short tile … */
    WINOGRAD_OVERLAP = 2, /* … so many more than outputs */
    WINOGRAD_OUTPUT = WINOGRAD_POINTS - WINOGRAD_OVERLAP,
    WINOGRAD_SHORT_OUTPUT = WINOGRAD_SHORT - WINOGRAD_OVERLAP,
    WINOGRAD_FREQUENCIES = WINOGRAD_POINTS * WINOGRAD_POINTS
};

/* The part of a tile that lies inside an image: lines top ..< bottom and columns left ..< right of it. */
struct winograd_window {
    size_t points_down, points_across; /* of the tile: WINOGRAD_POINTS or WINOGRAD_SHORT */
    size_t line, pixel;                /* floats from line to line, from pixel to pixel */
    size_t top, bottom, left, right;
    /* Of a tile's inputs, the first lines and columns that tiles before it reach too: WINOGRAD_OVERLAP, or 0 at the
     * image's edge. */
    size_t shared_lines, shared_columns;
};

/* Transforms of one tile (or one row of weights), all channels. `image` is the first pixel inside the window. Frequency
 * f of the tile lies at frequencies + f distance, its channels filled up to whole vectors with zeros. */
struct winograd_kernels {
    void (*input)(const struct winograd_window *window, size_t channels, const float *image, float *frequencies,
                  size_t distance);
    /* bias may be null */
    void (*output)(const struct winograd_window *window, size_t channels, const float *frequencies, size_t distance,
                   const float *bias, bool relu, float *image);
    /* The pixels' sums are added to `sums`, which may be null and has whole vectors of channels. */
    void (*output_gradient)(const struct winograd_window *window, size_t channels, const float *image,
                            float *frequencies, size_t distance, float *sums);
    /* Adds to the image where tiles before this one have written, and writes the rest. */
    void (*input_gradient)(const struct winograd_window *window, size_t channels, const float *frequencies,
                           size_t distance, float *image);
    /* The same behind 2 x 2 maximum pooling: the window and `image` are those of the pooled images, of whose pixels a
     * tile gives 2 x 2, a short one 1 in that direction. `record` is as ck_conv2d_maxpool_forward leaves it, and may be
     * null for the output. */
    void (*pooled_output)(const struct winograd_window *window, size_t channels, const float *frequencies,
                          size_t distance, const float *bias, bool relu, float *image, uint8_t *record);
    void (*pooled_gradient)(const struct winograd_window *window, size_t channels, const float *image,
                            const uint8_t *record, float *frequencies, size_t distance, float *sums);
    /* `tap`: floats from tap to tap of the weights */
    void (*weights)(size_t channels, const float *weights, size_t tap, float *frequencies, size_t distance);
    /* The sum of `parts` sets of frequencies, `part` floats apart, added in order. */
    void (*weight_gradient)(size_t channels, size_t parts, const float *frequencies, size_t part, size_t distance,
                            float *weights, size_t tap);
};

#if defined(__x86_64__)
extern const struct winograd_kernels ck_winograd_avx2, ck_winograd_avx512;
#endif

/* ---- Working memory ---- */

enum {
    WINOGRAD_PAD = 16,   /* channels are filled up to a multiple of this, whatever the tier */
    WINOGRAD_UNITS = 16, /* parts that a pass is cut into, each with working memory of its own */
    WINOGRAD_TILES = 36  /* tiles multiplied at once, at most */
};

/* Channels, or their frequencies for `rows` rows of them, as they lie in working memory. Frequencies are not a multiple
 * of 4096 bytes apart, lest they meet in the same lines of the cache. */
static inline size_t winograd_padded(size_t channels) {
    return (channels + WINOGRAD_PAD - 1) / WINOGRAD_PAD * WINOGRAD_PAD;
}
static inline size_t winograd_distance(size_t rows, size_t channels) {
    return rows * winograd_padded(channels) + WINOGRAD_PAD;
}
static inline size_t winograd_size(size_t rows, size_t channels) {
    return WINOGRAD_FREQUENCIES * winograd_distance(rows, channels);
}

/* Tiles multiplied at once, so that both their matrices fill no more than half a second-level cache. */
size_t ck_winograd_block(const ck_conv2d_shape *shape);

/* The first cache line's start in a workspace, which has WINOGRAD_PAD floats to spare. */
float *ck_winograd_aligned(float *workspace);

/* ---- Tiles (winograd_tiles.c) ---- */

/* How outputs are cut along an axis: so many whole tiles, then so many short ones. */
struct winograd_cut {
    size_t whole, shorts;
};
static inline size_t winograd_count(struct winograd_cut cut) { return cut.whole + cut.shorts; }
/* How far the tiles read, counted like the outputs from the first input's place, padding included. */
size_t ck_winograd_reach(struct winograd_cut cut);

/* How an image is cut. Outputs that no pooling window holds are none. */
struct winograd_tiling {
    struct winograd_cut lines, columns;
    size_t image; /* tiles in it */
};
struct winograd_tiling ck_winograd_tiling(const ck_conv2d_shape *shape, bool pooled);

/* Frequencies of all tiles of an image. */
size_t ck_winograd_frequencies(struct winograd_tiling tiling);

/* The matrices of a block have a row for each tile, in the order of these kinds: so the tiles that have a certain
 * frequency are neighbours. */
enum winograd_kind { WINOGRAD_LOW, WINOGRAD_WHOLE, WINOGRAD_NARROW, WINOGRAD_SMALL, WINOGRAD_KINDS };

/* The first row of each kind, and the number of rows. */
struct winograd_rows {
    size_t first[WINOGRAD_KINDS + 1];
};

/* A tile of the batch: its outputs, inputs and pooled outputs, and the first float of each inside its image. */
struct winograd_tile {
    struct winograd_window output, input, pooled;
    size_t output_at, input_at, pooled_at;
    size_t row;
};

/* The tiles of a block, with their rows. */
struct winograd_rows ck_winograd_tiles(const ck_conv2d_shape *shape, struct winograd_tiling tiling,
                                       struct conv2d_span span, struct winograd_tile *tiles);

/* Memory that will be read soon; both null for none. */
struct winograd_stretch {
    const float *begin, *end;
};

/* Inputs and outputs of tiles begin ..< end: what lies between those of the first and the last. */
struct winograd_stretch ck_winograd_inputs(const ck_conv2d_shape *shape, struct winograd_tiling tiling,
                                           struct conv2d_span tiles, const float *x);
struct winograd_stretch ck_winograd_outputs(const ck_conv2d_shape *shape, struct winograd_tiling tiling,
                                            struct conv2d_span tiles, const float *y);
struct winograd_stretch ck_winograd_pooled(const ck_conv2d_shape *shape, struct winograd_tiling tiling,
                                           struct conv2d_span tiles, const float *y);

/* ---- Products and weights (winograd.c) ---- */

/* c = a b, or c += a b, for each frequency. The tiles that have it are rows of a and c, or, where the products are
 * summed over them, the depth: columns of a and rows of b. Rows of b and c are filled up as above. Meanwhile memory
 * that is needed next comes nearer: the transforms would wait for it. */
struct winograd_product {
    const struct conv2d_kernels *kernels;
    struct winograd_rows tiles;
    bool over_tiles;
    size_t channels, columns; /* the depth, or, summed over tiles, the rows of a and c */
    size_t a_row, a_step;
    size_t a_distance, b_distance, c_distance;
    bool add;
    struct winograd_stretch next[2];
};
void ck_winograd_multiply(const struct winograd_product *product, const float *a, const float *b, float *c);

/* Frequencies of the weights, in_channels rows of out_channels; or, transposed, out_channels rows of in_channels.
 *
 * A thread with tiles enough computes them for itself, so that they lie in its own core's cache, if they fit there;
 * otherwise the threads compute and share one set. */
struct winograd_weights {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *shape;
    const float *w;
    bool transpose;
};

/* Floats that a set needs, and floats that are to be kept for each unit of work, 0 where threads always share. */
size_t ck_winograd_weights_size(const ck_conv2d_shape *shape, bool transpose);
size_t ck_winograd_own_weights_size(const ck_conv2d_shape *shape, bool transpose);
/* Whether each thread is to have a set of its own, of a pass over so many tiles. */
bool ck_winograd_owns_weights(const ck_conv2d_shape *shape, size_t tiles);

/* A set, computed by the calling thread alone or by all of them: where it lies in its memory. */
const float *ck_winograd_own_weights(const struct winograd_weights *weights, float *memory);
const float *ck_winograd_shared_weights(const struct winograd_weights *weights, float *memory);

/* ---- Passes ---- */

/* Whether this algorithm is the faster one. Decided by the shape alone. */
bool ck_winograd_suits_forward(const ck_conv2d_shape *shape);
bool ck_winograd_suits_backward(const ck_conv2d_shape *shape);

/* Floats of workspace on any tier. */
size_t ck_winograd_forward_workspace(const ck_conv2d_shape *shape, bool pooled);
size_t ck_winograd_backward_input_workspace(const ck_conv2d_shape *shape);
size_t ck_winograd_backward_weights_workspace(const ck_conv2d_shape *shape);

/* What a pass writes or reads where the convolution's outputs would be: they themselves, or what pooling makes of them
 * (`pooled`), with the record of where the maxima were. */
struct winograd_result {
    bool pooled;
    float *y;
    uint8_t *record;
};
struct winograd_gradient {
    bool pooled;
    const float *dy;
    const uint8_t *record;
};

/* `prepared`: frequencies of the weights, or null. */
void ck_winograd_forward(const struct conv2d_kernels *kernels, const ck_conv2d_shape *shape, const float *x,
                         const float *w, const float *prepared, const float *bias, ck_activation f,
                         struct winograd_result result, float *workspace);
void ck_winograd_backward_input(const struct conv2d_kernels *kernels, const ck_conv2d_shape *shape,
                                struct winograd_gradient gradient, const float *w, float *dx, float *workspace);
void ck_winograd_backward_weights(const struct conv2d_kernels *kernels, const ck_conv2d_shape *shape, const float *x,
                                  struct winograd_gradient gradient, float *dw, float *dbias, float *workspace);

#endif
