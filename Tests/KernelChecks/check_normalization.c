/* Batch normalisation against its formulas in double: data near zero, far from zero, drifting and constant. */
#include <math.h>
#include <stdio.h>

#include "check.h"

void check_normalization(struct check *check);

/* Half a unit in the last place, relative: what one rounding costs. */
static const double rounding = 0x1p-24;
/* Roundings that a term meets in a sum: its own, at most 16 additions in a chain, two to join the chains. */
static const double roundings = 20;

struct batch {
    size_t rows, channels;
    const float *x, *dy, *mean, *variance, *gamma, *beta;
    float epsilon;
    ck_activation f;
    float *out, *out_mean, *out_variance, *dgamma, *dbeta, *workspace;
};

enum terrain { NEAR_ZERO, FAR_FROM_ZERO, DRIFTING, CONSTANT, TERRAINS };

static float *draw(struct check *check, size_t rows, size_t channels, enum terrain terrain) {
    float *x = check_input(check, rows * channels, terrain == FAR_FROM_ZERO ? CHECK_OFFSET : CHECK_UNIFORM);
    for (size_t i = 0; i < rows * channels; i++) {
        if (terrain == DRIFTING) x[i] += (float)(i / channels) * 0.25f;
        if (terrain == CONSTANT) x[i] = 3.7f + (float)(i % channels);
    }
    return x;
}

static void statistics(void *context) {
    struct batch *b = context;
    ck_batchnorm_statistics(b->rows, b->channels, b->x, b->out_mean, b->out_variance, b->workspace);
}

static void apply(void *context) {
    struct batch *b = context;
    ck_batchnorm_apply(b->rows, b->channels, b->x, b->mean, b->variance, b->epsilon, b->gamma, b->beta, b->f, b->out);
}

static void backward(void *context) {
    struct batch *b = context;
    ck_batchnorm_backward(b->rows, b->channels, b->x, b->dy, b->mean, b->variance, b->epsilon, b->gamma, b->beta, b->f,
                          b->dgamma, b->dbeta, b->out, b->workspace);
}

/* dy behind ReLU's derivative, if there is one: by the very arithmetic of the output, lest roundings decide. */
static double passed(const struct batch *b, size_t i) {
    const size_t c = i % b->channels;
    const float scale = (float)((b->gamma ? b->gamma[c] : 1) / sqrt((double)b->variance[c] + b->epsilon));
    const float output = fmaf(b->x[i] - b->mean[c], scale, b->beta ? b->beta[c] : 0);
    return b->f.kind != CK_RELU || output > 0 ? b->dy[i] : 0;
}

static void compare_statistics(struct check *check, struct batch *b, const char *label) {
    float *mean = check_output(check, b->channels), *variance = check_output(check, b->channels);
    float *mean_bound = check_output(check, b->channels), *variance_bound = check_output(check, b->channels);
    for (size_t c = 0; c < b->channels; c++) {
        double sum = 0, squares = 0, low = INFINITY, high = -INFINITY, count = b->rows ? (double)b->rows : 1;
        for (size_t r = 0; r < b->rows; r++) sum += b->x[r * b->channels + c];
        for (size_t r = 0; r < b->rows; r++) {
            const double x = b->x[r * b->channels + c], d = x - sum / count;
            squares += d * d;
            low = fmin(low, x), high = fmax(high, x);
        }
        mean[c] = (float)(sum / count);
        variance[c] = (float)(squares / count);
        /* Distances are taken from a shift that lies within the data, but for its own rounding. */
        const double reach = (b->rows ? high - low : 0) + roundings * rounding * fabs((double)mean[c]);
        mean_bound[c] = (float)(roundings * rounding * reach + 2 * rounding * fabs((double)mean[c]));
        variance_bound[c] = (float)((roundings + 4) * rounding * reach * reach + 2 * rounding * variance[c]);
    }
    b->out_mean = check_output(check, b->channels);
    b->out_variance = check_output(check, b->channels);
    statistics(b);
    check_bounded(check, mean, b->out_mean, mean_bound, b->channels, "mean, %s", label);
    check_bounded(check, variance, b->out_variance, variance_bound, b->channels, "variance, %s", label);
    b->mean = mean, b->variance = variance;
}

static void compare_apply(struct check *check, struct batch *b, const char *label) {
    const size_t n = b->rows * b->channels;
    float *expected = check_output(check, n), *bound = check_output(check, n);
    for (size_t i = 0; i < n; i++) {
        const size_t c = i % b->channels;
        const double scale = (b->gamma ? b->gamma[c] : 1) / sqrt((double)b->variance[c] + b->epsilon);
        const double product = ((double)b->x[i] - b->mean[c]) * scale, y = product + (b->beta ? b->beta[c] : 0);
        expected[i] = (float)(b->f.kind == CK_RELU && y < 0 ? 0 : y);
        bound[i] = (float)(rounding * (3 * fabs(product) + 2 * fabs(y)));
    }
    b->out = check_output(check, n);
    apply(b);
    check_bounded(check, expected, b->out, bound, n, "apply, %s", label);
    float *got = b->out;
    const float *x = b->x;
    b->x = b->out = check_copy(check, x, n);
    apply(b);
    check_same_bytes(check, got, b->out, n * sizeof *got, "apply in place, %s", label);
    b->x = x;
}

