/* Convolution with 2 x 2 maximum pooling behind it: which algorithm, and plain composition where none is fused. */
#include "../parallel.h"
#include "../pool2d/pool2d.h"
#include "conv2d.h"
#include "winograd.h"

enum { GROUPS = 32 }; /* of images; each has partial sums of its own */

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static size_t outputs(const ck_conv2d_shape *s) { return s->batch * s->out_height * s->out_width * s->out_channels; }

static ck_pool2d_shape pooling_of(const ck_conv2d_shape *s) {
    return (ck_pool2d_shape){
        .batch = s->batch,
        .in_height = s->out_height,
        .in_width = s->out_width,
        .channels = s->out_channels,
        .out_height = s->out_height / 2,
        .out_width = s->out_width / 2,
        .window_height = 2,
        .window_width = 2,
        .stride_height = 2,
        .stride_width = 2,
    };
}

static bool has_windows(const ck_conv2d_shape *s) {
    return s->batch > 0 && s->out_height > 1 && s->out_width > 1 && s->out_channels > 0;
}

/* Images with one channel under square kernels that stay inside of them. */
static bool has_plain_kernel(const ck_conv2d_shape *s) {
    const size_t kernel = s->kernel_height;
    return s->in_channels == 1 && s->kernel_width == kernel && s->stride_height == 1 && s->stride_width == 1 &&
           s->dilation_height == 1 && s->dilation_width == 1 && s->pad_top == 0 && s->pad_left == 0 &&
           s->out_height + kernel == s->in_height + 1 && s->out_width + kernel == s->in_width + 1;
}

/* ---- Forward ---- */

struct windows {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *shape;
    const float *x, *w, *bias;
    bool relu;
    float *y;
    uint8_t *record;
};

enum { IMAGE_PARTS = 4 };

/* A unit is a part of an image. Parts of one image are done as one. */
static void run_windows(void *context, size_t begin, size_t end) {
    const struct windows *p = context;
    const ck_conv2d_shape *s = p->shape;
    const size_t height = s->out_height / 2, line = s->out_width / 2 * s->out_channels;
    while (begin < end) {
        const size_t image = begin / IMAGE_PARTS, next = smaller((image + 1) * IMAGE_PARTS, end);
        const size_t top = conv2d_part(height, IMAGE_PARTS, begin % IMAGE_PARTS).begin;
        const size_t bottom = conv2d_part(height, IMAGE_PARTS, (next - 1) % IMAGE_PARTS).end;
        const size_t at = (image * height + top) * line;
        p->kernels->pooled->forward(s->kernel_height, bottom - top, s->out_width / 2, s->out_channels,
                                    p->x + (image * s->in_height + 2 * top) * s->in_width, s->in_width, p->w, p->bias,
                                    p->relu, p->y + at, p->record ? p->record + at : NULL);
        begin = next;
    }
}

size_t ck_conv2d_maxpool_forward_workspace(const ck_conv2d_shape *s) {
    if (!ck_conv2d_tier()) return outputs(s);
    if (ck_winograd_suits_forward(s)) return ck_winograd_forward_workspace(s, true);
    return ck_conv2d_forward_workspace(s) + ck_conv2d_strips_size(s->batch, s->out_width / 2 * 2 * s->out_channels);
}

struct lines {
    const ck_conv2d_shape *shape;
    const float *x;
    bool relu;
    float *y;
    uint8_t *record;
};

/* Lines begin ..< end of the pooled images. */
static void pool_lines(void *context, size_t begin, size_t end) {
    const struct lines *l = context;
    const ck_conv2d_shape *s = l->shape;
    const size_t height = s->out_height / 2, in_line = s->out_width * s->out_channels;
    const size_t out_line = s->out_width / 2 * s->out_channels;
    for (size_t line = begin; line < end; line++) {
        const float *upper = l->x + (line / height * s->out_height + line % height * 2) * in_line;
        CK_TIER(ck_pool2d)->max_line(s->out_width / 2, s->out_channels, upper, upper + in_line, l->relu,
                                     l->y + line * out_line, l->record ? l->record + line * out_line : NULL);
    }
}

void ck_conv2d_maxpool_forward(const ck_conv2d_shape *s, const float *x, const float *w, const float *prepared,
                               const float *bias, bool relu, float *y, uint8_t *record, float *workspace) {
    const struct conv2d_kernels *tier = ck_conv2d_tier();
    if (!has_windows(s)) return;
    const ck_activation linear = {.kind = CK_LINEAR};
    if (!tier) {
        struct lines lines = {.shape = s, .x = workspace, .relu = relu, .y = y, .record = record};
        ck_conv2d_forward(s, x, w, NULL, bias, linear, workspace, NULL);
        ck_parallel_for(s->batch * (s->out_height / 2), outputs(s) * sizeof(float), pool_lines, &lines);
        return;
    }
    if (ck_winograd_suits_forward(s)) {
        const ck_activation f = {.kind = relu ? CK_RELU : CK_LINEAR};
        const struct winograd_result result = {.pooled = true, .y = y, .record = record};
        ck_winograd_forward(tier, s, x, w, prepared, bias, f, result, workspace);
        return;
    }
    if (has_plain_kernel(s)) {
        struct windows windows = {
            .kernels = tier, .shape = s, .x = x, .w = w, .bias = bias, .relu = relu, .y = y, .record = record};
        const size_t taps = s->kernel_height * s->kernel_width;
        ck_parallel_for(s->batch * IMAGE_PARTS, 2 * taps * outputs(s), run_windows, &windows);
        return;
    }
    struct conv2d_direct direct = ck_conv2d_direct_forward(tier, s, x, w, bias, workspace);
    direct.out_height = s->out_height / 2 * 2;
    direct.out_width = s->out_width / 2 * 2;
    direct.out_row = direct.out_width * s->out_channels;
    direct.out_image = direct.out_height * direct.out_row;
    const struct conv2d_pooling pooling = {
        .y = y, .record = record, .relu = relu, .strips = workspace + ck_conv2d_forward_workspace(s)};
    direct.pooling = &pooling;
    ck_conv2d_direct_run(&direct);
}

