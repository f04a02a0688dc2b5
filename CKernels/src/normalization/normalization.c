/* Batch normalisation: rows are cut into parts by their number alone; each part leaves its sums in the workspace, in
 * double, and they are added in order. */
#include "normalization.h"

#include <math.h>
#include <stdint.h>

#include "../blocks.h"
#include "../parallel.h"

/* Workspace: an array of doubles a part and quantity, aligned by up to one float, then four arrays of floats. */
enum { QUANTITIES = 4, COEFFICIENTS = 4 };

size_t ck_batchnorm_gradient_size(size_t channels, size_t parts) {
    return 1 + 2 * parts * QUANTITIES * channels + COEFFICIENTS * channels;
}

size_t ck_batchnorm_workspace(size_t rows, size_t channels) {
    return ck_batchnorm_gradient_size(channels, ck_parts(rows, channels));
}

static double *aligned(float *workspace) {
    return (double *)(void *)((uintptr_t)workspace % sizeof(double) ? workspace + 1 : workspace);
}

struct arguments {
    const struct ck_batchnorm_kernels *kernels;
    size_t rows, channels, parts;
    const float *x;
    double *partial;
};

static void moment_parts(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->rows, a->parts, part);
        double *shift = a->partial + part * QUANTITIES * a->channels;
        a->kernels->moments(span.count, a->channels, a->x + span.begin * a->channels, shift, shift + a->channels,
                            shift + 2 * a->channels);
    }
}

/* The parts' sums, moved to the first part's shift, which then holds sum and square of all. */
static void merge_moments(const struct arguments *a) {
    size_t channels = a->channels;
    double *shift = a->partial, *sum = shift + channels, *square = sum + channels;
    for (size_t part = 1; part < a->parts; part++) {
        const double *other = a->partial + part * QUANTITIES * channels;
        double count = (double)ck_part_span(a->rows, a->parts, part).count;
        for (size_t c = 0; c < channels; c++) {
            double move = other[c] - shift[c];
            sum[c] += other[channels + c] + count * move;
            square[c] += other[2 * channels + c] + move * (2 * other[channels + c] + count * move);
        }
    }
}

void ck_batchnorm_statistics(size_t rows, size_t channels, const float *x, float *mean, float *variance,
                             float *workspace) {
    if (rows == 0) {
        for (size_t c = 0; c < channels; c++) mean[c] = variance[c] = 0;
        return;
    }
    struct arguments a = {.kernels = CK_TIER(ck_batchnorm),
                          .rows = rows,
                          .channels = channels,
                          .x = x,
                          .parts = ck_parts(rows, channels),
                          .partial = aligned(workspace)};
    ck_parallel_for(a.parts, rows * channels * 8, moment_parts, &a);
    merge_moments(&a);
    const double *shift = a.partial, *sum = shift + channels, *square = sum + channels;
    for (size_t c = 0; c < channels; c++) {
        double offset = sum[c] / (double)rows, spread = square[c] / (double)rows - offset * offset;
        mean[c] = (float)(shift[c] + offset);
        variance[c] = (float)(spread < 0 ? 0 : spread);
    }
}

/* ---- y from x ---- */

void ck_batchnorm_factors(size_t channels, const float *variance, float epsilon, const float *gamma, const float *beta,
                          float *scale, float *offset) {
    for (size_t c = 0; c < channels; c++) {
        scale[c] = (float)((gamma ? gamma[c] : 1) / sqrt((double)variance[c] + epsilon));
        offset[c] = beta ? beta[c] : 0;
    }
}

enum { PANEL = 256 }; /* channels whose factors lie on the stack at a time */

struct apply_arguments {
    const struct ck_batchnorm_kernels *kernels;
    size_t rows, channels;
    const float *x, *mean, *variance, *gamma, *beta;
    float epsilon;
    bool relu;
    float *y;
};

static void apply_blocks(void *context, size_t begin, size_t end) {
    const struct apply_arguments *a = context;
    struct ck_span span = ck_parts_span(a->rows, ck_parts(a->rows, a->channels), begin, end);
    for (size_t panel = 0; panel < a->channels; panel += PANEL) {
        size_t width = a->channels - panel < PANEL ? a->channels - panel : PANEL;
        float scale[PANEL], offset[PANEL];
        ck_batchnorm_factors(width, a->variance + panel, a->epsilon, a->gamma ? a->gamma + panel : NULL,
                             a->beta ? a->beta + panel : NULL, scale, offset);
        size_t skip = span.begin * a->channels + panel;
        a->kernels->apply(span.count, width, a->channels, a->x + skip, a->mean + panel, scale, offset, a->relu,
                          a->y + skip);
    }
}

