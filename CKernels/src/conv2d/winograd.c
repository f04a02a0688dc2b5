/* What Winograd's three passes share: tiles, products, the weights' frequencies. */
#include "winograd.h"

#include "../parallel.h"

float *ck_winograd_aligned(float *workspace) {
    enum { LINE = WINOGRAD_PAD * sizeof(float) };
    size_t beyond = (uintptr_t)workspace % LINE / sizeof(float);
    return beyond ? workspace + (WINOGRAD_PAD - beyond) : workspace;
}

/* ---- Tiles ---- */

struct winograd_tiling ck_winograd_tiling(const ck_conv2d_shape *s) {
    struct winograd_tiling tiling = {
        .lines = (s->out_height + WINOGRAD_OUTPUT - 1) / WINOGRAD_OUTPUT,
        .columns = (s->out_width + WINOGRAD_OUTPUT - 1) / WINOGRAD_OUTPUT,
    };
    tiling.image = tiling.lines * tiling.columns;
    return tiling;
}

/* The part of first ..< first + length that lies in pad ..< pad + size, relative to first. */
static struct conv2d_span clip(size_t first, size_t length, size_t pad, size_t size) {
    size_t begin = first < pad ? pad - first : 0;
    size_t end = first < pad + size ? pad + size - first : 0;
    if (end > length) end = length;
    return (struct conv2d_span){begin < end ? begin : end, end};
}

static struct winograd_window window(size_t line, size_t pixel, struct conv2d_span lines, struct conv2d_span columns) {
    if (lines.begin == lines.end || columns.begin == columns.end) lines.end = lines.begin;
    return (struct winograd_window){.line = line,
                                    .pixel = pixel,
                                    .top = lines.begin,
                                    .bottom = lines.end,
                                    .left = columns.begin,
                                    .right = columns.end};
}

struct winograd_tile ck_winograd_tile(const ck_conv2d_shape *s, struct winograd_tiling tiling, size_t index) {
    size_t image = index / tiling.image, y = index % tiling.image / tiling.columns * WINOGRAD_OUTPUT;
    size_t x = index % tiling.columns * WINOGRAD_OUTPUT;
    struct winograd_tile tile = {
        .output = window(s->out_width * s->out_channels, s->out_channels, clip(y, WINOGRAD_OUTPUT, 0, s->out_height),
                         clip(x, WINOGRAD_OUTPUT, 0, s->out_width)),
        .input = window(s->in_width * s->in_channels, s->in_channels, clip(y, WINOGRAD_INPUT, s->pad_top, s->in_height),
                        clip(x, WINOGRAD_INPUT, s->pad_left, s->in_width)),
        .output_at = ((image * s->out_height + y) * s->out_width + x) * s->out_channels,
        .pooled = window(s->out_width / 2 * s->out_channels, s->out_channels,
                         clip(y / 2, WINOGRAD_OUTPUT / 2, 0, s->out_height / 2),
                         clip(x / 2, WINOGRAD_OUTPUT / 2, 0, s->out_width / 2)),
        .pooled_at = ((image * (s->out_height / 2) + y / 2) * (s->out_width / 2) + x / 2) * s->out_channels,
    };
    tile.input.shared_lines = y > 0 ? WINOGRAD_OVERLAP : 0;
    tile.input.shared_columns = x > 0 ? WINOGRAD_OVERLAP : 0;
    if (tile.input.bottom > tile.input.top)
        tile.input_at = ((image * s->in_height + y + tile.input.top - s->pad_top) * s->in_width + x + tile.input.left -
                         s->pad_left) *
                        s->in_channels;
    return tile;
}

void ck_winograd_tiles(const ck_conv2d_shape *s, struct winograd_tiling tiling, struct conv2d_span span,
                       struct winograd_tile *tiles) {
    for (size_t i = span.begin; i < span.end; i++) tiles[i - span.begin] = ck_winograd_tile(s, tiling, i);
}

