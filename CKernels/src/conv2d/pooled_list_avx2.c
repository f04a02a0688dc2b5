/* The weight gradient of kernels from 5 x 5 to 7 x 7 behind 2 x 2 pooling, on AVX2; pooled_avx512.c says how a
 * permutation picks inputs.
 *
 * Half a vector holds four pixels of an input line, enough for three neighbouring taps, and 16 registers hold the sums
 * of so few taps that the windows are gone over more than once. So what all taps need is laid out first: for all
 * channels a block's pairs of lines, and for each vector of channels a list of the windows that count. */
#if defined(__x86_64__)
#include "conv2d_avx2.h"
#include "../vector_avx2.h"

#include "../pool2d/pool2d.h"
#include "../vector_finite.h"
#include "blank_tpl.h"

enum {
    LARGEST = 7,
    NEIGHBOURS = 3, /* taps that one pair of lines serves */
    MOST_SUMS = 9,
    /* Of a block of windows: its pairs of lines, 16 KiB of them; its own columns and lines. */
    PAIR_LINES = 32,
    PAIR_COLUMNS = 16,
    BLOCK_COLUMNS = PAIR_COLUMNS - (LARGEST - 1) / 2,
    BLOCK_LINES = (PAIR_LINES - LARGEST) / 2 + 1
};

/* Four pixels of a line from an even column on, and under them those of the next line. */
struct pairs {
    _Alignas(32) float of[PAIR_LINES][PAIR_COLUMNS][2][LANES / 2];
};

/* Windows of a block whose gradient meets inputs, of one vector of channels. */
struct winners {
    size_t count;
    const float *pair[BLOCK_LINES * BLOCK_COLUMNS];
    __m256 gradient[BLOCK_LINES * BLOCK_COLUMNS]; /* zero where it goes nowhere */
    __m256i lane[BLOCK_LINES * BLOCK_COLUMNS];    /* of the first tap's input in the pair */
};

/* A block of windows, and the gradients of its first one. */
struct block {
    size_t lines, columns;
    const float *x;
    size_t x_line;
    size_t width; /* of the inputs that it reads */
    const float *dy;
    const uint8_t *record;
    size_t line; /* floats from line to line of dy */
};

/* The sums of a vector of channels. */
struct target {
    float *dw, *dbias;
    size_t channels;
    bool add;
};

/* The first pixels of four. */
INLINE __m128 some(const float *x, size_t count) {
    float pixels[4] = {0};
    for (size_t i = 0; i < count && i < 4; i++) pixels[i] = x[i];
    return _mm_loadu_ps(pixels);
}

INLINE void lay_pairs(const size_t kernel, const struct block *b, struct pairs *pairs) {
    for (size_t line = 0; line < 2 * b->lines + kernel - 2; line++) {
        const float *upper = b->x + line * b->x_line, *lower = upper + b->x_line;
        size_t column = 0;
        for (; 2 * column + 4 <= b->width; column++)
            _mm256_storeu_ps(pairs->of[line][column][0], _mm256_loadu2_m128(lower + 2 * column, upper + 2 * column));
        for (; 2 * column < b->width; column++) {
            const size_t left = b->width - 2 * column;
            _mm_storeu_ps(pairs->of[line][column][0], some(upper + 2 * column, left));
            _mm_storeu_ps(pairs->of[line][column][1], some(lower + 2 * column, left));
        }
    }
}

/* The sums of `count` taps from the first on. */
INLINE void sum_taps(const size_t kernel, const size_t first, const size_t count, const struct winners *list,
                     struct target to, struct v_part part) {
    const __m256i one = _mm256_set1_epi32(1);
    __m256 sum[MOST_SUMS];
    for (size_t i = 0; i < count; i++) sum[i] = _mm256_setzero_ps();
    for (size_t window = 0; window < list->count; window++) {
        const float *pair = list->pair[window];
        const __m256 gradient = list->gradient[window];
        __m256i lane[NEIGHBOURS] = {list->lane[window]};
        for (size_t i = 1; i < NEIGHBOURS; i++) lane[i] = _mm256_add_epi32(lane[i - 1], one);
        for (size_t ky = 0; ky < kernel; ky++)
            for (size_t kx = 0; kx < kernel; kx++) {
                const size_t i = ky * kernel + kx - first, beyond = kx < NEIGHBOURS ? 0 : (kx - 1) / 2;
                if (i >= count) continue;
                const __m256 inputs = _mm256_loadu_ps(pair + (ky * PAIR_COLUMNS + beyond) * LANES);
                sum[i] = _mm256_fmadd_ps(_mm256_permutevar8x32_ps(inputs, lane[kx - 2 * beyond]), gradient, sum[i]);
            }
    }
    for (size_t i = 0; i < count; i++) {
        float *dw = to.dw + (first + i) * to.channels;
        v_store(dw, part, to.add ? _mm256_add_ps(v_load(dw, part), sum[i]) : sum[i]);
    }
}

