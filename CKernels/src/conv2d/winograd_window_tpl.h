/* Windows of tiles in an image, for the Winograd transforms, in the vocabulary of vector_avx2.h and vector_avx512.h. */

V_INLINE struct v_part part_of(size_t channels) { return channels >= V_LANES ? v_whole() : v_first(channels); }

/* At how many points a tile is evaluated along each axis. Known when a transform is compiled. */
struct points {
    size_t down, across;
};

/* Runs `call` with the points of a window. */
#define BY_POINTS(w, call)                                                                                             \
    do {                                                                                                               \
        const struct points whole = {WINOGRAD_POINTS, WINOGRAD_POINTS}, low = {WINOGRAD_SHORT, WINOGRAD_POINTS},       \
                            narrow = {WINOGRAD_POINTS, WINOGRAD_SHORT}, small = {WINOGRAD_SHORT, WINOGRAD_SHORT};      \
        const bool is_low = (w)->points_down == WINOGRAD_SHORT, is_narrow = (w)->points_across == WINOGRAD_SHORT;      \
        if (is_low && is_narrow) call(small);                                                                          \
        else if (is_low) call(low);                                                                                    \
        else if (is_narrow) call(narrow);                                                                              \
        else call(whole);                                                                                              \
    } while (0)

/* How a vector of a window's pixels lies in memory: floats from line to line and from pixel to pixel. */
struct grid {
    size_t line, pixel;
};

/* A window that reaches beyond the image, or whose channels fill no vector, passes through one that has all pixels. */
#define OWN_GRID(size) ((struct grid){(size)*V_LANES, V_LANES})
#define OWN_WINDOW(name, size) _Alignas(64) float name[(size) * (size)*V_LANES]

/* `less`: by how many lines and columns a whole window is smaller than the tile has points. */
V_INLINE bool is_whole(const struct winograd_window *w, size_t less) {
    return w->bottom - w->top + less == w->points_down && w->right - w->left + less == w->points_across;
}

/* Whether tiles before this one have written to a pixel, so that it is to be added to. */
V_INLINE bool is_shared(const struct winograd_window *w, size_t y, size_t x) {
    return (y < WINOGRAD_OVERLAP && y < w->shared_lines) || (x < WINOGRAD_OVERLAP && x < w->shared_columns);
}

/* `grid` is that of `own`. */
__attribute__((noinline)) V_TARGET static void gather(const struct winograd_window *w, size_t less, struct v_part part,
                                                      const float *image, struct grid grid, float *own) {
    for (size_t y = 0; y + less < w->points_down; y++, own += grid.line) {
        const bool is_inside = y >= w->top && y < w->bottom;
        const size_t left = is_inside ? w->left : 0, right = is_inside ? w->right : 0;
        for (size_t x = 0; x < left; x++) v_store(own + x * grid.pixel, v_whole(), v_zero());
        for (size_t x = left; x < right; x++)
            v_store(own + x * grid.pixel, v_whole(), v_load(image + (x - left) * w->pixel, part));
        for (size_t x = right; x + less < w->points_across; x++) v_store(own + x * grid.pixel, v_whole(), v_zero());
        if (is_inside) image += w->line;
    }
}

/* `shared`: of the first pixels, some are added to. */
__attribute__((noinline)) V_TARGET static void scatter(const struct winograd_window *w, bool shared, struct v_part part,
                                                       const float *own, struct grid grid, float *image) {
    for (size_t y = w->top; y < w->bottom; y++, image += w->line) {
        float *to = image;
        for (size_t x = w->left; x < w->right; x++, to += w->pixel) {
            const vf value = v_load(own + y * grid.line + x * grid.pixel, v_whole());
            v_store(to, part, shared && is_shared(w, y, x) ? v_add(v_load(to, part), value) : value);
        }
    }
}
