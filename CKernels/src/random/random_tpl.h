/* Philox and the numbers made of its words, on vectors: the body of random_avx2.c and random_avx512.c.
 *
 * Words live in the lower halves of 64-bit lanes, where the processor multiplies them; one vector holds one word of
 * V_LANES / 2 blocks, and the words of all of them make two vectors. */

enum { VECTOR_BLOCKS = V_LANES / 2, VECTOR_WORDS = 2 * V_LANES, MOST_TOGETHER = 2 };

/* What does not change between the vectors of one stream. */
struct stream {
    vi stream, step_low, step_high;
    vi key0[CK_PHILOX_ROUNDS], key1[CK_PHILOX_ROUNDS];
    uint32_t first_block;
};

V_INLINE struct stream stream_of(ck_random_key key, uint32_t first_block) {
    struct stream s = {.stream = vi_set((int32_t)key.stream),
                       .step_low = vi_set((int32_t)(uint32_t)key.step),
                       .step_high = vi_set((int32_t)(uint32_t)(key.step >> 32)),
                       .first_block = first_block};
    uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32);
    for (int round = 0; round < CK_PHILOX_ROUNDS; round++, k0 += CK_PHILOX_W0, k1 += CK_PHILOX_W1) {
        s.key0[round] = vi_set((int32_t)k0);
        s.key1[round] = vi_set((int32_t)k1);
    }
    return s;
}

/* Words in the order of the stream. */
struct words {
    vi low, high;
};

/* The words of `count` vectors from `index` on: blocks first_block + index VECTOR_BLOCKS and so on. The rounds of one
 * are a chain of some 60 cycles in which the multipliers mostly wait; a second one fills the gaps. */
V_INLINE void words_of(const struct stream *s, size_t index, const size_t count, struct words words[]) {
    const vi m0 = vi_set((int32_t)CK_PHILOX_M0), m1 = vi_set((int32_t)CK_PHILOX_M1);
    vi c[MOST_TOGETHER][4];
    for (size_t i = 0; i < count; i++) {
        const uint32_t block = s->first_block + (uint32_t)((index + i) * VECTOR_BLOCKS);
        c[i][0] = vi_add(vi_set((int32_t)block), vi_block_order());
        c[i][1] = s->stream, c[i][2] = s->step_low, c[i][3] = s->step_high;
    }
    for (int round = 0; round < CK_PHILOX_ROUNDS; round++)
        for (size_t i = 0; i < count; i++) {
            const vi p0 = vi_multiply_wide(m0, c[i][0]), p1 = vi_multiply_wide(m1, c[i][2]);
            c[i][0] = vi_xor3(vi_upper_half(p1), c[i][1], s->key0[round]);
            c[i][2] = vi_xor3(vi_upper_half(p0), c[i][3], s->key1[round]);
            c[i][1] = p1;
            c[i][3] = p0;
        }
    for (size_t i = 0; i < count; i++) {
        const vi front = vi_join_halves(c[i][0], c[i][1]), back = vi_join_halves(c[i][2], c[i][3]);
        words[i] = (struct words){vi_pairs_low(front, back), vi_pairs_high(front, back)};
    }
}

V_INLINE struct words words_at(const struct stream *s, size_t index) {
    struct words words;
    words_of(s, index, 1, &words);
    return words;
}

/* Stores the first `left` of two vectors' lanes. */
V_INLINE void store_words(uint32_t *out, size_t left, struct words w) {
    const size_t first = left < V_LANES ? left : V_LANES;
    vi_store(out, v_first(first), w.low);
    if (left > V_LANES) vi_store(out + V_LANES, v_first(left - V_LANES), w.high);
}

V_TARGET static void V_NAME(random_philox)(ck_random_key key, uint32_t first_block, size_t blocks, uint32_t *out) {
    const struct stream s = stream_of(key, first_block);
    const size_t n = 4 * blocks, whole = n / VECTOR_WORDS;
    for (size_t i = 0; i < whole; i++) {
        const struct words w = words_at(&s, i);
        vi_store(out + i * VECTOR_WORDS, v_whole(), w.low);
        vi_store(out + i * VECTOR_WORDS + V_LANES, v_whole(), w.high);
    }
    if (n % VECTOR_WORDS) store_words(out + whole * VECTOR_WORDS, n % VECTOR_WORDS, words_at(&s, whole));
}

/* The words' upper 24 bits, as a fraction of 2^24. */
V_INLINE vf fraction(vi words) { return v_mul(v_from_int(vi_shift_right(words, 8)), v_set(0x1p-24f)); }

