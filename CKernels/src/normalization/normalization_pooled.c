/* Batch normalisation with 2 x 2 maximum pooling behind it. A band is a row of windows and the lines of pixels under
 * it: they are normalised into memory that stays in the first-level cache, and pooled there. Backward, the gradient of
 * a band's pixels is spread there twice, for the sums and for the input: cheaper than once through memory. */
#include "../blocks.h"
#include "../parallel.h"
#include "../pool2d/pool2d.h"
#include "normalization.h"

struct pass {
    const struct ck_batchnorm_kernels *kernels;
    const struct ck_pool2d_kernels *pooling;
    const ck_pool2d_shape *shape;
    struct ck_batchnorm_gradient gradient;
    bool relu;
    const float *x, *dy, *mean;
    float *y, *dx;
    uint8_t *record;
    const uint8_t *record_in;
    float *lines; /* room for a band, for each part: a thread uses that of its first */
};

static size_t line_size(const ck_pool2d_shape *s) { return s->in_width * s->channels; }

static size_t bands_of(const ck_pool2d_shape *s) { return s->batch * ((s->in_height + 1) / 2); }

static size_t parts_of(const ck_pool2d_shape *s) { return ck_parts(bands_of(s), 2 * line_size(s)); }

size_t ck_batchnorm_maxpool_workspace(const ck_pool2d_shape *s) {
    return ck_batchnorm_gradient_size(s->channels, parts_of(s)) + parts_of(s) * 2 * line_size(s);
}

/* Band `index`: one line more where the height is odd, without windows. */
struct band {
    size_t lines, windows; /* windows: a row of them, or none */
    size_t pixel, window;  /* the first float of its lines, and of its row of windows */
};

static struct band band_at(const ck_pool2d_shape *s, size_t index) {
    const size_t in_image = (s->in_height + 1) / 2, image = index / in_image, row = index % in_image;
    return (struct band){
        .lines = row < s->out_height ? 2 : 1,
        .windows = row < s->out_height ? 1 : 0,
        .pixel = (image * s->in_height + 2 * row) * line_size(s),
        .window = (image * s->out_height + row) * s->out_width * s->channels,
    };
}

static float *lines_of(const struct pass *p, size_t part) { return p->lines + part * 2 * line_size(p->shape); }

/* ---- Forward ---- */

static void apply_parts(void *context, size_t begin, size_t end) {
    const struct pass *p = context;
    const ck_pool2d_shape *s = p->shape;
    const struct ck_span bands = ck_parts_span(bands_of(s), p->gradient.parts, begin, end);
    float *lines = lines_of(p, begin);
    for (size_t i = bands.begin; i < bands.begin + bands.count; i++) {
        const struct band band = band_at(s, i);
        if (!band.windows) continue;
        p->kernels->apply(2 * s->in_width, s->channels, s->channels, p->x + band.pixel, p->mean, p->gradient.scale,
                          p->gradient.offset, false, lines);
        p->pooling->max_line(s->out_width, s->channels, lines, lines + line_size(s), p->relu, p->y + band.window,
                             p->record ? p->record + band.window : NULL);
    }
}

void ck_batchnorm_maxpool_apply(const ck_pool2d_shape *shape, const float *x, const float *mean, const float *variance,
                                float epsilon, const float *gamma, const float *beta, bool relu, float *y,
                                uint8_t *record, float *workspace) {
    struct pass p = {.kernels = CK_TIER(ck_batchnorm),
                     .pooling = CK_TIER(ck_pool2d),
                     .shape = shape,
                     .relu = relu,
                     .x = x,
                     .mean = mean,
                     .y = y,
                     .record = record};
    p.gradient = ck_batchnorm_gradient_in(workspace, 0, shape->channels, parts_of(shape));
    p.lines = workspace + ck_batchnorm_gradient_size(shape->channels, p.gradient.parts);
    ck_batchnorm_factors(shape->channels, variance, epsilon, gamma, beta, p.gradient.scale, p.gradient.offset);
    if (bands_of(shape) == 0) return;
    ck_parallel_for(p.gradient.parts, bands_of(shape) * line_size(shape) * 16, apply_parts, &p);
}

/* ---- Gradients ---- */

/* The gradient of a band's pixels behind the normalisation. */
static void spread(const struct pass *p, const struct band *band, float *lines) {
    ck_pool2d_shape one = *p->shape;
    one.batch = 1, one.in_height = band->lines, one.out_height = band->windows;
    p->pooling->max_backward(&one, 0, band->lines, p->dy + band->window, p->record_in + band->window, lines);
}

static void sum_parts(void *context, size_t begin, size_t end) {
    const struct pass *p = context;
    const ck_pool2d_shape *s = p->shape;
    float *lines = lines_of(p, begin);
    for (size_t part = begin; part < end; part++) {
        const struct ck_span bands = ck_part_span(bands_of(s), p->gradient.parts, part);
        double *sums = p->gradient.sum + part * p->gradient.distance, *more = sums + 2 * s->channels;
        for (size_t c = 0; c < 2 * s->channels; c++) sums[c] = 0;
        for (size_t i = bands.begin; i < bands.begin + bands.count; i++) {
            const struct band band = band_at(s, i);
            if (!band.windows) continue;
            spread(p, &band, lines);
            p->kernels->gradient_sums(2 * s->in_width, s->channels, p->x + band.pixel, lines, p->mean,
                                      p->gradient.scale, p->gradient.offset, false, more, more + s->channels);
            for (size_t c = 0; c < 2 * s->channels; c++) sums[c] += more[c];
        }
    }
}

static void input_parts(void *context, size_t begin, size_t end) {
    const struct pass *p = context;
    const ck_pool2d_shape *s = p->shape;
    const struct ck_batchnorm_slopes slopes = ck_batchnorm_slopes_of(&p->gradient, p->mean);
    const struct ck_span bands = ck_parts_span(bands_of(s), p->gradient.parts, begin, end);
    float *lines = lines_of(p, begin);
    for (size_t i = bands.begin; i < bands.begin + bands.count; i++) {
        const struct band band = band_at(s, i);
        spread(p, &band, lines);
        p->kernels->input_gradient(band.lines * s->in_width, s->channels, p->x + band.pixel, lines, &slopes, false,
                                   p->dx + band.pixel);
    }
}

void ck_batchnorm_maxpool_backward(const ck_pool2d_shape *shape, const float *x, const float *dy, const uint8_t *record,
                                   const float *mean, const float *variance, float epsilon, const float *gamma,
                                   float *dgamma, float *dbeta, float *dx, float *workspace) {
    const size_t rows = shape->batch * shape->in_height * shape->in_width;
    struct pass p = {.kernels = CK_TIER(ck_batchnorm),
                     .pooling = CK_TIER(ck_pool2d),
                     .shape = shape,
                     .x = x,
                     .dy = dy,
                     .mean = mean,
                     .dx = dx,
                     .record_in = record};
    p.gradient = ck_batchnorm_gradient_in(workspace, rows, shape->channels, parts_of(shape));
    p.lines = workspace + ck_batchnorm_gradient_size(shape->channels, p.gradient.parts);
    ck_batchnorm_factors(shape->channels, variance, epsilon, gamma, NULL, p.gradient.scale, p.gradient.offset);
    ck_parallel_for(p.gradient.parts, rows * shape->channels * 12, sum_parts, &p);
    ck_batchnorm_finish(&p.gradient, variance, epsilon, dgamma, dbeta);
    if (!dx || rows == 0 || shape->channels == 0) return;
    ck_parallel_for(p.gradient.parts, rows * shape->channels * 16, input_parts, &p);
}
