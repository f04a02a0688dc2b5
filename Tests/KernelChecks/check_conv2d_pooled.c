/* Convolution with pooling behind it: forward in the bits of one after the other, gradients against the reference. */
#include <stdio.h>

#include "check_conv2d.h"

void check_conv2d_pooled(struct check *check);

struct sizes {
    size_t x, y, pooled, w, channels;
};

static struct sizes sizes_of(const ck_conv2d_shape *s) {
    return (struct sizes){
        s->batch * s->in_height * s->in_width * s->in_channels,
        s->batch * s->out_height * s->out_width * s->out_channels,
        s->batch * (s->out_height / 2) * (s->out_width / 2) * s->out_channels,
        s->kernel_height * s->kernel_width * s->in_channels * s->out_channels,
        s->out_channels,
    };
}

static ck_pool2d_shape pooling_of(const ck_conv2d_shape *s) {
    return (ck_pool2d_shape){.batch = s->batch,
                             .in_height = s->out_height,
                             .in_width = s->out_width,
                             .channels = s->out_channels,
                             .out_height = s->out_height / 2,
                             .out_width = s->out_width / 2,
                             .window_height = 2,
                             .window_width = 2,
                             .stride_height = 2,
                             .stride_width = 2};
}

static const char *label(const ck_conv2d_shape *s, const char *what) {
    static char text[160];
    snprintf(text, sizeof text, "pooled %s %zux%zux%zux%zu -> %zux%zux%zu, kernel %zux%zu, stride %zu, pad %zu %zu",
             what, s->batch, s->in_height, s->in_width, s->in_channels, s->out_height, s->out_width, s->out_channels,
             s->kernel_height, s->kernel_width, s->stride_height, s->pad_top, s->pad_left);
    return text;
}

struct forward {
    const ck_conv2d_shape *shape;
    const float *x, *w, *prepared, *bias;
    bool relu;
    float *y, *workspace;
    uint8_t *record;
};

static void run_forward(void *context) {
    const struct forward *f = context;
    ck_conv2d_maxpool_forward(f->shape, f->x, f->w, f->prepared, f->bias, f->relu, f->y, f->record, f->workspace);
}

/* One after the other, on the tier in force. Returns the record, with 255 where ReLU gives nothing. */
static uint8_t *compose(struct check *check, const struct forward *f, float *y) {
    const ck_conv2d_shape *s = f->shape;
    const struct sizes n = sizes_of(s);
    const ck_pool2d_shape pooling = pooling_of(s);
    float *between = check_output(check, n.y);
    uint8_t *record = check_output_bytes(check, n.pooled);
    ck_conv2d_forward(s, f->x, f->w, NULL, f->bias, (ck_activation){.kind = CK_LINEAR}, between,
                      check_workspace(check, ck_conv2d_forward_workspace(s)));
    ck_maxpool2d_forward(&pooling, between, y, record);
    ck_activation_forward(n.pooled, (ck_activation){.kind = f->relu ? CK_RELU : CK_LINEAR}, y, y);
    for (size_t i = 0; i < n.pooled; i++)
        if (f->relu && !(y[i] > 0)) record[i] = 255;
    return record;
}

static const uint8_t *compare_forward(struct check *check, struct forward f) {
    const struct sizes n = sizes_of(f.shape);
    float *y = check_output(check, n.pooled);
    check_use_variant(check);
    const uint8_t *record = compose(check, &f, y);
    f.y = check_output(check, n.pooled);
    f.record = check_output_bytes(check, n.pooled);
    f.workspace = check_workspace(check, ck_conv2d_maxpool_forward_workspace(f.shape));
    run_forward(&f);
    check_same_bytes(check, y, f.y, n.pooled * sizeof *y, "%s", label(f.shape, "forward"));
    check_same_bytes(check, record, f.record, n.pooled, "%s, record", label(f.shape, "forward"));
    check_threads(check, run_forward, &f, f.y, n.pooled * sizeof *y, "%s", label(f.shape, "forward"));
    f.record = NULL;
    f.y = check_output(check, n.pooled);
    run_forward(&f);
    check_same_bytes(check, y, f.y, n.pooled * sizeof *y, "%s without a record", label(f.shape, "forward"));
    f.prepared = prepared_weights(check, f.shape, f.w);
    f.y = check_output(check, n.pooled);
    run_forward(&f);
    check_same_bytes(check, y, f.y, n.pooled * sizeof *y, "%s with prepared weights", label(f.shape, "forward"));
    return record;
}

struct backward {
    const ck_conv2d_shape *shape;
    const float *x, *w, *dy;
    const uint8_t *record;
    bool input; /* whether it gets a gradient */
    float *out; /* dw, dbias, dx one behind the other */
    float *workspace;
};

