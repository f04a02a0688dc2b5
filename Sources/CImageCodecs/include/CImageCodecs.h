// PNG and JPEG pictures in memory, by libpng and libjpeg-turbo.
//
// Both libraries report errors by longjmp, which must not cross Swift's frames: it stays inside the functions here. No
// type of the two libraries appears in this header.
//
// Pixels are rows from top to bottom without padding, 8 bits a channel: 1 channel is grey, 3 are red, green, blue, 4
// are those and alpha. Decoders give 1 or 3; what is transparent is laid over white. Numbers are what the file holds:
// gamma and colour profiles are not applied. Grey of a colour is its luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
//
// Nothing here keeps the bytes it is given beyond what each function says.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { IC_MESSAGE_SIZE = 256 };

typedef enum ic_status {
    IC_OK = 0,
    // The bytes are cut, damaged, or contradict themselves.
    IC_DAMAGED,
    // The picture is larger than the limits.
    IC_TOO_LARGE,
    // Memory ran out, or decoding would take more than `max_memory`.
    IC_NO_MEMORY,
} ic_status;

typedef struct ic_options {
    uint32_t channels;  // 1 or 3
    uint32_t max_side;
    uint64_t max_pixels;
    // What libjpeg may hold at a time, in bytes; a progressive picture is held whole.
    size_t max_memory;
    // JPEG: the picture may be decoded at a half, a quarter or an eighth of its size while its longer side keeps at
    // least this many pixels, or where it exceeds max_pixels; 0 asks for its full size.
    uint32_t enough_side;
    // JPEG: how often a progressive file may go over the whole picture.
    uint32_t max_scans;
    // PNG: chunks besides the pixels that are kept, and the memory that one of them takes, in bytes.
    uint32_t max_chunks;
    size_t max_chunk_bytes;
} ic_options;

// The library's own words, and what the header says even where the picture is refused.
typedef struct ic_report {
    uint32_t width, height;
    char message[IC_MESSAGE_SIZE];
} ic_report;

// A picture whose header has been read.
typedef struct ic_decoder ic_decoder;

// Reads the header and checks it against the limits; no memory of the picture's size is taken. `bytes` must stay until
// ic_close. On success *decoder is set, and *width and *height are those of the picture that ic_read gives.
ic_status ic_open_png(const uint8_t *bytes, size_t count, const ic_options *options, ic_decoder **decoder,
                      uint32_t *width, uint32_t *height, ic_report *report);
ic_status ic_open_jpeg(const uint8_t *bytes, size_t count, const ic_options *options, ic_decoder **decoder,
                       uint32_t *width, uint32_t *height, ic_report *report);

// Decodes everything into width * height * channels bytes. Once only.
ic_status ic_read(ic_decoder *decoder, uint8_t *pixels, ic_report *report);

// Frees the decoder; NULL is allowed.
void ic_close(ic_decoder *decoder);

// Encodes 1, 3 or 4 channels as PNG. On success *bytes is to be freed by free().
ic_status ic_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **bytes,
                        size_t *count, ic_report *report);
