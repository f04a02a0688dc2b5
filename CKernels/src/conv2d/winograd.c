/* What Winograd's three passes share: products, the weights' frequencies, the choice. */
#include "winograd.h"

#include "../parallel.h"

float *ck_winograd_aligned(float *workspace) {
    enum { LINE = WINOGRAD_PAD * sizeof(float) };
    size_t beyond = (uintptr_t)workspace % LINE / sizeof(float);
    return beyond ? workspace + (WINOGRAD_PAD - beyond) : workspace;
}

size_t ck_winograd_block(const ck_conv2d_shape *s) {
    enum { FLOATS = 1 << 17, FEWEST = 12 /* a register tile of twelve rows, or two of six */ };
    const size_t channels = winograd_padded(s->in_channels) + winograd_padded(s->out_channels);
    const size_t tiles = FLOATS / (WINOGRAD_FREQUENCIES * channels);
    return tiles < FEWEST ? FEWEST : tiles < WINOGRAD_TILES ? tiles : WINOGRAD_TILES;
}

/* ---- Products ---- */

/* Fetches part `index` of 36 of a stretch into the level-2 cache. */
static void fetch(const struct winograd_stretch *stretch, size_t index) {
    if (!stretch->begin) return;
    struct conv2d_span part = conv2d_part((size_t)(stretch->end - stretch->begin), WINOGRAD_FREQUENCIES, index);
    for (size_t i = part.begin; i < part.end; i += WINOGRAD_PAD) __builtin_prefetch(stretch->begin + i, 0, 2);
}

/* The products of frequencies that the same tiles have: where they begin in a, b and c, and the heights of the register
 * tiles, of which the first `higher` have a row more than `lower`. */
struct band {
    size_t tiles, a, b, c;
    size_t parts, lower, higher;
};

/* `low`, `narrow`: whether the frequency is at a point of short tiles, down and across. */
static struct band band_of(const struct winograd_product *p, size_t tallest, bool low, bool narrow) {
    const size_t *first = p->tiles.first, begin = first[low ? WINOGRAD_LOW : WINOGRAD_WHOLE];
    const size_t end = first[!narrow ? WINOGRAD_NARROW : low ? WINOGRAD_KINDS : WINOGRAD_SMALL];
    const size_t width = winograd_padded(p->columns), rows = p->over_tiles ? p->channels : end - begin;
    struct band band = {.tiles = end - begin, .parts = (rows + tallest - 1) / tallest};
    if (p->over_tiles) {
        band.a = begin * p->a_step;
        band.b = begin * width;
    } else {
        band.a = begin * p->a_row;
        band.c = begin * width;
    }
    if (band.parts > 0) band.lower = rows / band.parts, band.higher = rows % band.parts;
    return band;
}

static bool is_short_point(size_t point) { return point + 1 < WINOGRAD_SHORT || point + 1 == WINOGRAD_POINTS; }

void ck_winograd_multiply(const struct winograd_product *p, const float *a, const float *b, float *c) {
    const struct gemm_kernels *gemm = p->kernels->gemm;
    for (size_t index = 0; index < ck_conv2d_panels(p->kernels, p->columns); index++) {
        const struct conv2d_panel panel = ck_conv2d_panel(p->kernels, p->columns, index);
        const size_t tallest = gemm->tallest[panel.vectors];
        const struct band bands[2][2] = {
            {band_of(p, tallest, false, false), band_of(p, tallest, false, true)},
            {band_of(p, tallest, true, false), band_of(p, tallest, true, true)},
        };
        struct gemm_tile tile = {
            .depth = p->channels,
            .a_row = p->a_row,
            .a_step = p->a_step,
            .b_step = winograd_padded(p->columns),
            .ldc = winograd_padded(p->columns),
            .last = gemm->lanes,
            .store = {.add = p->add},
        };
        for (size_t f = 0; f < WINOGRAD_FREQUENCIES; f++) {
            const bool low = is_short_point(f / WINOGRAD_POINTS), narrow = is_short_point(f % WINOGRAD_POINTS);
            const struct band *band = &bands[low][narrow];
            if (p->over_tiles) tile.depth = band->tiles;
            tile.a = a + f * p->a_distance + band->a;
            tile.b = b + f * p->b_distance + band->b + panel.first;
            tile.c = c + f * p->c_distance + band->c + panel.first;
            for (size_t part = 0; part < band->parts; part++) {
                const size_t rows = part < band->higher ? band->lower + 1 : band->lower;
                gemm->tile[panel.vectors][rows](&tile);
                tile.a += rows * p->a_row;
                tile.c += rows * tile.ldc;
            }
            for (size_t i = 0; i < 2 && index == 0; i++) fetch(&p->next[i], f);
        }
    }
}

/* ---- Weights ---- */

