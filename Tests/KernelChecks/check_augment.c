/* Resampled images against the formula in double, and what is drawn at random. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static const ck_fill_mode fills[] = {CK_FILL_NEAREST, CK_FILL_CONSTANT, CK_FILL_REFLECT, CK_FILL_WRAP};

enum { IMAGES = 5, DRAWN = 33 };

struct pictures {
    ck_image_source source;
    ck_augmentation augmentation;
    size_t count;
    uint64_t seed;
    uint32_t epoch;
    const int32_t *indices;
    const ck_warp *warps; /* null: drawn */
    float *y, *workspace;
};

static void resample(void *context) {
    struct pictures *p = context;
    if (p->warps)
        ck_warp_images(&p->source, p->augmentation.fill, p->augmentation.fill_value, p->count, p->indices, p->warps,
                       p->y);
    else
        ck_augment_images(&p->augmentation, p->seed, 7, p->epoch, &p->source, p->count, p->indices, p->y, p->workspace);
}

static size_t size_of(const ck_image_source *s) { return s->height * s->width * s->channels; }

static ck_image_source source_of(struct check *check, size_t height, size_t width, size_t channels, bool bytes) {
    const size_t n = IMAGES * height * width * channels;
    const float *floats = check_input(check, n, CHECK_UNIFORM);
    if (!bytes) return (ck_image_source){.floats = floats, .height = height, .width = width, .channels = channels};
    uint8_t *levels = check_output_bytes(check, n);
    for (size_t i = 0; i < n; i++) levels[i] = (uint8_t)check_draw(check, 0, 255);
    return (ck_image_source){
        .bytes = levels, .scale = 1 / 255.0f, .height = height, .width = width, .channels = channels};
}

/* ---- The formula ---- */

static double pixel(const ck_image_source *s, size_t image, size_t row, size_t column, size_t channel) {
    const size_t i = ((image * s->height + row) * s->width + column) * s->channels + channel;
    return s->floats ? s->floats[i] : s->bytes[i] * (double)s->scale;
}

/* The pixel number that an integer position outside of an axis stands for. */
static size_t mirrored(long i, size_t length) {
    const long period = 2 * (long)length;
    i = (i % period + period) % period;
    return (size_t)(i < (long)length ? i : period - 1 - i);
}

static size_t clamped(long i, size_t length) {
    return i < 0 ? 0 : i >= (long)length ? length - 1 : (size_t)i;
}

static double bilinear(const ck_image_source *s, ck_fill_mode fill, size_t image, double x, double y, size_t channel) {
    if (fill == CK_FILL_WRAP) {
        if (x < 0 || x > (double)s->width - 1) x -= ((double)s->width - 1) * floor(x / ((double)s->width - 1));
        if (y < 0 || y > (double)s->height - 1) y -= ((double)s->height - 1) * floor(y / ((double)s->height - 1));
    }
    const double left = floor(x), top = floor(y), fx = x - left, fy = y - top;
    double sum = 0;
    for (int k = 0; k < 4; k++) {
        const long column = (long)left + k % 2, row = (long)top + k / 2;
        const bool mirror = fill == CK_FILL_REFLECT;
        sum += (k % 2 ? fx : 1 - fx) * (k / 2 ? fy : 1 - fy) *
               pixel(s, image, mirror ? mirrored(row, s->height) : clamped(row, s->height),
                     mirror ? mirrored(column, s->width) : clamped(column, s->width), channel);
    }
    return sum;
}

