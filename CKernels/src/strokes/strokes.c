/* A pen's path becomes an image: the distance to the path decides how black a pixel is.
 *
 * There is one variant. A piece of a path touches some five pixels by five, which leaves vectors nothing to do, and
 * drawn images are the same on every instruction set. */
#include <math.h>

#include "../../include/CKernels.h"

/* Farther outside than any pixel that shows. */
static const float outside = -1e9f;

/* First and last pixel whose centre lies in low ... high; none where last < first. */
struct pixels {
    ptrdiff_t first, last;
};

static struct pixels pixels_within(float low, float high, size_t size) {
    const float end = (float)size - 1;
    const float first = fmaxf(ceilf(low - 0.5f), 0), last = fminf(floorf(high - 0.5f), end);
    return first <= last ? (struct pixels){(ptrdiff_t)first, (ptrdiff_t)last} : (struct pixels){0, -1};
}

/* depth = max(depth, radius - distance) for the straight piece from a to b with round ends, as far as `margin` outside
 * of it. */
static void draw_piece(const ck_pen_point *a, const ck_pen_point *b, float margin, size_t height, size_t width,
                       float *depth) {
    const float dx = b->x - a->x, dy = b->y - a->y, length = dx * dx + dy * dy;
    const float inverse = length > 0 ? 1 / length : 0;
    const float reach = fmaxf(a->radius, b->radius) + margin;
    const struct pixels rows = pixels_within(fminf(a->y, b->y) - reach, fmaxf(a->y, b->y) + reach, height);
    const struct pixels columns = pixels_within(fminf(a->x, b->x) - reach, fmaxf(a->x, b->x) + reach, width);
    for (ptrdiff_t row = rows.first; row <= rows.last; row++) {
        for (ptrdiff_t column = columns.first; column <= columns.last; column++) {
            const float x = (float)column + 0.5f - a->x, y = (float)row + 0.5f - a->y;
            float t = (x * dx + y * dy) * inverse; /* where along the piece the nearest point lies */
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            const float ex = x - t * dx, ey = y - t * dy;
            const float inside = a->radius + t * (b->radius - a->radius) - sqrtf(ex * ex + ey * ey);
            float *const pixel = depth + (size_t)row * width + (size_t)column;
            if (inside > *pixel) *pixel = inside;
        }
    }
}

void ck_draw_strokes(size_t points, const ck_pen_point *path, size_t height, size_t width, float edge, float *depth,
                     uint8_t *out) {
    const size_t pixels = height * width;
    for (size_t i = 0; i < pixels; i++) depth[i] = outside;
    for (size_t i = 0; i < points; i++)
        draw_piece(&path[i > 0 && path[i].joined ? i - 1 : i], &path[i], edge / 2, height, width, depth);
    for (size_t i = 0; i < pixels; i++) {
        float level = depth[i] / edge + 0.5f;
        level = level < 0 ? 0 : level > 1 ? 1 : level;
        out[i] = (uint8_t)(level * 255 + 0.5f);
    }
}
