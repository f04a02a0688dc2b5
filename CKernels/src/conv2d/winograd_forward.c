/* Winograd's forward pass: blocks of tiles, each taken through all three steps while it is in cache. */
#include "../activation/activation.h"
#include "../parallel.h"
#include "winograd.h"

struct plan {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *shape;
    struct winograd_tiling tiling;
    size_t tiles, blocks, units;
    const float *x, *bias;
    struct winograd_weights own; /* where each thread has its own ... */
    const float *weights;        /* ... or else all of them */
    struct winograd_result result;
    float *scratch;
    ck_activation f;
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Few tiles are cut into small blocks, so that several threads get some. */
static size_t block_of(const ck_conv2d_shape *s, size_t tiles) {
    enum { FEWEST = 6 };
    const size_t share = (tiles + WINOGRAD_UNITS - 1) / WINOGRAD_UNITS;
    return share < FEWEST ? FEWEST : smaller(share, ck_winograd_block(s));
}

static size_t scratch_size(const ck_conv2d_shape *s, size_t tiles) {
    return ck_winograd_own_weights_size(s, false) + winograd_size(block_of(s, tiles), s->in_channels) +
           winograd_size(block_of(s, tiles), s->out_channels);
}

static size_t blocks_of(const ck_conv2d_shape *s, size_t tiles) {
    const size_t block = block_of(s, tiles);
    return (tiles + block - 1) / block;
}

size_t ck_winograd_forward_workspace(const ck_conv2d_shape *s, bool pooled) {
    size_t tiles = s->batch * ck_winograd_tiling(s, pooled).image;
    return WINOGRAD_PAD + ck_winograd_weights_size(s, false) +
           smaller(blocks_of(s, tiles), WINOGRAD_UNITS) * scratch_size(s, tiles);
}

/* From the tile's frequencies to its outputs. */
static void finish_tile(const struct plan *plan, const struct winograd_tile *tile, const float *frequencies,
                        size_t distance) {
    const struct winograd_kernels *transform = plan->kernels->winograd;
    const struct winograd_result *result = &plan->result;
    const size_t channels = plan->shape->out_channels;
    const bool relu = plan->f.kind == CK_RELU;
    if (result->pooled) {
        transform->pooled_output(&tile->pooled, channels, frequencies, distance, plan->bias, relu,
                                 result->y + tile->pooled_at, result->record ? result->record + tile->pooled_at : NULL);
        return;
    }
    float *y = result->y + tile->output_at;
    transform->output(&tile->output, channels, frequencies, distance, plan->bias, relu, y);
    if (plan->f.kind == CK_LINEAR || relu) return;
    for (size_t line = tile->output.top; line < tile->output.bottom; line++, y += tile->output.line)
        CK_TIER(ck_activation)->forward(tile->output.right * channels, plan->f, y, y);
}

static void run_block(const struct plan *plan, const float *weights, struct conv2d_span block, struct conv2d_span next,
                      float *scratch) {
    const ck_conv2d_shape *s = plan->shape;
    const struct winograd_kernels *transform = plan->kernels->winograd;
    size_t rows = block.end - block.begin;
    size_t in_distance = winograd_distance(rows, s->in_channels);
    size_t out_distance = winograd_distance(rows, s->out_channels);
    float *in = scratch, *out = scratch + winograd_size(rows, s->in_channels);
    struct winograd_tile tiles[WINOGRAD_TILES];
    const struct winograd_rows order = ck_winograd_tiles(s, plan->tiling, block, tiles);
    for (size_t i = 0; i < rows; i++)
        transform->input(&tiles[i].input, s->in_channels, plan->x + tiles[i].input_at,
                         in + tiles[i].row * winograd_padded(s->in_channels), in_distance);
    const struct winograd_product product = {
        .kernels = plan->kernels,
        .tiles = order,
        .channels = s->in_channels,
        .columns = s->out_channels,
        .a_row = winograd_padded(s->in_channels),
        .a_step = 1,
        .a_distance = in_distance,
        .b_distance = winograd_distance(s->in_channels, s->out_channels),
        .c_distance = out_distance,
        .next = {ck_winograd_inputs(s, plan->tiling, next, plan->x)},
    };
    ck_winograd_multiply(&product, in, weights, out);
    for (size_t i = 0; i < rows; i++)
        finish_tile(plan, &tiles[i], out + tiles[i].row * winograd_padded(s->out_channels), out_distance);
}

/* Every unit has scratch memory, but a thread uses only that of its first: it stays in the thread's cache. */
static void run_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    float *scratch = plan->scratch + begin * scratch_size(plan->shape, plan->tiles);
    const float *weights = plan->weights ? plan->weights : ck_winograd_own_weights(&plan->own, scratch);
    scratch += ck_winograd_own_weights_size(plan->shape, false);
    struct conv2d_span first = conv2d_part(plan->blocks, plan->units, begin);
    struct conv2d_span last = conv2d_part(plan->blocks, plan->units, end - 1);
    for (size_t block = first.begin; block < last.end; block++) {
        struct conv2d_span next = {0, 0};
        if (block + 1 < last.end) next = conv2d_part(plan->tiles, plan->blocks, block + 1);
        run_block(plan, weights, conv2d_part(plan->tiles, plan->blocks, block), next, scratch);
    }
}

void ck_winograd_forward(const struct conv2d_kernels *kernels, const ck_conv2d_shape *s, const float *x, const float *w,
                         const float *prepared, const float *bias, ck_activation f, struct winograd_result result,
                         float *workspace) {
    struct plan plan = {.kernels = kernels,
                        .shape = s,
                        .tiling = ck_winograd_tiling(s, result.pooled),
                        .x = x,
                        .bias = bias,
                        .result = result,
                        .f = f};
    plan.tiles = s->batch * plan.tiling.image;
    plan.blocks = blocks_of(s, plan.tiles);
    plan.units = smaller(plan.blocks, WINOGRAD_UNITS);
    float *shared = ck_winograd_aligned(workspace);
    plan.scratch = shared + ck_winograd_weights_size(s, false);
    plan.own = (struct winograd_weights){.kernels = kernels, .shape = s, .w = w};
    plan.weights = prepared;
    if (!prepared && !ck_winograd_owns_weights(s, plan.tiles))
        plan.weights = ck_winograd_shared_weights(&plan.own, shared);
    ck_parallel_for(plan.units, 2 * WINOGRAD_FREQUENCIES * plan.tiles * s->in_channels * s->out_channels, run_units,
                    &plan);
}
