/* Direct convolution: cuts the outputs into tiles whose pixels share their taps.
 *
 * Inside the image a tile runs along a line. At the left and right edges, where taps fall outside, it runs down a
 * column; in the corners, and everywhere if the images are tiny, across the images of a group. So no tile multiplies by
 * padding, and nothing is copied to make room for it. With pooling behind it, a few lines at a time go to a strip of
 * memory that stays in cache, and only their maxima leave it. */
#include "../activation/activation.h"
#include "../parallel.h"
#include "../pool2d/pool2d.h"
#include "conv2d.h"

enum {
    UNITS = 32,            /* enough for even shares on many threads */
    UNIT_WORK = 200000,    /* floating-point operations that are worth a unit */
    GROUP = 12,            /* images in a group, at most: about a tile */
    SHORT = 64,            /* multiply-adds a channel; a shorter reduction goes better in shorter tiles */
    NARROW = 6,            /* lines shorter than this make poor tiles */
    STRIP = 4096,          /* floats of outputs between convolution and pooling: they stay in a level-1 cache */
    LINES_TOGETHER = 16384 /* floats of input that the lines of one call span, at most: a level-2 cache holds them */
};

struct plan {
    const struct conv2d_direct *direct;
    struct conv2d_span full_rows, full_columns;
    size_t groups, chunks; /* of images, of rows */
    bool across;           /* all tiles run across images */
    size_t strip_lines;    /* with pooling: lines at a time, an even number */
};

/* A panel of one image while it is walked. */
struct walk {
    const struct plan *plan;
    struct conv2d_panel panel;
    struct conv2d_tile tile;
    const float *w, *bias;
    float *out; /* where the outputs of line `row` of image `image` begin */
    size_t image, row;
};

enum direction { ALONG_LINE, DOWN_COLUMN, ACROSS_IMAGES };

static void tiles(struct walk *walk, enum direction direction, size_t image, size_t oy, size_t ox, size_t count,
                  size_t lines) {
    const struct conv2d_direct *d = walk->plan->direct;
    if (count == 0 || lines == 0) return;
    struct conv2d_span rows =
        ck_conv2d_taps(oy, d->stride_height, d->dilation_height, d->pad_top, d->in_height, d->kernel_height);
    struct conv2d_span columns =
        ck_conv2d_taps(ox, d->stride_width, d->dilation_width, d->pad_left, d->in_width, d->kernel_width);
    size_t taps = columns.end - columns.begin, in_line = d->in_width * d->in_channels;
    struct conv2d_tile *tile = &walk->tile;

    const float *in = d->in + image * d->in_image, *w = walk->w;
    tile->rows = 0;
    if (rows.end > rows.begin && taps > 0) {
        size_t y = (size_t)((ptrdiff_t)(oy * d->stride_height + rows.begin * d->dilation_height) - d->pad_top);
        size_t x = (size_t)((ptrdiff_t)(ox * d->stride_width + columns.begin * d->dilation_width) - d->pad_left);
        in += y * in_line + x * d->in_channels;
        w += (rows.begin * d->kernel_width + columns.begin) * d->in_channels * tile->w_step;
        bool contiguous = d->dilation_width == 1;
        tile->rows = rows.end - rows.begin;
        tile->runs = contiguous ? 1 : taps;
        tile->length = contiguous ? taps * d->in_channels : d->in_channels;
    }
    switch (direction) {
    case ALONG_LINE: tile->in_step = d->stride_width * d->in_channels, tile->out_step = d->out_pixel; break;
    case DOWN_COLUMN: tile->in_step = d->stride_height * in_line, tile->out_step = d->out_row; break;
    case ACROSS_IMAGES: tile->in_step = d->in_image, tile->out_step = d->out_image; break;
    }
    float *out = walk->out + (image - walk->image) * d->out_image + (oy - walk->row) * d->out_row + ox * d->out_pixel +
                 walk->panel.first;
    tile->lines = lines;
    size_t vectors = walk->panel.vectors, reduction = tile->rows * tile->runs * tile->length;
    size_t most = d->kernels->tiles->pixels[reduction < SHORT ? 0 : 1][vectors - 1];
    if (tile->rows == 3 && tile->runs == 1 && tile->length == 3 && tile->in_step == 1) {
        tile->tiles = count;
        d->kernels->tiles->nine(tile, vectors, in, w, walk->bias, out);
        return;
    }
    /* Tiles of two sizes that differ by one. */
    size_t parts = (count + most - 1) / most, shorter = count / parts, longer_parts = count % parts;
    size_t done = longer_parts * (shorter + 1);
    const conv2d_tile_kernel *kernel = d->kernels->tiles->tile[vectors - 1];
    tile->tiles = longer_parts;
    if (longer_parts > 0) kernel[shorter](tile, in, w, walk->bias, out);
    tile->tiles = parts - longer_parts;
    kernel[shorter - 1](tile, in + done * tile->in_step, w, walk->bias, out + done * tile->out_step);
}

