/* What Winograd's two gradient passes share: blocks of tiles over whole images, and the output gradient that they read.
 */
#ifndef CK_WINOGRAD_GRADIENT_H
#define CK_WINOGRAD_GRADIENT_H

#include "winograd.h"

struct winograd_backward {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *shape;
    struct winograd_tiling tiling;
    struct winograd_gradient gradient;
};

static inline struct conv2d_span winograd_tiles_of(const struct winograd_backward *pass, struct conv2d_span images) {
    return (struct conv2d_span){images.begin * pass->tiling.image, images.end * pass->tiling.image};
}

static inline size_t winograd_blocks(struct conv2d_span tiles, size_t most) {
    return (tiles.end - tiles.begin + most - 1) / most;
}

/* Block `index` of at most so many tiles; empty beyond the last. */
static inline struct conv2d_span winograd_block(struct conv2d_span tiles, size_t most, size_t index) {
    const size_t blocks = winograd_blocks(tiles, most);
    if (index >= blocks) return (struct conv2d_span){0, 0};
    const struct conv2d_span part = conv2d_part(tiles.end - tiles.begin, blocks, index);
    return (struct conv2d_span){tiles.begin + part.begin, tiles.begin + part.end};
}

/* The frequencies of a tile's output gradient, whose pixels are added to `sums` unless it is null. */
static inline void winograd_transform_gradient(const struct winograd_backward *pass, const struct winograd_tile *tile,
                                               float *frequencies, size_t distance, float *sums) {
    const struct winograd_kernels *transform = pass->kernels->winograd;
    const struct winograd_gradient *gradient = &pass->gradient;
    const size_t channels = pass->shape->out_channels;
    if (gradient->pooled)
        transform->pooled_gradient(&tile->pooled, channels, gradient->dy + tile->pooled_at,
                                   gradient->record + tile->pooled_at, frequencies, distance, sums);
    else
        transform->output_gradient(&tile->output, channels, gradient->dy + tile->output_at, frequencies, distance,
                                   sums);
}

/* The gradients that the next tiles read. */
static inline struct winograd_stretch winograd_gradients_of(const struct winograd_backward *pass,
                                                            struct conv2d_span tiles) {
    const float *dy = pass->gradient.dy;
    return pass->gradient.pooled ? ck_winograd_pooled(pass->shape, pass->tiling, tiles, dy)
                                 : ck_winograd_outputs(pass->shape, pass->tiling, tiles, dy);
}

#endif
