/* Winograd's gradients: the transposed forward pass, over the same tiles. */
#include <string.h>

#include "../parallel.h"
#include "winograd.h"

/* Tiles summed up at once for the weights: so many products go to each access of the sums. */
enum { DEPTH = 36, GROUPS = 8 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

struct plan {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *shape;
    struct winograd_tiling tiling;
    size_t units; /* parts of the batch, each of whole images */
    const float *x, *weights;
    struct winograd_gradient gradient;
    float *dx, *dw, *dbias, *scratch, *sums;
    size_t scratch_size, sums_size; /* of a unit */
};

static struct conv2d_span tiles_of(const struct plan *plan, struct conv2d_span images) {
    return (struct conv2d_span){images.begin * plan->tiling.image, images.end * plan->tiling.image};
}

static size_t blocks_of(struct conv2d_span tiles, size_t most) { return (tiles.end - tiles.begin + most - 1) / most; }

/* Block `index`; empty beyond the last. */
static struct conv2d_span block_of(struct conv2d_span tiles, size_t most, size_t index) {
    size_t blocks = blocks_of(tiles, most);
    if (index >= blocks) return (struct conv2d_span){0, 0};
    struct conv2d_span part = conv2d_part(tiles.end - tiles.begin, blocks, index);
    return (struct conv2d_span){tiles.begin + part.begin, tiles.begin + part.end};
}

/* The frequencies of a tile's output gradient. */
static void transform_gradient(const struct plan *plan, const struct winograd_tile *tile, float *frequencies,
                               size_t distance) {
    const struct winograd_kernels *transform = plan->kernels->winograd;
    const struct winograd_gradient *gradient = &plan->gradient;
    const size_t channels = plan->shape->out_channels;
    if (gradient->pooled)
        transform->pooled_gradient(&tile->pooled, channels, gradient->dy + tile->pooled_at,
                                   gradient->record + tile->pooled_at, frequencies, distance);
    else transform->output_gradient(&tile->output, channels, gradient->dy + tile->output_at, frequencies, distance);
}

/* The gradients that the next tiles read. */
static struct winograd_stretch gradients_of(const struct plan *plan, struct conv2d_span tiles) {
    const float *dy = plan->gradient.dy;
    return plan->gradient.pooled ? ck_winograd_pooled(plan->shape, plan->tiling, tiles, dy)
                                 : ck_winograd_outputs(plan->shape, plan->tiling, tiles, dy);
}

/* ---- Gradient of the input ---- */

static size_t input_scratch(const ck_conv2d_shape *s) {
    return winograd_size(WINOGRAD_TILES, s->in_channels) + winograd_size(WINOGRAD_TILES, s->out_channels);
}

size_t ck_winograd_backward_input_workspace(const ck_conv2d_shape *s) {
    return WINOGRAD_PAD + winograd_size(s->out_channels, s->in_channels) +
           9 * s->out_channels * winograd_padded(s->in_channels) + smaller(s->batch, WINOGRAD_UNITS) * input_scratch(s);
}

static void input_block(const struct plan *plan, struct conv2d_span block, struct conv2d_span next, float *scratch) {
    const ck_conv2d_shape *s = plan->shape;
    const struct winograd_kernels *transform = plan->kernels->winograd;
    size_t rows = block.end - block.begin;
    size_t in_distance = winograd_distance(rows, s->in_channels);
    size_t out_distance = winograd_distance(rows, s->out_channels);
    float *in = scratch, *out = scratch + winograd_size(rows, s->in_channels);
    struct winograd_tile tiles[WINOGRAD_TILES];
    ck_winograd_tiles(s, plan->tiling, block, tiles);
    for (size_t row = 0; row < rows; row++)
        transform_gradient(plan, &tiles[row], out + row * winograd_padded(s->out_channels), out_distance);
    const struct winograd_product product = {
        .kernels = plan->kernels,
        .rows = rows,
        .columns = s->in_channels,
        .depth = s->out_channels,
        .a_row = winograd_padded(s->out_channels),
        .a_step = 1,
        .a_distance = out_distance,
        .b_distance = winograd_distance(s->out_channels, s->in_channels),
        .c_distance = in_distance,
        .next = {gradients_of(plan, next)},
    };
    ck_winograd_multiply(&product, out, plan->weights, in);
    for (size_t row = 0; row < rows; row++)
        transform->input_gradient(&tiles[row].input, s->in_channels, in + row * winograd_padded(s->in_channels),
                                  in_distance, plan->dx + tiles[row].input_at);
}

/* As in the forward pass, a thread uses the scratch memory of its first unit alone. */
static void input_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const ck_conv2d_shape *s = plan->shape;
    float *scratch = plan->scratch + begin * plan->scratch_size;
    for (size_t unit = begin; unit < end; unit++) {
        struct conv2d_span images = conv2d_part(s->batch, plan->units, unit), tiles = tiles_of(plan, images);
        size_t image = s->in_height * s->in_width * s->in_channels;
        memset(plan->dx + images.begin * image, 0, (images.end - images.begin) * image * sizeof(float));
        for (size_t i = 0; i < blocks_of(tiles, WINOGRAD_TILES); i++)
            input_block(plan, block_of(tiles, WINOGRAD_TILES, i), block_of(tiles, WINOGRAD_TILES, i + 1), scratch);
    }
}