static void run_backward(void *context) {
    const struct backward *b = context;
    const struct sizes n = sizes_of(b->shape);
    ck_conv2d_maxpool_backward(b->shape, b->x, b->w, b->record, b->dy, b->input ? b->out + n.w + n.channels : NULL,
                               b->out, b->out + n.w, b->workspace);
}

static float *gradients(struct check *check, struct backward b) {
    const struct sizes n = sizes_of(b.shape);
    b.out = check_output(check, n.w + n.channels + (b.input ? n.x : 0));
    b.workspace = check_workspace(check, ck_conv2d_maxpool_backward_workspace(b.shape, b.input));
    run_backward(&b);
    return b.out;
}

/* Whole numbers: whatever the order of the sums, direct algorithms give the same bits. */
static void compare_backward(struct check *check, struct backward b, bool exact) {
    const struct sizes n = sizes_of(b.shape);
    const size_t count = n.w + n.channels + (b.input ? n.x : 0);
    check_use_reference(check);
    const float *expected = gradients(check, b);
    check_use_variant(check);
    b.out = gradients(check, b);
    /* Magnitudes up to 4: a sum of n terms errs by n u times their magnitudes; Winograd's constants add a factor. */
    const size_t windows = b.shape->batch * (b.shape->out_height / 2) * (b.shape->out_width / 2);
    const size_t taps = b.shape->kernel_height * b.shape->kernel_width * b.shape->out_channels;
    const double terms = (double)(windows > taps ? windows : taps);
    check_close(check, expected, b.out, count, exact ? 0 : 0x1p-24 * 16 * 4 * terms * 8, 0, "%s",
                label(b.shape, b.input ? "backward" : "backward, weights"));
    b.workspace = check_workspace(check, ck_conv2d_maxpool_backward_workspace(b.shape, b.input));
    check_threads(check, run_backward, &b, b.out, count * sizeof(float), "%s", label(b.shape, "backward"));
    if (!b.input) return;
    float *x = check_copy(check, b.x, n.x), *dw = check_output(check, n.w), *dbias = check_output(check, n.channels);
    ck_conv2d_maxpool_backward(b.shape, x, b.w, b.record, b.dy, x, dw, dbias, b.workspace);
    check_same_bytes(check, b.out, dw, n.w * sizeof(float), "%s", label(b.shape, "backward in place, weights"));
    check_same_bytes(check, b.out + n.w + n.channels, x, n.x * sizeof(float), "%s", label(b.shape, "in place"));
}

static void compare(struct check *check, const ck_conv2d_shape *s, enum check_data data) {
    const struct sizes n = sizes_of(s);
    const struct forward f = {.shape = s,
                              .x = check_input(check, n.x, data),
                              .w = check_input(check, n.w, data),
                              .bias = check_draw(check, 0, 1) ? check_input(check, n.channels, data) : NULL,
                              .relu = check_draw(check, 0, 1)};
    const uint8_t *record = compare_forward(check, f);
    const float *dy = check_input(check, n.pooled, data);
    const bool exact = data == CHECK_INTEGER && s->algorithm == CK_CONV2D_DIRECT;
    for (int input = 0; input < 2; input++)
        compare_backward(check,
                         (struct backward){.shape = s, .x = f.x, .w = f.w, .dy = dy, .record = record, .input = input},
                         exact);
}

static size_t outputs(size_t in, size_t pad, size_t kernel, size_t stride) {
    return in + 2 * pad < kernel ? 0 : (in + 2 * pad - kernel) / stride + 1;
}

/* One channel and several, kernels that have a gradient of their own and others, odd sizes whose last line is dropped,
 * paddings, strides, Winograd's shapes. */
static void draw_shape(struct check *check, ck_conv2d_shape *s, int i) {
    static const size_t channels[] = {1, 3, 8, 15, 16, 17, 30, 32, 33, 64};
    const bool winograd = i % 3 == 0;
    *s = (ck_conv2d_shape){.batch = check_draw(check, 1, i % 10 == 0 ? 40 : 6),
                           .in_channels = i % 3 == 1 ? 1 : channels[check_draw(check, winograd ? 3 : 0, 9)],
                           .out_channels = channels[check_draw(check, winograd ? 3 : 0, 9)],
                           .kernel_height = winograd ? 3 : check_draw(check, 1, 7),
                           .stride_height = winograd || check_draw(check, 0, 3) ? 1 : 2,
                           .dilation_height = 1,
                           .dilation_width = 1,
                           .in_height = check_draw(check, 1, 17),
                           .in_width = check_draw(check, 1, 30)};
    s->algorithm = winograd ? (ck_conv2d_algorithm)check_draw(check, 0, 2) : CK_CONV2D_DIRECT;
    s->kernel_width = winograd || check_draw(check, 0, 3) ? s->kernel_height : check_draw(check, 1, 7);
    s->stride_width = s->stride_height;
    s->pad_top = check_draw(check, 0, 2) ? 0 : s->kernel_height / 2;
    s->pad_left = check_draw(check, 0, 2) ? 0 : s->kernel_width / 2;
    s->out_height = outputs(s->in_height, s->pad_top, s->kernel_height, s->stride_height);
    s->out_width = outputs(s->in_width, s->pad_left, s->kernel_width, s->stride_width);
}

