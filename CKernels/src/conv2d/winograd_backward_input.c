/* Winograd's gradient of the input: the transposed forward pass, whose windows overlap, so that it adds. */
#include <string.h>

#include "../parallel.h"
#include "winograd_backward.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

struct plan {
    struct winograd_backward pass;
    size_t units;                /* parts of the batch, each of whole images */
    struct winograd_weights own; /* where each thread has its own ... */
    const float *weights;        /* ... or else all of them */
    float *dx, *scratch;
    size_t scratch_size; /* of a unit */
};

static size_t scratch_size(const ck_conv2d_shape *s) {
    return ck_winograd_own_weights_size(s, true) + winograd_size(ck_winograd_block(s), s->in_channels) +
           winograd_size(ck_winograd_block(s), s->out_channels);
}

size_t ck_winograd_backward_input_workspace(const ck_conv2d_shape *s) {
    return WINOGRAD_PAD + ck_winograd_weights_size(s, true) + smaller(s->batch, WINOGRAD_UNITS) * scratch_size(s);
}

static void run_block(const struct plan *plan, const float *weights, struct conv2d_span block, struct conv2d_span next,
                      float *scratch) {
    const ck_conv2d_shape *s = plan->pass.shape;
    const struct winograd_kernels *transform = plan->pass.kernels->winograd;
    size_t rows = block.end - block.begin;
    size_t in_distance = winograd_distance(rows, s->in_channels);
    size_t out_distance = winograd_distance(rows, s->out_channels);
    float *in = scratch, *out = scratch + winograd_size(rows, s->in_channels);
    struct winograd_tile tiles[WINOGRAD_TILES];
    const struct winograd_rows order = ck_winograd_tiles(s, plan->pass.tiling, block, tiles);
    for (size_t i = 0; i < rows; i++)
        winograd_transform_gradient(&plan->pass, &tiles[i], out + tiles[i].row * winograd_padded(s->out_channels),
                                    out_distance, NULL);
    const struct winograd_product product = {
        .kernels = plan->pass.kernels,
        .tiles = order,
        .channels = s->out_channels,
        .columns = s->in_channels,
        .a_row = winograd_padded(s->out_channels),
        .a_step = 1,
        .a_distance = out_distance,
        .b_distance = winograd_distance(s->out_channels, s->in_channels),
        .c_distance = in_distance,
        .next = {winograd_gradients_of(&plan->pass, next)},
    };
    ck_winograd_multiply(&product, out, weights, in);
    for (size_t i = 0; i < rows; i++)
        transform->input_gradient(&tiles[i].input, s->in_channels, in + tiles[i].row * winograd_padded(s->in_channels),
                                  in_distance, plan->dx + tiles[i].input_at);
}

/* How many lines or columns of the input tiles write: the first ones. */
static size_t written(struct winograd_cut cut, size_t pad, size_t inputs) {
    const size_t reach = ck_winograd_reach(cut);
    return reach <= pad ? 0 : smaller(reach - pad, inputs);
}

/* The pixels of an input that no output reads have no gradient. */
static void clear_rest(const struct winograd_backward *pass, float *dx) {
    const ck_conv2d_shape *s = pass->shape;
    const size_t lines = written(pass->tiling.lines, s->pad_top, s->in_height);
    const size_t columns = written(pass->tiling.columns, s->pad_left, s->in_width);
    const size_t line = s->in_width * s->in_channels, done = columns * s->in_channels;
    for (size_t y = 0; y < lines && done < line; y++) memset(dx + y * line + done, 0, (line - done) * sizeof(float));
    memset(dx + lines * line, 0, (s->in_height - lines) * line * sizeof(float));
}

/* As in the forward pass, a thread uses the scratch memory of its first unit alone. */
static void run_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const ck_conv2d_shape *s = plan->pass.shape;
    float *scratch = plan->scratch + begin * plan->scratch_size;
    const float *weights = plan->weights ? plan->weights : ck_winograd_own_weights(&plan->own, scratch);
    scratch += ck_winograd_own_weights_size(s, true);
    for (size_t unit = begin; unit < end; unit++) {
        struct conv2d_span images = conv2d_part(s->batch, plan->units, unit),
                           tiles = winograd_tiles_of(&plan->pass, images);
        const size_t image = s->in_height * s->in_width * s->in_channels;
        for (size_t i = images.begin; i < images.end; i++) clear_rest(&plan->pass, plan->dx + i * image);
        const size_t block = ck_winograd_block(s);
        for (size_t i = 0; i < winograd_blocks(tiles, block); i++)
            run_block(plan, weights, winograd_block(tiles, block, i), winograd_block(tiles, block, i + 1), scratch);
    }
}

void ck_winograd_backward_input(const struct conv2d_kernels *kernels, const ck_conv2d_shape *s,
                                struct winograd_gradient gradient, const float *w, float *dx, float *workspace) {
    struct plan plan = {
        .pass = {.kernels = kernels,
                 .shape = s,
                 .tiling = ck_winograd_tiling(s, gradient.pooled),
                 .gradient = gradient},
        .own = {.kernels = kernels, .shape = s, .w = w, .transpose = true},
        .dx = dx,
    };
    const size_t tiles = s->batch * plan.pass.tiling.image;
    float *shared = ck_winograd_aligned(workspace);
    plan.units = smaller(s->batch, WINOGRAD_UNITS);
    plan.scratch = shared + ck_winograd_weights_size(s, true);
    plan.scratch_size = scratch_size(s);
    if (!ck_winograd_owns_weights(s, tiles)) plan.weights = ck_winograd_shared_weights(&plan.own, shared);
    ck_parallel_for(plan.units, 2 * WINOGRAD_FREQUENCIES * tiles * s->in_channels * s->out_channels, run_units, &plan);
}
