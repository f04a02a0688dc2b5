/* Drawn paths against the formula, pixel by pixel and in double. */
#include <math.h>

#include "check.h"

enum { POINTS = 24, SIDE = 31 };

struct drawing {
    size_t points, height, width;
    const ck_pen_point *path;
    float edge;
    float *depth;
    uint8_t *out;
};

static void draw(void *context) {
    const struct drawing *d = context;
    ck_draw_strokes(d->points, d->path, d->height, d->width, d->edge, d->depth, d->out);
}

/* radius - distance at (x, y) for the piece from a to b. */
static double inside(const ck_pen_point *a, const ck_pen_point *b, double x, double y) {
    const double dx = (double)b->x - a->x, dy = (double)b->y - a->y, length = dx * dx + dy * dy;
    double t = length > 0 ? ((x - a->x) * dx + (y - a->y) * dy) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return a->radius + t * (b->radius - a->radius) - hypot(x - a->x - t * dx, y - a->y - t * dy);
}

static double level(const struct drawing *d, size_t row, size_t column) {
    double depth = -1e9;
    for (size_t i = 0; i < d->points; i++) {
        const ck_pen_point *from = &d->path[i > 0 && d->path[i].joined ? i - 1 : i];
        depth = fmax(depth, inside(from, &d->path[i], (double)column + 0.5, (double)row + 0.5));
    }
    return 255 * fmin(fmax(depth / d->edge + 0.5, 0), 1);
}

static void compare(struct check *check, size_t points, size_t height, size_t width) {
    ck_pen_point path[POINTS];
    for (size_t i = 0; i < points; i++) {
        /* Also outside of the image, and twice at one place. */
        path[i] = (ck_pen_point){(float)check_draw(check, 0, 400) / 10 - 5, (float)check_draw(check, 0, 400) / 10 - 5,
                                 (float)check_draw(check, 0, 30) / 10, check_draw(check, 0, 3) > 0};
        if (i > 0 && check_draw(check, 0, 5) == 0) path[i] = path[i - 1];
    }
    struct drawing d = {points, height, width, path, (float)check_draw(check, 1, 30) / 10,
                        check_workspace(check, height * width), check_output_bytes(check, height * width)};
    draw(&d);
    double worst = 0;
    for (size_t i = 0; i < height * width; i++) worst = fmax(worst, fabs(level(&d, i / width, i % width) - d.out[i]));
    check_true(check, worst < 0.51, "%zu points on %zu x %zu: off by %g levels", points, height, width, worst);
}

void check_strokes(struct check *check) {
    check_use_variant(check);
    const size_t sides[] = {0, 1, 2, 7, 20, SIDE};
    for (size_t points = 0; points < POINTS; points++)
        for (size_t i = 0; i < 6; i++) compare(check, points, sides[i], sides[(i * 5 + points) % 6]);
}
