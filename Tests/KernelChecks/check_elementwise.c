/* Element-wise arithmetic, reductions, transposition, borders, gathering. */
#include <math.h>
#include <string.h>

#include "check.h"

void check_elementwise(struct check *check);

struct operands {
    size_t batch, rows, columns;
    const float *a, *b;
    const uint8_t *bytes;
    const int32_t *indices;
    float *y, *workspace;
    int32_t *places;
};

/* ---- Arithmetic ---- */

static void check_binary(struct check *check, size_t n) {
    static const char *const names[] = {"+", "-", "*", "/", "minimum", "maximum"};
    float *a = check_input(check, n, CHECK_SPARSE), *b = check_input(check, n, CHECK_SPARSE);
    for (size_t i = 0; i < n; i++) {
        if (i % 7 == 3) a[i] = NAN;
        if (i % 7 == 4) b[i] = NAN;
        if (i % 7 == 5) a[i] = i % 2 ? INFINITY : -INFINITY;
    }
    for (int kind = CK_ADD; kind <= CK_MAXIMUM; kind++) {
        const ck_binary_kind k = (ck_binary_kind)kind;
        float *expected = check_output(check, n), *got = check_output(check, n);
        check_use_reference(check);
        ck_binary(k, n, a, b, expected);
        check_use_variant(check);
        ck_binary(k, n, a, b, got);
        check_close(check, expected, got, n, 0, 0, "a %s b, %zu", names[kind], n);
        float *left = check_copy(check, a, n), *right = check_copy(check, b, n);
        ck_binary(k, n, left, b, left);
        ck_binary(k, n, a, right, right);
        check_same_bytes(check, got, left, n * sizeof *got, "a %s b into a, %zu", names[kind], n);
        check_same_bytes(check, got, right, n * sizeof *got, "a %s b into b, %zu", names[kind], n);
        const float scalars[] = {2.5f, -0.0f, NAN, INFINITY};
        for (size_t i = 0; i < 4; i++) {
            check_use_reference(check);
            ck_binary_scalar(k, n, a, scalars[i], expected);
            check_use_variant(check);
            ck_binary_scalar(k, n, a, scalars[i], got);
            check_close(check, expected, got, n, 0, 0, "a %s %g, %zu", names[kind], (double)scalars[i], n);
            left = check_copy(check, a, n);
            ck_binary_scalar(k, n, left, scalars[i], left);
            check_same_bytes(check, got, left, n * sizeof *got, "a %s scalar into a, %zu", names[kind], n);
        }
    }
    const float one = 1, nan = NAN;
    float y;
    for (int kind = CK_MINIMUM; kind <= CK_MAXIMUM; kind++) {
        ck_binary((ck_binary_kind)kind, 1, &one, &nan, &y);
        check_true(check, isnan(y), "%s of 1 and NaN is NaN", names[kind]);
        ck_binary((ck_binary_kind)kind, 1, &nan, &one, &y);
        check_true(check, isnan(y), "%s of NaN and 1 is NaN", names[kind]);
    }
}

/* ---- Reductions ---- */

static void check_sum(struct check *check, size_t n) {
    const float *x = check_input(check, n, n % 2 ? CHECK_UNIFORM : CHECK_OFFSET);
    double exact = 0, size = 0;
    for (size_t i = 0; i < n; i++) exact += x[i], size += fabs((double)x[i]);
    check_use_variant(check);
    const double sum = ck_sum(n, x);
    check_true(check, fabs(sum - exact) <= (double)n * 0x1p-52 * size, "sum of %zu is %.17g, not %.17g", n, exact, sum);
    for (int threads = 1; threads <= 3; threads++) {
        ck_set_threads(threads);
        check_true(check, ck_sum(n, x) == sum, "sum of %zu, %d threads", n, threads);
    }
}

static void column_sums(void *context) {
    struct operands *o = context;
    ck_column_sums(o->rows, o->columns, o->a, o->y, o->workspace);
}

static void check_column_sums(struct check *check, size_t rows, size_t columns, enum check_data data) {
    struct operands o = {.rows = rows, .columns = columns, .a = check_input(check, rows * columns, data)};
    float *expected = check_output(check, columns), *bound = check_output(check, columns);
    for (size_t c = 0; c < columns; c++) {
        double sum = 0, size = 0;
        for (size_t r = 0; r < rows; r++) sum += o.a[r * columns + c], size += fabs((double)o.a[r * columns + c]);
        expected[c] = (float)sum;
        /* Both sums are in double; their difference may decide how the last rounding goes. */
        bound[c] = (float)((double)rows * 0x1p-52 * size + (data == CHECK_INTEGER ? 0 : 0x1p-23 * fabs(sum)));
    }
    o.y = check_output(check, columns);
    o.workspace = check_workspace(check, ck_column_sums_workspace(rows, columns));
    check_use_variant(check);
    column_sums(&o);
    check_bounded(check, expected, o.y, bound, columns, "column sums %zu x %zu", rows, columns);
}

