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

/* A block of the depth. */
struct block {
    size_t step, depth;
};

static struct block block_at(const struct gemm_product *p, size_t index) {
    const size_t step = gemm_cut(p->depth, index, p->depth_blocks);
    return (struct block){step, gemm_cut(p->depth, index + 1, p->depth_blocks) - step};
}

/* The block goes into the panel's slot. */
static void pack(const struct gemm_product *p, const struct panel *panel, struct block block) {
    float *packed = panel->packed + block.step * panel->vectors * p->kernels->lanes;
    const float *b =
        p->b + (p->by_columns ? panel->column * p->b_ld + block.step : panel->column + block.step * p->b_ld);
    if (p->by_columns) p->kernels->pack_columns(block.depth, panel->columns, b, p->b_ld, packed);
    else p->kernels->pack_rows(block.depth, panel->columns, b, p->b_ld, packed);
}

/* A tile: rows begin ..< end of one panel, over some or all steps of one block of the depth; c is row begin's. */
static void multiply(const struct gemm_product *p, const struct panel *panel, struct block block, size_t begin,
                     size_t end, struct gemm_steps steps, float *c, size_t ldc, struct gemm_store store) {
    const size_t width = panel->vectors * p->kernels->lanes;
    const struct gemm_tile tile = {
        .depth = steps.count,
        .steps = steps.list,
        .a = p->a + begin * p->a_row + block.step * p->a_step,
        .a_row = p->a_row,
        .a_step = p->a_step,
        .b = panel->packed ? panel->packed + block.step * width : p->b + panel->column + block.step * p->b_ld,
        .b_step = panel->packed ? width : p->b_ld,
        .c = c,
        .ldc = ldc,
        .last = panel->columns - (panel->vectors - 1) * p->kernels->lanes,
        .store = store,
    };
    p->kernels->tile[panel->vectors][end - begin](&tile);
}

/* One block of the depth for tiles begin ..< end, of at most a band, of a run of panels, which are packed first if
 * `pack_first`. */
static void multiply_band(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t block,
                          size_t begin, size_t end, bool pack_first) {
    const bool last = block + 1 == p->depth_blocks;
    const struct block depth = block_at(p, block);
    size_t rows[GEMM_BAND_TILES + 1];
    for (size_t tile = begin; tile <= end; tile++) rows[tile - begin] = gemm_tile_row(p, tile);
    struct gemm_band_steps steps;
    if (p->sparse) ck_gemm_find_steps(p, depth.step, depth.depth, end - begin, rows, &steps);
    for (size_t i = 0; i < count; i++) {
        const struct panel panel = panel_at(p, first + i, unit + i * p->slices);
        const struct gemm_store store = {
            .bias = last && p->store.bias ? p->store.bias + panel.column : NULL,
            .add = block > 0 || p->store.add,
            .relu = last && p->store.relu,
        };
        float *const c = p->c + panel.column;
        if (pack_first) pack(p, &panel, depth);
        for (size_t tile = 0; tile < end - begin; tile++) {
            const struct gemm_steps some = p->sparse ? gemm_steps_at(&steps, tile) : gemm_all_steps(depth.depth);
            multiply(p, &panel, depth, rows[tile], rows[tile + 1], some, c + rows[tile] * p->ldc, p->ldc, store);
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
    if (p->packs) pack(p, &panel, (struct block){0, p->depth});
    for (size_t row = begin; row < end; row += GEMM_GROUP) {
        const size_t rows = gemm_smaller(end - row, GEMM_GROUP);
        const size_t tiles = gemm_ceiling(rows, p->kernels->tallest[panel.vectors]);
        for (size_t index = 0; index < p->depth_blocks; index++) {
            const struct block block = block_at(p, index);
            for (size_t i = 0; i < tiles; i++) {
                const size_t top = gemm_cut(rows, i, tiles), bottom = gemm_cut(rows, i + 1, tiles);
                multiply(p, &panel, block, row + top, row + bottom, gemm_all_steps(block.depth),
                         sums + top * GEMM_WIDTH, GEMM_WIDTH, (struct gemm_store){.add = index > 0});
            }
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
