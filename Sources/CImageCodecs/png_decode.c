// PNG by libpng: every colour type, bit depth and interlacing becomes 8-bit grey or RGB over white.
#include "decoder.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct png_decoder {
    ic_decoder base;
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, position;
    uint32_t width, height, channels;
    ic_report *report;
    jmp_buf jump;
} png_decoder;

_Noreturn static void on_error(png_structp png, png_const_charp message) {
    png_decoder *decoder = png_get_error_ptr(png);
    snprintf(decoder->report->message, IC_MESSAGE_SIZE, "%s", message);
    longjmp(decoder->jump, 1);
}

// What libpng only warns of does not change the pixels.
static void on_warning(png_structp png, png_const_charp message) {
    (void)png, (void)message;
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    png_decoder *decoder = png_get_io_ptr(png);
    if (count > decoder->count - decoder->position) png_error(png, "the data breaks off before its end");
    memcpy(target, decoder->bytes + decoder->position, count);
    decoder->position += count;
}

// Turns a row of G, GA, RGB or RGBA into one of the wanted channels, in place: the result is never longer, and for a
// grey source of three wanted channels libpng has made RGB of it before.
static void convert_row(png_structp png, png_row_infop row, png_bytep data) {
    const png_decoder *decoder = png_get_user_transform_ptr(png);
    const int has_alpha = row->color_type & PNG_COLOR_MASK_ALPHA;
    const unsigned from = row->color_type & PNG_COLOR_MASK_COLOR ? 3 : 1, to = decoder->channels;
    const png_byte *source = data;
    png_byte *target = data;
    for (png_uint_32 x = 0; x < row->width; x++, source += from + (has_alpha ? 1 : 0), target += to) {
        png_byte color[3];
        for (unsigned c = 0; c < from; c++) {
            color[c] =
                has_alpha ? ic_divide_by_255(source[c] * source[from] + 255u * (255u - source[from])) : source[c];
        }
        if (from == 3 && to == 1) color[0] = ic_luma(color[0], color[1], color[2]);
        memcpy(target, color, to);
    }
}

static ic_status read_pixels(ic_decoder *base, uint8_t *pixels, ic_report *report) {
    png_decoder *decoder = (png_decoder *)base;
    decoder->report = report;
    if (setjmp(decoder->jump)) return IC_DAMAGED;
    const int passes = png_set_interlace_handling(decoder->png);
    png_read_update_info(decoder->png, decoder->info);
    const size_t row_bytes = (size_t)decoder->width * decoder->channels;
    if (png_get_rowbytes(decoder->png, decoder->info) != row_bytes) png_error(decoder->png, "rows of a wrong length");
    // The passes of an interlaced picture are merged into what is there.
    if (passes > 1) memset(pixels, 0, row_bytes * decoder->height);
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < decoder->height; y++) png_read_row(decoder->png, pixels + y * row_bytes, NULL);
    }
    png_read_end(decoder->png, NULL);
    return IC_OK;
}

static void close_png(ic_decoder *base) {
    png_decoder *decoder = (png_decoder *)base;
    png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
    free(decoder);
}

static void read_header(png_decoder *decoder, const ic_options *options) {
    png_structp png = decoder->png;
    png_set_user_limits(png, options->max_side, options->max_side);
    png_set_chunk_cache_max(png, options->max_chunks);
    png_set_chunk_malloc_max(png, options->max_chunk_bytes);
    // Text, profiles, gamma and all else that leaves the pixels alone is skipped unread.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_read_fn(png, decoder, on_read);
    png_read_info(png, decoder->info);

    decoder->width = png_get_image_width(png, decoder->info);
    decoder->height = png_get_image_height(png, decoder->info);
    // Deflate cannot shrink anything further than 1032 to 1.
    const unsigned bits = png_get_bit_depth(png, decoder->info) * png_get_channels(png, decoder->info);
    if ((uint64_t)decoder->width * decoder->height / 8 * bits / 1032 > decoder->count) {
        png_error(png, "it promises more pixels than its bytes can hold");
    }
    png_set_expand(png);
    png_set_scale_16(png);
    const int is_color = png_get_color_type(png, decoder->info) & PNG_COLOR_MASK_COLOR;
    if (decoder->channels == 3 && !is_color) png_set_gray_to_rgb(png);
    png_set_read_user_transform_fn(png, convert_row);
    png_set_user_transform_info(png, decoder, 8, (int)decoder->channels);
}

// Width and height as they stand in the first chunk; libpng refuses what is larger than its limits without saying so.
static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

ic_status ic_open_png(const uint8_t *bytes, size_t count, const ic_options *options, ic_decoder **result,
                      uint32_t *width, uint32_t *height, ic_report *report) {
    *report = (ic_report){0};
    if (count >= 24 && memcmp(bytes + 12, "IHDR", 4) == 0) {
        report->width = big_endian(bytes + 16);
        report->height = big_endian(bytes + 20);
        if (ic_exceeds_limits(report->width, report->height, options)) return IC_TOO_LARGE;
    }
    png_decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return IC_NO_MEMORY;
    decoder->base = (ic_decoder){read_pixels, close_png};
    decoder->bytes = bytes;
    decoder->count = count;
    decoder->channels = options->channels;
    decoder->report = report;
    // libpng calls on_error, and so jumps, from here on.
    if (setjmp(decoder->jump)) {
        close_png(&decoder->base);
        return IC_DAMAGED;
    }
    decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
    decoder->info = decoder->png ? png_create_info_struct(decoder->png) : NULL;
    if (!decoder->info) {
        close_png(&decoder->base);
        return IC_NO_MEMORY;
    }
    read_header(decoder, options);
    *result = &decoder->base;
    *width = decoder->width;
    *height = decoder->height;
    return IC_OK;
}