void ck_winograd_backward_input(const struct conv2d_kernels *kernels, const ck_conv2d_shape *s,
                                struct winograd_gradient gradient, const float *w, float *dx, float *workspace) {
    struct plan plan = {
        .kernels = kernels, .shape = s, .tiling = ck_winograd_tiling(s), .gradient = gradient, .dx = dx};
    plan.units = smaller(s->batch, WINOGRAD_UNITS);
    float *weights = ck_winograd_aligned(workspace);
    float *transposed = weights + winograd_size(s->out_channels, s->in_channels);
    plan.weights = weights;
    plan.scratch = transposed + 9 * s->out_channels * winograd_padded(s->in_channels);
    plan.scratch_size = input_scratch(s);
    ck_winograd_transform_weights(kernels, s, w, true, transposed, weights);
    size_t tiles = s->batch * plan.tiling.image;
    ck_parallel_for(plan.units, 2 * WINOGRAD_FREQUENCIES * tiles * s->in_channels * s->out_channels, input_units,
                    &plan);
}

/* ---- Gradient of the weights ---- */

static size_t weights_scratch(const ck_conv2d_shape *s) {
    return winograd_size(DEPTH, s->in_channels) + winograd_size(DEPTH, s->out_channels);
}

/* Sums of a group of images: the frequencies of dw, then the bias gradient. */
static size_t sums_size(const ck_conv2d_shape *s) {
    return winograd_size(s->in_channels, s->out_channels) + winograd_padded(s->out_channels);
}

size_t ck_winograd_backward_weights_workspace(const ck_conv2d_shape *s) {
    return WINOGRAD_PAD + smaller(s->batch, GROUPS) * (weights_scratch(s) + sums_size(s));
}

static void weights_block(const struct plan *plan, struct conv2d_span block, struct conv2d_span next, bool add,
                          float *scratch, float *sums) {
    const ck_conv2d_shape *s = plan->shape;
    const struct winograd_kernels *transform = plan->kernels->winograd;
    size_t rows = block.end - block.begin;
    size_t in_distance = winograd_distance(rows, s->in_channels);
    size_t out_distance = winograd_distance(rows, s->out_channels);
    float *in = scratch, *out = scratch + winograd_size(rows, s->in_channels);
    for (size_t row = 0; row < rows; row++) {
        struct winograd_tile tile = ck_winograd_tile(s, plan->tiling, block.begin + row);
        transform->input(&tile.input, s->in_channels, plan->x + tile.input_at,
                         in + row * winograd_padded(s->in_channels), in_distance);
        transform_gradient(plan, &tile, out + row * winograd_padded(s->out_channels), out_distance);
    }
    const struct winograd_product product = {
        .kernels = plan->kernels,
        .rows = s->in_channels,
        .columns = s->out_channels,
        .depth = rows,
        .a_row = 1,
        .a_step = winograd_padded(s->in_channels),
        .a_distance = in_distance,
        .b_distance = out_distance,
        .c_distance = winograd_distance(s->in_channels, s->out_channels),
        .add = add,
        .next = {ck_winograd_inputs(s, plan->tiling, next, plan->x), gradients_of(plan, next)},
    };
    ck_winograd_multiply(&product, in, out, sums);
}