/* A set in its memory: the frequencies, behind them the transposed weights (per tap, out_channels rows of `width`). */
struct set {
    const struct winograd_weights *weights;
    size_t rows, channels, width;
    float *frequencies, *transposed;
};

static struct set set_in(const struct winograd_weights *weights, float *memory) {
    const ck_conv2d_shape *s = weights->shape;
    const size_t lanes = weights->kernels->lanes;
    struct set set = {
        .weights = weights,
        .rows = weights->transpose ? s->out_channels : s->in_channels,
        .channels = weights->transpose ? s->in_channels : s->out_channels,
        .frequencies = memory,
    };
    set.width = weights->transpose ? (set.channels + lanes - 1) / lanes * lanes : set.channels;
    set.transposed = memory + winograd_size(set.rows, set.channels);
    return set;
}

static void transpose_taps(void *context, size_t begin, size_t end) {
    const struct set *set = context;
    const size_t in = set->weights->shape->in_channels, out = set->weights->shape->out_channels;
    for (size_t tap = begin; tap < end; tap++)
        set->weights->kernels->gemm->pack_columns(out, in, set->weights->w + tap * in * out, out,
                                                  set->transposed + tap * out * set->width);
}

static void transform_rows(void *context, size_t begin, size_t end) {
    const struct set *set = context;
    const float *from = set->weights->transpose ? set->transposed : set->weights->w;
    for (size_t row = begin; row < end; row++)
        set->weights->kernels->winograd->weights(set->channels, from + row * set->width, set->rows * set->width,
                                                 set->frequencies + row * winograd_padded(set->channels),
                                                 winograd_distance(set->rows, set->channels));
}

size_t ck_winograd_weights_size(const ck_conv2d_shape *s, bool transpose) {
    return transpose
               ? winograd_size(s->out_channels, s->in_channels) + 9 * s->out_channels * winograd_padded(s->in_channels)
               : winograd_size(s->in_channels, s->out_channels);
}

size_t ck_winograd_own_weights_size(const ck_conv2d_shape *s, bool transpose) {
    enum { OWN_FLOATS = 1 << 17 }; /* half of a second-level cache of 1 MiB, which a shared set would fill as well */
    const size_t size = ck_winograd_weights_size(s, transpose);
    return size <= OWN_FLOATS ? size : 0;
}

bool ck_winograd_owns_weights(const ck_conv2d_shape *s, size_t tiles) {
    enum { OWN_TILES = 64 }; /* of a thread: the transform costs as much as some 5 of them */
    return ck_winograd_own_weights_size(s, true) > 0 && tiles / (size_t)ck_threads() >= OWN_TILES;
}

const float *ck_winograd_own_weights(const struct winograd_weights *weights, float *memory) {
    struct set set = set_in(weights, memory);
    if (weights->transpose) transpose_taps(&set, 0, 9);
    transform_rows(&set, 0, set.rows);
    return set.frequencies;
}

const float *ck_winograd_shared_weights(const struct winograd_weights *weights, float *memory) {
    const size_t bytes = 9 * weights->shape->in_channels * weights->shape->out_channels * sizeof(float);
    struct set set = set_in(weights, memory);
    if (weights->transpose) ck_parallel_for(9, bytes, transpose_taps, &set);
    ck_parallel_for(set.rows, 4 * bytes, transform_rows, &set);
    return set.frequencies;
}

/* ---- Choice ---- */

/* A batch that is empty, or an image without outputs, has no tiles. */
static bool is_possible(const ck_conv2d_shape *s) {
    if (s->algorithm == CK_CONV2D_DIRECT) return false;
    if (s->kernel_height != 3 || s->kernel_width != 3 || s->stride_height != 1 || s->stride_width != 1) return false;
    if (s->dilation_height != 1 || s->dilation_width != 1) return false;
    if (s->batch == 0 || s->in_height == 0 || s->in_width == 0 || s->in_channels == 0 || s->out_channels == 0)
        return false;
    return ck_winograd_tiling(s, false).image > 0;
}

static bool suits(const ck_conv2d_shape *s) {
    enum { CHANNELS = 12 }; /* fewer do not pay for the transforms */
    if (!is_possible(s)) return false;
    if (s->algorithm == CK_CONV2D_WINOGRAD) return true;
    /* At least half of what whole tiles save. */
    const size_t direct = 9 * s->out_height * s->out_width;
    return s->in_channels >= CHANNELS && s->out_channels >= CHANNELS &&
           2 * ck_winograd_frequencies(ck_winograd_tiling(s, false)) <= direct;
}

bool ck_winograd_suits_forward(const ck_conv2d_shape *s) { return suits(s); }

bool ck_winograd_suits_backward(const ck_conv2d_shape *s) {
    return suits(s) && (s->batch >= 4 || s->algorithm == CK_CONV2D_WINOGRAD);
}
