/* Random changes of images: what happens to each, drawn here, and its resampling by the tier's kernels. */
#include "augment.h"

#include <math.h>

#include "../parallel.h"
#include "../random/random.h"

enum {
    COST = 40,           /* operations a pixel, roughly */
    AFFINE_BLOCKS = 2,   /* of random words before those of the nodes */
    EXACT_MAX = 1 << 24, /* up to here a float holds every index */
};

ck_warp ck_warp_affine(double rotation, double shift_x, double shift_y, double shear, double zoom_x, double zoom_y) {
    const double degree = 3.14159265358979323846 / 180;
    const double c = cos(rotation * degree), s = sin(rotation * degree);
    const double sx = -sin(shear * degree), sy = cos(shear * degree);
    /* R T S Z, the shift turned with the rest. */
    return (ck_warp){{{(float)(c * zoom_x), (float)((c * sx - s * sy) * zoom_y), (float)(c * shift_x - s * shift_y)},
                      {(float)(s * zoom_x), (float)((s * sx + c * sy) * zoom_y), (float)(s * shift_x + c * shift_y)}}};
}

/* ---- Elastic distortion ---- */

/* Nodes a pixel: a spline's bump is as wide as a Gaussian of sigma where the nodes are sigma sqrt 3 apart. */
static float node_density(const ck_augmentation *a, const ck_image_source *s) {
    const size_t side = s->height > s->width ? s->height : s->width;
    const float wanted = 1 / (a->elastic_sigma * 1.7320508f), most = (CK_NODES_MAX - 4) / (float)side;
    return wanted < most ? wanted : most;
}

static size_t node_count(size_t length, float density) { return (size_t)((float)(length - 1) * density) + 4; }

/* How far nodes move at most so that pixels move as in the paper. Uniform noise smoothed by a Gaussian has the standard
 * deviation 1/sqrt 3 / (2 sigma sqrt pi); nodes of variance v give pixels sqrt v times 151/315, the mean square of the
 * spline's bump. */
static float node_reach(const ck_augmentation *a) {
    return (float)(a->elastic_alpha / (2 * (double)a->elastic_sigma * 1.77245385090551603 * (151.0 / 315)));
}

static bool is_elastic(const ck_augmentation *a, const ck_image_source *s) {
    return a->elastic_alpha > 0 && s->height > 0 && s->width > 0;
}

static struct ck_warp_job job_of(const ck_augmentation *a, const ck_image_source *s) {
    struct ck_warp_job job = {s->height, s->width, s->channels, s->scale, a->fill, a->fill_value, 0, 0, 0, 0, NULL};
    if (!is_elastic(a, s)) return job;
    job.density = node_density(a, s);
    job.node_rows = node_count(s->height, job.density);
    job.node_columns = node_count(s->width, job.density);
    job.node_stride = (2 * job.node_columns + CK_NODES_STEP - 1) / CK_NODES_STEP * CK_NODES_STEP;
    return job;
}

static size_t node_floats(const struct ck_warp_job *job) { return job->node_rows * job->node_stride; }

static void fill_basis(const struct ck_warp_job *job, float *basis) {
    for (size_t i = 0; i < job->node_columns * job->width; i++) basis[i] = 0;
    for (size_t column = 0; column < job->width; column++) {
        float weight[4];
        const size_t first = ck_spline((float)column, job->density, weight);
        for (size_t k = 0; k < 4; k++) basis[(first + k) * job->width + column] = weight[k];
    }
}

size_t ck_augment_workspace(const ck_augmentation *augmentation, const ck_image_source *source, size_t count) {
    const struct ck_warp_job job = job_of(augmentation, source);
    return job.node_columns * job.width + count * node_floats(&job);
}

/* ---- Images ---- */

struct arguments {
    const struct ck_augment_kernels *kernels;
    struct ck_warp_job job;
    const ck_image_source *source;
    const int32_t *indices;
    const ck_warp *warps; /* given, or drawn from what follows */
    const ck_augmentation *augmentation;
    ck_random_key key;
    float *nodes;
    float *y;
};

