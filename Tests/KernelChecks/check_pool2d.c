/* Pooling: windows with and without overlap, padding, gaps, ties, NaN, and records of one and of four bytes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

void check_pool2d(struct check *check);

struct pool {
    ck_pool2d_shape shape;
    const float *x, *dy;
    float *y, *dx;
    void *record;
    char label[128];
};

static size_t in_size(const ck_pool2d_shape *s) { return s->batch * s->in_height * s->in_width * s->channels; }
static size_t out_size(const ck_pool2d_shape *s) { return s->batch * s->out_height * s->out_width * s->channels; }

/* Outputs along an axis of which each window reaches the image, as many as a padding of `pad` at both ends allows. */
static size_t outputs(size_t in, size_t window, size_t stride, size_t pad) {
    size_t count = in + 2 * pad < window ? 0 : (in + 2 * pad - window) / stride + 1;
    while (count && (count - 1) * stride >= in + pad) count--;
    return count;
}

static ck_pool2d_shape square(size_t batch, size_t size, size_t channels, size_t window, size_t stride, size_t pad) {
    const size_t out = outputs(size, window, stride, pad);
    return (ck_pool2d_shape){.batch = batch,
                             .in_height = size,
                             .in_width = size,
                             .channels = channels,
                             .out_height = out,
                             .out_width = out,
                             .window_height = window,
                             .window_width = window,
                             .stride_height = stride,
                             .stride_width = stride,
                             .pad_top = pad,
                             .pad_left = pad};
}

static void max_forward(void *context) {
    struct pool *p = context;
    ck_maxpool2d_forward(&p->shape, p->x, p->y, p->record);
}

static void max_backward(void *context) {
    struct pool *p = context;
    ck_maxpool2d_backward(&p->shape, p->dy, p->record, p->dx);
}

static void average_forward(void *context) {
    struct pool *p = context;
    ck_avgpool2d_forward(&p->shape, p->x, p->y);
}

static void average_backward(void *context) {
    struct pool *p = context;
    ck_avgpool2d_backward(&p->shape, p->dy, p->dx);
}

static struct pool draw(struct check *check, const ck_pool2d_shape *shape, enum check_data data) {
    struct pool p = {.shape = *shape};
    p.x = check_input(check, in_size(shape), data);
    p.dy = check_input(check, out_size(shape), CHECK_UNIFORM);
    snprintf(p.label, sizeof p.label, "%zux%zux%zux%zu, window %zux%zu, stride %zux%zu, pad %zux%zu", shape->batch,
             shape->in_height, shape->in_width, shape->channels, shape->window_height, shape->window_width,
             shape->stride_height, shape->stride_width, shape->pad_top, shape->pad_left);
    return p;
}

/* Windows that may cover one pixel, along both axes. */
static double overlap(const ck_pool2d_shape *s) {
    return ceil((double)s->window_height / (double)s->stride_height) *
           ceil((double)s->window_width / (double)s->stride_width);
}

static void compare_max(struct check *check, struct pool *p) {
    const size_t out = out_size(&p->shape), in = in_size(&p->shape), bytes = ck_maxpool2d_record_size(&p->shape);
    float *expected = p->y = check_output(check, out);
    void *places = p->record = check_output_bytes(check, bytes);
    check_use_reference(check);
    max_forward(p);
    check_use_variant(check);
    p->y = check_output(check, out);
    p->record = check_output_bytes(check, bytes);
    max_forward(p);
    check_close(check, expected, p->y, out, 0, 0, "maximum, %s", p->label);
    check_same_bytes(check, places, p->record, bytes, "record, %s", p->label);
    p->y = check_output(check, out);
    ck_maxpool2d_forward(&p->shape, p->x, p->y, NULL);
    check_close(check, expected, p->y, out, 0, 0, "maximum without record, %s", p->label);

    expected = p->dx = check_output(check, in);
    check_use_reference(check);
    max_backward(p);
    check_use_variant(check);
    p->dx = check_output(check, in);
    max_backward(p);
    /* Gradients are below 1 in size; each of the additions rounds once. */
    const double windows = overlap(&p->shape);
    check_close(check, expected, p->dx, in, windows <= 1 ? 0 : windows * windows * 0x1p-24, 0, "gradient, %s",
                p->label);
    /* Every gradient arrives at exactly one pixel. */
    double given = 0, taken = 0, size = 0;
    for (size_t i = 0; i < out; i++) given += p->dy[i], size += fabs((double)p->dy[i]);
    for (size_t i = 0; i < in; i++) taken += p->dx[i];
    check_true(check, fabs(given - taken) <= size * windows * 0x1p-24, "gradient lost: %g of %g, %s", taken, given,
               p->label);
}

static void compare_average(struct check *check, struct pool *p) {
    const size_t out = out_size(&p->shape), in = in_size(&p->shape);
    const ck_pool2d_shape *s = &p->shape;
    float *expected = p->y = check_output(check, out);
    check_use_reference(check);
    average_forward(p);
    check_use_variant(check);
    p->y = check_output(check, out);
    average_forward(p);
    /* Rows of the window are summed, then their sums, then one division; numbers are at most 12 in size. */
    const double additions = (double)(s->window_height + s->window_width) + 1;
    check_close(check, expected, p->y, out, 12 * additions * 0x1p-24, 0, "average, %s", p->label);

    expected = p->dx = check_output(check, in);
    check_use_reference(check);
    average_backward(p);
    check_use_variant(check);
    p->dx = check_output(check, in);
    average_backward(p);
    const double windows = overlap(s);
    check_close(check, expected, p->dx, in, windows * (windows + 2) * 0x1p-24, 0, "average's gradient, %s", p->label);
}