static void argmax(void *context) {
    struct operands *o = context;
    ck_argmax(o->rows, o->columns, o->a, o->places);
}

static void check_argmax(struct check *check, size_t rows, size_t columns) {
    const size_t n = rows * columns;
    float *x = check_input(check, n, CHECK_SPARSE);
    for (size_t i = 0; i < n; i++) {
        if (i / columns % 3 == 1 && check_draw(check, 0, 5) == 0) x[i] = NAN;
        if (i / columns % 5 == 4) x[i] = -INFINITY;
        if (i / columns % 7 == 6 && i % 2) x[i] = INFINITY;
    }
    int32_t *expected = check_output_bytes(check, rows * sizeof *expected);
    for (size_t r = 0; r < rows; r++) {
        size_t best = 0;
        for (size_t j = 0; j < columns; j++) {
            const float value = x[r * columns + j], top = x[r * columns + best];
            if (isnan(top)) break;
            if (isnan(value) || value > top) best = j;
        }
        expected[r] = (int32_t)best;
    }
    struct operands o = {
        .rows = rows, .columns = columns, .a = x, .places = check_output_bytes(check, rows * sizeof(int32_t))};
    check_use_variant(check);
    argmax(&o);
    check_same_bytes(check, expected, o.places, rows * sizeof(int32_t), "argmax %zu x %zu", rows, columns);
}

/* ---- Layout ---- */

static void transpose(void *context) {
    struct operands *o = context;
    ck_transpose(o->batch, o->rows, o->columns, o->a, o->y);
}

static void check_transpose(struct check *check, size_t batch, size_t rows, size_t columns) {
    const size_t n = batch * rows * columns;
    struct operands o = {.batch = batch, .rows = rows, .columns = columns, .a = check_input(check, n, CHECK_UNIFORM)};
    float *expected = check_output(check, n);
    for (size_t b = 0; b < batch; b++)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                expected[(b * columns + j) * rows + i] = o.a[(b * rows + i) * columns + j];
    o.y = check_output(check, n);
    check_use_variant(check);
    transpose(&o);
    check_same_bytes(check, expected, o.y, n * sizeof *expected, "transpose %zu x %zu x %zu", batch, rows, columns);
}

static void check_pad(struct check *check, ck_pad2d_shape s) {
    const size_t height = s.top + s.in_height + s.bottom, width = s.left + s.in_width + s.right;
    const size_t small = s.batch * s.in_height * s.in_width * s.channels, large = s.batch * height * width * s.channels;
    const float *x = check_input(check, small, CHECK_UNIFORM);
    float *expected = check_output(check, large), *y = check_output(check, large), *back = check_output(check, small);
    for (size_t i = 0; i < large; i++) {
        const size_t c = i % s.channels, column = i / s.channels % width, row = i / s.channels / width % height;
        const size_t image = i / s.channels / width / height;
        const bool inside =
            row >= s.top && row < s.top + s.in_height && column >= s.left && column < s.left + s.in_width;
        const size_t from = (image * s.in_height + row - s.top) * s.in_width + column - s.left;
        expected[i] = inside ? x[from * s.channels + c] : 0;
    }
    check_use_variant(check);
    ck_pad2d_forward(&s, x, y);
    check_same_bytes(check, expected, y, large * sizeof *y, "pad %zux%zux%zux%zu", s.batch, s.in_height, s.in_width,
                     s.channels);
    ck_pad2d_backward(&s, y, back);
    check_same_bytes(check, x, back, small * sizeof *y, "pad backward %zux%zux%zux%zu", s.batch, s.in_height,
                     s.in_width, s.channels);
}

static void gather(void *context) {
    struct operands *o = context;
    ck_gather_rows(o->rows, o->columns, o->indices, o->a, o->y);
}

static void gather_bytes(void *context) {
    struct operands *o = context;
    ck_gather_rows_u8(o->rows, o->columns, o->indices, o->bytes, 1.0f / 255, o->y);
}

