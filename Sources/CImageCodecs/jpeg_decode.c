// JPEG by libjpeg-turbo: baseline and progressive, grey, RGB, YCbCr, CMYK and YCCK become 8-bit grey or RGB.
#include "decoder.h"

#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

typedef struct jpeg_decoder {
    ic_decoder base;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    uint32_t channels, max_scans;
    ic_status status;
    ic_report *report;
    jmp_buf jump;
    int is_created;
} jpeg_decoder;

_Noreturn static void fail(jpeg_decoder *decoder) {
    char text[JMSG_LENGTH_MAX];
    decoder->errors.format_message((j_common_ptr)&decoder->jpeg, text);
    snprintf(decoder->report->message, IC_MESSAGE_SIZE, "%.*s", IC_MESSAGE_SIZE - 1, text);
    const int code = decoder->errors.msg_code;
    const int is_memory = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE || code == JERR_TFILE_CREATE;
    decoder->status = is_memory ? IC_NO_MEMORY : IC_DAMAGED;
    longjmp(decoder->jump, 1);
}

static void on_error(j_common_ptr jpeg) {
    fail(jpeg->client_data);
}

// Level -1 is a warning: libjpeg goes on with invented pixels where data is corrupt. Two warnings are not about pixels.
static void on_message(j_common_ptr jpeg, int level) {
    const int code = jpeg->err->msg_code;
    if (level < 0 && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR) fail(jpeg->client_data);
}

static void on_progress(j_common_ptr jpeg) {
    jpeg_decoder *decoder = jpeg->client_data;
    if (decoder->jpeg.input_scan_number > (int)decoder->max_scans) {
        snprintf(decoder->report->message, IC_MESSAGE_SIZE, "more than %u scans", decoder->max_scans);
        decoder->status = IC_DAMAGED;
        longjmp(decoder->jump, 1);
    }
}

// Programs that follow Adobe store ink inverted: 0 is full.
static void convert_cmyk(const jpeg_decoder *decoder, const uint8_t *source, uint8_t *target) {
    const unsigned flip = decoder->jpeg.saw_Adobe_marker ? 0 : 255;
    for (JDIMENSION x = 0; x < decoder->jpeg.output_width; x++, source += 4, target += decoder->channels) {
        uint8_t color[3];
        for (int c = 0; c < 3; c++) color[c] = ic_divide_by_255((source[c] ^ flip) * (source[3] ^ flip));
        if (decoder->channels == 1) color[0] = ic_luma(color[0], color[1], color[2]);
        memcpy(target, color, decoder->channels);
    }
}

static ic_status read_pixels(ic_decoder *base, uint8_t *pixels, ic_report *report) {
    jpeg_decoder *decoder = (jpeg_decoder *)base;
    decoder->report = report;
    if (setjmp(decoder->jump)) return decoder->status;
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    jpeg_start_decompress(jpeg);
    const int is_cmyk = jpeg->out_color_space == JCS_CMYK;
    const size_t row_bytes = (size_t)jpeg->output_width * decoder->channels;
    // Belongs to the decoder and is freed with it.
    JSAMPARRAY inks = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE,
                                              is_cmyk ? 4 * jpeg->output_width : 1, 1);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = pixels + jpeg->output_scanline * row_bytes;
        jpeg_read_scanlines(jpeg, is_cmyk ? inks : &row, 1);
        if (is_cmyk) convert_cmyk(decoder, inks[0], row);
    }
    jpeg_finish_decompress(jpeg);
    return IC_OK;
}

static void close_jpeg(ic_decoder *base) {
    jpeg_decoder *decoder = (jpeg_decoder *)base;
    if (decoder->is_created) jpeg_destroy_decompress(&decoder->jpeg);
    free(decoder);
}

// Picks the smallest of 1, 1/2, 1/4, 1/8 that is large enough and within the limits.
static void choose_scale(struct jpeg_decompress_struct *jpeg, const ic_options *options) {
    if (!options->enough_side) return;
    const uint32_t longer = jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height;
    while (jpeg->scale_denom < 8) {
        const uint32_t next = 2 * jpeg->scale_denom;
        const uint32_t divisor = jpeg->scale_denom * jpeg->scale_denom;
        const uint64_t pixels = (uint64_t)jpeg->image_width * jpeg->image_height / divisor;
        if (longer / next < options->enough_side && pixels <= options->max_pixels) return;
        jpeg->scale_denom = next;
    }
}

static ic_status read_header(jpeg_decoder *decoder, const uint8_t *bytes, size_t count, const ic_options *options) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    jpeg->client_data = decoder;
    jpeg->err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = on_error;
    decoder->errors.emit_message = on_message;
    jpeg_create_decompress(jpeg);
    decoder->is_created = 1;
    decoder->progress.progress_monitor = on_progress;
    jpeg->progress = &decoder->progress;
    jpeg->mem->max_memory_to_use = (long)options->max_memory;
    jpeg_mem_src(jpeg, bytes, (unsigned long)count);
    jpeg_read_header(jpeg, TRUE);

    decoder->report->width = jpeg->image_width;
    decoder->report->height = jpeg->image_height;
    if (jpeg->image_width > options->max_side || jpeg->image_height > options->max_side) return IC_TOO_LARGE;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) {
        jpeg->out_color_space = JCS_CMYK;
    } else {
        jpeg->out_color_space = decoder->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    }
    jpeg->scale_num = 1;
    jpeg->scale_denom = 1;
    choose_scale(jpeg, options);
    jpeg_calc_output_dimensions(jpeg);
    return ic_exceeds_limits(jpeg->output_width, jpeg->output_height, options) ? IC_TOO_LARGE : IC_OK;
}

ic_status ic_open_jpeg(const uint8_t *bytes, size_t count, const ic_options *options, ic_decoder **result,
                       uint32_t *width, uint32_t *height, ic_report *report) {
    *report = (ic_report){0};
    jpeg_decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return IC_NO_MEMORY;
    decoder->base = (ic_decoder){read_pixels, close_jpeg};
    decoder->channels = options->channels;
    decoder->max_scans = options->max_scans;
    decoder->report = report;
    if (!setjmp(decoder->jump)) decoder->status = read_header(decoder, bytes, count, options);
    const ic_status status = decoder->status;
    if (status != IC_OK) {
        close_jpeg(&decoder->base);
        return status;
    }
    *result = &decoder->base;
    *width = decoder->jpeg.output_width;
    *height = decoder->jpeg.output_height;
    return IC_OK;
}
