/* Batch normalisation: rows are cut into parts by their number alone; each part leaves its sums in the workspace, in
 * double, and they are added in order. */
#include "normalization.h"

#include <math.h>
#include <stdint.h>

#include "../blocks.h"
#include "../parallel.h"

/* Workspace: an array of doubles a part and quantity, aligned by up to one float, then three arrays of floats. */
enum { QUANTITIES = 3, COEFFICIENTS = 3 };

size_t ck_batchnorm_workspace(size_t rows, size_t channels) {
    size_t doubles = ck_parts(rows, channels) * QUANTITIES * channels;
    return 1 + 2 * doubles + COEFFICIENTS * channels;
}

static double *aligned(float *workspace) {
    return (double *)(void *)((uintptr_t)workspace % sizeof(double) ? workspace + 1 : workspace);
}

struct arguments {
    const struct ck_batchnorm_kernels *kernels;
    size_t rows, channels, parts;
    const float *x, *y, *dy, *mean;
    const float *scale, *offset, *slope;
    float *dx;
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
    struct ck_span span = ck_part_span(a->rows, ck_parts(a->rows, a->channels), begin);
    struct ck_span last = ck_part_span(a->rows, ck_parts(a->rows, a->channels), end - 1);
    size_t rows = last.begin + last.count - span.begin;
    for (size_t panel = 0; panel < a->channels; panel += PANEL) {
        size_t width = a->channels - panel < PANEL ? a->channels - panel : PANEL;
        float scale[PANEL], offset[PANEL];
        for (size_t c = 0; c < width; c++) {
            double deviation = sqrt((double)a->variance[panel + c] + a->epsilon);
            scale[c] = (float)((a->gamma ? a->gamma[panel + c] : 1) / deviation);
            offset[c] = a->beta ? a->beta[panel + c] : 0;
        }
        size_t skip = span.begin * a->channels + panel;
        a->kernels->apply(rows, width, a->channels, a->x + skip, a->mean + panel, scale, offset, a->relu, a->y + skip);
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

static void gradient_parts(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->rows, a->parts, part);
        size_t skip = span.begin * a->channels;
        double *sum = a->partial + part * QUANTITIES * a->channels;
        a->kernels->gradient_sums(span.count, a->channels, a->x + skip, a->y ? a->y + skip : NULL, a->dy + skip,
                                  a->mean, sum, sum + a->channels);
    }
}

static void input_parts(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_part_span(a->rows, a->parts, begin), last = ck_part_span(a->rows, a->parts, end - 1);
    size_t skip = span.begin * a->channels;
    a->kernels->input_gradient(last.begin + last.count - span.begin, a->channels, a->x + skip,
                               a->y ? a->y + skip : NULL, a->dy + skip, a->mean, a->scale, a->offset, a->slope,
                               a->dx + skip);
}

void ck_batchnorm_backward(size_t rows, size_t channels, const float *x, const float *y, const float *dy,
                           const float *mean, const float *variance, float epsilon, const float *gamma, float *dgamma,
                           float *dbeta, float *dx, float *workspace) {
    struct arguments a = {.kernels = CK_TIER(ck_batchnorm),
                          .rows = rows,
                          .channels = channels,
                          .x = x,
                          .y = y,
                          .dy = dy,
                          .mean = mean,
                          .parts = ck_parts(rows, channels),
                          .partial = aligned(workspace)};
    ck_parallel_for(a.parts, rows * channels * 12, gradient_parts, &a);
    double *sum = a.partial, *product = sum + channels;
    for (size_t part = 1; part < a.parts; part++) {
        const double *other = a.partial + part * QUANTITIES * channels;
        for (size_t c = 0; c < 2 * channels; c++) sum[c] += other[c];
    }
    float *scale = (float *)(void *)(a.partial + a.parts * QUANTITIES * channels);
    float *offset = scale + channels, *slope = offset + channels;
    for (size_t c = 0; c < channels; c++) {
        double inverse = 1 / sqrt((double)variance[c] + epsilon);
        if (dbeta) dbeta[c] = (float)sum[c];
        if (dgamma) dgamma[c] = (float)(product[c] * inverse);
        scale[c] = (float)((gamma ? gamma[c] : 1) * inverse);
        offset[c] = (float)(sum[c] / (double)rows);
        slope[c] = (float)(product[c] * inverse * inverse / (double)rows);
    }
    if (!dx || rows == 0 || channels == 0) return;
    a.scale = scale, a.offset = offset, a.slope = slope, a.dx = dx;
    ck_parallel_for(a.parts, rows * channels * 16, input_parts, &a);
}
