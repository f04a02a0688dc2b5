/* Activations: cuts arrays into blocks and hands them to the tier's kernels. */
#include "activation.h"

#include "../blocks.h"
#include "../parallel.h"

struct arguments {
    const struct ck_activation_kernels *kernels;
    size_t n;
    ck_activation f;
    const float *x, *y, *dy;
    float *out;
};

/* What an element costs in the units of ck_parallel_for: bytes moved, or the arithmetic of an exponential. */
static size_t cost(ck_activation_kind kind) { return kind <= CK_LEAKY_RELU ? 8 : 40; }

static void forward_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->forward(span.count, a->f, a->x + span.begin, a->out + span.begin);
}

void ck_activation_forward(size_t n, ck_activation f, const float *x, float *y) {
    struct arguments a = {.kernels = CK_TIER(ck_activation), .n = n, .f = f, .x = x, .out = y};
    ck_parallel_for(ck_blocks(n), n * cost(f.kind), forward_blocks, &a);
}

bool ck_activation_uses_output(ck_activation_kind kind) {
    return kind != CK_GELU && kind != CK_GELU_TANH && kind != CK_SILU;
}

static void backward_blocks(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    struct ck_span span = ck_block_span(a->n, begin, end);
    a->kernels->backward(span.count, a->f, a->x ? a->x + span.begin : NULL, a->y ? a->y + span.begin : NULL,
                         a->dy + span.begin, a->out + span.begin);
}

void ck_activation_backward(size_t n, ck_activation f, const float *x, const float *y, const float *dy, float *dx) {
    struct arguments a = {.kernels = CK_TIER(ck_activation), .n = n, .f = f, .x = x, .y = y, .dy = dy, .out = dx};
    ck_parallel_for(ck_blocks(n), n * cost(f.kind), backward_blocks, &a);
}
