/* Kernels of any size on images with one channel, with pooling: weights come from the first-level cache, and serve all
 * pixels of one window or two side by side. Included by pooled_forward_tpl.h. */

#include "pooled_spots_tpl.h"

V_INLINE void wide_windows(const size_t windows, const size_t vectors, struct v_part last, size_t kernel,
                           size_t channels, const vf start[POOLED_VECTORS], const float *w, const float *corner,
                           size_t x_line, vf sum[2][4][POOLED_VECTORS]) {
    for (size_t y = 0; y < 2; y++)
        for (size_t x = 0; x < 2 * windows; x++)
            for (size_t v = 0; v < vectors; v++) sum[y][x][v] = start[v];
    for (size_t ky = 0; ky < kernel; ky++, corner += x_line)
        for (size_t kx = 0; kx < kernel; kx++, w += channels) {
            vf weight[POOLED_VECTORS];
            for (size_t v = 0; v < vectors; v++)
                weight[v] = v_load(w + v * V_LANES, v + 1 < vectors ? v_whole() : last);
            for (size_t y = 0; y < 2; y++)
                for (size_t x = 0; x < 2 * windows; x++) {
                    const vf value = v_set(corner[y * x_line + kx + x]);
                    for (size_t v = 0; v < vectors; v++) sum[y][x][v] = v_fma(value, weight[v], sum[y][x][v]);
                }
        }
}

/* A few vectors of channels, and what is the same for all their windows. */
struct wide_group {
    size_t vectors;
    struct v_part last;
    const float *w;
    vf start[POOLED_VECTORS];
    struct window2x2 blank[POOLED_VECTORS];
    struct spots_weights weights;
};

enum { WIDE_GROUPS = 2 /* for which a window's inputs are found once */ };

struct wide {
    const struct pooled_image *image;
    struct spots spots;
    size_t groups;
    struct wide_group group[WIDE_GROUPS];
};

V_INLINE void wide_prepare(const struct pooled_image *p, size_t channels, const float *w, const float *bias,
                           struct wide *wide) {
    wide->image = p;
    if (p->skips_zeros) spots_prepare(p->kernel, p->x_line, &wide->spots);
    wide->groups = 0;
    for (size_t c = 0; c < channels; c += WIDE_VECTORS * V_LANES) {
        struct wide_group *group = &wide->group[wide->groups++];
        const size_t left = channels - c < WIDE_VECTORS * V_LANES ? channels - c : WIDE_VECTORS * V_LANES;
        group->vectors = (left + V_LANES - 1) / V_LANES;
        group->last = left % V_LANES ? v_first(left % V_LANES) : v_whole();
        group->w = w + c;
        for (size_t v = 0; v < group->vectors; v++) {
            const struct v_part part = v + 1 < group->vectors ? v_whole() : group->last;
            const vf start = bias ? v_load(bias + c + v * V_LANES, part) : v_zero();
            group->start[v] = start;
            group->blank[v] = window_of(p->relu, start, start, start, start);
        }
        if (p->skips_zeros) spots_weights(group->vectors, group->last, p->kernel, p->channels, w + c, &group->weights);
    }
}

/* A line of windows: for each of its lines of inputs, and for all together, a bit for each column that is filled. */
struct wide_line {
    const float *corner;
    uint64_t filled, lines[SPOTS_KERNEL + 1];
};

V_INLINE struct wide_line wide_line_at(const struct pooled_image *p, size_t line) {
    struct wide_line at = {.corner = p->x + 2 * line * p->x_line};
    const size_t width = 2 * p->columns + p->kernel - 1;
    if (p->skips_zeros)
        for (size_t y = 0; y <= p->kernel; y++) {
            at.lines[y] = filled_columns(at.corner + y * p->x_line, p->x_line, 1, width);
            at.filled |= at.lines[y];
        }
    else if (p->skips_blanks) at.filled = filled_columns(at.corner, p->x_line, p->kernel + 1, width);
    return at;
}

/* One or two windows beside each other, and how they are computed. */
struct wide_place {
    const float *corner;
    bool is_blank, has_spots;
    uint64_t inputs[2]; /* of either, if it has spots */
};