static void compare_backward(struct check *check, struct batch *b, check_call backward, const char *label) {
    const size_t n = b->rows * b->channels, channels = b->channels;
    float *dx = check_output(check, n), *dx_bound = check_output(check, n);
    float *dgamma = check_output(check, channels), *dgamma_bound = check_output(check, channels);
    float *dbeta = check_output(check, channels), *dbeta_bound = check_output(check, channels);
    for (size_t c = 0; c < channels; c++) {
        double sum = 0, product = 0, sum_size = 0, product_size = 0, rows = b->rows ? (double)b->rows : 1;
        for (size_t i = c; i < n; i += channels) {
            const double g = passed(b, i), d = (double)b->x[i] - b->mean[c];
            sum += g, sum_size += fabs(g);
            product += g * d, product_size += fabs(g * d);
        }
        const double inverse = 1 / sqrt((double)b->variance[c] + b->epsilon);
        const double scale = inverse * (b->gamma ? b->gamma[c] : 1);
        const double sum_error = roundings * rounding * sum_size;
        const double product_error = (roundings + 2) * rounding * product_size;
        dbeta[c] = (float)sum;
        dbeta_bound[c] = (float)(sum_error + 2 * rounding * fabs(sum));
        dgamma[c] = (float)(product * inverse);
        dgamma_bound[c] = (float)(product_error * inverse + 2 * rounding * fabs(product * inverse));
        for (size_t i = c; i < n; i += channels) {
            const double g = passed(b, i), d = (double)b->x[i] - b->mean[c];
            const double offset = sum / rows, slope = product * inverse * inverse / rows;
            const double terms = fabs(g) + fabs(offset) + fabs(d * slope);
            const double error = sum_error / rows + fabs(d) * inverse * inverse * product_error / rows;
            dx[i] = (float)(scale * (g - offset - d * slope));
            dx_bound[i] = (float)(fabs(scale) * (error + 4 * rounding * terms) + 3 * rounding * fabs((double)dx[i]));
        }
    }
    b->out = check_output(check, n);
    b->dgamma = check_output(check, channels);
    b->dbeta = check_output(check, channels);
    backward(b);
    check_bounded(check, dbeta, b->dbeta, dbeta_bound, channels, "dbeta, %s", label);
    check_bounded(check, dgamma, b->dgamma, dgamma_bound, channels, "dgamma, %s", label);
    check_bounded(check, dx, b->out, dx_bound, n, "dx, %s", label);

    float *got = b->out;
    const float *dy = b->dy;
    b->dy = b->out = check_copy(check, dy, n);
    b->dgamma = b->dbeta = NULL;
    backward(b);
    check_same_bytes(check, got, b->out, n * sizeof *got, "dx in place, alone, %s", label);
    b->dy = dy, b->out = NULL;
    float *alone = b->dgamma = check_output(check, channels);
    backward(b);
    check_bounded(check, dgamma, alone, dgamma_bound, channels, "dgamma alone, %s", label);
}

static struct batch prepare(struct check *check, size_t rows, size_t channels, enum terrain terrain, bool plain) {
    const size_t n = rows * channels;
    struct batch b = {.rows = rows, .channels = channels, .epsilon = 1e-3f};
    b.x = draw(check, rows, channels, terrain);
    b.dy = check_input(check, n, CHECK_UNIFORM);
    b.gamma = plain ? NULL : check_input(check, channels, CHECK_UNIFORM);
    b.beta = plain ? NULL : check_input(check, channels, CHECK_UNIFORM);
    b.f.kind = plain ? CK_LINEAR : CK_RELU;
    b.workspace = check_workspace(check, ck_batchnorm_workspace(rows, channels));
    return b;
}

static void compare(struct check *check, size_t rows, size_t channels, enum terrain terrain, bool plain) {
    char label[80];
    snprintf(label, sizeof label, "%zu x %zu, terrain %d, %s", rows, channels, terrain, plain ? "plain" : "ReLU");
    struct batch b = prepare(check, rows, channels, terrain, plain);
    check_use_variant(check);
    compare_statistics(check, &b, label);
    compare_apply(check, &b, label);
    compare_backward(check, &b, backward, label);
}

/* ---- With pooling behind it ---- */

struct pooled {
    struct batch batch; /* first: what the common checks see. Its dy is the gradient of the images before the pooling */
    ck_pool2d_shape shape;
    const float *pooled_dy;
    const uint8_t *record;
    float *y;
    uint8_t *out_record;
};

static void pooled_apply(void *context) {
    struct pooled *p = context;
    const struct batch *b = &p->batch;
    ck_batchnorm_maxpool_apply(&p->shape, b->x, b->mean, b->variance, b->epsilon, b->gamma, b->beta,
                               b->f.kind == CK_RELU, p->y, p->out_record, b->workspace);
}

