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

/* Rows begin ..< end of one panel and one block of the depth, in tiles of about equal height; c is row begin's. */
static void multiply(const struct gemm_product *p, const struct panel *panel, size_t block, size_t begin, size_t end,
                     float *c, size_t ldc, struct gemm_store store) {
    const struct gemm_kernels *kernels = p->kernels;
    const size_t step = gemm_cut(p->depth, block, p->depth_blocks), width = panel->vectors * kernels->lanes;
    struct gemm_tile tile = {
        .depth = gemm_cut(p->depth, block + 1, p->depth_blocks) - step,
        .a_row = p->a_row,
        .a_step = p->a_step,
        .b = panel->packed ? panel->packed + step * width : p->b + panel->column + step * p->b_ld,
        .b_step = panel->packed ? width : p->b_ld,
        .ldc = ldc,
        .last = panel->columns - (panel->vectors - 1) * kernels->lanes,
        .store = store,
    };
    const size_t tiles = gemm_ceiling(end - begin, kernels->tallest[panel->vectors]);
    for (size_t i = 0; i < tiles; i++) {
        const size_t row = gemm_cut(end - begin, i, tiles), next = gemm_cut(end - begin, i + 1, tiles);
        tile.a = p->a + (begin + row) * p->a_row + step * p->a_step;
        tile.c = c + row * ldc;
        kernels->tile[panel->vectors][next - row](&tile);
    }
}

/* Rows begin ..< end of a run of panels. A band of the row operand and a block of the depth stay in the second-level
 * cache while the panels pass. */
static void multiply_panels(const struct gemm_product *p, size_t first, size_t count, size_t unit, size_t begin,
                            size_t end) {
    const size_t bands = gemm_ceiling(end - begin, GEMM_BAND);
    for (size_t band = 0; band < bands; band++) {
        const size_t top = begin + gemm_cut(end - begin, band, bands);
        const size_t bottom = begin + gemm_cut(end - begin, band + 1, bands);
        for (size_t block = 0; block < p->depth_blocks; block++) {
            const bool last = block + 1 == p->depth_blocks;
            for (size_t i = 0; i < count; i++) {
                const struct panel panel = panel_at(p, first + i, unit + i * p->slices);
                const struct gemm_store store = {
                    .bias = last && p->store.bias ? p->store.bias + panel.column : NULL,
                    .add = block > 0 || p->store.add,
                    .relu = last && p->store.relu,
                };
                if (p->packs && band == 0)
                    pack(p, &panel, gemm_cut(p->depth, block, p->depth_blocks),
                         gemm_cut(p->depth, block + 1, p->depth_blocks));
                multiply(p, &panel, block, top, bottom, p->c + top * p->ldc + panel.column, p->ldc, store);
            }
        }
        const struct panel left = panel_at(p, first, unit), right = panel_at(p, first + count - 1, unit);
        gemm_activate(p->f, bottom - top, right.column + right.columns - left.column, p->c + top * p->ldc + left.column,
                      p->ldc);
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
        for (size_t block = 0; block < p->depth_blocks; block++)
            multiply(p, &panel, block, row, row + rows, sums, GEMM_WIDTH, (struct gemm_store){.add = block > 0});
        struct gemm_store store = p->store;
        if (store.bias) store.bias += row;
        p->kernels->store_transposed(rows, panel.columns, sums, p->c + panel.column * p->ldc + row, p->ldc, &store);
    }
    gemm_activate(p->f, panel.columns, end - begin, p->c + panel.column * p->ldc + begin, p->ldc);
}

void ck_gemm_multiply_rows(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    const size_t top = gemm_cut(p->rows, begin, p->slices), bottom = gemm_cut(p->rows, end, p->slices);
    if (!p->transposed) multiply_panels(p, 0, p->panels, begin, top, bottom);
    for (size_t i = 0; p->transposed && i < p->panels; i++)
        multiply_panel_transposed(p, i, begin, top, bottom);
}

void ck_gemm_multiply_units(void *context, size_t begin, size_t end) {
    const struct gemm_product *p = context;
    while (begin < end) { /* the rest of a panel, or a run of whole ones, or the beginning of one */
        const size_t panel = begin / p->slices, slice = begin % p->slices;
        const size_t whole = slice == 0 ? (end - begin) / p->slices : 0;
        const size_t units = whole ? whole * p->slices : gemm_smaller(end - begin, p->slices - slice);
        const size_t top = gemm_cut(p->rows, slice, p->slices);
        const size_t bottom = whole ? p->rows : gemm_cut(p->rows, slice + units, p->slices);
        const size_t panels = whole ? whole : 1;
        if (!p->transposed) multiply_panels(p, panel, panels, begin, top, bottom);
        for (size_t i = 0; p->transposed && i < panels; i++)
            multiply_panel_transposed(p, panel + i, begin + i * p->slices, top, bottom);
        begin += units;
    }
}