static float between(uint32_t word, float low, float high) {
    return low + (high - low) * ((float)(word >> 8) * 0x1p-24f);
}

/* What happens to an image: six words for the matrix, then one a node, its lower half for x. */
static ck_warp draw(const struct arguments *a, int32_t image, float *nodes) {
    const struct ck_random_kernels *random = CK_TIER(ck_random);
    const ck_augmentation *g = a->augmentation;
    ck_random_key key = a->key;
    key.step |= (uint32_t)image;
    const size_t columns = a->job.node_columns, node_words = a->job.node_rows * columns;
    uint32_t words[4 * AFFINE_BLOCKS + CK_NODES_MAX * CK_NODES_MAX];
    random->philox(key, 0, AFFINE_BLOCKS + (node_words + 3) / 4, words);
    const ck_warp warp =
        ck_warp_affine(between(words[0], -g->rotation, g->rotation), between(words[1], -g->shift_x, g->shift_x),
                       between(words[2], -g->shift_y, g->shift_y), between(words[3], -g->shear, g->shear),
                       between(words[4], g->zoom_low, g->zoom_high), between(words[5], g->zoom_low, g->zoom_high));
    const float reach = columns ? node_reach(g) * 0x1p-15f : 0;
    const uint32_t *word = words + 4 * AFFINE_BLOCKS;
    for (size_t row = 0; row < a->job.node_rows; row++, nodes += a->job.node_stride, word += columns) {
        for (size_t i = 0; i < columns; i++) {
            nodes[i] = ((float)(int32_t)(word[i] & 0xFFFF) - 32767.5f) * reach;
            nodes[columns + i] = ((float)(int32_t)(word[i] >> 16) - 32767.5f) * reach;
        }
        for (size_t i = 2 * columns; i < a->job.node_stride; i++) nodes[i] = 0;
    }
    return warp;
}

static void images(void *context, size_t begin, size_t end) {
    const struct arguments *a = context;
    const struct ck_warp_job *job = &a->job;
    const size_t size = job->height * job->width * job->channels;
    for (size_t i = begin; i < end; i++) {
        float *const nodes = a->nodes ? a->nodes + i * node_floats(job) : NULL;
        const ck_warp warp = a->warps ? a->warps[i] : draw(a, a->indices[i], nodes);
        const size_t start = (size_t)a->indices[i] * size;
        if (a->source->bytes) a->kernels->warp_u8(job, &warp, nodes, a->source->bytes + start, a->y + i * size);
        else a->kernels->warp_f32(job, &warp, nodes, a->source->floats + start, a->y + i * size);
    }
}

static void run(struct arguments *a, size_t count) {
    const struct ck_warp_job *job = &a->job;
    const size_t pixels = job->height * job->width, size = pixels * job->channels;
    if (size == 0) return;
    const bool small = !a->source->bytes || (job->channels == 1 && pixels <= CK_WARP_BYTES_MAX);
    a->kernels = small && size < EXACT_MAX ? CK_TIER(ck_augment) : &ck_augment_ref;
    ck_parallel_for(count, count * size * COST, images, a);
}

void ck_warp_images(const ck_image_source *source, ck_fill_mode fill, float fill_value, size_t count,
                    const int32_t *indices, const ck_warp *warps, float *y) {
    const ck_augmentation none = {.fill = fill, .fill_value = fill_value};
    struct arguments a = {
        .job = job_of(&none, source), .source = source, .indices = indices, .warps = warps, .y = y};
    run(&a, count);
}

void ck_augment_images(const ck_augmentation *augmentation, uint64_t seed, uint32_t stream, uint32_t epoch,
                       const ck_image_source *source, size_t count, const int32_t *indices, float *y,
                       float *workspace) {
    struct arguments a = {.job = job_of(augmentation, source),
                          .source = source,
                          .indices = indices,
                          .augmentation = augmentation,
                          .key = {.seed = seed, .stream = stream, .step = (uint64_t)epoch << 32},
                          .y = y};
    if (a.job.node_columns) {
        fill_basis(&a.job, workspace);
        a.job.basis = workspace;
        a.nodes = workspace + a.job.node_columns * a.job.width;
    }
    run(&a, count);
}
