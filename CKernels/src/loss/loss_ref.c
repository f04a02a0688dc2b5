/* Losses as their formulas say, in double, row by row. */
#include <math.h>

#include "loss.h"

/* One row: its outputs, what they are compared with, and where the results go. */
struct row {
    size_t columns;
    const float *output, *dense;
    int32_t label;
    double factor; /* scale x weight, for the gradient */
    float *probability, *gradient;
};

static double target(const struct row *r, size_t j) {
    return r->dense ? (double)r->dense[j] : r->label >= 0 && (size_t)r->label == j;
}

static double clipped(double p) { return p < CK_CLIP_LOW ? CK_CLIP_LOW : p > CK_CLIP_HIGH ? CK_CLIP_HIGH : p; }
static bool clips(double p) { return p < CK_CLIP_LOW || p > CK_CLIP_HIGH; }

static double categorical(const struct row *r) {
    double sum = 0, loss = 0, along = 0;
    for (size_t j = 0; j < r->columns; j++) sum += r->output[j];
    for (size_t j = 0; j < r->columns; j++) {
        double q = r->output[j] / sum, t = target(r, j);
        loss -= t * log(clipped(q));
        if (!clips(q)) along -= t; /* (d loss / d q) q */
    }
    for (size_t j = 0; r->gradient && j < r->columns; j++) {
        double q = r->output[j] / sum;
        double slope = clips(q) ? 0 : -target(r, j) / q;
        r->gradient[j] = (float)(r->factor * (slope - along) / sum);
    }
    return loss;
}

static double categorical_logits(const struct row *r) {
    double top = -INFINITY, sum = 0, weight = 0, distance = 0;
    for (size_t j = 0; j < r->columns; j++) top = fmax(top, r->output[j]);
    for (size_t j = 0; j < r->columns; j++) {
        double t = target(r, j);
        sum += exp(r->output[j] - top);
        weight += t;
        if (t != 0) distance += t * (top - r->output[j]);
    }
    for (size_t j = 0; j < r->columns; j++) {
        double p = exp(r->output[j] - top) / sum, t = target(r, j);
        if (r->gradient) r->gradient[j] = (float)(r->factor * (p * weight - t));
        if (r->probability) r->probability[j] = (float)p;
    }
    return distance + log(sum) * weight;
}

static double binary(const struct row *r) {
    double loss = 0, count = (double)r->columns;
    for (size_t j = 0; j < r->columns; j++) {
        double p = r->output[j], t = target(r, j), q = clipped(p);
        loss -= t * log(q) + (1 - t) * log(1 - q);
        if (r->gradient) r->gradient[j] = (float)(clips(p) ? 0 : r->factor * (p - t) / (p * (1 - p)) / count);
    }
    return loss / count;
}

static double binary_logits(const struct row *r) {
    double loss = 0, count = (double)r->columns;
    for (size_t j = 0; j < r->columns; j++) {
        double z = r->output[j], t = target(r, j), p = 1 / (1 + exp(-z));
        loss += (z > 0 ? z : 0) - z * t + log1p(exp(-fabs(z)));
        if (r->gradient) r->gradient[j] = (float)(r->factor * (p - t) / count);
        if (r->probability) r->probability[j] = (float)p;
    }
    return loss / count;
}

static double squared(const struct row *r) {
    double loss = 0, count = (double)r->columns;
    for (size_t j = 0; j < r->columns; j++) {
        double d = r->output[j] - target(r, j);
        loss += d * d;
        if (r->gradient) r->gradient[j] = (float)(r->factor * 2 * d / count);
    }
    return loss / count;
}

static double absolute(const struct row *r) {
    double loss = 0, count = (double)r->columns;
    for (size_t j = 0; j < r->columns; j++) {
        double d = r->output[j] - target(r, j), sign = d > 0 ? 1 : d < 0 ? -1 : d * 0; /* NaN stays */
        loss += fabs(d);
        if (r->gradient) r->gradient[j] = (float)(r->factor * sign / count);
    }
    return loss / count;
}

static double row_loss(ck_loss_kind kind, const struct row *r) {
    switch (kind) {
    case CK_CATEGORICAL_CROSSENTROPY: return categorical(r);
    case CK_CATEGORICAL_CROSSENTROPY_LOGITS: return categorical_logits(r);
    case CK_BINARY_CROSSENTROPY: return binary(r);
    case CK_BINARY_CROSSENTROPY_LOGITS: return binary_logits(r);
    case CK_MEAN_SQUARED_ERROR: return squared(r);
    case CK_MEAN_ABSOLUTE_ERROR: return absolute(r);
    }
    return 0;
}

static double rows_loss(ck_loss_kind kind, size_t rows, size_t columns, const float *outputs, const ck_targets *targets,
                        float scale, float *probabilities, float *gradient) {
    double loss = 0;
    for (size_t i = 0; i < rows; i++) {
        double weight = targets->row_weights ? targets->row_weights[i] : 1;
        struct row r = {.columns = columns,
                        .output = outputs + i * columns,
                        .dense = targets->dense ? targets->dense + i * columns : NULL,
                        .label = targets->labels ? targets->labels[i] : -1,
                        .factor = scale * weight,
                        .probability = probabilities ? probabilities + i * columns : NULL,
                        .gradient = gradient ? gradient + i * columns : NULL};
        loss += weight * row_loss(kind, &r);
    }
    return loss;
}

const struct ck_loss_kernels ck_loss_ref = {rows_loss};
