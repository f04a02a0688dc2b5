/* Gradient of weights and bias: tiles of dw, each summed over one image in registers, image after image.
 *
 * The images are cut into groups only where dw is too small to give every thread tiles of its own; each group has its
 * own partial sums, added in order at the end. Groups and tiles follow from the shape alone. */
#include <string.h>

#include "../parallel.h"
#include "conv2d.h"

enum {
    MOST_GROUPS = 32,
    ENOUGH_ROWS = 288, /* of dw: some 24 tiles */
    FEW_CHANNELS = 8   /* fewer input channels make poor tiles unless a run spans the kernel's width */
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static bool inside(const ck_conv2d_shape *s) {
    struct conv2d_span y = ck_conv2d_full_outputs(s->out_height, s->stride_height, s->dilation_height,
                                                  (ptrdiff_t)s->pad_top, s->in_height, s->kernel_height);
    struct conv2d_span x = ck_conv2d_full_outputs(s->out_width, s->stride_width, s->dilation_width,
                                                  (ptrdiff_t)s->pad_left, s->in_width, s->kernel_width);
    return y.end - y.begin == s->out_height && x.end - x.begin == s->out_width;
}

/* Images of few channels are small: those with padding are copied into a frame of zeros, one a group at a time. */
static bool copies(const ck_conv2d_shape *s) {
    return s->in_channels < FEW_CHANNELS && s->dilation_width == 1 && !inside(s) && s->kernel_height > 0 &&
           s->kernel_width > 0;
}

/* The shape whose images are the frames. */
static ck_conv2d_shape framed(const ck_conv2d_shape *s) {
    ck_conv2d_shape frame = *s;
    frame.pad_top = frame.pad_left = 0;
    frame.in_height = (s->out_height - 1) * s->stride_height + (s->kernel_height - 1) * s->dilation_height + 1;
    frame.in_width = (s->out_width - 1) * s->stride_width + s->kernel_width;
    return frame;
}

static size_t image_size(const ck_conv2d_shape *s) { return s->in_height * s->in_width * s->in_channels; }

static bool is_empty(const ck_conv2d_shape *s) { return s->batch == 0 || s->out_height == 0 || s->out_width == 0; }

static size_t weight_rows(const ck_conv2d_shape *s) { return s->kernel_height * s->kernel_width * s->in_channels; }

static size_t groups_of(const ck_conv2d_shape *s) {
    size_t rows = weight_rows(s), groups = MOST_GROUPS;
    if (rows > 0 && !copies(s)) groups = smaller((ENOUGH_ROWS + rows - 1) / rows, MOST_GROUPS);
    return smaller(groups, s->batch);
}

size_t ck_conv2d_gradient_workspace(const ck_conv2d_shape *s) {
    if (is_empty(s)) return 0;
    size_t groups = groups_of(s), partial = (weight_rows(s) + 1) * s->out_channels;
    ck_conv2d_shape frame = copies(s) ? framed(s) : *s;
    return (groups - 1) * partial + (copies(s) ? groups * image_size(&frame) : 0);
}

struct plan {
    const struct conv2d_kernels *kernels;
    const ck_conv2d_shape *given;
    ck_conv2d_shape shape; /* as the tiles see it: framed or as given */
    const float *x, *dy;
    float *dw, *dbias;        /* of the first group; dbias may be null */
    float *partials, *frames; /* of the others; one a group, or null */
    size_t partial_size, groups;
    size_t panels, plane_parts, runs, run_length, element_parts;
    bool sums_in_tiles; /* the first tile of each panel yields the bias gradient too */
    size_t tiles;       /* and one task more in each group, the bias */
};

/* Cuts kernel rows into planes and runs into elements so that the tiles are few. */
static void cut(struct plan *plan) {
    const ck_conv2d_shape *s = &plan->shape;
    bool whole = inside(s) && (s->dilation_width == 1 || s->kernel_width == 1);
    plan->runs = whole ? 1 : s->kernel_width;
    plan->run_length = whole ? s->kernel_width * s->in_channels : s->in_channels;
    plan->panels = ck_conv2d_panels(plan->kernels, s->out_channels);
    size_t widest = plan->panels ? ck_conv2d_panel(plan->kernels, s->out_channels, plan->panels - 1).vectors : 1;
    size_t least = SIZE_MAX;
    for (size_t planes = 1; planes <= (inside(s) ? CONV2D_PLANES : 1); planes++) {
        size_t most = plan->kernels->outers->elements[widest - 1][planes - 1];
        if (most == 0) continue;
        size_t plane_parts = (s->kernel_height + planes - 1) / planes, parts = (plan->run_length + most - 1) / most;
        if (plane_parts * parts >= least) continue;
        least = plane_parts * parts;
        plan->plane_parts = plane_parts;
        plan->element_parts = parts;
    }
    plan->tiles = plan->panels * plan->plane_parts * plan->runs * plan->element_parts;
    if (plan->tiles == 0) return;
    size_t planes = conv2d_part(s->kernel_height, plan->plane_parts, 0).end;
    size_t elements = conv2d_part(plan->run_length, plan->element_parts, 0).end;
    plan->sums_in_tiles = whole;
    for (size_t i = 0; i < plan->panels && plan->sums_in_tiles; i++) {
        size_t vectors = ck_conv2d_panel(plan->kernels, s->out_channels, i).vectors;
        plan->sums_in_tiles = plan->kernels->outers->sums[vectors - 1][planes - 1][elements - 1] != NULL;
    }
}

static void run_tile(const struct plan *plan, size_t index, const float *x, const float *dy, float *dw, float *dbias,
                     bool add) {
    const ck_conv2d_shape *s = &plan->shape;
    const bool first = index < plan->panels;
    struct conv2d_panel panel = ck_conv2d_panel(plan->kernels, s->out_channels, index % plan->panels);
    index /= plan->panels;
    struct conv2d_span elements = conv2d_part(plan->run_length, plan->element_parts, index % plan->element_parts);
    index /= plan->element_parts;
    size_t kx = index % plan->runs;
    struct conv2d_span planes = conv2d_part(s->kernel_height, plan->plane_parts, index / plan->runs);

    /* With several planes, or a run over the kernel's width, nothing reaches outside the image: every output counts. */
    struct conv2d_span rows = ck_conv2d_outputs_of_tap(s->out_height, s->stride_height, s->dilation_height,
                                                       (ptrdiff_t)s->pad_top, s->in_height, planes.begin);
    struct conv2d_span columns = ck_conv2d_outputs_of_tap(s->out_width, s->stride_width, s->dilation_width,
                                                          (ptrdiff_t)s->pad_left, s->in_width, kx);
    size_t line = s->in_width * s->in_channels, vectors = panel.vectors;
    struct conv2d_outer outer = {
        .columns = columns.end - columns.begin,
        .x_row = s->stride_height * line,
        .x_step = s->stride_width * s->in_channels,
        .dy_row = s->out_width * s->out_channels,
        .dy_step = s->out_channels,
        .x_plane = s->dilation_height * line,
        .dw_plane = s->kernel_width * s->in_channels * s->out_channels,
        .dw_step = s->out_channels,
        .lanes = panel.count - (vectors - 1) * plan->kernels->lanes,
        .add = add,
    };
    dw += ((planes.begin * s->kernel_width + kx) * s->in_channels + elements.begin) * s->out_channels + panel.first;
    if (rows.end > rows.begin && outer.columns > 0) {
        outer.rows = rows.end - rows.begin;
        size_t iy = rows.begin * s->stride_height + planes.begin * s->dilation_height - s->pad_top;
        size_t ix = columns.begin * s->stride_width + kx * s->dilation_width - s->pad_left;
        x += iy * line + ix * s->in_channels + elements.begin;
        dy += (rows.begin * s->out_width + columns.begin) * s->out_channels + panel.first;
    }
    const size_t plane_count = planes.end - planes.begin, element_count = elements.end - elements.begin;
    conv2d_outer_kernel kernel = plan->kernels->outers->outer[vectors - 1][plane_count - 1][element_count - 1];
    if (first && plan->sums_in_tiles && dbias) {
        kernel = plan->kernels->outers->sums[vectors - 1][plane_count - 1][element_count - 1];
        outer.sums = dbias + panel.first;
    }
    kernel(&outer, x, dy, dw);
}

/* The middle of a frame whose border is already zero. */
static const float *fill_frame(const struct plan *plan, const float *x, float *frame) {
    const ck_conv2d_shape *s = plan->given, *f = &plan->shape;
    if (s->pad_top >= f->in_height || s->pad_left >= f->in_width) return frame;
    size_t height = smaller(s->in_height, f->in_height - s->pad_top);
    size_t width = smaller(s->in_width, f->in_width - s->pad_left) * s->in_channels;
    for (size_t y = 0; y < height; y++)
        memcpy(frame + ((y + s->pad_top) * f->in_width + s->pad_left) * s->in_channels,
               x + y * s->in_width * s->in_channels, width * sizeof(float));
    return frame;
}

/* Tasks tasks.begin ..< tasks.end of a group of images. */
static void run_group(const struct plan *plan, size_t group, struct conv2d_span tasks) {
    const ck_conv2d_shape *s = &plan->shape;
    struct conv2d_span images = conv2d_part(s->batch, plan->groups, group);
    size_t pixels = s->out_height * s->out_width, frame_size = image_size(s);
    float *dw = group == 0 ? plan->dw : plan->partials + (group - 1) * plan->partial_size;
    float *dbias = group == 0 || !plan->dbias ? plan->dbias : dw + plan->partial_size - s->out_channels;
    float *frame = plan->frames ? plan->frames + group * frame_size : NULL;
    if (frame) memset(frame, 0, frame_size * sizeof(float));
    for (size_t image = images.begin; image < images.end; image++) {
        const float *x = plan->x + image * image_size(plan->given), *dy = plan->dy + image * pixels * s->out_channels;
        bool add = image > images.begin;
        if (frame) x = fill_frame(plan, x, frame);
        for (size_t task = tasks.begin; task < tasks.end; task++) {
            if (task < plan->tiles) run_tile(plan, task, x, dy, dw, dbias, add);
            else if (dbias && !plan->sums_in_tiles)
                plan->kernels->outers->sum_pixels(pixels, s->out_channels, dy, add, dbias);
        }
    }
}

static void run_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    size_t tasks = plan->tiles + 1;
    if (plan->frames) { /* a group's frame belongs to one thread */
        for (size_t group = begin; group < end; group++) run_group(plan, group, (struct conv2d_span){0, tasks});
        return;
    }
    for (size_t unit = begin; unit < end;) {
        size_t group = unit / tasks, first = unit % tasks, count = smaller(tasks - first, end - unit);
        run_group(plan, group, (struct conv2d_span){first, first + count});
        unit += count;
    }
}