/* One image's share of the bias gradient. */
static void sum_image(const struct plan *plan, size_t image, bool add, float *bias) {
    const ck_conv2d_shape *s = plan->shape;
    const struct winograd_gradient *gradient = &plan->gradient;
    if (gradient->pooled) {
        const size_t pixels = (s->out_height / 2) * (s->out_width / 2), at = image * pixels * s->out_channels;
        plan->kernels->pooled->sum_pixels(pixels, s->out_channels, gradient->dy + at, gradient->record + at, add, bias);
    } else {
        const size_t pixels = s->out_height * s->out_width;
        plan->kernels->outers->sum_pixels(pixels, s->out_channels, gradient->dy + image * pixels * s->out_channels, add,
                                          bias);
    }
}

static void weights_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const ck_conv2d_shape *s = plan->shape;
    float *scratch = plan->scratch + begin * plan->scratch_size;
    for (size_t unit = begin; unit < end; unit++) {
        struct conv2d_span images = conv2d_part(s->batch, plan->units, unit), tiles = tiles_of(plan, images);
        float *sums = plan->sums + unit * plan->sums_size;
        float *bias = sums + winograd_size(s->in_channels, s->out_channels);
        for (size_t i = 0; i < blocks_of(tiles, DEPTH); i++)
            weights_block(plan, block_of(tiles, DEPTH, i), block_of(tiles, DEPTH, i + 1), i > 0, scratch, sums);
        for (size_t image = images.begin; image < images.end && plan->dbias; image++)
            sum_image(plan, image, image > images.begin, bias);
    }
}

static void add_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const ck_conv2d_shape *s = plan->shape;
    for (size_t row = begin; row < end; row++)
        plan->kernels->winograd->weight_gradient(s->out_channels, plan->units,
                                                 plan->sums + row * winograd_padded(s->out_channels), plan->sums_size,
                                                 winograd_distance(s->in_channels, s->out_channels),
                                                 plan->dw + row * s->out_channels, s->in_channels * s->out_channels);
}

void ck_winograd_backward_weights(const struct conv2d_kernels *kernels, const ck_conv2d_shape *s, const float *x,
                                  struct winograd_gradient gradient, float *dw, float *dbias, float *workspace) {
    struct plan plan = {
        .kernels = kernels, .shape = s, .tiling = ck_winograd_tiling(s), .x = x, .gradient = gradient, .dw = dw};
    plan.dbias = dbias;
    plan.units = smaller(s->batch, GROUPS);
    plan.sums = ck_winograd_aligned(workspace);
    plan.sums_size = sums_size(s);
    plan.scratch = plan.sums + plan.units * plan.sums_size;
    plan.scratch_size = weights_scratch(s);
    size_t tiles = s->batch * plan.tiling.image, channel_pairs = s->in_channels * s->out_channels;
    ck_parallel_for(plan.units, 2 * WINOGRAD_FREQUENCIES * tiles * channel_pairs, weights_units, &plan);
    ck_parallel_for(s->in_channels, WINOGRAD_FREQUENCIES * plan.units * channel_pairs, add_units, &plan);
    const float *bias = plan.sums + winograd_size(s->in_channels, s->out_channels);
    for (size_t c = 0; c < s->out_channels && dbias; c++) {
        dbias[c] = bias[c];
        for (size_t unit = 1; unit < plan.units; unit++) dbias[c] += bias[unit * plan.sums_size + c];
    }
}
