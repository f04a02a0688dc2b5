/* Finding what is blank in images with one channel, in the vocabulary of vector_avx2.h or vector_avx512.h. */

/* Bit i: whether column i of the lines holds anything but zero. At most 64 columns. */
V_INLINE uint64_t filled_columns(const float *x, size_t x_line, size_t lines, size_t columns) {
    uint64_t filled = 0;
#define FIND(part, column)                                                                                             \
    do {                                                                                                               \
        vm found = v_not_zero(v_load(x + (column), part));                                                             \
        for (size_t line = 1; line < lines; line++)                                                                    \
            found = vm_or(found, v_not_zero(v_load(x + line * x_line + (column), part)));                              \
        filled |= (uint64_t)vm_bits(found) << (column);                                                                \
    } while (0)
    V_EACH(columns, FIND);
#undef FIND
    return filled;
}

/* Whether any of `count` columns from `first` on is filled; at least one, and none beyond the 64th. */
V_INLINE bool any_column(uint64_t filled, size_t first, size_t count) {
    return filled << (64 - first - count) >> (64 - count) != 0;
}
