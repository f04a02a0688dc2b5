/* Pooling: hands out output rows forward, input rows backward. */
#include "pool2d.h"

#include "../parallel.h"

struct arguments {
    const struct ck_pool2d_kernels *kernels;
    const ck_pool2d_shape *shape;
    const float *in;
    const void *record_in;
    void *record_out;
    float *out;
};

/* Bytes moved, roughly: input and output once. */
static size_t work(const ck_pool2d_shape *s) {
    return 4 * s->batch * s->channels * (s->in_height * s->in_width + s->out_height * s->out_width);
}

size_t ck_maxpool2d_record_size(const ck_pool2d_shape *s) {
    size_t outputs = s->batch * s->out_height * s->out_width * s->channels;
    return ck_pool2d_wide_record(s) ? 4 * outputs : outputs;
}

static void max_forward_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    a->kernels->max_forward(a->shape, begin, end, a->in, a->out, a->record_out);
}

void ck_maxpool2d_forward(const ck_pool2d_shape *s, const float *x, float *y, void *record) {
    struct arguments a = {.kernels = CK_TIER(ck_pool2d), .shape = s, .in = x, .record_out = record, .out = y};
    ck_parallel_for(s->batch * s->out_height, work(s), max_forward_rows, &a);
}

static void max_backward_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    a->kernels->max_backward(a->shape, begin, end, a->in, a->record_in, a->out);
}

void ck_maxpool2d_backward(const ck_pool2d_shape *s, const float *dy, const void *record, float *dx) {
    struct arguments a = {.kernels = CK_TIER(ck_pool2d), .shape = s, .in = dy, .record_in = record, .out = dx};
    ck_parallel_for(s->batch * s->in_height, work(s), max_backward_rows, &a);
}

static void average_forward_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    a->kernels->average_forward(a->shape, begin, end, a->in, a->out);
}

void ck_avgpool2d_forward(const ck_pool2d_shape *s, const float *x, float *y) {
    struct arguments a = {.kernels = CK_TIER(ck_pool2d), .shape = s, .in = x, .out = y};
    ck_parallel_for(s->batch * s->out_height, work(s), average_forward_rows, &a);
}

static void average_backward_rows(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    a->kernels->average_backward(a->shape, begin, end, a->in, a->out);
}

void ck_avgpool2d_backward(const ck_pool2d_shape *s, const float *dy, float *dx) {
    struct arguments a = {.kernels = CK_TIER(ck_pool2d), .shape = s, .in = dy, .out = dx};
    ck_parallel_for(s->batch * s->in_height, work(s), average_backward_rows, &a);
}