static struct walk start_panel(const struct plan *plan, size_t index) {
    const struct conv2d_direct *d = plan->direct;
    struct walk walk = {.plan = plan, .panel = ck_conv2d_panel(d->kernels, d->out_channels, index), .out = d->out};
    size_t lanes = d->kernels->lanes, taps = d->kernel_height * d->kernel_width;
    size_t step = d->packed ? walk.panel.vectors * lanes : d->out_channels;
    walk.w = d->w + (d->packed ? taps * d->in_channels * walk.panel.first : walk.panel.first);
    walk.bias = d->bias ? d->bias + walk.panel.first : NULL;
    walk.tile = (struct conv2d_tile){
        .in_line = d->stride_height * d->in_width * d->in_channels,
        .out_line = d->out_row,
        .in_row = d->dilation_height * d->in_width * d->in_channels,
        .in_run = d->dilation_width * d->in_channels,
        .w_row = d->kernel_width * d->in_channels * step,
        .w_run = d->in_channels * step,
        .w_step = step,
        .lanes = walk.panel.count - (walk.panel.vectors - 1) * lanes,
        .relu = d->f.kind == CK_RELU,
    };
    return walk;
}

static struct conv2d_span overlap(struct conv2d_span a, struct conv2d_span b) {
    size_t begin = a.begin > b.begin ? a.begin : b.begin, end = a.end < b.end ? a.end : b.end;
    return (struct conv2d_span){begin, end > begin ? end : begin};
}

/* Pixels of `rows` whose tiles stay within one image: lines, and the columns beside them. */
static void walk_image(struct walk *walk, size_t image, struct conv2d_span rows) {
    const struct plan *plan = walk->plan;
    struct conv2d_span columns = plan->full_columns, full = overlap(plan->full_rows, rows);
    const size_t width = columns.end - columns.begin, line = walk->tile.in_line;
    const size_t together = line < LINES_TOGETHER ? LINES_TOGETHER / (line + 1) : 1;
    for (size_t oy = rows.begin; oy < rows.end;) {
        bool inner = oy >= full.begin && oy < full.end;
        size_t left = inner ? full.end - oy : 1, lines = left < together ? left : together;
        tiles(walk, ALONG_LINE, image, oy, columns.begin, width, lines);
        oy += lines;
    }
    for (size_t ox = 0; ox < plan->direct->out_width; ox++)
        if (ox < columns.begin || ox >= columns.end)
            tiles(walk, DOWN_COLUMN, image, full.begin, ox, full.end - full.begin, 1);
}

/* The remaining pixels, the same one of every image at once. */
static void walk_group(struct walk *walk, struct conv2d_span images, struct conv2d_span rows) {
    const struct plan *plan = walk->plan;
    for (size_t oy = rows.begin; oy < rows.end; oy++) {
        bool inner_row = oy >= plan->full_rows.begin && oy < plan->full_rows.end;
        for (size_t ox = 0; ox < plan->direct->out_width; ox++) {
            bool inner = inner_row || (ox >= plan->full_columns.begin && ox < plan->full_columns.end);
            if (plan->across || !inner) tiles(walk, ACROSS_IMAGES, images.begin, oy, ox, images.end - images.begin, 1);
        }
    }
}

/* Rows of one image by strips: each is pooled while it is in cache. */
static void run_strips(const struct plan *plan, size_t image, struct conv2d_span rows, float *strip) {
    const struct conv2d_direct *d = plan->direct;
    const struct conv2d_pooling *pooling = d->pooling;
    for (size_t row = rows.begin; row < rows.end; row += plan->strip_lines) {
        struct conv2d_span lines = {row, row + plan->strip_lines < rows.end ? row + plan->strip_lines : rows.end};
        for (size_t index = 0; index < ck_conv2d_panels(d->kernels, d->out_channels); index++) {
            struct walk walk = start_panel(plan, index);
            walk.out = strip, walk.image = image, walk.row = row;
            walk_image(&walk, image, lines);
            walk_group(&walk, (struct conv2d_span){image, image + 1}, lines);
        }
        for (size_t line = row; line < lines.end; line += 2) {
            const float *upper = strip + (line - row) * d->out_row;
            const size_t at = (image * d->out_height + line) / 2 * (d->out_row / 2);
            CK_TIER(ck_pool2d)->max_line(d->out_width / 2, d->out_channels, upper, upper + d->out_row, pooling->relu,
                                         pooling->y + at, pooling->record ? pooling->record + at : NULL);
        }
    }
}

