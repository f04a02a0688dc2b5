/* Inside the convolution: what the drivers (conv2d.c, direct.c, gradient.c: geometry and threads, no intrinsics) ask of
 * the tiers (*_avx2.c, *_avx512.c: register tiles, no geometry), and the reference, which shares neither. */
#ifndef CK_CONV2D_H
#define CK_CONV2D_H

#include "../gemm/gemm.h"

/* ---- Tiles of a direct convolution ---- */

/* A tile is a row of output pixels (along a line, a column or the batch: any constant distance) by a panel of output
 * channels, all held in registers while the reduction runs: `rows` x `runs` x `length`, one input float broadcast to
 * every channel at a time. A run is contiguous in the input: all input channels of one tap, or of a whole kernel row
 * where the columns are not dilated. Every pixel of a tile has the same taps inside the image. */
struct conv2d_tile {
    size_t lines, tiles;         /* so many tiles one behind the other, on so many lines */
    size_t in_line, out_line;    /* between lines */
    size_t in_step, out_step;    /* between a tile's pixels */
    size_t rows, runs, length;   /* of the reduction */
    size_t in_row, in_run;       /* input: between kernel rows, between runs */
    size_t w_row, w_run, w_step; /* weights: likewise, and between the run's elements */
    size_t lanes;                /* channels in the panel's last vector, 1 ... the tier's lanes */
    bool relu;
};

/* `bias` belongs to the panel and may be null, `out` is the first pixel's panel. */
typedef void (*conv2d_tile_kernel)(const struct conv2d_tile *tile, const float *in, const float *w, const float *bias,
                                   float *out);

/* ---- Tiles of the weight gradient ---- */

/* A tile is `planes` kernel rows x some consecutive elements of a run, by a panel of output channels: the sum over
 * `rows` x `columns` output pixels of input times output gradient. */
struct conv2d_outer {
    size_t rows, columns;
    size_t x_row, x_step;     /* input: between output rows, between output pixels */
    size_t dy_row, dy_step;   /* output gradient: likewise */
    size_t x_plane;           /* input: between kernel rows */
    size_t dw_plane, dw_step; /* weight gradient: between kernel rows, between the run's elements */
    size_t lanes;             /* channels in the panel's last vector */
    bool add;                 /* to what dw holds */
    float *sums;              /* where outer_sums kernels put the sums of dy a channel */
};

typedef void (*conv2d_outer_kernel)(const struct conv2d_outer *outer, const float *x, const float *dy, float *dw);

/* ---- Tiers ---- */

enum {
    CONV2D_VECTORS = 4, /* widest panel of any tier */
    CONV2D_PIXELS = 16, /* longest tile */
    CONV2D_PLANES = 3,
    CONV2D_ELEMENTS = 16
};

struct conv2d_tiles {
    /* Indexed by vectors - 1 and pixels - 1; the best longest tile of each width, for short and for long reductions. */
    conv2d_tile_kernel tile[CONV2D_VECTORS][CONV2D_PIXELS];
    size_t pixels[2][CONV2D_VECTORS];
    /* Reductions of 3 x 1 x 3 where in_step is 1, the weights in registers; `tiles` counts pixels. */
    void (*nine)(const struct conv2d_tile *tile, size_t vectors, const float *in, const float *w, const float *bias,
                 float *out);
};

struct conv2d_outers {
    /* Indexed by vectors - 1, planes - 1 and elements - 1; the most elements of each. */
    conv2d_outer_kernel outer[CONV2D_VECTORS][CONV2D_PLANES][CONV2D_ELEMENTS];
    size_t elements[CONV2D_VECTORS][CONV2D_PLANES];
    /* Those that give the bias gradient as well, where they are worth it: null elsewhere. */
    conv2d_outer_kernel sums[CONV2D_VECTORS][CONV2D_PLANES][CONV2D_ELEMENTS];
    /* sums[c] = sum of dy over pixels, for each channel; added to what sums holds if `add`. */
    void (*sum_pixels)(size_t pixels, size_t channels, const float *dy, bool add, float *sums);
};

/* 2 x 2 maximum pooling behind a convolution; of each window's four output pixels at most one has a gradient. */
struct conv2d_pooled {
    /* Weight gradient of a kernel x kernel convolution of images with one channel, summed over lines x columns windows:
     * dw is (taps, channels). `x_line`: between input lines. Added to what dw and dbias hold if `add`. */
    size_t smallest, largest; /* kernels */
    void (*gradient)(size_t kernel, size_t lines, size_t columns, size_t channels, const float *x, size_t x_line,
                     const float *dy, const uint8_t *record, bool add, float *dw, float *dbias);
    /* Forward, kernel x kernel on images with one channel: lines x columns windows of one image. `w` is (taps,
     * channels); bias and record may be null. */
    void (*forward)(size_t kernel, size_t lines, size_t columns, size_t channels, const float *x, size_t x_line,
                    const float *w, const float *bias, bool relu, float *y, uint8_t *record);
};

struct conv2d_kernels {
    size_t lanes;         /* floats in a vector */
    size_t panel_vectors; /* vectors in a panel, at most */
    /* Whether tiles read the weights' last vector whole, so that panels must be padded to full vectors. */
    bool whole_vectors;
    const struct conv2d_tiles *tiles;
    const struct conv2d_outers *outers;
    const struct conv2d_pooled *pooled;
    const struct winograd_kernels *winograd;
    const struct gemm_kernels *gemm; /* packing, and products of Winograd's frequencies */
};