void ck_batchnorm_apply(size_t rows, size_t channels, const float *x, const float *mean, const float *variance,
                        float epsilon, const float *gamma, const float *beta, ck_activation f, float *y) {
    struct apply_arguments a = {.kernels = CK_TIER(ck_batchnorm),
                                .rows = rows,
                                .channels = channels,
                                .x = x,
                                .mean = mean,
                                .variance = variance,
                                .gamma = gamma,
                                .beta = beta,
                                .epsilon = epsilon,
                                .relu = f.kind == CK_RELU,
                                .y = y};
    if (rows == 0 || channels == 0) return;
    ck_parallel_for(ck_parts(rows, channels), rows * channels * 8, apply_blocks, &a);
}

/* ---- Gradients ---- */

struct ck_batchnorm_gradient ck_batchnorm_gradient_in(float *workspace, size_t rows, size_t channels, size_t parts) {
    struct ck_batchnorm_gradient g = {.rows = rows, .channels = channels, .parts = parts};
    g.sum = aligned(workspace), g.product = g.sum + channels, g.distance = QUANTITIES * channels;
    g.scale = (float *)(void *)(g.sum + parts * g.distance);
    g.offset = g.scale + channels, g.average = g.offset + channels, g.slope = g.average + channels;
    return g;
}

void ck_batchnorm_finish(const struct ck_batchnorm_gradient *g, const float *variance, float epsilon, float *dgamma,
                         float *dbeta) {
    for (size_t part = 1; part < g->parts; part++) {
        const double *other = g->sum + part * g->distance;
        for (size_t c = 0; c < 2 * g->channels; c++) g->sum[c] += other[c];
    }
    for (size_t c = 0; c < g->channels; c++) {
        double inverse = 1 / sqrt((double)variance[c] + epsilon);
        if (dbeta) dbeta[c] = (float)g->sum[c];
        if (dgamma) dgamma[c] = (float)(g->product[c] * inverse);
        g->average[c] = (float)(g->sum[c] / (double)g->rows);
        g->slope[c] = (float)(g->product[c] * inverse * inverse / (double)g->rows);
    }
}

struct backward {
    const struct ck_batchnorm_kernels *kernels;
    struct ck_batchnorm_gradient gradient;
    const float *x, *dy, *mean;
    bool relu;
    float *dx;
};

static void gradient_parts(void *context, size_t begin, size_t end) {
    const struct backward *b = context;
    const struct ck_batchnorm_gradient *g = &b->gradient;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(g->rows, g->parts, part);
        size_t skip = span.begin * g->channels, at = part * g->distance;
        b->kernels->gradient_sums(span.count, g->channels, b->x + skip, b->dy + skip, b->mean, g->scale, g->offset,
                                  b->relu, g->sum + at, g->product + at);
    }
}

static void input_parts(void *context, size_t begin, size_t end) {
    const struct backward *b = context;
    const struct ck_batchnorm_gradient *g = &b->gradient;
    const struct ck_batchnorm_slopes slopes = ck_batchnorm_slopes_of(g, b->mean);
    struct ck_span span = ck_parts_span(g->rows, g->parts, begin, end);
    size_t skip = span.begin * g->channels;
    b->kernels->input_gradient(span.count, g->channels, b->x + skip, b->dy + skip, &slopes, b->relu, b->dx + skip);
}

void ck_batchnorm_backward(size_t rows, size_t channels, const float *x, const float *dy, const float *mean,
                           const float *variance, float epsilon, const float *gamma, const float *beta, ck_activation f,
                           float *dgamma, float *dbeta, float *dx, float *workspace) {
    struct backward b = {.kernels = CK_TIER(ck_batchnorm),
                         .gradient = ck_batchnorm_gradient_in(workspace, rows, channels, ck_parts(rows, channels)),
                         .x = x,
                         .dy = dy,
                         .mean = mean,
                         .relu = f.kind == CK_RELU,
                         .dx = dx};
    ck_batchnorm_factors(channels, variance, epsilon, gamma, beta, b.gradient.scale, b.gradient.offset);
    ck_parallel_for(b.gradient.parts, rows * channels * 12, gradient_parts, &b);
    ck_batchnorm_finish(&b.gradient, variance, epsilon, dgamma, dbeta);
    if (!dx || rows == 0 || channels == 0) return;
    ck_parallel_for(b.gradient.parts, rows * channels * 16, input_parts, &b);
}