static void compare(struct check *check, const ck_pool2d_shape *shape) {
    struct pool p = draw(check, shape, CHECK_SPARSE); /* many ties */
    compare_max(check, &p);
    compare_average(check, &p);
    p = draw(check, shape, CHECK_UNIFORM);
    float *x = check_copy(check, p.x, in_size(shape));
    for (size_t i = 0; i < in_size(shape); i++)
        if (check_draw(check, 0, 9) == 0) x[i] = i % 3 ? NAN : i % 2 ? INFINITY : -INFINITY;
    p.x = x;
    compare_max(check, &p);
}

/* What the header promises about ties and NaN, spelt out on one window of 2 x 2 pixels for each of 20 channels. */
static void check_rules(struct check *check) {
    static const struct {
        float pixels[4], maximum;
        uint8_t place;
    } rules[] = {
        {{1, 2, 3, 4}, 4, 3},       {{4, 4, 4, 4}, 4, 0},
        {{1, 5, 5, 2}, 5, 1},       {{0, 7, NAN, 9}, NAN, 2},
        {{NAN, 1, NAN, 3}, NAN, 0}, {{-INFINITY, -INFINITY, -INFINITY, -INFINITY}, -INFINITY, 0},
        {{-3, -2, -2, -9}, -2, 1},  {{INFINITY, NAN, 1, 2}, NAN, 1},
    };
    enum { RULES = sizeof rules / sizeof rules[0], CHANNELS = 20 };
    ck_pool2d_shape shape = square(1, 2, CHANNELS, 2, 2, 0);
    float *x = check_output(check, 4 * CHANNELS), expected[CHANNELS];
    uint8_t places[CHANNELS];
    for (size_t c = 0; c < CHANNELS; c++) {
        for (size_t pixel = 0; pixel < 4; pixel++) x[pixel * CHANNELS + c] = rules[c % RULES].pixels[pixel];
        expected[c] = rules[c % RULES].maximum;
        places[c] = rules[c % RULES].place;
    }
    float *y = check_output(check, CHANNELS);
    void *record = check_output_bytes(check, CHANNELS);
    check_use_variant(check);
    ck_maxpool2d_forward(&shape, x, y, record);
    check_close(check, expected, y, CHANNELS, 0, 0, "ties and NaN");
    check_same_bytes(check, places, record, CHANNELS, "places of ties and NaN");
}

void check_pool2d(struct check *check) {
    check_rules(check);
    const size_t channels[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 30, 32, 33, 64, 100};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        const size_t c = channels[i];
        const ck_pool2d_shape shapes[] = {
            square(2, 6, c, 2, 2, 0), square(1, 7, c, 2, 2, 0), square(2, 7, c, 2, 2, 1),    square(2, 5, c, 3, 1, 0),
            square(1, 8, c, 3, 2, 1), square(1, 9, c, 2, 3, 0), square(1, 4, c, 4, 4, 0),    square(2, 6, c, 5, 1, 2),
            square(1, 1, c, 1, 1, 0), square(0, 4, c, 2, 2, 0), square(1, 16, c, 16, 16, 0),
        };
        for (size_t j = 0; j < sizeof shapes / sizeof shapes[0]; j++) compare(check, &shapes[j]);
    }
    for (int i = 0; i < 40; i++) { /* anything */
        ck_pool2d_shape s = {.batch = check_draw(check, 1, 3),
                             .in_height = check_draw(check, 1, 13),
                             .in_width = check_draw(check, 1, 13),
                             .channels = check_draw(check, 1, 40),
                             .stride_height = check_draw(check, 1, 4),
                             .stride_width = check_draw(check, 1, 4)};
        s.window_height = check_draw(check, 1, s.in_height);
        s.window_width = check_draw(check, 1, s.in_width);
        s.pad_top = check_draw(check, 0, s.window_height - 1);
        s.pad_left = check_draw(check, 0, s.window_width - 1);
        s.out_height = outputs(s.in_height, s.window_height, s.stride_height, s.pad_top);
        s.out_width = outputs(s.in_width, s.window_width, s.stride_width, s.pad_left);
        compare(check, &s);
    }
    ck_pool2d_shape large = square(2, 20, 19, 17, 1, 3); /* windows of 289 pixels: four bytes a record */
    compare(check, &large);
    large.window_width = 15, large.out_width = outputs(20, 15, 1, 3); /* 255 pixels: one byte still */
    compare(check, &large);

    struct pool p = draw(check, &(ck_pool2d_shape){0}, CHECK_UNIFORM);
    const ck_pool2d_shape threaded[] = {square(7, 24, 32, 2, 2, 0), square(3, 25, 33, 3, 2, 1)};
    for (size_t i = 0; i < 2; i++) {
        p = draw(check, &threaded[i], CHECK_UNIFORM);
        const size_t out = out_size(&threaded[i]), in = in_size(&threaded[i]);
        p.y = check_output(check, out), p.dx = check_output(check, in);
        p.record = check_output_bytes(check, out);
        check_threads(check, max_forward, &p, p.y, out * sizeof(float), "maximum, %s", p.label);
        check_threads(check, max_forward, &p, p.record, out, "record, %s", p.label);
        check_threads(check, max_backward, &p, p.dx, in * sizeof(float), "gradient, %s", p.label);
        check_threads(check, average_forward, &p, p.y, out * sizeof(float), "average, %s", p.label);
        check_threads(check, average_backward, &p, p.dx, in * sizeof(float), "average's gradient, %s", p.label);
    }
}