V_INLINE vf uniform_value(vi words, const struct ck_uniform *u) {
    return v_min(v_fma(fraction(words), v_set(u->range), v_set(u->low)), v_set(u->last));
}

/* Even lanes hold the radius' words, odd ones the angle's; the sine is the cosine a quarter earlier. */
V_INLINE vf normal_value(vi words, float mean, float deviation) {
    const vf distance = v_add(fraction(vi_even(words)), v_set(0x1p-24f));
    const vf radius = v_sqrt(v_mul(v_set(-2), v_log(distance)));
    const vi odd = vi_and(vi_lanes(), vi_set(1));
    const vf earlier = v_mul(v_from_int(odd), v_set(0.25f));
    const vf height = v_cos_turns(v_sub(fraction(vi_odd(words)), earlier));
    return v_fma(v_mul(radius, height), v_set(deviation), v_set(mean));
}

/* Both float generators: a vector of words becomes a vector of numbers. */
#define NUMBERS(value)                                                                                                 \
    const struct stream s = stream_of(key, first_block);                                                               \
    const size_t whole = n / VECTOR_WORDS, left = n % VECTOR_WORDS;                                                    \
    for (size_t i = 0; i < whole; i++, out += VECTOR_WORDS) {                                                          \
        const struct words w = words_at(&s, i);                                                                        \
        v_store(out, v_whole(), value(w.low));                                                                         \
        v_store(out + V_LANES, v_whole(), value(w.high));                                                              \
    }                                                                                                                  \
    if (left) {                                                                                                        \
        const struct words w = words_at(&s, whole);                                                                    \
        v_store(out, v_first(left < V_LANES ? left : V_LANES), value(w.low));                                          \
        if (left > V_LANES) v_store(out + V_LANES, v_first(left - V_LANES), value(w.high));                            \
    }

V_TARGET static void V_NAME(random_uniform)(ck_random_key key, uint32_t first_block, size_t n, struct ck_uniform u,
                                            float *out){
#define VALUE(words) uniform_value(words, &u)
    NUMBERS(VALUE)
#undef VALUE
}

V_TARGET static void V_NAME(random_normal)(ck_random_key key, uint32_t first_block, size_t n, float mean,
                                           float deviation, float *out){
#define VALUE(words) normal_value(words, mean, deviation)
    NUMBERS(VALUE)
#undef VALUE
}

V_INLINE void drop(const float *x, struct v_part part, vm kept, vf scale, float *y) {
    v_store(y, part, v_keep(kept, v_mul(v_load(x, part), scale)));
}

/* One vector of words decides over two vectors of elements, two over four. */
V_INLINE void drop_vectors(struct words w, uint16_t threshold, vf scale, const float *x, struct v_part part[4],
                           size_t parts, float *y) {
    const struct vm_pair low = vi_halves_reach(w.low, threshold), high = vi_halves_reach(w.high, threshold);
    const vm kept[4] = {low.first, low.second, high.first, high.second};
    for (size_t i = 0; i < 4; i++)
        if (i < parts) drop(x + i * V_LANES, part[i], kept[i], scale, y + i * V_LANES);
}

V_TARGET static void V_NAME(dropout)(ck_random_key key, uint32_t first_block, size_t n, uint16_t threshold, float scale,
                                     const float *x, float *y) {
    const struct stream s = stream_of(key, first_block);
    const size_t step = 4 * V_LANES, whole = n / step, left = n % step, parts = (left + V_LANES - 1) / V_LANES;
    const vf factor = v_set(scale);
    struct v_part part[4] = {v_whole(), v_whole(), v_whole(), v_whole()};
    size_t i = 0;
    for (; i + MOST_TOGETHER <= whole; i += MOST_TOGETHER) {
        struct words words[MOST_TOGETHER];
        words_of(&s, i, MOST_TOGETHER, words);
        for (size_t j = 0; j < MOST_TOGETHER; j++)
            drop_vectors(words[j], threshold, factor, x + (i + j) * step, part, 4, y + (i + j) * step);
    }
    for (; i < whole; i++) drop_vectors(words_at(&s, i), threshold, factor, x + i * step, part, 4, y + i * step);
    if (left == 0) return;
    part[parts - 1] = v_first(left - (parts - 1) * V_LANES);
    drop_vectors(words_at(&s, whole), threshold, factor, x + whole * step, part, parts, y + whole * step);
}