/* Every output pixel against the formula; `near` edges, where the formula jumps, are left out. */
static void compare_formula(struct check *check, const struct pictures *p, const char *what) {
    const ck_image_source *s = &p->source;
    const double middle_x = ((double)s->width - 1) / 2, middle_y = ((double)s->height - 1) / 2, near = 1e-3;
    double worst = 0;
    for (size_t i = 0; i < p->count * size_of(s); i++) {
        const size_t channel = i % s->channels, column = i / s->channels % s->width;
        const size_t row = i / s->channels / s->width % s->height, image = i / size_of(s);
        const float(*m)[3] = p->warps[image].matrix;
        const double ox = (double)column - middle_x, oy = (double)row - middle_y;
        const double x = m[0][0] * ox + m[0][1] * oy + m[0][2] + middle_x;
        const double y = m[1][0] * ox + m[1][1] * oy + m[1][2] + middle_y;
        const ck_fill_mode fill = p->augmentation.fill;
        double expected;
        const double right = (double)s->width - 1, bottom = (double)s->height - 1;
        if (fill == CK_FILL_CONSTANT && (x < -near || x > right + near || y < -near || y > bottom + near))
            expected = p->augmentation.fill_value;
        else if (fill == CK_FILL_CONSTANT && (x < near || x > right - near || y < near || y > bottom - near)) continue;
        else if (fill == CK_FILL_WRAP && (fabs(remainder(x, right)) < near || fabs(remainder(y, bottom)) < near))
            continue;
        else expected = bilinear(s, fill, (size_t)p->indices[image], x, y, channel);
        worst = fmax(worst, fabs(expected - p->y[i]));
    }
    /* Positions reach some 200 pixels; their roundings times the steepest slope, 2 a pixel along each axis. */
    check_true(check, worst < 200 * 0x1p-24 * 4 * 4, "%s: off by %g", what, worst);
}

static ck_warp random_warp(struct check *check) {
#define DRAW(low, high) ((low) + ((high) - (low)) * (double)check_draw(check, 0, 10000) / 10000)
    return ck_warp_affine(DRAW(-60, 60), DRAW(-9, 9), DRAW(-9, 9), DRAW(-30, 30), DRAW(0.4, 2.5), DRAW(0.4, 2.5));
#undef DRAW
}

static void compare_tiers(struct check *check, struct pictures *p, const char *what) {
    const size_t n = p->count * size_of(&p->source);
    float *expected = p->y = check_output(check, n);
    check_use_reference(check);
    resample(p);
    check_use_variant(check);
    p->y = check_output(check, n);
    resample(p);
    check_same_bytes(check, expected, p->y, n * sizeof(float), "%s: as the reference", what);
}

static void check_warps(struct check *check, size_t height, size_t width, size_t channels, bool bytes) {
    ck_warp warps[IMAGES];
    int32_t indices[IMAGES];
    for (size_t i = 0; i < IMAGES; i++) {
        warps[i] = random_warp(check);
        indices[i] = (int32_t)check_draw(check, 0, IMAGES - 1);
    }
    struct pictures p = {.source = source_of(check, height, width, channels, bytes), .count = IMAGES,
                         .indices = indices, .warps = warps};
    char what[80];
    for (size_t f = 0; f < 4; f++) {
        p.augmentation = (ck_augmentation){.fill = fills[f], .fill_value = -3};
        snprintf(what, sizeof what, "%zu x %zu x %zu %s, fill %zu", height, width, channels,
                 bytes ? "bytes" : "floats", f);
        compare_tiers(check, &p, what);
        compare_formula(check, &p, what);
    }
    /* Nothing changed: the same pixels, exactly. */
    for (size_t i = 0; i < IMAGES; i++) warps[i] = ck_warp_affine(0, 0, 0, 0, 1, 1);
    resample(&p);
    bool same = true;
    const size_t size = size_of(&p.source);
    for (size_t i = 0; i < IMAGES * size; i++) {
        const size_t from = (size_t)indices[i / size] * size + i % size;
        same = same && p.y[i] == (bytes ? (float)p.source.bytes[from] * p.source.scale : p.source.floats[from]);
    }
    check_true(check, same, "%zu x %zu x %zu: unchanged", height, width, channels);
}

/* ---- What is drawn ---- */

static const ck_augmentation strong = {.rotation = 25, .shift_x = 4, .shift_y = 2, .shear = 10, .zoom_low = 0.7f,
                                       .zoom_high = 1.3f, .elastic_alpha = 34, .elastic_sigma = 4};

