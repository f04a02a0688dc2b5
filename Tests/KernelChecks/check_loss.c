/* Losses: every kind, with dense targets and labels, weights or none, gradients and probabilities or none, in place. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "check.h"

void check_loss(struct check *check);

static const char *const names[] = {"categorical", "categorical of logits", "binary", "binary of logits", "squared",
                                    "absolute"};
enum { KINDS = sizeof names / sizeof names[0] };

static const double unit = 0x1p-23; /* in the last place, relative */

struct batch {
    ck_loss_kind kind;
    size_t rows, columns;
    float *outputs;
    ck_targets targets;
    float scale;
    float *probabilities, *gradient;
    double loss;
};

static bool takes_logits(ck_loss_kind kind) {
    return kind == CK_CATEGORICAL_CROSSENTROPY_LOGITS || kind == CK_BINARY_CROSSENTROPY_LOGITS;
}

static void run(void *context) {
    struct batch *b = context;
    b->loss = ck_loss(b->kind, b->rows, b->columns, b->outputs, &b->targets, b->scale, b->probabilities, b->gradient);
}

enum form { DENSE, SOFT, LABELS };

static struct batch draw(struct check *check, ck_loss_kind kind, size_t rows, size_t columns, enum form form,
                         bool weighted, float spread) {
    const size_t n = rows * columns;
    struct batch b = {.kind = kind, .rows = rows, .columns = columns, .scale = 1.0f / 32};
    const bool probabilities = kind == CK_CATEGORICAL_CROSSENTROPY || kind == CK_BINARY_CROSSENTROPY;
    b.outputs = check_input(check, n, probabilities ? CHECK_POSITIVE : CHECK_UNIFORM);
    for (size_t i = 0; i < n; i++) {
        if (!probabilities) b.outputs[i] *= spread;
        /* Certain and impossible outcomes, where the clip acts. */
        else if (kind == CK_BINARY_CROSSENTROPY && i % 7 == 3) b.outputs[i] = i % 2 ? 1 : 0;
        else b.outputs[i] = b.outputs[i] * 0.9f + 0.05f;
    }
    for (size_t r = 0; kind == CK_CATEGORICAL_CROSSENTROPY && r < rows; r += 5)
        for (size_t j = 0; j < columns; j++) b.outputs[r * columns + j] = j == r % columns;
    if (form == LABELS) {
        int32_t *labels = check_output_bytes(check, rows * sizeof *labels);
        for (size_t r = 0; r < rows; r++) labels[r] = (int32_t)check_draw(check, 0, columns - 1);
        b.targets.labels = labels;
    } else {
        float *dense = check_input(check, n, CHECK_POSITIVE);
        for (size_t i = 0; form == DENSE && i < n; i++) dense[i] = i % columns == i / columns % columns;
        b.targets.dense = dense;
    }
    b.targets.row_weights = weighted ? check_input(check, rows, CHECK_POSITIVE) : NULL;
    return b;
}

static double target(const struct batch *b, size_t row, size_t j) {
    return b->targets.dense ? (double)b->targets.dense[row * b->columns + j] : (size_t)b->targets.labels[row] == j;
}

/* What a row's sums bring into the bounds. */
struct sums {
    double outputs, targets, top, along; /* along: targets where the clip is not active */
};

static struct sums sums_of(const struct batch *b, size_t row) {
    struct sums s = {.top = -INFINITY};
    const float *z = b->outputs + row * b->columns;
    for (size_t j = 0; j < b->columns; j++) {
        s.outputs += z[j];
        s.targets += target(b, row, j);
        s.top = fmax(s.top, z[j]);
    }
    for (size_t j = 0; j < b->columns; j++)
        if (z[j] / s.outputs > 1e-7 && z[j] / s.outputs < 1 - 1e-7) s.along += target(b, row, j);
    return s;
}

/* Errors of one element: of its share of the row's loss, of its gradient before scale and weight, of its probability. A
 * sum over the row costs half a unit a column; logarithms, exponentials and sigmoids cost what vector_math.h says. */
struct errors {
    double loss, gradient, probability;
};

