/* Winograd's gradient of the weights: over the tiles of groups of images, whose sums are added at the end. */
#include <string.h>

#include "../parallel.h"
#include "winograd_backward.h"

/* Tiles summed up at once, so many products to each access of the sums; groups of images with sums of their own; and
 * parts that the input channels of a group are cut into, for more threads than there are groups. Each further group
 * would cost room in the cache and, at the end, sums from another core's. */
enum { DEPTH = 36, GROUPS = 2, PARTS = 4 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

struct plan {
    struct winograd_backward pass;
    size_t groups, parts;
    const float *x;
    float *dw, *dbias, *scratch, *sums;
    size_t scratch_size, sums_size; /* of a unit; of a group */
};

static size_t scratch_size(const ck_conv2d_shape *s) {
    return winograd_size(DEPTH, s->in_channels) + winograd_size(DEPTH, s->out_channels);
}

/* Sums of a group of images: the frequencies of dw, then the bias gradient. */
static size_t sums_size(const ck_conv2d_shape *s) {
    return winograd_size(s->in_channels, s->out_channels) + winograd_padded(s->out_channels);
}

static size_t parts_of(const ck_conv2d_shape *s) {
    return smaller(winograd_padded(s->in_channels) / WINOGRAD_PAD, PARTS);
}

size_t ck_winograd_backward_weights_workspace(const ck_conv2d_shape *s) {
    return WINOGRAD_PAD + smaller(s->batch, GROUPS) * (parts_of(s) * scratch_size(s) + sums_size(s));
}

/* Adds a block of tiles to the rows of the sums that belong to `channels` of the input, or sets them; and its pixels to
 * those of the bias, unless that is null. */
static void run_block(const struct plan *plan, struct conv2d_span channels, struct conv2d_span block,
                      struct conv2d_span next, bool add, float *scratch, float *sums, float *bias) {
    const ck_conv2d_shape *s = plan->pass.shape;
    const struct winograd_kernels *transform = plan->pass.kernels->winograd;
    const size_t rows = block.end - block.begin, count = channels.end - channels.begin;
    const size_t in_distance = winograd_distance(rows, count), out_distance = winograd_distance(rows, s->out_channels);
    float *in = scratch, *out = scratch + winograd_size(rows, count);
    struct winograd_tile tiles[DEPTH];
    const struct winograd_rows order = ck_winograd_tiles(s, plan->pass.tiling, block, tiles);
    for (size_t i = 0; i < rows; i++) {
        const struct winograd_tile *tile = &tiles[i];
        transform->input(&tile->input, count, plan->x + tile->input_at + channels.begin,
                         in + tile->row * winograd_padded(count), in_distance);
        winograd_transform_gradient(&plan->pass, tile, out + tile->row * winograd_padded(s->out_channels), out_distance,
                                    bias);
    }
    const struct winograd_product product = {
        .kernels = plan->pass.kernels,
        .tiles = order,
        .over_tiles = true,
        .channels = count,
        .columns = s->out_channels,
        .a_row = 1,
        .a_step = winograd_padded(count),
        .a_distance = in_distance,
        .b_distance = out_distance,
        .c_distance = winograd_distance(s->in_channels, s->out_channels),
        .add = add,
        .next = {ck_winograd_inputs(s, plan->pass.tiling, next, plan->x), winograd_gradients_of(&plan->pass, next)},
    };
    ck_winograd_multiply(&product, in, out, sums + channels.begin * winograd_padded(s->out_channels));
}

static float *bias_sums(const struct plan *plan, size_t group) {
    return plan->sums + group * plan->sums_size +
           winograd_size(plan->pass.shape->in_channels, plan->pass.shape->out_channels);
}

/* The channels from part `begin` of a group on, up to part `end`. */
static struct conv2d_span channels_of(const struct plan *plan, size_t begin, size_t end) {
    const size_t channels = plan->pass.shape->in_channels, lines = winograd_padded(channels) / WINOGRAD_PAD;
    const size_t first = conv2d_part(lines, plan->parts, begin).begin;
    const size_t last = conv2d_part(lines, plan->parts, end - 1).end;
    return (struct conv2d_span){first * WINOGRAD_PAD, smaller(last * WINOGRAD_PAD, channels)};
}

/* Units run through the parts of the first group, then of the second. Neighbours are done as one. */
static void run_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const ck_conv2d_shape *s = plan->pass.shape;
    float *scratch = plan->scratch + begin * plan->scratch_size;
    while (begin < end) {
        const size_t group = begin / plan->parts, next = smaller((group + 1) * plan->parts, end);
        const struct conv2d_span channels = channels_of(plan, begin % plan->parts, next - group * plan->parts);
        const struct conv2d_span images = conv2d_part(s->batch, plan->groups, group),
                                 tiles = winograd_tiles_of(&plan->pass, images);
        float *sums = plan->sums + group * plan->sums_size;
        float *bias = channels.begin == 0 && plan->dbias ? bias_sums(plan, group) : NULL;
        if (bias) memset(bias, 0, winograd_padded(s->out_channels) * sizeof(float));
        for (size_t i = 0; i < winograd_blocks(tiles, DEPTH); i++)
            run_block(plan, channels, winograd_block(tiles, DEPTH, i), winograd_block(tiles, DEPTH, i + 1), i > 0,
                      scratch, sums, bias);
        begin = next;
    }
}

static void add_groups(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const ck_conv2d_shape *s = plan->pass.shape;
    for (size_t row = begin; row < end; row++)
        plan->pass.kernels->winograd->weight_gradient(
            s->out_channels, plan->groups, plan->sums + row * winograd_padded(s->out_channels), plan->sums_size,
            winograd_distance(s->in_channels, s->out_channels), plan->dw + row * s->out_channels,
            s->in_channels * s->out_channels);
}

void ck_winograd_backward_weights(const struct conv2d_kernels *kernels, const ck_conv2d_shape *s, const float *x,
                                  struct winograd_gradient gradient, float *dw, float *dbias, float *workspace) {
    struct plan plan = {
        .pass = {.kernels = kernels,
                 .shape = s,
                 .tiling = ck_winograd_tiling(s, gradient.pooled),
                 .gradient = gradient},
        .x = x,
        .dw = dw,
        .dbias = dbias,
    };
    plan.groups = smaller(s->batch, GROUPS);
    plan.parts = parts_of(s);
    plan.sums = ck_winograd_aligned(workspace);
    plan.sums_size = sums_size(s);
    plan.scratch = plan.sums + plan.groups * plan.sums_size;
    plan.scratch_size = scratch_size(s);
    size_t tiles = s->batch * plan.pass.tiling.image, channel_pairs = s->in_channels * s->out_channels;
    ck_parallel_for(plan.groups * plan.parts, 2 * WINOGRAD_FREQUENCIES * tiles * channel_pairs, run_units, &plan);
    ck_parallel_for(s->in_channels, WINOGRAD_FREQUENCIES * plan.groups * channel_pairs, add_groups, &plan);
    for (size_t c = 0; c < s->out_channels && dbias; c++) {
        dbias[c] = bias_sums(&plan, 0)[c];
        for (size_t group = 1; group < plan.groups; group++) dbias[c] += bias_sums(&plan, group)[c];
    }
}