static void check_drawn(struct check *check, size_t height, size_t width, size_t channels, bool bytes) {
    int32_t indices[DRAWN];
    for (size_t i = 0; i < DRAWN; i++) indices[i] = (int32_t)(i % IMAGES);
    struct pictures p = {.source = source_of(check, height, width, channels, bytes), .augmentation = strong,
                         .count = DRAWN, .indices = indices, .seed = 3, .epoch = 1};
    p.workspace = check_workspace(check, ck_augment_workspace(&strong, &p.source, DRAWN));
    const size_t size = size_of(&p.source);
    char what[80];
    for (size_t f = 0; f < 4; f++) {
        p.augmentation.fill = fills[f];
        snprintf(what, sizeof what, "drawn %zu x %zu x %zu, fill %zu", height, width, channels, f);
        compare_tiers(check, &p, what);
    }
    if (size == 0) return;
    check_same_bytes(check, p.y, p.y + IMAGES * size, size * sizeof(float), "an image's number decides, not its place");
    if (size < 100) return;
    float *first = check_copy(check, p.y, DRAWN * size);
    p.epoch = 2;
    resample(&p);
    check_true(check, memcmp(first, p.y, size * sizeof(float)) != 0, "another epoch, another change");
    p.epoch = 1;
    p.seed = 4;
    resample(&p);
    check_true(check, memcmp(first, p.y, size * sizeof(float)) != 0, "another seed, another change");
}

/* Elastic distortion alone, on images whose levels are their pixels' positions, so that the output tells the movement:
 * deviation, bounds, and how alike neighbours move, as uniform noise under a Gaussian of sigma gives them. */
static void check_elastic(struct check *check) {
    enum { SIDE = 40, COUNT = 600 };
    const double alpha = 20, sigma = 4;
    float *x = check_output(check, SIDE * SIDE);
    for (size_t i = 0; i < SIDE * SIDE; i++) x[i] = (float)(i % SIDE);
    static int32_t indices[COUNT];
    struct pictures p = {.source = {.floats = x, .height = SIDE, .width = SIDE, .channels = 1},
                         .augmentation = {.zoom_low = 1, .zoom_high = 1, .elastic_alpha = (float)alpha,
                                          .elastic_sigma = (float)sigma},
                         .count = 1, .indices = indices};
    p.workspace = check_workspace(check, ck_augment_workspace(&p.augmentation, &p.source, 1));
    p.y = check_output(check, SIDE * SIDE);
    double sum = 0, squares = 0, products = 0, n = 0;
    const size_t apart = 4;
    for (size_t k = 0; k < COUNT; k++) {
        p.epoch = (uint32_t)k;
        resample(&p);
        for (size_t row = 8; row < SIDE - 8; row++) {
            for (size_t column = 8; column < SIDE - 8 - apart; column++) {
                const double d = p.y[row * SIDE + column] - (double)column;
                const double other = p.y[row * SIDE + column + apart] - (double)(column + apart);
                sum += d, squares += d * d, products += d * other, n++;
            }
        }
    }
    const double deviation = alpha / sqrt(3) / (2 * sigma * sqrt(3.14159265358979)), got = sqrt(squares / n);
    /* 600 fields of some 25 independent patches each: 1 % is a standard error. */
    check_true(check, fabs(sum / n) < 0.06 * deviation, "elastic: mean %g", sum / n);
    check_true(check, fabs(got / deviation - 1) < 0.06, "elastic: deviation %g, the paper's %g", got, deviation);
    const double alike = products / squares, gaussian = exp(-(double)(apart * apart) / (4 * sigma * sigma));
    check_true(check, fabs(alike - gaussian) < 0.06, "elastic: likeness at %zu pixels %g, a Gaussian's %g", apart,
               alike, gaussian);
}

void check_augment(struct check *check) {
    check_use_variant(check);
    for (int bytes = 0; bytes < 2; bytes++) {
        check_warps(check, 28, 28, 1, bytes);
        check_warps(check, 7, 17, 1, bytes);
        check_warps(check, 33, 5, 3, bytes);
        check_warps(check, 9, 16, 4, bytes);
        check_warps(check, 70, 64, 1, bytes);
        check_drawn(check, 28, 28, 1, bytes);
        check_drawn(check, 13, 31, 2, bytes);
        check_drawn(check, 1, 1, 1, bytes);
        check_drawn(check, 0, 5, 1, bytes);
        check_drawn(check, 90, 40, 1, bytes);
    }
    check_elastic(check);
    int32_t indices[DRAWN];
    for (size_t i = 0; i < DRAWN; i++) indices[i] = (int32_t)(i % IMAGES);
    struct pictures p = {.source = source_of(check, 28, 28, 1, true), .augmentation = strong, .count = DRAWN,
                         .indices = indices};
    p.workspace = check_workspace(check, ck_augment_workspace(&strong, &p.source, DRAWN));
    p.y = check_output(check, DRAWN * 784);
    check_threads(check, resample, &p, p.y, DRAWN * 784 * sizeof(float), "augmentation");
}