struct winograd_stretch ck_winograd_inputs(const ck_conv2d_shape *s, struct winograd_tiling tiling,
                                           struct conv2d_span tiles, const float *x) {
    if (tiles.begin >= tiles.end) return (struct winograd_stretch){NULL, NULL};
    struct winograd_tile first = ck_winograd_tile(s, tiling, tiles.begin),
                         last = ck_winograd_tile(s, tiling, tiles.end - 1);
    size_t height = last.input.bottom - last.input.top, width = last.input.right - last.input.left;
    size_t end = last.input_at + (height ? (height - 1) * last.input.line + width * last.input.pixel : 0);
    return (struct winograd_stretch){x + first.input_at, x + (end > first.input_at ? end : first.input_at)};
}

struct winograd_stretch ck_winograd_outputs(const ck_conv2d_shape *s, struct winograd_tiling tiling,
                                            struct conv2d_span tiles, const float *y) {
    if (tiles.begin >= tiles.end) return (struct winograd_stretch){NULL, NULL};
    struct winograd_tile first = ck_winograd_tile(s, tiling, tiles.begin),
                         last = ck_winograd_tile(s, tiling, tiles.end - 1);
    size_t end = last.output_at + (last.output.bottom - 1) * last.output.line + last.output.right * last.output.pixel;
    return (struct winograd_stretch){y + first.output_at, y + end};
}

struct winograd_stretch ck_winograd_pooled(const ck_conv2d_shape *s, struct winograd_tiling tiling,
                                           struct conv2d_span tiles, const float *y) {
    if (tiles.begin >= tiles.end) return (struct winograd_stretch){NULL, NULL};
    struct winograd_tile first = ck_winograd_tile(s, tiling, tiles.begin),
                         last = ck_winograd_tile(s, tiling, tiles.end - 1);
    size_t end = last.pooled_at + last.pooled.bottom * last.pooled.line;
    return (struct winograd_stretch){y + first.pooled_at, y + end};
}

/* ---- Products ---- */

/* Fetches part `index` of 36 of a stretch into the level-2 cache. */
static void fetch(const struct winograd_stretch *stretch, size_t index) {
    if (!stretch->begin) return;
    struct conv2d_span part = conv2d_part((size_t)(stretch->end - stretch->begin), WINOGRAD_FREQUENCIES, index);
    for (size_t i = part.begin; i < part.end; i += WINOGRAD_PAD) __builtin_prefetch(stretch->begin + i, 0, 2);
}

void ck_winograd_multiply(const struct winograd_product *p, const float *a, const float *b, float *c) {
    const struct gemm_kernels *gemm = p->kernels->gemm;
    for (size_t index = 0; index < ck_conv2d_panels(p->kernels, p->columns); index++) {
        struct conv2d_panel panel = ck_conv2d_panel(p->kernels, p->columns, index);
        size_t tallest = gemm->tallest[panel.vectors], parts = (p->rows + tallest - 1) / tallest;
        size_t lower = p->rows / parts, higher = p->rows % parts; /* so many parts have a row more */
        struct gemm_tile tile = {
            .depth = p->depth,
            .a_row = p->a_row,
            .a_step = p->a_step,
            .b_step = winograd_padded(p->columns),
            .ldc = winograd_padded(p->columns),
            .last = gemm->lanes,
            .store = {.add = p->add},
        };
        for (size_t f = 0; f < WINOGRAD_FREQUENCIES; f++) {
            tile.a = a + f * p->a_distance;
            tile.b = b + f * p->b_distance + panel.first;
            tile.c = c + f * p->c_distance + panel.first;
            for (size_t part = 0; part < parts; part++) {
                size_t rows = part < higher ? lower + 1 : lower;
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
    return ck_winograd_tiling(s).image > 0;
}

static bool suits(const ck_conv2d_shape *s) {
    enum { CHANNELS = 12 }; /* fewer do not pay for the transforms */
    if (!is_possible(s)) return false;
    if (s->algorithm == CK_CONV2D_WINOGRAD) return true;
    size_t covered = ck_winograd_tiling(s).image * WINOGRAD_OUTPUT * WINOGRAD_OUTPUT;
    return s->in_channels >= CHANNELS && s->out_channels >= CHANNELS && covered <= 2 * s->out_height * s->out_width;
}

bool ck_winograd_suits_forward(const ck_conv2d_shape *s) { return suits(s); }

bool ck_winograd_suits_backward(const ck_conv2d_shape *s) {
    return suits(s) && (s->batch >= 4 || s->algorithm == CK_CONV2D_WINOGRAD);
}
