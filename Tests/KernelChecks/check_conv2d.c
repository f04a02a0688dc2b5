/* 2-D convolution, all three passes: random shapes against the reference. */
#include <math.h>
#include <stdio.h>

#include "check_conv2d.h"

void check_conv2d(struct check *check);

static size_t x_size(const ck_conv2d_shape *s) { return s->batch * s->in_height * s->in_width * s->in_channels; }
static size_t y_size(const ck_conv2d_shape *s) { return s->batch * s->out_height * s->out_width * s->out_channels; }
static size_t w_size(const ck_conv2d_shape *s) {
    return s->kernel_height * s->kernel_width * s->in_channels * s->out_channels;
}

/* On the tier in force, which picks the algorithm. */
static ck_conv2d_algorithm algorithm_of(const ck_conv2d_shape *s, enum pass pass) {
    return pass == FORWARD ? ck_conv2d_forward_algorithm(s) : ck_conv2d_backward_algorithm(s);
}

static const char *label(const ck_conv2d_shape *s, enum pass pass) {
    static const char *const names[] = {"forward", "backward input", "backward weights"};
    static char text[240];
    snprintf(text, sizeof text,
             "%s by %s %zux%zux%zux%zu -> %zux%zux%zu, kernel %zux%zu, stride %zux%zu, dilation %zux%zu, pad %zu %zu",
             names[pass], algorithm_of(s, pass) == CK_CONV2D_WINOGRAD ? "Winograd" : "direct sums", s->batch,
             s->in_height, s->in_width, s->in_channels, s->out_height, s->out_width, s->out_channels, s->kernel_height,
             s->kernel_width, s->stride_height, s->stride_width, s->dilation_height, s->dilation_width, s->pad_top,
             s->pad_left);
    return text;
}

/* One pass's arguments; `out` is y, dx, or dw with dbias behind it. */
struct arguments {
    const ck_conv2d_shape *shape;
    enum pass pass;
    const float *x, *w, *prepared, *bias, *dy;
    ck_activation f;
};

static size_t out_size(const struct arguments *a) {
    switch (a->pass) {
    case FORWARD: return y_size(a->shape);
    case BACKWARD_INPUT: return x_size(a->shape);
    case BACKWARD_WEIGHTS: return w_size(a->shape) + a->shape->out_channels;
    }
    return 0;
}

static void run(struct check *check, const struct arguments *a, float *out) {
    const ck_conv2d_shape *s = a->shape;
    switch (a->pass) {
    case FORWARD:
        ck_conv2d_forward(s, a->x, a->w, a->prepared, a->bias, a->f, out,
                          check_workspace(check, ck_conv2d_forward_workspace(s)));
        break;
    case BACKWARD_INPUT:
        ck_conv2d_backward_input(s, a->dy, a->w, out, check_workspace(check, ck_conv2d_backward_input_workspace(s)));
        break;
    case BACKWARD_WEIGHTS:
        ck_conv2d_backward_weights(s, a->x, a->dy, out, out + w_size(s),
                                   check_workspace(check, ck_conv2d_backward_weights_workspace(s)));
        break;
    }
}

static const float *magnitudes(struct check *check, const float *x, size_t n) {
    float *y = check_output(check, n);
    for (size_t i = 0; i < n; i++) y[i] = x[i] < 0 ? -x[i] : x[i];
    return y;
}

/* A sum of n products in any order errs by at most about n u times the sum of their magnitudes, u = 2^-24 (Higham,
 * Accuracy and Stability of Numerical Algorithms, 3.1); the reference adds its own rounding. The same pass over
 * magnitudes gives those sums. */
