/* How Winograd's tiles lie in the images, and in the matrices of a block. */
#include "winograd.h"

/* Short tiles for what whole ones leave, also for three outputs, where one whole tile would take fewer multiplications:
 * so that an output which pooling needs has the same tile, and the same bits, where pooling leaves the last one out. */
static struct winograd_cut cut(size_t outputs) {
    const size_t rest = outputs % WINOGRAD_OUTPUT;
    return (struct winograd_cut){outputs / WINOGRAD_OUTPUT, (rest + WINOGRAD_SHORT_OUTPUT - 1) / WINOGRAD_SHORT_OUTPUT};
}

struct winograd_tiling ck_winograd_tiling(const ck_conv2d_shape *s, bool pooled) {
    struct winograd_tiling tiling = {
        .lines = cut(pooled ? s->out_height / 2 * 2 : s->out_height),
        .columns = cut(pooled ? s->out_width / 2 * 2 : s->out_width),
    };
    tiling.image = winograd_count(tiling.lines) * winograd_count(tiling.columns);
    return tiling;
}

static size_t points(struct winograd_cut cut) { return cut.whole * WINOGRAD_POINTS + cut.shorts * WINOGRAD_SHORT; }

size_t ck_winograd_frequencies(struct winograd_tiling tiling) { return points(tiling.lines) * points(tiling.columns); }

size_t ck_winograd_reach(struct winograd_cut cut) {
    return cut.whole * WINOGRAD_OUTPUT + cut.shorts * WINOGRAD_SHORT_OUTPUT + WINOGRAD_OVERLAP;
}

/* The part of first ..< first + length that lies in pad ..< pad + size, relative to first. */
static struct conv2d_span clip(size_t first, size_t length, size_t pad, size_t size) {
    size_t begin = first < pad ? pad - first : 0;
    size_t end = first < pad + size ? pad + size - first : 0;
    if (end > length) end = length;
    return (struct conv2d_span){begin < end ? begin : end, end};
}

/* A tile along one axis. */
struct extent {
    size_t first, points; /* its first output; how many inputs it reads */
    struct conv2d_span outputs, inputs, pooled;
};

static struct extent extent_of(struct winograd_cut cut, size_t index, size_t outputs, size_t pad, size_t inputs) {
    const bool whole = index < cut.whole;
    const size_t first =
        whole ? index * WINOGRAD_OUTPUT : cut.whole * WINOGRAD_OUTPUT + (index - cut.whole) * WINOGRAD_SHORT_OUTPUT;
    const size_t points = whole ? WINOGRAD_POINTS : WINOGRAD_SHORT;
    return (struct extent){
        .first = first,
        .points = points,
        .outputs = clip(first, points - WINOGRAD_OVERLAP, 0, outputs),
        .inputs = clip(first, points, pad, inputs),
        .pooled = clip(first / 2, (points - WINOGRAD_OVERLAP) / 2, 0, outputs / 2),
    };
}

static struct winograd_window window(const struct extent *down, const struct extent *across, struct conv2d_span lines,
                                     struct conv2d_span columns, size_t width, size_t channels) {
    if (lines.begin == lines.end || columns.begin == columns.end) lines.end = lines.begin;
    return (struct winograd_window){.points_down = down->points,
                                    .points_across = across->points,
                                    .line = width * channels,
                                    .pixel = channels,
                                    .top = lines.begin,
                                    .bottom = lines.end,
                                    .left = columns.begin,
                                    .right = columns.end};
}

/* A tile's place: its image, and which one it is down and across. */
struct place {
    size_t image, line, column;
};

static struct place place_of(struct winograd_tiling tiling, size_t index) {
    const size_t columns = winograd_count(tiling.columns);
    return (struct place){index / tiling.image, index % tiling.image / columns, index % columns};
}

/* The next one, without a division. */
static void advance(struct winograd_tiling tiling, struct place *place) {
    if (++place->column < winograd_count(tiling.columns)) return;
    place->column = 0;
    if (++place->line < winograd_count(tiling.lines)) return;
    place->line = 0;
    place->image++;
}