V_INLINE struct wide_place wide_place_at(const size_t windows, const struct pooled_image *p,
                                         const struct wide_line *line, size_t column) {
    struct wide_place at = {.corner = line->corner + 2 * column};
    at.is_blank = p->skips_blanks && !any_column(line->filled, 2 * column, p->kernel + 1 + 2 * (windows - 1));
    at.has_spots = p->skips_zeros && !at.is_blank;
    for (size_t i = 0; i < windows && at.has_spots; i++) {
        at.inputs[i] = spots_in(line->lines, p->kernel, 2 * (column + i));
        at.has_spots = spots_pay(at.inputs[i], p->kernel);
    }
    return at;
}

/* Their maxima of one group, and where they were. */
V_INLINE void wide_put(const size_t windows, const size_t vectors, const bool keeps, struct v_part last,
                       const struct wide *wide, const struct wide_group *group, const struct wide_place *at, float *y,
                       uint8_t *record) {
    const struct pooled_image *p = wide->image;
    struct window2x2 window[2][POOLED_VECTORS];
    if (at->is_blank) {
        for (size_t i = 0; i < windows; i++)
            for (size_t v = 0; v < vectors; v++) window[i][v] = group->blank[v];
    } else if (at->has_spots) {
        for (size_t i = 0; i < windows; i++) {
            vf sum[4][POOLED_VECTORS];
            spots_window(vectors, &wide->spots, &group->weights, at->inputs[i], at->corner + 2 * i, group->start, sum);
            for (size_t v = 0; v < vectors; v++)
                window[i][v] = window_of(p->relu, sum[0][v], sum[1][v], sum[2][v], sum[3][v]);
        }
    } else {
        vf sum[2][4][POOLED_VECTORS];
        wide_windows(windows, vectors, last, p->kernel, p->channels, group->start, group->w, at->corner, p->x_line,
                     sum);
        for (size_t i = 0; i < windows; i++)
            for (size_t v = 0; v < vectors; v++)
                window[i][v] =
                    window_of(p->relu, sum[0][2 * i][v], sum[0][2 * i + 1][v], sum[1][2 * i][v], sum[1][2 * i + 1][v]);
    }
    for (size_t i = 0; i < windows; i++)
        for (size_t v = 0; v < vectors; v++)
            put_window(keeps, v + 1 < vectors ? v_whole() : last, window[i][v], y + i * p->channels + v * V_LANES,
                       keeps ? record + i * p->channels + v * V_LANES : record);
}

V_INLINE void wide_put_groups(const size_t windows, const bool keeps, const struct wide *wide,
                              const struct wide_line *line, size_t column, float *y, uint8_t *record) {
    const struct wide_place at = wide_place_at(windows, wide->image, line, column);
    for (size_t i = 0; i < wide->groups; i++, y += WIDE_VECTORS * V_LANES) {
        const struct wide_group *group = &wide->group[i];
        if (group->vectors == 2 && group->last.whole)
            wide_put(windows, 2, keeps, v_whole(), wide, group, &at, y, record);
        else if (group->vectors == 2) wide_put(windows, 2, keeps, group->last, wide, group, &at, y, record);
        else wide_put(windows, 1, keeps, group->last, wide, group, &at, y, record);
        if (keeps) record += WIDE_VECTORS * V_LANES;
    }
}

V_INLINE void wide_channels(const bool keeps, const struct pooled_image *p, size_t channels, const float *w,
                            const float *bias, float *y, uint8_t *record) {
    struct wide wide;
    wide_prepare(p, channels, w, bias, &wide);
    for (size_t i = 0; i < p->lines; i++) {
        const struct wide_line line = wide_line_at(p, i);
        size_t column = 0;
        for (; column + WIDE_WINDOWS <= p->columns; column += WIDE_WINDOWS) {
            wide_put_groups(WIDE_WINDOWS, keeps, &wide, &line, column, y, record);
            y += WIDE_WINDOWS * p->channels;
            if (keeps) record += WIDE_WINDOWS * p->channels;
        }
        for (; WIDE_WINDOWS > 1 && column < p->columns; column++) {
            wide_put_groups(1, keeps, &wide, &line, column, y, record);
            y += p->channels;
            if (keeps) record += p->channels;
        }
    }
}