static float *bounds(struct check *check, const struct arguments *a) {
    const ck_conv2d_shape *s = a->shape;
    size_t taps = s->kernel_height * s->kernel_width, terms = 0;
    switch (a->pass) {
    case FORWARD: terms = taps * s->in_channels + 1; break;
    case BACKWARD_INPUT: terms = taps * s->out_channels; break;
    case BACKWARD_WEIGHTS: terms = s->batch * s->out_height * s->out_width; break;
    }
    struct arguments absolute = *a;
    absolute.x = magnitudes(check, a->x, x_size(s));
    absolute.w = magnitudes(check, a->w, w_size(s));
    absolute.dy = magnitudes(check, a->dy, y_size(s));
    if (a->bias) absolute.bias = magnitudes(check, a->bias, s->out_channels);
    absolute.f = (ck_activation){.kind = CK_LINEAR};
    float *bound = check_output(check, out_size(a));
    run(check, &absolute, bound);
    for (size_t i = 0; i < out_size(a); i++) bound[i] *= 1.01f * (float)(terms + 2) * 0x1p-24f;
    return bound;
}

/* Where Winograd's algorithm may have been used, exactness is not to be had, but the error is known. */
static void compare_transformed(struct check *check, const struct arguments *a, enum check_data data, float *bound,
                                const float *expected, const float *got, const char *text) {
    const ck_conv2d_shape *s = a->shape;
    size_t n = a->pass == BACKWARD_WEIGHTS ? w_size(s) : out_size(a); /* the bias gradient is a plain sum */
    double largest = winograd_bound(s, a->pass, data == CHECK_INTEGER ? 4 : 1), squares = 0;
    for (size_t i = 0; i < n; i++) {
        if ((double)bound[i] < largest) bound[i] = (float)largest;
        squares += ((double)got[i] - (double)expected[i]) * ((double)got[i] - (double)expected[i]);
    }
    check_bounded(check, expected, got, bound, out_size(a), "%s", text);
    double typical = data == CHECK_INTEGER ? sqrt(20.0 / 3) : sqrt(1.0 / 3), error = n ? sqrt(squares / (double)n) : 0;
    check_true(check, error <= winograd_typical_error(s, a->pass, typical), "%s, root mean square error %g", text,
               error);
}

static void compare(struct check *check, const ck_conv2d_shape *s, enum check_data data) {
    const float *x = check_input(check, x_size(s), data), *w = check_input(check, w_size(s), data);
    const float *dy = check_input(check, y_size(s), data), *bias = check_input(check, s->out_channels, data);
    for (int pass = FORWARD; pass <= BACKWARD_WEIGHTS; pass++) {
        struct arguments a = {.shape = s, .pass = (enum pass)pass, .x = x, .w = w, .dy = dy};
        a.bias = check_draw(check, 0, 1) ? bias : NULL;
        a.f = (ck_activation){.kind = check_draw(check, 0, 1) ? CK_RELU : CK_LINEAR};
        size_t n = out_size(&a);
        float *expected = check_output(check, n), *got = check_output(check, n), *again = check_output(check, n);
        check_use_reference(check);
        run(check, &a, expected);
        float *bound = bounds(check, &a);
        check_use_variant(check);
        run(check, &a, got);
        const bool transformed = algorithm_of(s, a.pass) == CK_CONV2D_WINOGRAD;
        check_true(check, !transformed || winograd_may_apply(s), "%s, but may not be", label(s, a.pass));
        if (transformed) compare_transformed(check, &a, data, bound, expected, got, label(s, a.pass));
        else if (data == CHECK_INTEGER) check_close(check, expected, got, n, 0, 0, "%s, exact", label(s, a.pass));
        else check_bounded(check, expected, got, bound, n, "%s", label(s, a.pass));
        for (int threads = 1; threads <= 3; threads++) {
            ck_set_threads(threads);
            run(check, &a, again);
            check_same_bytes(check, got, again, n * sizeof(float), "%s, %d threads", label(s, a.pass), threads);
        }
        if (a.pass != FORWARD) continue;
        a.prepared = prepared_weights(check, s, w);
        run(check, &a, again);
        check_same_bytes(check, got, again, n * sizeof(float), "%s, prepared weights", label(s, a.pass));
    }
}