static void run_units(void *context, size_t begin, size_t end) {
    const struct plan *plan = context;
    const struct conv2d_direct *d = plan->direct;
    for (size_t unit = begin; unit < end; unit++) {
        struct conv2d_span images = conv2d_part(d->batch, plan->groups, unit / plan->chunks);
        if (d->pooling) { /* in pairs of rows; a thread uses the strip of its first unit alone */
            struct conv2d_span pairs = conv2d_part(d->out_height / 2, plan->chunks, unit % plan->chunks);
            for (size_t image = images.begin; image < images.end; image++)
                run_strips(plan, image, (struct conv2d_span){2 * pairs.begin, 2 * pairs.end},
                           d->pooling->strips + begin * plan->strip_lines * d->out_row);
            continue;
        }
        struct conv2d_span rows = conv2d_part(d->out_height, plan->chunks, unit % plan->chunks);
        for (size_t index = 0; index < ck_conv2d_panels(d->kernels, d->out_channels); index++) {
            struct walk walk = start_panel(plan, index);
            if (!plan->across)
                for (size_t image = images.begin; image < images.end; image++) walk_image(&walk, image, rows);
            walk_group(&walk, images, rows);
        }
        if (d->f.kind == CK_LINEAR || d->f.kind == CK_RELU) continue;
        for (size_t image = images.begin; image < images.end; image++) { /* while the lines are in cache */
            float *lines = d->out + image * d->out_image + rows.begin * d->out_row;
            CK_TIER(ck_activation)->forward((rows.end - rows.begin) * d->out_row, d->f, lines, lines);
        }
    }
}

/* Lines of a strip whose lines have so many floats. */
static size_t strip_lines(size_t row) { return row < STRIP / 2 ? STRIP / (row + 1) / 2 * 2 : 2; }

size_t ck_conv2d_strips_size(size_t batch, size_t row) {
    return (batch + UNITS) * strip_lines(row) * row; /* a unit is an image, or a part of one */
}

void ck_conv2d_direct_run(const struct conv2d_direct *d) {
    if (d->batch == 0 || d->out_height == 0 || d->out_width == 0 || d->out_channels == 0) return;
    struct plan plan = {
        .direct = d,
        .full_rows = ck_conv2d_full_outputs(d->out_height, d->stride_height, d->dilation_height, d->pad_top,
                                            d->in_height, d->kernel_height),
        .full_columns = ck_conv2d_full_outputs(d->out_width, d->stride_width, d->dilation_width, d->pad_left,
                                               d->in_width, d->kernel_width),
    };
    size_t width = plan.full_columns.end - plan.full_columns.begin;
    bool uniform = width == d->out_width && plan.full_rows.end - plan.full_rows.begin == d->out_height;
    size_t group = d->pooling || (uniform && width >= NARROW) ? 1 : d->batch / 8;
    if (group > GROUP) group = GROUP;
    if (group < 1) group = 1;
    plan.across = width < NARROW && group > width;
    plan.groups = (d->batch + group - 1) / group;

    size_t work = 2 * d->batch * d->out_height * d->out_width * d->out_channels * d->kernel_height * d->kernel_width *
                  d->in_channels;
    plan.chunks = (UNITS + plan.groups - 1) / plan.groups;
    if (plan.chunks > work / plan.groups / UNIT_WORK) plan.chunks = work / plan.groups / UNIT_WORK;
    size_t most = uniform ? d->out_height : d->out_height / NARROW; /* columns at the edges need some length */
    if (d->pooling && most > d->out_height / 2) most = d->out_height / 2;
    plan.strip_lines = d->pooling ? strip_lines(d->out_row) : 0;
    if (plan.chunks > most) plan.chunks = most;
    if (plan.chunks < 1) plan.chunks = 1;
    ck_parallel_for(plan.groups * plan.chunks, work, run_units, &plan);
}
