#include "decoder.h"

ic_status ic_read(ic_decoder *decoder, uint8_t *pixels, ic_report *report) {
    return decoder->read(decoder, pixels, report);
}

void ic_close(ic_decoder *decoder) {
    if (decoder) decoder->close(decoder);
}