/* Output size for a padding: none, half the kernel (`same` at stride 1), or all that leaves one tap inside. */
static size_t fit(size_t in, size_t kernel, size_t stride, size_t dilation, size_t pad_before, size_t pad_after) {
    size_t reach = (kernel - 1) * dilation + 1, padded = in + pad_before + pad_after;
    return padded < reach ? 0 : (padded - reach) / stride + 1;
}

static size_t draw_pad(struct check *check, size_t kernel, size_t dilation) {
    size_t reach = (kernel - 1) * dilation;
    switch (check_draw(check, 0, 3)) {
    case 0: return reach / 2;
    case 1: return check_draw(check, 0, reach);
    default: return 0;
    }
}

static void draw_shape(struct check *check, ck_conv2d_shape *s) {
    s->algorithm = (ck_conv2d_algorithm)check_draw(check, 0, 2);
    static const size_t channels[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 30, 32, 33, 40, 64};
    enum { CHANNELS = sizeof channels / sizeof channels[0] };
    s->batch = check_draw(check, 1, 5);
    s->in_channels = channels[check_draw(check, 0, CHANNELS - 1)];
    s->out_channels = channels[check_draw(check, 0, CHANNELS - 1)];
    s->kernel_height = check_draw(check, 1, 5);
    s->kernel_width = check_draw(check, 0, 1) ? s->kernel_height : check_draw(check, 1, 5);
    s->stride_height = check_draw(check, 0, 1) ? 1 : check_draw(check, 1, 3);
    s->stride_width = check_draw(check, 0, 1) ? s->stride_height : check_draw(check, 1, 3);
    s->dilation_height = check_draw(check, 0, 2) ? 1 : 2;
    s->dilation_width = check_draw(check, 0, 2) ? s->dilation_height : check_draw(check, 1, 2);
    s->in_height = check_draw(check, 1, 14);
    s->in_width = check_draw(check, 0, 3) ? check_draw(check, 1, 14) : check_draw(check, 15, 30);
    s->pad_top = draw_pad(check, s->kernel_height, s->dilation_height);
    s->pad_left = draw_pad(check, s->kernel_width, s->dilation_width);
    s->out_height = fit(s->in_height, s->kernel_height, s->stride_height, s->dilation_height, s->pad_top,
                        draw_pad(check, s->kernel_height, s->dilation_height));
    s->out_width = fit(s->in_width, s->kernel_width, s->stride_width, s->dilation_width, s->pad_left,
                       draw_pad(check, s->kernel_width, s->dilation_width));
}

static void check_sweep(struct check *check) {
    for (int i = 0; i < 400; i++) {
        ck_conv2d_shape s;
        draw_shape(check, &s);
        compare(check, &s, i % 4 == 0 ? CHECK_INTEGER : CHECK_UNIFORM);
    }
}

/* Batches large enough that tiles run across images, and lines around the tiles' lengths. */
static void check_tiles(struct check *check) {
    for (size_t width = 1; width <= 34; width++) {
        ck_conv2d_shape s = {.batch = width % 3 == 0 ? 1 : 97 % width + 24,
                             .in_height = 3 + width % 4,
                             .in_width = width,
                             .in_channels = 2,
                             .out_height = 3 + width % 4,
                             .out_width = width,
                             .out_channels = width % 2 ? 33 : 16,
                             .kernel_height = 3,
                             .kernel_width = 3,
                             .stride_height = 1,
                             .stride_width = 1,
                             .dilation_height = 1,
                             .dilation_width = 1,
                             .pad_top = 1,
                             .pad_left = 1};
        compare(check, &s, width % 4 ? CHECK_UNIFORM : CHECK_INTEGER);
    }
}

/* Shapes for Winograd's algorithm: sizes around its tiles, paddings, channels around a vector; where it is asked for,
 * few channels and single images as well. */
