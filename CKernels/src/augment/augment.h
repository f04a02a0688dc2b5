/* Kernels behind augmentation: one image through one warp. Every tier computes positions and values with the same fused
 * operations in the same order, so that they agree in every bit. */
#ifndef CK_AUGMENT_H
#define CK_AUGMENT_H

#include "../tier.h"

/* Nodes of the elastic distortion along one axis at most, and pixels of an image of bytes that a tier above `ref` takes
 * at most (it is repacked on the stack). */
enum { CK_NODES_MAX = 64, CK_NODES_STEP = 16, CK_WARP_BYTES_MAX = 4096 };

/* What is the same for all images of a call. */
struct ck_warp_job {
    size_t height, width, channels;
    float scale; /* of bytes */
    ck_fill_mode fill;
    float fill_value;
    /* Elastic distortion, where node_columns > 0. A node holds how far pixels near it move; `density` of them come on a
     * pixel, the first lies before the image. basis (node_columns x width) says how much each counts at a column. An
     * image's nodes are node_rows rows of node_columns movements along x, then as many along y, and zeros up to
     * node_stride, a multiple of CK_NODES_STEP. */
    size_t node_rows, node_columns, node_stride;
    float density;
    const float *basis;
};

struct ck_augment_kernels {
    void (*warp_f32)(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes, const float *x, float *y);
    /* channels = 1 and height * width <= CK_WARP_BYTES_MAX above `ref`. */
    void (*warp_u8)(const struct ck_warp_job *job, const ck_warp *warp, const float *nodes, const uint8_t *x, float *y);
};

extern const struct ck_augment_kernels ck_augment_ref, ck_augment_avx2, ck_augment_avx512;

/* Weights of four neighbouring nodes of a uniform cubic B-spline at pixel `position`; returns the first's number. */
static inline size_t ck_spline(float position, float density, float weight[4]) {
    const float place = position * density, sixth = 1 / 6.0f;
    const size_t first = (size_t)(int32_t)place;
    const float t = place - (float)(int32_t)first, s = 1 - t;
    weight[0] = sixth * (s * s * s);
    weight[1] = sixth * (3 * t * t * t - 6 * t * t + 4);
    weight[2] = sixth * (3 * s * s * s - 6 * s * s + 4);
    weight[3] = sixth * (t * t * t);
    return first;
}

/* The nodes seen from one row of pixels: a row as the nodes have it. */
static inline void ck_row_nodes(const struct ck_warp_job *job, const float *nodes, size_t row, float *out) {
    float weight[4];
    const size_t n = job->node_stride;
    const float *a = nodes + ck_spline((float)row, job->density, weight) * n;
    for (size_t step = 0; step < n; step += CK_NODES_STEP, a += CK_NODES_STEP, out += CK_NODES_STEP)
        for (size_t i = 0; i < CK_NODES_STEP; i++) /* a known length, so that it becomes vectors */
            out[i] = weight[0] * a[i] + weight[1] * a[i + n] + weight[2] * a[i + 2 * n] + weight[3] * a[i + 3 * n];
}

/* The part of a position that is the same along a row. */
struct ck_row_start {
    float x, y, middle;
};

static inline struct ck_row_start ck_row_start(const struct ck_warp_job *job, const ck_warp *warp, size_t row) {
    const float middle_x = ((float)job->width - 1) / 2, middle_y = ((float)job->height - 1) / 2;
    const float y = (float)row - middle_y;
    return (struct ck_row_start){y * warp->matrix[0][1] + (warp->matrix[0][2] + middle_x),
                                 y * warp->matrix[1][1] + (warp->matrix[1][2] + middle_y), middle_x};
}

#endif