#if defined(__x86_64__)
extern const struct conv2d_kernels ck_conv2d_avx2, ck_conv2d_avx512;
/* conv2d_pooled's gradient for kernels from 5 x 5 to 7 x 7, on AVX2; the largest serve AVX-512 too. */
void ck_conv2d_pooled_dw_list_avx2(size_t kernel, size_t lines, size_t columns, size_t channels, const float *x,
                                   size_t x_line, const float *dy, const uint8_t *record, bool add, float *dw,
                                   float *dbias);
#endif

/* ---- Drivers ---- */

/* Null on `ref`. */
const struct conv2d_kernels *ck_conv2d_tier(void);

/* What becomes of the outputs where 2 x 2 maximum pooling follows. */
struct conv2d_pooling {
    float *y;
    uint8_t *record; /* may be null */
    bool relu;
    float *strips; /* ck_conv2d_strips_size(batch, floats of an output line) floats */
};
size_t ck_conv2d_strips_size(size_t batch, size_t row);

/* A convolution as the tiles see it: the forward pass is one, the gradient of the input is one for each phase of the
 * stride. Paddings may be negative. */
struct conv2d_direct {
    const struct conv2d_kernels *kernels;
    const float *in, *w, *bias;
    float *out;
    size_t batch;
    size_t in_height, in_width, in_channels, in_image; /* in_image: between images */
    size_t out_height, out_width, out_channels;
    size_t out_row, out_pixel, out_image; /* between output rows, pixels, images */
    size_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
    ptrdiff_t pad_top, pad_left;
    bool packed; /* weights lie panel by panel, each padded to whole vectors; otherwise as HWIO */
    ck_activation f;
    /* Null, or where the outputs go instead of `out`: out_height and out_width are even then, f is linear. */
    const struct conv2d_pooling *pooling;
};

void ck_conv2d_direct_run(const struct conv2d_direct *direct);

/* Output channels first ... first + count - 1 form panel `index` of ck_conv2d_panels(…). */
struct conv2d_panel {
    size_t first, count, vectors;
};
size_t ck_conv2d_panels(const struct conv2d_kernels *kernels, size_t channels);
struct conv2d_panel ck_conv2d_panel(const struct conv2d_kernels *kernels, size_t channels, size_t index);

/* Floats that packed weights of taps x in_channels x out_channels take on any tier. */
size_t ck_conv2d_packed_size(size_t taps, size_t in_channels, size_t out_channels);

/* Taps of a kernel that a packing takes, along one axis: first + i step, i < count, in reverse order if `flip`. */
struct conv2d_tap_choice {
    size_t first, step, count;
};

/* Packed weights, in memory order: panels of output channels; in each, taps; in each, input channels; in each, the
 * panel's channels, filled up to whole vectors with zeros. Where `transpose`, input and output channels trade places
 * and the taps are reversed, which turns the gradient of the input into a convolution. */
struct conv2d_packing {
    const struct conv2d_kernels *kernels;
    const float *w;
    float *packed;
    size_t kernel_width, in_channels, out_channels; /* of w as it lies */
    struct conv2d_tap_choice rows, columns;
    bool transpose;
};
void ck_conv2d_pack(const struct conv2d_packing *packing);

/* The forward pass of a shape as tiles see it, its weights packed into `packed` where the tier needs that. */
struct conv2d_direct ck_conv2d_direct_forward(const struct conv2d_kernels *kernels, const ck_conv2d_shape *shape,
                                              const float *x, const float *w, const float *bias, float *packed);

/* Weight gradient on a tier. */
size_t ck_conv2d_gradient_workspace(const ck_conv2d_shape *shape);
void ck_conv2d_gradient_run(const struct conv2d_kernels *kernels, const ck_conv2d_shape *shape, const float *x,
                            const float *dy, float *dw, float *dbias, float *workspace);

/* dw += partials in order, and dbias likewise where it is wanted. A partial holds `weights` floats of dw, then
 * `channels` of dbias. */
void ck_conv2d_add_partials(size_t weights, size_t channels, size_t count, const float *partials, float *dw,
                            float *dbias);

/* Begin and end of part `index` of `total` things cut into `parts` parts whose sizes differ by at most one. */
struct conv2d_span {
    size_t begin, end;
};
static inline struct conv2d_span conv2d_part(size_t total, size_t parts, size_t index) {
    return (struct conv2d_span){total * index / parts, total * (index + 1) / parts};
}

/* Along one axis: the taps that output `o` finds inside the image, o stride + tap dilation - pad in 0 ..< size … */
struct conv2d_span ck_conv2d_taps(size_t o, size_t stride, size_t dilation, ptrdiff_t pad, size_t size, size_t kernel);
/* … and the outputs that find all taps there, or that find `tap` there. */
struct conv2d_span ck_conv2d_full_outputs(size_t outputs, size_t stride, size_t dilation, ptrdiff_t pad, size_t size,
                                          size_t kernel);
struct conv2d_span ck_conv2d_outputs_of_tap(size_t outputs, size_t stride, size_t dilation, ptrdiff_t pad, size_t size,
                                            size_t tap);

/* ---- Reference ---- */

struct conv2d_call {
    const ck_conv2d_shape *shape;
    const float *x, *w, *bias, *dy;
    float *y, *dx, *dw, *dbias;
};

/* Output rows (image and row in one index), input rows, weight rows (tap and input channel in one index, the bias
 * gradient being one more) begin ..< end. */
void ck_conv2d_ref_forward(const struct conv2d_call *call, size_t begin, size_t end);
void ck_conv2d_ref_backward_input(const struct conv2d_call *call, size_t begin, size_t end);
void ck_conv2d_ref_backward_weights(const struct conv2d_call *call, size_t begin, size_t end);

#endif
