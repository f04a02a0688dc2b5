/* The parts of a matrix product that one thread does: loops over bands, blocks of the depth, panels and tiles. */
#include "gemm_product.h"

/* One panel, and its slot; null where the operand is read as it lies. */
struct panel {
    struct gemm_panel at;
    float *packed;
};

static struct panel panel_at(const struct gemm_product *p, size_t index, size_t unit) {
    return (struct panel){gemm_panel_at(p, index), p->packs ? p->slots + unit * p->slot : NULL};
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
    float *packed = panel->packed + block.step * panel->at.vectors * p->kernels->lanes;
    const float *b =
        p->b + (p->by_columns ? panel->at.column * p->b_ld + block.step : panel->at.column + block.step * p->b_ld);
    if (p->by_columns) p->kernels->pack_columns(block.depth, panel->at.columns, b, p->b_ld, packed);
    else p->kernels->pack_rows(block.depth, panel->at.columns, b, p->b_ld, packed);
}

/* A tile: rows begin ..< end of one panel, over one block of the depth; c is row begin's. */
static void multiply(const struct gemm_product *p, const struct panel *panel, struct block block, size_t begin,
                     size_t end, float *c, size_t ldc, struct gemm_store store) {
    const size_t width = panel->at.vectors * p->kernels->lanes;
    const struct gemm_tile tile = {
        .depth = block.depth,
        .a = p->a + begin * p->a_row + block.step * p->a_step,
        .a_row = p->a_row,
        .a_step = p->a_step,
        .b = panel->packed ? panel->packed + block.step * width : p->b + panel->at.column + block.step * p->b_ld,
        .b_step = panel->packed ? width : p->b_ld,
        .c = c,
        .ldc = ldc,
        .last = panel->at.columns - (panel->at.vectors - 1) * p->kernels->lanes,
        .store = store,
    };
    p->kernels->tile[panel->at.vectors][end - begin](&tile);
}

/* One block of the depth for tiles begin ..< end, of at most a band, of a run of panels, which are packed first if
 * `pack_first`. */
static void multiply_band(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t block,
                          size_t begin, size_t end, bool pack_first) {
    const bool last = block + 1 == p->depth_blocks;
    const struct block depth = block_at(p, block);
    for (size_t i = 0; i < count; i++) {
        const struct panel panel = panel_at(p, first + i, unit + i * p->slices);
        const struct gemm_store store = {
            .bias = last && p->store.bias ? p->store.bias + panel.at.column : NULL,
            .add = block > 0 || p->store.add,
            .relu = last && p->store.relu,
        };
        float *const c = p->c + panel.at.column;
        if (pack_first) pack(p, &panel, depth);
        for (size_t tile = begin; tile < end; tile++) {
            const size_t row = gemm_tile_row(p, tile);
            multiply(p, &panel, depth, row, gemm_tile_row(p, tile + 1), c + row * p->ldc, p->ldc, store);
        }
    }
}

/* Tiles begin ..< end of a run of panels. A band of the row operand and a block of the depth stay in the second-level
 * cache while the panels pass. */
static void multiply_bands(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t begin,
                           size_t end) {
    const size_t rows = gemm_tile_row(p, end) - gemm_tile_row(p, begin), bands = gemm_ceiling(rows, GEMM_BAND);
    for (size_t band = 0; band < bands; band++) {
        const size_t top = begin + gemm_cut(end - begin, band, bands);
        const size_t bottom = begin + gemm_cut(end - begin, band + 1, bands);
        for (size_t block = 0; block < p->depth_blocks; block++)
            multiply_band(p, first, count, unit, block, top, bottom, p->packs && band == 0);
        const size_t row = gemm_tile_row(p, top);
        gemm_activate_panels(p, first, count, row, gemm_tile_row(p, bottom) - row);
    }
}

static void multiply_panels(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t begin,
                            size_t end) {
    if (p->sparse) ck_gemm_multiply_sparse(p, first, count, gemm_tile_row(p, begin), gemm_tile_row(p, end));
    else multiply_bands(p, first, count, unit, begin, end);
}

/* The same into a block that stays in the first-level cache, from which C is written transposed. */
static void multiply_panel_transposed(const struct gemm_product *p, size_t index, size_t unit, size_t begin,
                                      size_t end) {
    _Alignas(64) float sums[GEMM_GROUP * GEMM_WIDTH] = {0};
    const struct panel panel = panel_at(p, index, unit);
    if (p->packs) pack(p, &panel, (struct block){0, p->depth});
    for (size_t row = begin; row < end; row += GEMM_GROUP) {
        const size_t rows = gemm_smaller(end - row, GEMM_GROUP);
        const size_t tiles = gemm_ceiling(rows, p->kernels->tallest[panel.at.vectors]);
        for (size_t index = 0; index < p->depth_blocks; index++) {
            const struct block block = block_at(p, index);
            for (size_t i = 0; i < tiles; i++) {
                const size_t top = gemm_cut(rows, i, tiles), bottom = gemm_cut(rows, i + 1, tiles);
                multiply(p, &panel, block, row + top, row + bottom, sums + top * GEMM_WIDTH, GEMM_WIDTH,
                         (struct gemm_store){.add = index > 0});
            }
        }
        struct gemm_store store = p->store;
        if (store.bias) store.bias += row;
        p->kernels->store_transposed(rows, panel.at.columns, sums, p->c + panel.at.column * p->ldc + row, p->ldc,
                                     &store);
    }
    gemm_activate(p->f, panel.at.columns, end - begin, p->c + panel.at.column * p->ldc + begin, p->ldc);
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