static enum winograd_kind kind_of(struct winograd_tiling tiling, struct place place) {
    const bool low = place.line >= tiling.lines.whole, narrow = place.column >= tiling.columns.whole;
    if (low) return narrow ? WINOGRAD_SMALL : WINOGRAD_LOW;
    return narrow ? WINOGRAD_NARROW : WINOGRAD_WHOLE;
}

static struct winograd_tile tile_at(const ck_conv2d_shape *s, struct winograd_tiling tiling, struct place place) {
    const size_t image = place.image;
    const struct extent down = extent_of(tiling.lines, place.line, s->out_height, s->pad_top, s->in_height);
    const struct extent across = extent_of(tiling.columns, place.column, s->out_width, s->pad_left, s->in_width);
    const size_t y = down.first, x = across.first;
    struct winograd_tile tile = {
        .output = window(&down, &across, down.outputs, across.outputs, s->out_width, s->out_channels),
        .input = window(&down, &across, down.inputs, across.inputs, s->in_width, s->in_channels),
        .pooled = window(&down, &across, down.pooled, across.pooled, s->out_width / 2, s->out_channels),
        .output_at = ((image * s->out_height + y) * s->out_width + x) * s->out_channels,
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

struct winograd_rows ck_winograd_tiles(const ck_conv2d_shape *s, struct winograd_tiling tiling, struct conv2d_span span,
                                       struct winograd_tile *tiles) {
    struct winograd_rows rows = {{0}};
    struct place place = place_of(tiling, span.begin);
    for (size_t i = span.begin; i < span.end; i++, advance(tiling, &place)) rows.first[kind_of(tiling, place) + 1]++;
    for (size_t kind = 0; kind < WINOGRAD_KINDS; kind++) rows.first[kind + 1] += rows.first[kind];
    struct winograd_rows next = rows;
    place = place_of(tiling, span.begin);
    for (size_t i = 0; i < span.end - span.begin; i++, advance(tiling, &place)) {
        tiles[i] = tile_at(s, tiling, place);
        tiles[i].row = next.first[kind_of(tiling, place)]++;
    }
    return rows;
}

/* ---- Memory that tiles read ---- */

struct ends {
    struct winograd_tile first, last;
};

static struct ends ends_of(const ck_conv2d_shape *s, struct winograd_tiling tiling, struct conv2d_span tiles) {
    return (struct ends){tile_at(s, tiling, place_of(tiling, tiles.begin)),
                         tile_at(s, tiling, place_of(tiling, tiles.end - 1))};
}

struct winograd_stretch ck_winograd_inputs(const ck_conv2d_shape *s, struct winograd_tiling tiling,
                                           struct conv2d_span tiles, const float *x) {
    if (tiles.begin >= tiles.end) return (struct winograd_stretch){NULL, NULL};
    const struct ends ends = ends_of(s, tiling, tiles);
    const struct winograd_window *last = &ends.last.input;
    const size_t height = last->bottom - last->top, width = last->right - last->left, begin = ends.first.input_at;
    const size_t end = ends.last.input_at + (height ? (height - 1) * last->line + width * last->pixel : 0);
    return (struct winograd_stretch){x + begin, x + (end > begin ? end : begin)};
}

struct winograd_stretch ck_winograd_outputs(const ck_conv2d_shape *s, struct winograd_tiling tiling,
                                            struct conv2d_span tiles, const float *y) {
    if (tiles.begin >= tiles.end) return (struct winograd_stretch){NULL, NULL};
    const struct ends ends = ends_of(s, tiling, tiles);
    const struct winograd_window *last = &ends.last.output;
    const size_t end = ends.last.output_at + (last->bottom - 1) * last->line + last->right * last->pixel;
    return (struct winograd_stretch){y + ends.first.output_at, y + end};
}

struct winograd_stretch ck_winograd_pooled(const ck_conv2d_shape *s, struct winograd_tiling tiling,
                                           struct conv2d_span tiles, const float *y) {
    if (tiles.begin >= tiles.end) return (struct winograd_stretch){NULL, NULL};
    const struct ends ends = ends_of(s, tiling, tiles);
    const size_t end = ends.last.pooled_at + ends.last.pooled.bottom * ends.last.pooled.line;
    return (struct winograd_stretch){y + ends.first.pooled_at, y + end};
}
