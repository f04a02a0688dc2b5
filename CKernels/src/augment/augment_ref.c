/* One image through one warp, pixel by pixel. */
#include <math.h>

#include "augment.h"

/* A position along an axis of `length` pixels, brought back into it. */
static float inside(ck_fill_mode fill, float position, size_t length) {
    const float last = (float)length - 1, n = (float)length;
    if (fill == CK_FILL_REFLECT) {
        const float edge = position + 0.5f;
        const float period = edge - 2 * n * floorf(edge / (2 * n));
        position = n - fabsf(n - period) - 0.5f;
    } else if (fill == CK_FILL_WRAP && !(position >= 0 && position <= last)) {
        position = position - last * floorf(position / last);
    }
    return fminf(fmaxf(position, 0), last); /* one pixel's remainder is NaN; fmaxf takes the 0 */
}

static float pixel(const float *floats, const uint8_t *bytes, size_t i) {
    return floats ? floats[i] : (float)bytes[i];
}

static void warp_any(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes, const float *floats,
                     const uint8_t *bytes, float scale, float *y) {
    const size_t width = job->width, channels = job->channels, n = job->node_columns;
    float moved[2 * CK_NODES_MAX], weight[4];
    for (size_t row = 0; row < job->height; row++) {
        const struct ck_row_start start = ck_row_start(job, warp, row);
        if (n) ck_row_nodes(job, nodes, row, moved);
        for (size_t column = 0; column < width; column++, y += channels) {
            const float out = (float)column - start.middle;
            float px = fmaf(warp->matrix[0][0], out, start.x), py = fmaf(warp->matrix[1][0], out, start.y);
            if (n) {
                const size_t first = ck_spline((float)column, job->density, weight);
                float dx = 0, dy = 0;
                for (size_t i = first; i < first + 4; i++) {
                    dx = fmaf(job->basis[i * width + column], moved[i], dx);
                    dy = fmaf(job->basis[i * width + column], moved[n + i], dy);
                }
                px += dx;
                py += dy;
            }
            const bool outside =
                !(px >= 0 && px <= (float)width - 1 && py >= 0 && py <= (float)job->height - 1);
            px = inside(job->fill, px, width);
            py = inside(job->fill, py, job->height);
            const size_t left = (size_t)px, top = (size_t)py;
            const size_t right = left + 1 < width ? left + 1 : left, bottom = top + 1 < job->height ? top + 1 : top;
            const float fx = px - (float)left, fy = py - (float)top;
            for (size_t c = 0; c < channels; c++) {
                const float a = pixel(floats, bytes, (top * width + left) * channels + c);
                const float b = pixel(floats, bytes, (top * width + right) * channels + c);
                const float d = pixel(floats, bytes, (bottom * width + left) * channels + c);
                const float e = pixel(floats, bytes, (bottom * width + right) * channels + c);
                const float upper = fmaf(fx, b - a, a), lower = fmaf(fx, e - d, d);
                const float value = fmaf(fy, lower - upper, upper) * scale;
                y[c] = outside && job->fill == CK_FILL_CONSTANT ? job->fill_value : value;
            }
        }
    }
}

static void warp_f32(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes, const float *x, float *y) {
    warp_any(job, warp, nodes, x, NULL, 1, y);
}

static void warp_u8(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes, const uint8_t *x,
                    float *y) {
    warp_any(job, warp, nodes, NULL, x, job->scale, y);
}

const struct ck_augment_kernels ck_augment_ref = {warp_f32, warp_u8};