static void pooled_backward(void *context) {
    struct pooled *p = context;
    const struct batch *b = &p->batch;
    ck_batchnorm_maxpool_backward(&p->shape, b->x, p->pooled_dy, p->record, b->mean, b->variance, b->epsilon, b->gamma,
                                  b->dgamma, b->dbeta, b->out, b->workspace);
}

static void compare_pooled(struct check *check, size_t images, size_t height, size_t width, size_t channels,
                           bool plain) {
    char label[80];
    snprintf(label, sizeof label, "%zu x %zu x %zu x %zu, pooled, %s", images, height, width, channels,
             plain ? "plain" : "ReLU");
    struct pooled p = {.batch = prepare(check, images * height * width, channels, NEAR_ZERO, plain)};
    struct batch *b = &p.batch;
    p.shape = (ck_pool2d_shape){.batch = images,
                                .in_height = height,
                                .in_width = width,
                                .channels = channels,
                                .out_height = height / 2,
                                .out_width = width / 2,
                                .window_height = 2,
                                .window_width = 2,
                                .stride_height = 2,
                                .stride_width = 2};
    const size_t n = b->rows * channels, outputs = images * (height / 2) * (width / 2) * channels;
    check_use_variant(check);
    compare_statistics(check, b, label);
    b->workspace = check_workspace(check, ck_batchnorm_maxpool_workspace(&p.shape));

    float *between = check_output(check, n), *expected = check_output(check, outputs);
    uint8_t *record = check_output_bytes(check, outputs);
    b->out = between;
    apply(b);
    ck_maxpool2d_forward(&p.shape, between, expected, record);
    for (size_t i = 0; i < outputs && !plain; i++)
        if (!(expected[i] > 0)) record[i] = 255;
    p.y = check_output(check, outputs), p.out_record = check_output_bytes(check, outputs);
    pooled_apply(&p);
    check_same_bytes(check, expected, p.y, outputs * sizeof *p.y, "%s", label);
    check_same_bytes(check, record, p.out_record, outputs, "record, %s", label);
    check_threads(check, pooled_apply, &p, p.y, outputs * sizeof *p.y, "%s", label);
    p.out_record = NULL;
    pooled_apply(&p);
    check_same_bytes(check, expected, p.y, outputs * sizeof *p.y, "without a record, %s", label);

    float *dy = check_output(check, n);
    p.record = record, p.pooled_dy = check_input(check, outputs, CHECK_UNIFORM);
    ck_maxpool2d_backward(&p.shape, p.pooled_dy, record, dy);
    b->dy = dy, b->f.kind = CK_LINEAR; /* ReLU's derivative is in the record */
    compare_backward(check, b, pooled_backward, label);
    b->out = check_output(check, n), b->dgamma = check_output(check, channels);
    check_threads(check, pooled_backward, &p, b->out, n * sizeof(float), "%s", label);
    check_threads(check, pooled_backward, &p, b->dgamma, channels * sizeof(float), "%s", label);
    const float *apart = b->out;
    float *x = check_copy(check, b->x, n);
    b->x = b->out = x;
    pooled_backward(&p);
    check_same_bytes(check, apart, x, n * sizeof(float), "in place, %s", label);
}

void check_normalization(struct check *check) {
    const size_t channels[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 30, 32, 33, 64, 128, 300};
    const size_t rows[] = {0, 1, 2, 5, 63, 64, 65, 131, 1000};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++)
            compare(check, rows[j], channels[i], (enum terrain)((i + j) % TERRAINS), (i + j) % 3 == 0);
    for (int terrain = 0; terrain < TERRAINS; terrain++) compare(check, 20011, 17, (enum terrain)terrain, terrain % 2);

    static const size_t images[][4] = {{3, 24, 24, 32}, {64, 7, 5, 17},  {2, 1, 9, 8},  {5, 9, 1, 3},
                                       {0, 4, 4, 16},   {9, 30, 31, 16}, {1, 2, 2, 40}, {4, 6, 6, 0}};
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        for (int plain = 0; plain < 2; plain++)
            compare_pooled(check, images[i][0], images[i][1], images[i][2], images[i][3], plain);

    struct batch b = prepare(check, 20011, 33, FAR_FROM_ZERO, false);
    const size_t n = b.rows * b.channels;
    b.mean = b.out_mean = check_output(check, b.channels);
    b.variance = b.out_variance = check_output(check, b.channels);
    check_threads(check, statistics, &b, b.out_mean, b.channels * sizeof(float), "mean");
    check_threads(check, statistics, &b, b.out_variance, b.channels * sizeof(float), "variance");
    b.out = check_output(check, n);
    check_threads(check, apply, &b, b.out, n * sizeof(float), "apply");
    b.dgamma = check_output(check, b.channels), b.dbeta = check_output(check, b.channels);
    check_threads(check, backward, &b, b.out, n * sizeof(float), "dx");
    check_threads(check, backward, &b, b.dgamma, b.channels * sizeof(float), "dgamma");
    check_threads(check, backward, &b, b.dbeta, b.channels * sizeof(float), "dbeta");
}
