/* Weights on their way into the panels that tiles read. */
#include "../parallel.h"
#include "conv2d.h"

static void pack_tap(const struct conv2d_packing *p, size_t tap) {
    size_t taps = p->rows.count * p->columns.count, source = p->transpose ? taps - 1 - tap : tap;
    size_t ky = p->rows.first + source / p->columns.count * p->rows.step;
    size_t kx = p->columns.first + source % p->columns.count * p->columns.step;
    const float *w = p->w + (ky * p->kernel_width + kx) * p->in_channels * p->out_channels;
    size_t reduction = p->transpose ? p->out_channels : p->in_channels;
    size_t channels = p->transpose ? p->in_channels : p->out_channels;
    const struct gemm_kernels *gemm = p->kernels->gemm;
    for (size_t index = 0; index < ck_conv2d_panels(p->kernels, channels); index++) {
        struct conv2d_panel panel = ck_conv2d_panel(p->kernels, channels, index);
        float *to = p->packed + taps * reduction * panel.first + tap * reduction * panel.vectors * p->kernels->lanes;
        if (p->transpose)
            gemm->pack_columns(reduction, panel.count, w + panel.first * p->out_channels, p->out_channels, to);
        else gemm->pack_rows(reduction, panel.count, w + panel.first, p->out_channels, to);
    }
}

static void pack_range(void *context, size_t begin, size_t end) {
    for (size_t tap = begin; tap < end; tap++) pack_tap(context, tap);
}

void ck_conv2d_pack(const struct conv2d_packing *p) {
    size_t taps = p->rows.count * p->columns.count;
    ck_parallel_for(taps, taps * p->in_channels * p->out_channels * sizeof(float), pack_range, (void *)p);
}
