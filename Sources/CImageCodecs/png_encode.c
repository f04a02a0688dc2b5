// PNG by libpng, into memory that grows.
#include "decoder.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct png_encoder {
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t count, capacity;
    ic_report *report;
    jmp_buf jump;
} png_encoder;

_Noreturn static void on_error(png_structp png, png_const_charp message) {
    png_encoder *encoder = png_get_error_ptr(png);
    snprintf(encoder->report->message, IC_MESSAGE_SIZE, "%s", message);
    longjmp(encoder->jump, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png, (void)message;
}

static void on_write(png_structp png, png_bytep source, size_t count) {
    png_encoder *encoder = png_get_io_ptr(png);
    if (count > encoder->capacity - encoder->count) {
        const size_t capacity = 2 * encoder->capacity + count;
        uint8_t *bytes = realloc(encoder->bytes, capacity);
        if (!bytes) png_error(png, "no memory is left");
        encoder->bytes = bytes;
        encoder->capacity = capacity;
    }
    memcpy(encoder->bytes + encoder->count, source, count);
    encoder->count += count;
}

static void on_flush(png_structp png) {
    (void)png;
}

static int color_type(uint32_t channels) {
    return channels == 1 ? PNG_COLOR_TYPE_GRAY : channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA;
}

ic_status ic_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **bytes,
                        size_t *count, ic_report *report) {
    *report = (ic_report){.width = width, .height = height};
    // On the heap, so that its members have their values after a jump.
    png_encoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) return IC_NO_MEMORY;
    encoder->report = report;
    ic_status status = IC_NO_MEMORY;
    if (!setjmp(encoder->jump)) {
        encoder->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, encoder, on_error, on_warning);
        encoder->info = encoder->png ? png_create_info_struct(encoder->png) : NULL;
        if (encoder->info) {
            png_set_write_fn(encoder->png, encoder, on_write, on_flush);
            png_set_IHDR(encoder->png, encoder->info, width, height, 8, color_type(channels), PNG_INTERLACE_NONE,
                         PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
            png_write_info(encoder->png, encoder->info);
            for (uint32_t y = 0; y < height; y++) {
                png_write_row(encoder->png, pixels + (size_t)y * width * channels);
            }
            png_write_end(encoder->png, NULL);
            *bytes = encoder->bytes;
            *count = encoder->count;
            encoder->bytes = NULL;
        }
    }
    if (encoder->info && !encoder->bytes && encoder->count > 0) status = IC_OK;
    png_destroy_write_struct(&encoder->png, &encoder->info);
    free(encoder->bytes);
    free(encoder);
    return status;
}
