/* Losses: rows are cut into parts by their number alone, and the parts' sums are added in order. */
#include "loss.h"

#include "../blocks.h"
#include "../parallel.h"

struct arguments {
    const struct ck_loss_kernels *kernels;
    ck_loss_kind kind;
    size_t rows, columns, parts;
    const float *outputs;
    const ck_targets *targets;
    float scale;
    float *probabilities, *gradient;
    double partial[CK_PARTS_MAX];
};

static void loss_parts(void *context, size_t begin, size_t end) {
    struct arguments *a = context;
    for (size_t part = begin; part < end; part++) {
        struct ck_span span = ck_part_span(a->rows, a->parts, part);
        size_t skip = span.begin * a->columns;
        const ck_targets *t = a->targets;
        ck_targets targets = {.dense = t->dense ? t->dense + skip : NULL,
                              .labels = t->labels ? t->labels + span.begin : NULL,
                              .row_weights = t->row_weights ? t->row_weights + span.begin : NULL};
        a->partial[part] = a->kernels->rows(a->kind, span.count, a->columns, a->outputs + skip, &targets, a->scale,
                                            a->probabilities ? a->probabilities + skip : NULL,
                                            a->gradient ? a->gradient + skip : NULL);
    }
}

double ck_loss(ck_loss_kind kind, size_t rows, size_t columns, const float *outputs, const ck_targets *targets,
               float scale, float *probabilities, float *gradient) {
    if (rows == 0 || columns == 0) return 0;
    bool logits = kind == CK_CATEGORICAL_CROSSENTROPY_LOGITS || kind == CK_BINARY_CROSSENTROPY_LOGITS;
    struct arguments a = {.kernels = CK_TIER(ck_loss),
                          .kind = kind,
                          .rows = rows,
                          .columns = columns,
                          .parts = ck_parts(rows, columns * 8),
                          .outputs = outputs,
                          .targets = targets,
                          .scale = scale,
                          .probabilities = logits ? probabilities : NULL,
                          .gradient = gradient};
    size_t cost = kind == CK_MEAN_SQUARED_ERROR || kind == CK_MEAN_ABSOLUTE_ERROR ? 12 : 60;
    ck_parallel_for(a.parts, rows * columns * cost, loss_parts, &a);
    return ck_add_parts(a.partial, a.parts);
}