static void check_gather(struct check *check, size_t rows, size_t size) {
    enum { SOURCE = 50 };
    struct operands o = {.rows = rows, .columns = size, .a = check_input(check, SOURCE * size, CHECK_UNIFORM)};
    uint8_t *bytes = check_output_bytes(check, SOURCE * size);
    int32_t *indices = check_output_bytes(check, rows * sizeof *indices);
    for (size_t i = 0; i < SOURCE * size; i++) bytes[i] = (uint8_t)check_draw(check, 0, 255);
    for (size_t r = 0; r < rows; r++) indices[r] = (int32_t)check_draw(check, 0, SOURCE - 1);
    float *expected = check_output(check, rows * size);
    o.indices = indices, o.bytes = bytes;
    o.y = check_output(check, rows * size);
    for (size_t i = 0; i < rows * size; i++) expected[i] = o.a[(size_t)indices[i / size] * size + i % size];
    check_use_variant(check);
    gather(&o);
    check_same_bytes(check, expected, o.y, rows * size * sizeof *o.y, "gather %zu x %zu", rows, size);
    for (size_t i = 0; i < rows * size; i++)
        expected[i] = (1.0f / 255) * (float)bytes[(size_t)indices[i / size] * size + i % size];
    gather_bytes(&o);
    check_same_bytes(check, expected, o.y, rows * size * sizeof *o.y, "gather bytes %zu x %zu", rows, size);
}

static void add(void *context) {
    struct operands *o = context;
    ck_binary(CK_ADD, o->rows * o->columns, o->a, o->b, o->y);
}

/* A large case of each, for threads and for timing. */
static struct operands large(struct check *check, size_t rows, size_t columns) {
    struct operands o = {.batch = 1, .rows = rows, .columns = columns};
    o.a = check_input(check, rows * columns, CHECK_UNIFORM);
    o.b = check_input(check, rows * columns, CHECK_UNIFORM);
    o.y = check_output(check, rows * columns);
    o.workspace = check_workspace(check, ck_column_sums_workspace(rows, columns));
    o.places = check_output_bytes(check, rows * sizeof(int32_t));
    uint8_t *bytes = check_output_bytes(check, rows * columns);
    int32_t *indices = check_output_bytes(check, rows * sizeof *indices);
    for (size_t r = 0; r < rows; r++) indices[r] = (int32_t)check_draw(check, 0, rows - 1);
    o.bytes = bytes, o.indices = indices;
    return o;
}

void check_elementwise(struct check *check) {
    for (int i = 0; i < CHECK_SIZES; i++) {
        check_binary(check, check_sizes[i]);
        check_sum(check, check_sizes[i]);
    }
    const size_t widths[] = {1, 2, 7, 8, 9, 10, 15, 16, 17, 33, 65, 100, 130};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        const size_t rows = check_draw(check, 0, 40);
        check_column_sums(check, rows, widths[i], CHECK_UNIFORM);
        check_column_sums(check, 1000 + rows, widths[i], i % 2 ? CHECK_INTEGER : CHECK_OFFSET);
        check_argmax(check, 50, widths[i]);
        for (size_t j = 0; j < sizeof widths / sizeof widths[0]; j++)
            check_transpose(check, check_draw(check, 0, 3), widths[i], widths[j]);
        check_gather(check, rows, widths[i]);
        check_pad(check, (ck_pad2d_shape){2, check_draw(check, 1, 9), check_draw(check, 1, 9), widths[i],
                                          check_draw(check, 0, 3), check_draw(check, 0, 3), check_draw(check, 0, 3),
                                          check_draw(check, 0, 3)});
    }
    check_column_sums(check, 5, 0, CHECK_UNIFORM);
    check_transpose(check, 2, 0, 5);
    check_gather(check, 3, 0);
    check_pad(check, (ck_pad2d_shape){0, 3, 3, 2, 1, 1, 1, 1});
    check_pad(check, (ck_pad2d_shape){40, 28, 28, 3, 2, 2, 1, 3});

    struct operands o = large(check, 4001, 33);
    const size_t bytes = o.rows * o.columns * sizeof(float);
    check_threads(check, column_sums, &o, o.y, o.columns * sizeof(float), "column sums");
    check_threads(check, transpose, &o, o.y, bytes, "transpose");
    check_threads(check, argmax, &o, o.places, o.rows * sizeof(int32_t), "argmax");
    check_threads(check, gather, &o, o.y, bytes, "gather");
    check_threads(check, gather_bytes, &o, o.y, bytes, "gather bytes");
    check_threads(check, add, &o, o.y, bytes, "a + b");
}