struct addition {
    size_t weights, channels, count;
    const float *partials;
    float *dw, *dbias;
};

static void add_range(void *context, size_t begin, size_t end) {
    const struct addition *a = context;
    for (size_t part = 0; part < a->count; part++) {
        const float *partial = a->partials + part * (a->weights + a->channels);
        for (size_t i = begin; i < end && i < a->weights; i++) a->dw[i] += partial[i];
        for (size_t i = begin > a->weights ? begin : a->weights; i < end && a->dbias; i++)
            a->dbias[i - a->weights] += partial[i];
    }
}

void ck_conv2d_add_partials(size_t weights, size_t channels, size_t count, const float *partials, float *dw,
                            float *dbias) {
    struct addition addition = {weights, channels, count, partials, dw, dbias};
    if (count > 0)
        ck_parallel_for(weights + channels, count * (weights + channels) * sizeof(float), add_range, &addition);
}

void ck_conv2d_gradient_run(const struct conv2d_kernels *kernels, const ck_conv2d_shape *s, const float *x,
                            const float *dy, float *dw, float *dbias, float *workspace) {
    size_t weights = weight_rows(s) * s->out_channels;
    if (is_empty(s)) {
        if (weights > 0) memset(dw, 0, weights * sizeof(float));
        if (dbias && s->out_channels > 0) memset(dbias, 0, s->out_channels * sizeof(float));
        return;
    }
    if (s->out_channels == 0) return;
    struct plan plan = {
        .kernels = kernels,
        .given = s,
        .shape = copies(s) ? framed(s) : *s,
        .x = x,
        .dy = dy,
        .dw = dw,
        .dbias = dbias,
        .partials = workspace,
        .partial_size = weights + s->out_channels,
        .groups = groups_of(s),
    };
    if (copies(s)) plan.frames = workspace + (plan.groups - 1) * plan.partial_size;
    cut(&plan);
    size_t work = 2 * weights * s->batch * s->out_height * s->out_width;
    ck_parallel_for(plan.frames ? plan.groups : plan.groups * (plan.tiles + 1), work, run_units, &plan);
    ck_conv2d_add_partials(weights, s->out_channels, plan.groups - 1, plan.partials, dw, dbias);
}