/* ---- Weight gradient of images with one channel ---- */

/* Whether the tier has a kernel that looks at the windows' maxima alone. */
static bool gathers(const struct conv2d_kernels *tier, const ck_conv2d_shape *s) {
    return has_plain_kernel(s) && s->kernel_height >= tier->pooled->smallest &&
           s->kernel_height <= tier->pooled->largest;
}

static size_t partial_size(const ck_conv2d_shape *s) {
    return (s->kernel_height * s->kernel_width + 1) * s->out_channels;
}

struct gathering {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *shape;
    const float *x, *dy;
    const uint8_t *record;
    float *dw, *dbias, *partials; /* of the first group; of the others */
    size_t groups;
};

static void gather_groups(void *context, size_t begin, size_t end) {
    const struct gathering *g = context;
    const ck_conv2d_shape *s = g->shape;
    const size_t lines = s->out_height / 2, columns = s->out_width / 2, size = partial_size(s);
    for (size_t group = begin; group < end; group++) {
        struct conv2d_span images = conv2d_part(s->batch, g->groups, group);
        float *dw = group == 0 ? g->dw : g->partials + (group - 1) * size;
        float *dbias = group == 0 ? g->dbias : dw + size - s->out_channels;
        for (size_t image = images.begin; image < images.end; image++) {
            const size_t at = image * lines * columns * s->out_channels;
            g->kernels->pooled->gradient(s->kernel_height, lines, columns, s->out_channels,
                                         g->x + image * s->in_height * s->in_width, s->in_width, g->dy + at,
                                         g->record + at, image > images.begin, dw, dbias);
        }
    }
}

static void gather(const struct conv2d_kernels *tier, const ck_conv2d_shape *s, const float *x, const uint8_t *record,
                   const float *dy, float *dw, float *dbias, float *workspace) {
    struct gathering g = {
        .kernels = tier,
        .shape = s,
        .x = x,
        .dy = dy,
        .record = record,
        .dw = dw,
        .dbias = dbias,
        .partials = workspace,
        .groups = smaller(s->batch, GROUPS),
    };
    const size_t taps = s->kernel_height * s->kernel_width;
    ck_parallel_for(g.groups, 2 * outputs(s) * taps, gather_groups, &g);
    ck_conv2d_add_partials(taps * s->out_channels, s->out_channels, g.groups - 1, workspace, dw, dbias);
}

/* ---- Backward ---- */

static bool pools_by_winograd(const struct conv2d_kernels *tier, const ck_conv2d_shape *s) {
    return tier && has_windows(s) && ck_winograd_suits_backward(s);
}

size_t ck_conv2d_maxpool_backward_workspace(const ck_conv2d_shape *s, bool input_gradient) {
    const struct conv2d_kernels *tier = ck_conv2d_tier();
    const bool winograd = pools_by_winograd(tier, s);
    if (tier && !winograd && !input_gradient && gathers(tier, s)) return GROUPS * partial_size(s);
    size_t size = ck_conv2d_backward_weights_workspace(s);
    if (input_gradient && ck_conv2d_backward_input_workspace(s) > size) size = ck_conv2d_backward_input_workspace(s);
    return winograd ? size : outputs(s) + size;
}

void ck_conv2d_maxpool_backward(const ck_conv2d_shape *s, const float *x, const float *w, const uint8_t *record,
                                const float *dy, float *dx, float *dw, float *dbias, float *workspace) {
    const struct conv2d_kernels *tier = ck_conv2d_tier();
    if (pools_by_winograd(tier, s)) {
        const struct winograd_gradient gradient = {.pooled = true, .dy = dy, .record = record};
        ck_winograd_backward_weights(tier, s, x, gradient, dw, dbias, workspace);
        if (dx) ck_winograd_backward_input(tier, s, gradient, w, dx, workspace);
        return;
    }
    if (tier && !dx && has_windows(s) && gathers(tier, s)) {
        gather(tier, s, x, record, dy, dw, dbias, workspace);
        return;
    }
    const ck_pool2d_shape pooling = pooling_of(s);
    float *spread = workspace, *rest = workspace + outputs(s);
    ck_maxpool2d_backward(&pooling, dy, record, spread);
    ck_conv2d_backward_weights(s, x, spread, dw, dbias, rest);
    if (dx) ck_conv2d_backward_input(s, spread, w, dx, rest);
}
