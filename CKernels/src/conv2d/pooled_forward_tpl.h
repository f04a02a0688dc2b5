/* Convolution of images with one channel by square kernels with 2 x 2 maximum pooling behind it, in the vocabulary of
 * vector_avx2.h or vector_avx512.h: the four sums of a window stay in registers, and only the maximum is written. The
 * file that includes this says how many vectors of channels are done at once, by 3 x 3 kernels and by others
 * (NINE_VECTORS, 0 where the former are no faster, and WIDE_VECTORS), how many windows by the latter (WIDE_WINDOWS),
 * and from which size of kernel on zeros are left out (SPOTS_FROM). */

#include "../pool2d/window2x2.h"
#include "../vector_finite.h"
#include "blank_tpl.h"

enum { POOLED_VECTORS = 2 }; /* at most */

struct pooled_image {
    size_t kernel, lines, columns, channels; /* lines and columns of the pooled image */
    const float *x;
    size_t x_line;
    bool relu;
    bool skips_blanks; /* a window whose inputs are all zero is the bias */
    bool skips_zeros;  /* and inputs that are zero need not be multiplied */
};

/* The maximum of a window a b / c d, and its place. */
V_INLINE struct window2x2 window_of(bool relu, vf a, vf b, vf c, vf d) {
    const struct window2x2 window = window2x2_of(a, b, c, d);
    return relu ? window2x2_relu(window) : window;
}

V_INLINE void put_window(const bool keeps, struct v_part part, struct window2x2 window, float *y, uint8_t *record) {
    v_store(y, part, window.maximum);
    if (keeps) vi_store_bytes(record, part, window.place);
}

#include "pooled_nine_tpl.h"
#include "pooled_wide_tpl.h"

/* ---- All channels ---- */

V_INLINE void pooled_run(const bool keeps, const struct pooled_image *p, const float *w, const float *bias, float *y,
                         uint8_t *record) {
    const bool nine = p->kernel == 3 && NINE_VECTORS > 0;
    const size_t together = (nine ? NINE_VECTORS : WIDE_GROUPS * WIDE_VECTORS) * V_LANES;
    for (size_t c = 0; c < p->channels; c += together) {
        const size_t left = p->channels - c < together ? p->channels - c : together;
        const float *start = bias ? bias + c : bias;
        uint8_t *places = record ? record + c : record;
        if (nine) pooled_nine(keeps, p, left, w + c, start, y + c, places);
        else wide_channels(keeps, p, left, w + c, start, y + c, places);
    }
}

V_TARGET static void V_NAME(conv2d_pooled_f32)(size_t kernel, size_t lines, size_t columns, size_t channels,
                                               const float *x, size_t x_line, const float *w, const float *bias,
                                               bool relu, float *y, uint8_t *record) {
    const bool skips_blanks = 2 * columns + kernel - 1 <= 64 && v_all_finite(kernel * kernel * channels, w);
    const bool skips_zeros = skips_blanks && kernel >= SPOTS_FROM && kernel <= SPOTS_KERNEL &&
                             v_all_finite((2 * lines + kernel - 2) * x_line + 2 * columns + kernel - 1, x);
    const struct pooled_image image = {kernel, lines, columns, channels, x, x_line, relu, skips_blanks, skips_zeros};
    if (record) pooled_run(true, &image, w, bias, y, record);
    else pooled_run(false, &image, w, bias, y, record);
}
