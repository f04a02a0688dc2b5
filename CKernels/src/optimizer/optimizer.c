/* Optimizers: cuts flat buffers into blocks, and sums over them into parts. */
#include "optimizer.h"

#include "../blocks.h"
#include "../parallel.h"

struct arguments {
    const struct ck_optimizer_kernels *kernels;
    size_t n, parts;
    struct ck_sgd_settings sgd;
    struct ck_rmsprop_settings rmsprop;
    struct ck_adam_settings adam;
    float limit, l1, l2;
    const float *in;
    float *first, *second, *third, *out;
    double partial[CK_PARTS_MAX];
};

/* A state buffer that may be missing, moved to the span. */
static float *at(float *buffer, struct ck_span span) { return buffer ? buffer + span.begin : NULL; }

static void sgd_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span s = ck_block_span(a->n, begin, end);
    a->kernels->sgd(s.count, &a->sgd, a->in + s.begin, at(a->first, s), a->out + s.begin);
}

void ck_sgd(size_t n, float rate, float momentum, bool nesterov, const float *g, float *velocity, float *p) {
    struct arguments a = {.kernels = CK_TIER(ck_optimizer),
                          .n = n,
                          .sgd = {rate, momentum, nesterov},
                          .in = g,
                          .first = velocity,
                          .out = p};
    ck_parallel_for(ck_blocks(n), n * 16, sgd_blocks, &a);
}

static void rmsprop_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span s = ck_block_span(a->n, begin, end);
    a->kernels->rmsprop(s.count, &a->rmsprop, a->in + s.begin, a->first + s.begin, at(a->second, s), at(a->third, s),
                        a->out + s.begin);
}

void ck_rmsprop(size_t n, float rate, float rho, float momentum, float epsilon, const float *g, float *square,
                float *mean, float *velocity, float *p) {
    struct arguments a = {.kernels = CK_TIER(ck_optimizer),
                          .n = n,
                          .rmsprop = {rate, rho, momentum, epsilon},
                          .in = g,
                          .first = square,
                          .second = mean,
                          .third = velocity,
                          .out = p};
    ck_parallel_for(ck_blocks(n), n * 20, rmsprop_blocks, &a);
}

static void adam_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span s = ck_block_span(a->n, begin, end);
    a->kernels->adam(s.count, &a->adam, a->in + s.begin, a->first + s.begin, a->second + s.begin, a->out + s.begin);
}

void ck_adam(size_t n, float rate, float corrected_rate, float beta1, float beta2, float epsilon, float weight_decay,
             const float *g, float *m, float *v, float *p) {
    struct arguments a = {.kernels = CK_TIER(ck_optimizer),
                          .n = n,
                          .in = g,
                          .first = m,
                          .second = v,
                          .out = p,
                          .adam = {rate, corrected_rate, beta1, beta2, epsilon, weight_decay}};
    ck_parallel_for(ck_blocks(n), n * 28, adam_blocks, &a);
}

static void square_parts(void *context, size_t begin, size_t end) {
    struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->n, a->parts, part);
        a->partial[part] = a->kernels->sum_of_squares(span.count, a->in + span.begin);
    }
}

double ck_sum_of_squares(size_t n, const float *x) {
    struct arguments a = {.kernels = CK_TIER(ck_optimizer), .n = n, .parts = ck_parts(n, 1), .in = x};
    ck_parallel_for(a.parts, n * 4, square_parts, &a);
    return ck_add_parts(a.partial, a.parts);
}

static void clip_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->clip(span.count, a->limit, a->out + span.begin);
}

void ck_clip(size_t n, float limit, float *x) {
    struct arguments a = {.kernels = CK_TIER(ck_optimizer), .n = n, .limit = limit, .out = x};
    ck_parallel_for(ck_blocks(n), n * 8, clip_blocks, &a);
}

static void regularize_parts(void *context, size_t begin, size_t end) {
    struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->n, a->parts, part);
        a->partial[part] = a->kernels->regularize(span.count, a->l1, a->l2, a->in + span.begin, at(a->out, span));
    }
}

double ck_regularize(size_t n, float l1, float l2, const float *w, float *g) {
    struct arguments a = {
        .kernels = CK_TIER(ck_optimizer), .n = n, .parts = ck_parts(n, 1), .l1 = l1, .l2 = l2, .in = w, .out = g};
    ck_parallel_for(a.parts, n * 12, regularize_parts, &a);
    return ck_add_parts(a.partial, a.parts);
}
