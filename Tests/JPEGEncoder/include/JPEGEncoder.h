// Test support: JPEG files of every sort that the decoder must read.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Encodes rows of 1 (grey), 3 (RGB) or 4 (CMYK) channels. *bytes is to be freed by free().
void encode_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality, int is_progressive,
                 uint8_t **bytes, size_t *count);
