/* The parts of a matrix product that one thread does: loops over bands, blocks of the depth, panels and tiles. */
#include "gemm_product.h"

/* One panel, and the columns of the product that it holds. */
struct panel {
    size_t vectors, column, columns;
    float *packed; /* its slot; null where the operand is read as it lies */
};

static struct panel panel_at(const struct gemm_product *p, size_t index, size_t unit) {
    const size_t first = gemm_cut(p->vectors, index, p->panels), lanes = p->kernels->lanes;
    const size_t vectors = gemm_cut(p->vectors, index + 1, p->panels) - first;
    return (struct panel){
        .vectors = vectors,
        .column = first * lanes,
        .columns = gemm_smaller(vectors * lanes, p->columns - first * lanes),
        .packed = p->packs ? p->slots + unit * p->slot : NULL,
    };
}

/* Steps begin ..< end of the depth go into the panel's slot. */
static void pack(const struct gemm_product *p, const struct panel *panel, size_t begin, size_t end) {
    float *packed = panel->packed + begin * panel->vectors * p->kernels->lanes;
    if (p->by_columns)
        p->kernels->pack_columns(end - begin, panel->columns, p->b + panel->column * p->b_ld + begin, p->b_ld, packed);
    else p->kernels->pack_rows(end - begin, panel->columns, p->b + panel->column + begin * p->b_ld, p->b_ld, packed);
}

/* A tile: rows begin ..< end of one panel, over some or all steps of one block of the depth; c is row begin's. */
static void multiply(const struct gemm_product *p, const struct panel *panel, size_t block, size_t begin, size_t end,
                     struct gemm_steps steps, float *c, size_t ldc, struct gemm_store store) {
    const size_t step = gemm_cut(p->depth, block, p->depth_blocks), width = panel->vectors * p->kernels->lanes;
    const struct gemm_tile tile = {
        .depth = steps.count,
        .steps = steps.list,
        .a = p->a + begin * p->a_row + step * p->a_step,
        .a_row = p->a_row,
        .a_step = p->a_step,
        .b = panel->packed ? panel->packed + step * width : p->b + panel->column + step * p->b_ld,
        .b_step = panel->packed ? width : p->b_ld,
        .c = c,
        .ldc = ldc,
        .last = panel->columns - (panel->vectors - 1) * p->kernels->lanes,
        .store = store,
    };
    p->kernels->tile[panel->vectors][end - begin](&tile);
}

/* One block of the depth for tiles begin ..< end of a run of panels, which are packed first if `pack_first`. */
static void multiply_band(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t block,
                          size_t begin, size_t end, bool pack_first) {
    const bool last = block + 1 == p->depth_blocks;
    const size_t step = gemm_cut(p->depth, block, p->depth_blocks),
                 next = gemm_cut(p->depth, block + 1, p->depth_blocks);
    struct gemm_band_steps steps;
    if (p->sparse) ck_gemm_find_steps(p, block, begin, end, &steps);
    for (size_t i = 0; i < count; i++) {
        const struct panel panel = panel_at(p, first + i, unit + i * p->slices);
        const struct gemm_store store = {
            .bias = last && p->store.bias ? p->store.bias + panel.column : NULL,
            .add = block > 0 || p->store.add,
            .relu = last && p->store.relu,
        };
        if (pack_first) pack(p, &panel, step, next);
        for (size_t tile = begin; tile < end; tile++) {
            const size_t row = gemm_tile_row(p, tile);
            const struct gemm_steps some =
                p->sparse ? gemm_steps_at(&steps, tile - begin) : gemm_all_steps(next - step);
            multiply(p, &panel, block, row, gemm_tile_row(p, tile + 1), some, p->c + row * p->ldc + panel.column,
                     p->ldc, store);
        }
    }
}

/* Tiles begin ..< end of a run of panels. A band of the row operand and a block of the depth stay in the second-level
 * cache while the panels pass. */