/* The taps from nine times `index` on, nine or as many as are left. */
INLINE void sum_part(const size_t kernel, const size_t index, const struct winners *list, struct target to,
                     struct v_part part) {
    const size_t taps = kernel * kernel, first = index * MOST_SUMS;
    if (first < taps) sum_taps(kernel, first, taps - first < MOST_SUMS ? taps - first : MOST_SUMS, list, to, part);
}

INLINE void sum_all(const size_t kernel, const struct winners *list, struct target to, struct v_part part) {
    _Static_assert(6 * MOST_SUMS >= LARGEST * LARGEST, "the parts reach all taps");
    sum_part(kernel, 0, list, to, part);
    sum_part(kernel, 1, list, to, part);
    sum_part(kernel, 2, list, to, part);
    sum_part(kernel, 3, list, to, part);
    sum_part(kernel, 4, list, to, part);
    sum_part(kernel, 5, list, to, part);
}

/* A block's windows, of one vector of channels from `c` on. */
INLINE void gradient_of(const size_t kernel, const struct block *b, const struct pairs *pairs, size_t c,
                        struct target to, struct v_part part) {
    const __m256i one = _mm256_set1_epi32(1), two = _mm256_set1_epi32(2);
    __m256 bias = to.add && to.dbias ? v_load(to.dbias, part) : _mm256_setzero_ps();
    struct winners list;
    list.count = 0;
    for (size_t line = 0; line < b->lines; line++) {
        const uint64_t filled = filled_columns(b->x + 2 * line * b->x_line, b->x_line, kernel + 1, b->width);
        const float *dy = b->dy + line * b->line + c;
        const uint8_t *record = b->record + line * b->line + c;
        for (size_t column = 0; column < b->columns; column++, dy += to.channels, record += to.channels) {
            const __m256i place = vi_load_bytes(record, part);
            const __m256 gradient =
                _mm256_andnot_ps(vi_equal(place, vi_set(CK_POOL2D_NOWHERE)).lanes, v_load(dy, part));
            bias = _mm256_add_ps(bias, gradient);
            /* Zero times a finite gradient changes no sum. */
            if (!any_column(filled, 2 * column, kernel + 1) && v_is_finite(gradient)) continue;
            list.pair[list.count] = pairs->of[2 * line][column][0];
            list.gradient[list.count] = gradient;
            list.lane[list.count++] =
                _mm256_add_epi32(_mm256_and_si256(place, one), _mm256_slli_epi32(_mm256_and_si256(place, two), 1));
        }
    }
    if (to.dbias) v_store(to.dbias, part, bias);
    sum_all(kernel, &list, to, part);
}

INLINE void gradient_of_block(const size_t kernel, const struct block *b, struct target whole) {
    struct pairs pairs;
    lay_pairs(kernel, b, &pairs);
    for (size_t c = 0; c < whole.channels; c += LANES) {
        const size_t left = whole.channels - c;
        const struct target to = {whole.dw + c, whole.dbias ? whole.dbias + c : NULL, whole.channels, whole.add};
        if (left >= LANES) gradient_of(kernel, b, &pairs, c, to, v_whole());
        else gradient_of(kernel, b, &pairs, c, to, v_first(left));
    }
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

CK_TARGET_AVX2 void ck_conv2d_pooled_dw_list_avx2(size_t kernel, size_t lines, size_t columns, size_t channels,
                                                  const float *x, size_t x_line, const float *dy, const uint8_t *record,
                                                  bool add, float *dw, float *dbias) {
    struct target to = {dw, dbias, channels, add};
    for (size_t line = 0; line < lines; line += BLOCK_LINES)
        for (size_t column = 0; column < columns; column += BLOCK_COLUMNS, to.add = true) {
            const size_t at = (line * columns + column) * channels, wide = smaller(columns - column, BLOCK_COLUMNS);
            const struct block block = {
                .lines = smaller(lines - line, BLOCK_LINES),
                .columns = wide,
                .x = x + 2 * line * x_line + 2 * column,
                .x_line = x_line,
                .width = 2 * wide + kernel - 1,
                .dy = dy + at,
                .record = record + at,
                .line = columns * channels,
            };
            switch (kernel) {
            case 5: gradient_of_block(5, &block, to); break;
            case 6: gradient_of_block(6, &block, to); break;
            case 7: gradient_of_block(7, &block, to); break;
            default: break;
            }
        }
}
#endif
