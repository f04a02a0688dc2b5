// What both decoders share.
#pragma once

#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>

struct ic_decoder {
    ic_status (*read)(ic_decoder *, uint8_t *pixels, ic_report *);
    void (*close)(ic_decoder *);
};

// ITU-R BT.601, in 16 bits of fraction; the weights add up to 65536.
static inline uint8_t ic_luma(uint8_t red, uint8_t green, uint8_t blue) {
    return (uint8_t)((19595u * red + 38470u * green + 7471u * blue + 32768u) >> 16);
}

static inline uint8_t ic_divide_by_255(uint32_t value) {
    return (uint8_t)((value + 127u) / 255u);
}

static inline int ic_exceeds_limits(uint32_t width, uint32_t height, const ic_options *options) {
    return width > options->max_side || height > options->max_side || (uint64_t)width * height > options->max_pixels;
}