static void check_winograd(struct check *check) {
    static const size_t channels[] = {1, 3, 8, 12, 15, 16, 17, 30, 32, 33, 64};
    for (int i = 0; i < 80; i++) {
        const bool asked = i % 2;
        ck_conv2d_shape s = {.batch = check_draw(check, 1, 9),
                             .in_height = check_draw(check, asked ? 1 : 3, 20),
                             .in_width = check_draw(check, asked ? 1 : 3, 20),
                             .in_channels = channels[check_draw(check, asked ? 0 : 3, 10)],
                             .out_channels = channels[check_draw(check, asked ? 0 : 3, 10)],
                             .kernel_height = 3,
                             .kernel_width = 3,
                             .stride_height = 1,
                             .stride_width = 1,
                             .dilation_height = 1,
                             .dilation_width = 1,
                             .pad_top = check_draw(check, 0, 2),
                             .pad_left = check_draw(check, 0, 2),
                             .algorithm = asked ? CK_CONV2D_WINOGRAD : CK_CONV2D_AUTOMATIC};
        s.out_height = fit(s.in_height, 3, 1, 1, s.pad_top, check_draw(check, 0, 2));
        s.out_width = fit(s.in_width, 3, 1, 1, s.pad_left, check_draw(check, 0, 2));
        if (i % 5 == 0 && s.out_height > 6) s.out_height -= check_draw(check, 1, 5); /* pixels that nothing reads */
        if (i % 5 == 1 && s.out_width > 6) s.out_width -= check_draw(check, 1, 5);
        compare(check, &s, i % 4 ? CHECK_UNIFORM : CHECK_INTEGER);
    }
}

/* Sizes of zero do nothing, or give zeros or the bias alone. */
static void check_empty(struct check *check) {
    for (int which = 0; which < 5; which++) {
        ck_conv2d_shape s = {.batch = 2,
                             .in_height = 4,
                             .in_width = 4,
                             .in_channels = 3,
                             .out_height = 4,
                             .out_width = 4,
                             .out_channels = 5,
                             .kernel_height = 1,
                             .kernel_width = 1,
                             .stride_height = 1,
                             .stride_width = 1,
                             .dilation_height = 1,
                             .dilation_width = 1};
        size_t *const zero[] = {&s.batch, &s.in_channels, &s.out_channels, &s.out_height, &s.kernel_width};
        *zero[which] = 0;
        compare(check, &s, CHECK_INTEGER);
    }
}

/* What is not ReLU is applied to blocks of the output: the same as afterwards. */
static void check_activations(struct check *check) {
    ck_conv2d_shape s = {.batch = 3,
                         .in_height = 11,
                         .in_width = 9,
                         .in_channels = 5,
                         .out_height = 9,
                         .out_width = 7,
                         .out_channels = 17,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .stride_height = 1,
                         .stride_width = 1,
                         .dilation_height = 1,
                         .dilation_width = 1};
    struct arguments a = {.shape = &s, .pass = FORWARD};
    a.x = check_input(check, x_size(&s), CHECK_UNIFORM);
    a.w = check_input(check, w_size(&s), CHECK_UNIFORM);
    a.bias = check_input(check, s.out_channels, CHECK_UNIFORM);
    size_t n = y_size(&s);
    for (int kind = CK_LINEAR; kind <= CK_SOFTPLUS; kind++) {
        float *linear = check_output(check, n), *expected = check_output(check, n), *got = check_output(check, n);
        check_use_variant(check);
        a.f = (ck_activation){.kind = CK_LINEAR};
        run(check, &a, linear);
        a.f = (ck_activation){.kind = (ck_activation_kind)kind, .alpha = 0.3f};
        ck_activation_forward(n, a.f, linear, expected);
        run(check, &a, got);
        check_close(check, expected, got, n, 0, 0, "activation %d", kind);
    }
}

void check_conv2d(struct check *check) {
    check_sweep(check);
    check_tiles(check);
    check_winograd(check);
    check_empty(check);
    check_activations(check);
}