static struct errors element_errors(const struct batch *b, const struct sums *s, size_t row, size_t j) {
    const double x = b->outputs[row * b->columns + j], t = target(b, row, j), columns = (double)b->columns;
    const double row_sum = 0.5 * columns + 1;
    struct errors e = {0, 0, 0};
    switch (b->kind) {
    case CK_CATEGORICAL_CROSSENTROPY: {
        const double q = x / s->outputs, clipped = fmin(fmax(q, 1e-7), 1 - 1e-7);
        /* q carries the sum's error; a logarithm passes a relative error on as an absolute one. */
        e.loss = fabs(t) * unit * (row_sum + 1 + 2 * fabs(log(clipped)));
        e.gradient = unit * (2 * row_sum + 3) * ((q > 0 ? fabs(t) / clipped : 0) + s->along) / s->outputs;
        break;
    }
    case CK_CATEGORICAL_CROSSENTROPY_LOGITS: {
        double sum = 0, blurred = 0;
        for (size_t i = 0; i < b->columns; i++) {
            const double far = s->top - b->outputs[row * b->columns + i];
            sum += exp(-far), blurred += exp(-far) * (0.5 * far + 1);
        }
        /* Each exponential is off by a unit and half a unit of its argument, and so is their sum. */
        const double far = fmin(s->top - x, 104), p = exp(x - s->top) / sum;
        e.probability = unit * p * (0.5 * far + 1 + row_sum + blurred / sum + 1.5);
        e.gradient = s->targets * e.probability + unit * (p * s->targets * (row_sum + 1) + fabs(t));
        e.loss = unit * fabs(t) * ((row_sum + 2) * (s->top - x + log(sum)) + row_sum + blurred / sum + 1);
        break;
    }
    case CK_BINARY_CROSSENTROPY: {
        const double q = fmin(fmax(x, 1e-7), 1 - 1e-7), slope = (x - t) / (q * (1 - q));
        e.loss = unit * 2 * (fabs(t * log(q)) + fabs((1 - t) * log(1 - q)) + fabs(1 - t)) / columns;
        e.gradient = unit * 5 * fabs(slope) / columns;
        break;
    }
    case CK_BINARY_CROSSENTROPY_LOGITS: {
        const double p = 1 / (1 + exp(-x));
        e.loss = unit * (fabs(x) * (1 + fabs(t)) + 4 * log1p(exp(-fabs(x)))) / columns;
        e.probability = unit * 3.5 * p;
        e.gradient = (e.probability + unit * 2 * fabs(p - t)) / columns;
        break;
    }
    case CK_MEAN_SQUARED_ERROR:
        e.loss = unit * 2 * (x - t) * (x - t) / columns;
        e.gradient = unit * 3 * 2 * fabs(x - t) / columns;
        break;
    case CK_MEAN_ABSOLUTE_ERROR:
        e.loss = unit * fabs(x - t) / columns;
        e.gradient = unit * 2 / columns;
        break;
    }
    return e;
}

static void compare(struct check *check, struct batch b, const char *what) {
    const size_t n = b.rows * b.columns;
    char label[120];
    snprintf(label, sizeof label, "%s, %zu x %zu, %s, %s, %s", names[b.kind], b.rows, b.columns,
             b.targets.labels ? "labels" : "dense", b.targets.row_weights ? "weighted" : "unweighted", what);
    float *gradient = b.gradient = check_output(check, n), *probabilities = b.probabilities = check_output(check, n);
    check_use_reference(check);
    run(&b);
    const double expected = b.loss;
    check_use_variant(check);
    b.gradient = check_output(check, n);
    b.probabilities = check_output(check, n);
    run(&b);
    const double loss = b.loss;

    float *gradient_bound = check_output(check, n), *probability_bound = check_output(check, n);
    double loss_bound = 1e-12 * fabs(expected); /* sums in double */
    for (size_t row = 0; row < b.rows; row++) {
        const struct sums s = sums_of(&b, row);
        const double weight = b.targets.row_weights ? b.targets.row_weights[row] : 1;
        for (size_t j = 0; j < b.columns; j++) {
            const size_t i = row * b.columns + j;
            const struct errors e = element_errors(&b, &s, row, j);
            loss_bound += e.loss * weight;
            gradient_bound[i] =
                (float)(e.gradient * b.scale * weight + 3 * unit * fabs((double)gradient[i]) + (double)FLT_MIN);
            probability_bound[i] = (float)(e.probability + (double)FLT_MIN);
        }
    }
    check_true(check, fabs(loss - expected) <= loss_bound, "loss is %.9g, reference %.9g, bound %g: %s", loss, expected,
               loss_bound, label);
    check_bounded(check, gradient, b.gradient, gradient_bound, n, "gradient, %s", label);
    const size_t written = takes_logits(b.kind) ? n : 0; /* otherwise probabilities stay as they were */
    check_bounded(check, probabilities, b.probabilities, probability_bound, written, "probabilities, %s", label);

    float *outputs = b.outputs, *got = b.gradient, *got_probabilities = b.probabilities;
    b.outputs = b.gradient = check_copy(check, outputs, n);
    b.probabilities = NULL;
    run(&b);
    check_same_bytes(check, got, b.gradient, n * sizeof *got, "gradient in place, %s", label);
    check_true(check, b.loss == loss, "loss is the same without probabilities, %s", label);
    b.outputs = b.probabilities = check_copy(check, outputs, n);
    b.gradient = NULL;
    run(&b);
    check_same_bytes(check, got_probabilities, b.probabilities, written * sizeof *got, "probabilities in place, %s",
                     label);
    b.outputs = outputs, b.probabilities = NULL;
    run(&b);
    check_true(check, b.loss == loss, "loss is the same alone, %s", label);
}

