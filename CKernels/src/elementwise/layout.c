/* Changes of layout: transposition, borders, gathering of rows. */
#include <string.h>

#include "../parallel.h"
#include "elementwise.h"

/* ---- Transposition: a unit is a strip of columns of one matrix, which become whole rows of the result. ---- */

enum { STRIP = 64 };

struct transposition {
    const struct ck_elementwise_kernels *kernels;
    size_t rows, columns, strips;
    const float *x;
    float *y;
};

static void transpose_strips(void *context, size_t begin, size_t end) {
    const struct transposition *t = context;
    for (size_t unit = begin; unit < end; unit++) {
        size_t first = unit % t->strips * STRIP, matrix = unit / t->strips * t->rows * t->columns;
        size_t last = first + STRIP < t->columns ? first + STRIP : t->columns;
        t->kernels->transpose(t->rows, t->columns, first, last, t->x + matrix, t->y + matrix);
    }
}

void ck_transpose(size_t batch, size_t rows, size_t columns, const float *x, float *y) {
    if (rows == 1 || columns == 1) { /* the same order: one long row is quicker to copy */
        const size_t n = batch * rows * columns;
        if (n) memcpy(y, x, n * sizeof *y);
        return;
    }
    struct transposition t = {.kernels = CK_TIER(ck_elementwise),
                              .rows = rows,
                              .columns = columns,
                              .strips = columns / STRIP + (columns % STRIP != 0),
                              .x = x,
                              .y = y};
    ck_parallel_for(batch * t.strips, batch * rows * columns * 8, transpose_strips, &t);
}

/* ---- Borders: a unit is a row of the larger image forward, of the smaller one backward. ---- */

struct padding {
    const ck_pad2d_shape *shape;
    const float *x;
    float *y;
};

static size_t padded_width(const ck_pad2d_shape *s) { return s->left + s->in_width + s->right; }
static size_t padded_height(const ck_pad2d_shape *s) { return s->top + s->in_height + s->bottom; }

static void pad_rows(void *context, size_t begin, size_t end) {
    const struct padding *p = context;
    const ck_pad2d_shape *s = p->shape;
    size_t line = s->in_width * s->channels, padded = padded_width(s) * s->channels, left = s->left * s->channels;
    for (size_t row = begin; row < end; row++) {
        float *y = p->y + row * padded;
        size_t image = row / padded_height(s), place = row % padded_height(s);
        if (place < s->top || place >= s->top + s->in_height) {
            memset(y, 0, padded * sizeof *y);
            continue;
        }
        memset(y, 0, left * sizeof *y);
        memcpy(y + left, p->x + (image * s->in_height + place - s->top) * line, line * sizeof *y);
        memset(y + left + line, 0, s->right * s->channels * sizeof *y);
    }
}

void ck_pad2d_forward(const ck_pad2d_shape *s, const float *x, float *y) {
    struct padding p = {.shape = s, .x = x, .y = y};
    size_t rows = s->batch * padded_height(s), line = padded_width(s) * s->channels;
    if (line == 0) return;
    ck_parallel_for(rows, rows * line * 8, pad_rows, &p);
}

static void cut_rows(void *context, size_t begin, size_t end) {
    const struct padding *p = context;
    const ck_pad2d_shape *s = p->shape;
    size_t line = s->in_width * s->channels, padded = padded_width(s) * s->channels, left = s->left * s->channels;
    for (size_t row = begin; row < end; row++) {
        size_t from = row / s->in_height * padded_height(s) + s->top + row % s->in_height;
        memcpy(p->y + row * line, p->x + from * padded + left, line * sizeof(float));
    }
}

void ck_pad2d_backward(const ck_pad2d_shape *s, const float *dy, float *dx) {
    struct padding p = {.shape = s, .x = dy, .y = dx};
    size_t rows = s->batch * s->in_height, line = s->in_width * s->channels;
    if (line == 0) return;
    ck_parallel_for(rows, rows * line * 8, cut_rows, &p);
}

/* ---- Gathering ---- */

struct gathering {
    const struct ck_elementwise_kernels *kernels;
    size_t row_size;
    const int32_t *indices;
    const float *source;
    const uint8_t *bytes;
    float scale;
    float *out;
};

/* Rows come in random order from memory that no cache holds, so the processor cannot foresee them: each is called for
 * while the ones before it are copied. */
static void call_for(const struct gathering *g, const void *source, size_t size, size_t row, size_t end) {
    enum { AHEAD = 4, LINE = 64 };
    if (end - row <= AHEAD) return;
    const char *bytes = (const char *)source + (size_t)g->indices[row + AHEAD] * size;
    for (size_t i = 0; i < size; i += LINE) __builtin_prefetch(bytes + i, 0, 2);
}

static void gather_floats(void *context, size_t begin, size_t end) {
    const struct gathering *g = context;
    for (size_t row = begin; row < end; row++) {
        call_for(g, g->source, g->row_size * sizeof(float), row, end);
        memcpy(g->out + row * g->row_size, g->source + (size_t)g->indices[row] * g->row_size,
               g->row_size * sizeof(float));
    }
}

void ck_gather_rows(size_t rows, size_t row_size, const int32_t *indices, const float *source, float *out) {
    struct gathering g = {.row_size = row_size, .indices = indices, .source = source, .out = out};
    if (row_size == 0) return;
    ck_parallel_for(rows, rows * row_size * 8, gather_floats, &g);
}

static void gather_bytes(void *context, size_t begin, size_t end) {
    const struct gathering *g = context;
    for (size_t row = begin; row < end; row++) {
        call_for(g, g->bytes, g->row_size, row, end);
        g->kernels->convert_u8(g->row_size, g->bytes + (size_t)g->indices[row] * g->row_size, g->scale,
                               g->out + row * g->row_size);
    }
}

void ck_gather_rows_u8(size_t rows, size_t row_size, const int32_t *indices, const uint8_t *source, float scale,
                       float *out) {
    struct gathering g = {.kernels = CK_TIER(ck_elementwise),
                          .row_size = row_size,
                          .indices = indices,
                          .bytes = source,
                          .scale = scale,
                          .out = out};
    ck_parallel_for(rows, rows * row_size * 5, gather_bytes, &g);
}