/* NaN wins a window, and has no gradient behind ReLU. */
static void check_nan(struct check *check) {
    ck_conv2d_shape s = {.batch = 2,
                         .in_height = 8,
                         .in_width = 9,
                         .in_channels = 1,
                         .out_height = 6,
                         .out_width = 7,
                         .out_channels = 20,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .stride_height = 1,
                         .stride_width = 1,
                         .dilation_height = 1,
                         .dilation_width = 1};
    const struct sizes n = sizes_of(&s);
    float *x = check_copy(check, check_input(check, n.x, CHECK_UNIFORM), n.x);
    x[5] = x[40] = __builtin_nanf("");
    x[100] = __builtin_inff();
    for (int relu = 0; relu < 2; relu++) {
        const struct forward f = {.shape = &s, .x = x, .w = check_input(check, n.w, CHECK_UNIFORM), .relu = relu};
        compare_forward(check, f);
    }
}

/* Images with an empty margin and holes, whose windows and inputs are skipped: the same bits, and zero times what is
 * not finite is NaN. */
static void check_margins(struct check *check, size_t kernel, size_t width) {
    const size_t height = check_draw(check, kernel + 1, 45);
    const ck_conv2d_shape s = {.batch = 3,
                               .in_height = height,
                               .in_width = width,
                               .in_channels = 1,
                               .out_height = height - kernel + 1,
                               .out_width = width - kernel + 1,
                               .out_channels = check_draw(check, 1, 40),
                               .kernel_height = kernel,
                               .kernel_width = kernel,
                               .stride_height = 1,
                               .stride_width = 1,
                               .dilation_height = 1,
                               .dilation_width = 1,
                               .algorithm = CK_CONV2D_DIRECT};
    const struct sizes n = sizes_of(&s);
    float *x = check_copy(check, check_input(check, n.x, CHECK_INTEGER), n.x);
    const size_t top = check_draw(check, 0, height), left = check_draw(check, 0, width),
                 holes = check_draw(check, 0, 4);
    for (size_t i = 0; i < n.x; i++) {
        const size_t line = i / width % height, column = i % width;
        const bool is_hole = check_draw(check, 0, 3) < holes;
        if (is_hole || line < top || line > top + 6 || column < left || column > left + 8) x[i] = i % 2 ? 0.0f : -0.0f;
    }
    float *w = check_copy(check, check_input(check, n.w, CHECK_INTEGER), n.w);
    float *dy = check_copy(check, check_input(check, n.pooled, CHECK_INTEGER), n.pooled);
    struct forward f = {.shape = &s, .x = x, .w = w, .relu = check_draw(check, 0, 1)};
    f.bias = check_draw(check, 0, 1) ? check_input(check, n.channels, CHECK_INTEGER) : NULL;
    struct backward b = {.shape = &s, .x = x, .w = w, .dy = dy, .record = compare_forward(check, f)};
    compare_backward(check, b, true);
    dy[check_draw(check, 0, n.pooled - 1)] = __builtin_inff();
    compare_backward(check, b, true);
    w[check_draw(check, 0, n.w - 1)] = __builtin_nanf("");
    compare_forward(check, f);
    f.w = check_input(check, n.w, CHECK_UNIFORM);
    compare_forward(check, f);
    x[check_draw(check, 0, n.x - 1)] = __builtin_inff();
    compare_forward(check, f);
}

void check_conv2d_pooled(struct check *check) {
    for (int i = 0; i < 150; i++) {
        ck_conv2d_shape s;
        draw_shape(check, &s, i);
        compare(check, &s, i % 2 ? CHECK_UNIFORM : CHECK_INTEGER);
    }
    check_nan(check);
    for (size_t kernel = 2; kernel <= 8; kernel++)
        for (size_t width = kernel + 1; width <= 70; width += check_draw(check, 1, 12))
            check_margins(check, kernel, width);
    check_margins(check, 3, 64); /* as wide as is looked at, and wider */
    check_margins(check, 3, 65);
}