/* Numbers worked out by hand. */
static void check_examples(struct check *check) {
    float p[] = {0.2f, 0.2f, 0.6f}, two[] = {0.5f, 0.25f}, ones[] = {1, 0}, doubled[] = {2, 2, 6}, huge[] = {1000, 0};
    const int32_t last = 2, first = 0;
    const ck_targets label = {.labels = &last}, zeroth = {.labels = &first}, dense = {.dense = ones};
    check_use_variant(check);
    const struct {
        double loss, expected;
        const char *what;
    } examples[] = {
        {ck_loss(CK_CATEGORICAL_CROSSENTROPY, 1, 3, p, &label, 1, NULL, NULL), -log(0.6), "-log 0.6"},
        {ck_loss(CK_CATEGORICAL_CROSSENTROPY, 1, 3, doubled, &label, 1, NULL, NULL), -log(0.6), "-log 6/10"},
        {ck_loss(CK_CATEGORICAL_CROSSENTROPY, 1, 2, ones, &zeroth, 1, NULL, NULL), 0x1p-23, "-log(1 - 1e-7)"},
        {ck_loss(CK_CATEGORICAL_CROSSENTROPY_LOGITS, 1, 2, two, &zeroth, 1, NULL, NULL), log1p(exp(-0.25)), "softmax"},
        {ck_loss(CK_CATEGORICAL_CROSSENTROPY_LOGITS, 1, 2, huge, &zeroth, 1, NULL, NULL), 0, "sure and right"},
        {ck_loss(CK_BINARY_CROSSENTROPY, 1, 2, two, &dense, 1, NULL, NULL), -(log(0.5) + log(0.75)) / 2, "binary"},
        {ck_loss(CK_BINARY_CROSSENTROPY_LOGITS, 1, 2, huge, &dense, 1, NULL, NULL), log(2) / 2, "binary of logits"},
        {ck_loss(CK_MEAN_SQUARED_ERROR, 1, 2, two, &dense, 1, NULL, NULL), (0.25 + 0.0625) / 2, "squared"},
        {ck_loss(CK_MEAN_ABSOLUTE_ERROR, 1, 2, two, &dense, 1, NULL, NULL), 0.375, "absolute"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_true(check, fabs(examples[i].loss - examples[i].expected) <= 4 * unit * (examples[i].expected + 1e-7),
                   "%s is %.9g, not %.9g", examples[i].what, examples[i].expected, examples[i].loss);
}

/* NaN in one output spoils its row, and no other row's gradient. */
static void check_nan(struct check *check, ck_loss_kind kind) {
    struct batch b = draw(check, kind, 4, 10, DENSE, false, 1);
    b.outputs[13] = NAN;
    b.gradient = check_output(check, 40);
    check_use_variant(check);
    run(&b);
    bool others = true;
    for (size_t i = 0; i < 40; i++) others = others && (i / 10 == 1 || !isnan(b.gradient[i]));
    check_true(check, isnan(b.loss) && isnan(b.gradient[13]) && others, "NaN stays visible, %s", names[kind]);
}

void check_loss(struct check *check) {
    check_examples(check);
    const size_t columns[] = {1, 2, 7, 8, 9, 10, 15, 16, 17, 31, 33, 100};
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
            for (int form = DENSE; form <= LABELS; form++) {
                const size_t rows = check_draw(check, 1, 40);
                compare(check, draw(check, (ck_loss_kind)kind, rows, columns[i], (enum form)form, form % 2, 1),
                        "small");
                if (takes_logits((ck_loss_kind)kind))
                    compare(check, draw(check, (ck_loss_kind)kind, rows, columns[i], (enum form)form, i % 2, 300),
                            "large");
            }
        struct batch b = draw(check, (ck_loss_kind)kind, 0, 10, DENSE, false, 1);
        run(&b);
        check_true(check, b.loss == 0, "no rows, no loss, %s", names[kind]);
        check_nan(check, (ck_loss_kind)kind);

        b = draw(check, (ck_loss_kind)kind, 9001, 10, LABELS, true, 1);
        b.gradient = check_output(check, 90010);
        check_threads(check, run, &b, b.gradient, 90010 * sizeof(float), "gradient, %s", names[kind]);
        check_threads(check, run, &b, &b.loss, sizeof b.loss, "loss, %s", names[kind]);
    }
}