static void multiply_panels(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t begin,
                            size_t end) {
    const size_t rows = gemm_tile_row(p, end) - gemm_tile_row(p, begin);
    const size_t bands = gemm_larger(gemm_ceiling(rows, GEMM_BAND), gemm_ceiling(end - begin, GEMM_BAND_TILES));
    for (size_t band = 0; band < bands; band++) {
        const size_t top = begin + gemm_cut(end - begin, band, bands);
        const size_t bottom = begin + gemm_cut(end - begin, band + 1, bands);
        for (size_t block = 0; block < p->depth_blocks; block++)
            multiply_band(p, first, count, unit, block, top, bottom, p->packs && band == 0);
        const struct panel left = panel_at(p, first, unit), right = panel_at(p, first + count - 1, unit);
        const size_t row = gemm_tile_row(p, top);
        gemm_activate(p->f, gemm_tile_row(p, bottom) - row, right.column + right.columns - left.column,
                      p->c + row * p->ldc + left.column, p->ldc);
    }
}

/* The same into a block that stays in the first-level cache, from which C is written transposed. */
static void multiply_panel_transposed(const struct gemm_product *p, size_t index, size_t unit, size_t begin,
                                      size_t end) {
    float sums[GEMM_GROUP * GEMM_WIDTH] = {0};
    const struct panel panel = panel_at(p, index, unit);
    if (p->packs) pack(p, &panel, 0, p->depth);
    for (size_t row = begin; row < end; row += GEMM_GROUP) {
        const size_t rows = gemm_smaller(end - row, GEMM_GROUP);
        const size_t tiles = gemm_ceiling(rows, p->kernels->tallest[panel.vectors]);
        for (size_t block = 0; block < p->depth_blocks; block++)
            for (size_t i = 0; i < tiles; i++) {
                const size_t top = gemm_cut(rows, i, tiles), bottom = gemm_cut(rows, i + 1, tiles);
                const size_t depth =
                    gemm_cut(p->depth, block + 1, p->depth_blocks) - gemm_cut(p->depth, block, p->depth_blocks);
                multiply(p, &panel, block, row + top, row + bottom, gemm_all_steps(depth), sums + top * GEMM_WIDTH,
                         GEMM_WIDTH, (struct gemm_store){.add = block > 0});
            }
        struct gemm_store store = p->store;
        if (store.bias) store.bias += row;
        p->kernels->store_transposed(rows, panel.columns, sums, p->c + panel.column * p->ldc + row, p->ldc, &store);
    }
    gemm_activate(p->f, panel.columns, end - begin, p->c + panel.column * p->ldc + begin, p->ldc);
}

void ck_gemm_multiply_rows(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    const size_t first = gemm_slice_tile(p, begin), last = gemm_slice_tile(p, end);
    if (!p->transposed) multiply_panels(p, 0, p->panels, begin, first, last);
    for (size_t i = 0; p->transposed && i < p->panels; i++)
        multiply_panel_transposed(p, i, begin, gemm_tile_row(p, first), gemm_tile_row(p, last));
}

void ck_gemm_multiply_units(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    while (begin < end) { /* the rest of a panel, or a run of whole ones, or the beginning of one */
        const size_t panel = begin / p->slices, slice = begin % p->slices;
        const size_t whole = slice == 0 ? (end - begin) / p->slices : 0;
        const size_t units = whole ? whole * p->slices : gemm_smaller(end - begin, p->slices - slice);
        const size_t first = gemm_slice_tile(p, slice);
        const size_t last = whole ? p->tiles : gemm_slice_tile(p, slice + units);
        const size_t panels = whole ? whole : 1;
        if (!p->transposed) multiply_panels(p, panel, panels, begin, first, last);
        for (size_t i = 0; p->transposed && i < panels; i++)
            multiply_panel_transposed(p, panel + i, begin + i * p->slices, gemm_tile_row(p, first),
                                      gemm_tile_row(p, last));
        begin += units;
    }
}
