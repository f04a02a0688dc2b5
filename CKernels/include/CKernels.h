/* CKernels: float32 kernels for training and running small image networks on x86-64 CPUs.
 *
 * Conventions, which hold for every function unless it says otherwise:
 *
 * - Arrays are row-major float32. Images are NHWC (batch, height, width, channels); convolution weights are HWIO
 *   (kernel height, kernel width, input channels, output channels); dense weights are (in, out).
 * - Sizes, strides and leading dimensions count elements. Zero sizes are legal and do nothing (a reduction over nothing
 *   gives zero). No alignment is demanded beyond the element's own.
 * - Outputs do not alias inputs or each other, except where "may be" says so.
 * - Outputs are overwritten; what they held before is not read (it may be NaN), except where "adds to" says so.
 * - Kernels never allocate, print or abort. Workspaces are asked for by size and handed in; their content is not kept.
 * - A kernel uses the calling thread and up to ck_threads() - 1 others. Results have the same bits for any number of
 *   threads on one instruction set. Different instruction sets may differ in rounding.
 * - NaN and infinities propagate as the formula says; where a comparison decides (pooling, ReLU), the function says.
 */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#define CK_NULLABLE _Nullable
#else
#define CK_NULLABLE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Instruction sets and threads --------------------------------------------------------------------------- */

/* Tiers of kernels, from worst to best. `ref` is plain C and runs anywhere; avx2 means AVX2 and FMA; avx512 means F,
 * BW, DQ and VL. */
typedef enum ck_isa { CK_ISA_REF = 0, CK_ISA_AVX2 = 1, CK_ISA_AVX512 = 2 } ck_isa;

/* The best tier that processor and operating system support. */
ck_isa ck_isa_supported(void);

/* The tier in force: the supported one, capped by the environment variable CONVNET_ISA (ref, avx2 or avx512; other
 * values are ignored), read at the first call. */
ck_isa ck_isa_active(void);

/* Sets the tier in force to `isa`, or to the best supported one where that is lower. For the whole process; for tests
 * and tools, not while kernels run. */
void ck_isa_limit(ck_isa isa);

/* "ref", "avx2" or "avx512". */
const char *ck_isa_name(ck_isa isa);

/* Threads that kernels called from this thread may use; 1 until set. A thread whose count is 1 never enters OpenMP. */
int ck_threads(void);
void ck_set_threads(int count);

/* CPUs that the process may really use: the affinity mask, and the control group's quota rounded up. At least 1. */
int ck_threads_available(void);

/* Runs one parallel region on ck_threads() threads and returns how many took part: a check that the build is not
 * silently serial. */
int ck_threads_observed(void);

/* Calls body(context, begin, end) on parts of 0 ..< units that cover it once, on up to ck_threads() threads: for work
 * that is not a kernel's. `work` estimates the whole in floating-point operations; small work stays on the calling
 * thread. The parts depend on the number of threads, so what a unit gives must depend on nothing but its number. */
void ck_run_ranges(size_t units, size_t work, void (*body)(void *CK_NULLABLE context, size_t begin, size_t end),
                   void *CK_NULLABLE context);

/* Makes the calling thread fit to compute: denormals count as zero on it and on the workers it wakes, and its workers
 * sleep one millisecond after the last region. Call it once, outside any region. */
void ck_prepare_compute_thread(void);

/* For kernel calls on a thread that is not ours: until ck_guest_end, denormals count as zero on the calling thread, and
 * its kernels may use `threads` threads. With more than one, workers are made that belong to this thread; from then on
 * they sleep one millisecond after its last region. */
typedef struct ck_guest {
    uint32_t float_state;
    int threads;
} ck_guest;
ck_guest ck_guest_begin(int threads);
void ck_guest_end(ck_guest before);

/* ---- Activations --------------------------------------------------------------------------------------------- */

typedef enum ck_activation_kind {
    CK_LINEAR = 0, /* x */
    CK_RELU,       /* max(x, 0); NaN stays NaN */
    CK_LEAKY_RELU, /* x < 0 ? alpha x : x */
    CK_ELU,        /* x < 0 ? alpha (exp(x) - 1) : x */
    CK_GELU,       /* x/2 (1 + erf(x / sqrt 2)) */
    CK_GELU_TANH,  /* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */
    CK_SILU,       /* x / (1 + exp(-x)) */
    CK_SIGMOID,    /* 1 / (1 + exp(-x)) */
    CK_TANH,       /* tanh x */
    CK_SOFTPLUS    /* log(1 + exp(x)) */
} ck_activation_kind;

typedef struct ck_activation {
    ck_activation_kind kind;
    float alpha; /* leaky ReLU's slope, above 0; ELU's scale, above 0; otherwise ignored */
} ck_activation;

/* y[i] = f(x[i]), i < n. y may be x. */
void ck_activation_forward(size_t n, ck_activation f, const float *x, float *y);

/* Whether the derivative can be had from the output alone, so that ck_activation_backward needs y but not x. True for
 * all but GELU (both forms) and SiLU, which need x but not y. */
bool ck_activation_uses_output(ck_activation_kind kind);

/* dx[i] = f'(x[i]) dy[i]. Give the array that ck_activation_uses_output names; the other may be null. At 0, ReLU's
 * derivative is 0, leaky ReLU's and ELU's is alpha, as in Keras. Where ReLU's output is 0, or NaN, dx is 0 whatever dy
 * is. Derivatives of x at infinity are their limits. dx may be dy. */
void ck_activation_backward(size_t n, ck_activation f, const float *CK_NULLABLE x, const float *CK_NULLABLE y,
                            const float *dy, float *dx);

/* Softmax along rows of `columns`: y = exp(x - max x) / sum. y may be x. */
void ck_softmax_forward(size_t rows, size_t columns, const float *x, float *y);

/* dx = y (dy - sum(y dy)), row by row. dx may be dy. */
void ck_softmax_backward(size_t rows, size_t columns, const float *y, const float *dy, float *dx);

/* ---- Matrix product ------------------------------------------------------------------------------------------ */

/* C (m x n) = op(A) op(B), where op(A) is m x k: A is stored m x k, or k x m when transpose_a; op(B) is k x n: B is
 * stored k x n, or n x k when transpose_b. lda, ldb and ldc are the distances between stored rows. */
typedef struct ck_gemm_shape {
    size_t m, n, k;
    size_t lda, ldb, ldc;
    bool transpose_a, transpose_b;
    bool finite_b; /* B holds neither NaN nor infinity; then what meets zeros of A need not be read */
} ck_gemm_shape;

/* Floats of workspace that ck_gemm needs; they suffice for a smaller m as well. */
size_t ck_gemm_workspace(const ck_gemm_shape *shape);

/* C = f(op(A) op(B) + bias), bias having n elements, one a column; with `accumulate` C += op(A) op(B), and bias must be
 * null and f linear. k = 0 counts as a product of zeros. All transpose forms, m = 1 included (matrix-vector). */
void ck_gemm(const ck_gemm_shape *shape, const float *a, const float *b, const float *CK_NULLABLE bias, ck_activation f,
             bool accumulate, float *c, float *CK_NULLABLE workspace);

/* C = op(A) op(B) where `wanted`, stored like C, is not zero; elsewhere C holds zero or the product, whichever is
 * faster. `wanted` may be C itself. Workspace as for ck_gemm. (Known as SDDMM, sampled dense-dense matrix
 * multiplication.) */
void ck_gemm_sampled(const ck_gemm_shape *shape, const float *a, const float *b, const float *wanted, float *c,
                     float *CK_NULLABLE workspace);

/* ---- 2-D convolution ------------------------------------------------------------------------------------------ */

/* Output pixel (oy, ox) reads input pixels (oy stride_height + ky dilation_height - pad_top, …); those outside the
 * image count as zero. Padding at the bottom and right follows from out_height and out_width.
 *
 * 3 x 3 kernels of stride and dilation 1 with at least 12 channels on both sides may be computed by Winograd's
 * algorithm. Its rounding errors are about those of the plain sum, but sums of whole numbers are no longer exact, and a
 * NaN or an infinity reaches results up to three pixels (or all taps of its channels) beyond those that the formula
 * names. */
/* How a convolution is computed. Automatic takes Winograd's F(4x4, 3x3) where it is possible and faster, Winograd takes
 * it wherever it is possible, and all else is computed by direct sums. Winograd rounds differently, by no more than the
 * direct sums' own error bound. */
typedef enum ck_conv2d_algorithm { CK_CONV2D_AUTOMATIC = 0, CK_CONV2D_DIRECT, CK_CONV2D_WINOGRAD } ck_conv2d_algorithm;

typedef struct ck_conv2d_shape {
    size_t batch;
    size_t in_height, in_width, in_channels;
    size_t out_height, out_width, out_channels;
    size_t kernel_height, kernel_width;
    size_t stride_height, stride_width;
    size_t dilation_height, dilation_width;
    size_t pad_top, pad_left;
    ck_conv2d_algorithm algorithm;
} ck_conv2d_shape;

/* Which of the two computes a pass, or the gradients, on the tier in force. */
ck_conv2d_algorithm ck_conv2d_forward_algorithm(const ck_conv2d_shape *shape);
ck_conv2d_algorithm ck_conv2d_backward_algorithm(const ck_conv2d_shape *shape);

/* Floats of workspace that each pass needs. */
size_t ck_conv2d_forward_workspace(const ck_conv2d_shape *shape);
size_t ck_conv2d_backward_input_workspace(const ck_conv2d_shape *shape);
size_t ck_conv2d_backward_weights_workspace(const ck_conv2d_shape *shape);

/* Weights in the form that the forward pass multiplies by, made once for many calls on weights that stay as they are:
 * so many floats, from the start of a cache line, for a batch of any size; 0 where the pass takes them as they lie. */
size_t ck_conv2d_prepared_size(const ck_conv2d_shape *shape);
void ck_conv2d_prepare(const ck_conv2d_shape *shape, const float *w, float *prepared);

/* y = f(x * w + bias), bias having out_channels elements. The bits are the same with `prepared` and without. */
void ck_conv2d_forward(const ck_conv2d_shape *shape, const float *x, const float *w, const float *CK_NULLABLE prepared,
                       const float *CK_NULLABLE bias, ck_activation f, float *y, float *CK_NULLABLE workspace);

/* dx from dy: the transposed convolution. */
void ck_conv2d_backward_input(const ck_conv2d_shape *shape, const float *dy, const float *w, float *dx,
                              float *CK_NULLABLE workspace);

/* dw and, where wanted, dbias (sums of dy a channel) from x and dy. */
void ck_conv2d_backward_weights(const ck_conv2d_shape *shape, const float *x, const float *dy, float *dw,
                                float *CK_NULLABLE dbias, float *CK_NULLABLE workspace);

/* ---- 2-D convolution with 2 x 2 maximum pooling behind it ---------------------------------------------------------
 */

/* y = maximum over windows of 2 x 2 pixels, 2 apart, of f(x * w + bias), f being ReLU if `relu` and else nothing: what
 * ck_conv2d_forward and ck_maxpool2d_forward give one after the other, in the same bits, without the images between.
 * A last row or column without a partner is left out: y has out_height / 2 x out_width / 2 pixels.
 *
 * `record`, if given, has a byte an output: the maximum's place in its window, 0 ... 3 row by row as in
 * ck_maxpool2d_forward, or with ReLU 255 where the maximum is not above 0. */
void ck_conv2d_maxpool_forward(const ck_conv2d_shape *shape, const float *x, const float *w,
                               const float *CK_NULLABLE prepared, const float *CK_NULLABLE bias, bool relu, float *y,
                               uint8_t *CK_NULLABLE record, float *CK_NULLABLE workspace);

/* dw, and where wanted dx and dbias, from dy, the gradient of the pooled images: what ck_maxpool2d_backward and the
 * convolution's own gradients give, up to the order of the sums. dx may be x. */
void ck_conv2d_maxpool_backward(const ck_conv2d_shape *shape, const float *x, const float *w, const uint8_t *record,
                                const float *dy, float *CK_NULLABLE dx, float *dw, float *CK_NULLABLE dbias,
                                float *CK_NULLABLE workspace);

/* Floats of workspace that each needs on the tier in force. */
size_t ck_conv2d_maxpool_forward_workspace(const ck_conv2d_shape *shape);
size_t ck_conv2d_maxpool_backward_workspace(const ck_conv2d_shape *shape, bool input_gradient);

/* ---- 2-D pooling ---------------------------------------------------------------------------------------------- */

/* Window (oy, ox) covers input rows oy stride_height - pad_top ... + window_height - 1, and columns likewise. Every
 * window must reach at least one pixel of the image; what lies outside the image is left out (maximum and average
 * alike: the average divides by the pixels inside, as Keras does). */
typedef struct ck_pool2d_shape {
    size_t batch;
    size_t in_height, in_width, channels;
    size_t out_height, out_width;
    size_t window_height, window_width;
    size_t stride_height, stride_width;
    size_t pad_top, pad_left;
} ck_pool2d_shape;

/* Bytes of the record of where each maximum was: one an output where the window has at most 255 pixels, else four. */
size_t ck_maxpool2d_record_size(const ck_pool2d_shape *shape);

/* y = maximum of each window. Ties go to the first pixel in row-major order; a NaN in the window makes the output NaN
 * (the first NaN wins). `record` (null for inference) is written for the backward pass. */
void ck_maxpool2d_forward(const ck_pool2d_shape *shape, const float *x, float *y, void *CK_NULLABLE record);

/* dx: each dy is added to the pixel that won its window; all else is zero. */
void ck_maxpool2d_backward(const ck_pool2d_shape *shape, const float *dy, const void *record, float *dx);

void ck_avgpool2d_forward(const ck_pool2d_shape *shape, const float *x, float *y);
void ck_avgpool2d_backward(const ck_pool2d_shape *shape, const float *dy, float *dx);

/* ---- Batch normalisation --------------------------------------------------------------------------------------- */

/* x is rows x channels (rows = batch x height x width for images); statistics are per channel. */

/* Floats of workspace for the two functions below that take one. */
size_t ck_batchnorm_workspace(size_t rows, size_t channels);

/* Mean and (biased) variance of each channel, computed without cancellation for data far from zero. */
void ck_batchnorm_statistics(size_t rows, size_t channels, const float *x, float *mean, float *variance,
                             float *workspace);

/* y = f(gamma (x - mean) / sqrt(variance + epsilon) + beta); gamma null means 1, beta null means 0; f is linear or
 * ReLU. Training and inference alike. y may be x. */
void ck_batchnorm_apply(size_t rows, size_t channels, const float *x, const float *mean, const float *variance,
                        float epsilon, const float *CK_NULLABLE gamma, const float *CK_NULLABLE beta, ck_activation f,
                        float *y);

/* Gradients of training-mode batch normalisation, mean and variance being those of x. Where f is ReLU, dy is first
 * multiplied by its derivative at the outputs of ck_batchnorm_apply, which are computed anew: quicker than read.
 * dgamma, dbeta and dx may each be null when not wanted; dx may be dy. */
void ck_batchnorm_backward(size_t rows, size_t channels, const float *x, const float *dy, const float *mean,
                           const float *variance, float epsilon, const float *CK_NULLABLE gamma,
                           const float *CK_NULLABLE beta, ck_activation f, float *CK_NULLABLE dgamma,
                           float *CK_NULLABLE dbeta, float *CK_NULLABLE dx, float *workspace);

/* The same with 2 x 2 maximum pooling behind it, as ck_conv2d_maxpool_forward has it: y and record are those of
 * ck_batchnorm_apply and ck_maxpool2d_forward one after the other, with ReLU between them if `relu`, and the gradients
 * are those of ck_maxpool2d_backward and ck_batchnorm_backward up to the order of the sums; dx may be x. `shape`: the
 * pooling's, whose windows are 2 x 2, 2 apart and without padding; what is left out at the end takes part in the
 * normalisation. */
size_t ck_batchnorm_maxpool_workspace(const ck_pool2d_shape *shape);
void ck_batchnorm_maxpool_apply(const ck_pool2d_shape *shape, const float *x, const float *mean, const float *variance,
                                float epsilon, const float *CK_NULLABLE gamma, const float *CK_NULLABLE beta, bool relu,
                                float *y, uint8_t *CK_NULLABLE record, float *workspace);
void ck_batchnorm_maxpool_backward(const ck_pool2d_shape *shape, const float *x, const float *dy, const uint8_t *record,
                                   const float *mean, const float *variance, float epsilon,
                                   const float *CK_NULLABLE gamma, float *CK_NULLABLE dgamma, float *CK_NULLABLE dbeta,
                                   float *CK_NULLABLE dx, float *workspace);

/* ---- Random numbers and dropout --------------------------------------------------------------------------------- */

/* A stream of a counter-based generator: Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). Key: the seed. Counter, lowest word first: block, stream, step low, step high. */
typedef struct ck_random_key {
    uint64_t seed;
    uint64_t step;
    uint32_t stream;
} ck_random_key;

/* out[4 i ... 4 i + 3] = the four words of block first_block + i, i < blocks; block numbers wrap at 2^32. */
void ck_philox(ck_random_key key, uint32_t first_block, size_t blocks, uint32_t *out);

/* n numbers uniform in [low, high), 24 bits each, from words 0 ..< n of the stream. The same bits on every tier. */
void ck_random_uniform(ck_random_key key, size_t n, float low, float high, float *out);

/* n normal numbers by the Box-Muller transform, from words 0 ..< n of the stream rounded up to whole blocks; none is
 * farther than 5.8 deviations from the mean. */
void ck_random_normal(ck_random_key key, size_t n, float mean, float deviation, float *out);

/* Inverted dropout: y[i] = keep_i ? x[i] / (1 - rate) : 0, where keep_i depends on the key and i alone, on
 * every tier. The rate is rounded to a multiple of 1/65536 below 1, the scale fits the rounded rate. The backward pass
 * is the same call on dy with the same key. y may be x. 0 <= rate < 1. */
void ck_dropout(ck_random_key key, size_t n, float rate, const float *x, float *y);

/* ---- Losses ------------------------------------------------------------------------------------------------------ */

typedef enum ck_loss_kind {
    CK_CATEGORICAL_CROSSENTROPY = 0,    /* -sum t log p; p divided by its sum, then clipped to [1e-7, 1 - 1e-7] */
    CK_CATEGORICAL_CROSSENTROPY_LOGITS, /* -sum t log softmax(z), fused; no clip */
    CK_BINARY_CROSSENTROPY,             /* -mean(t log p + (1-t) log(1-p)), p clipped to [1e-7, 1 - 1e-7] */
    CK_BINARY_CROSSENTROPY_LOGITS,      /* the same of sigmoid(z), fused; no clip */
    CK_MEAN_SQUARED_ERROR,              /* mean (t - p)^2 */
    CK_MEAN_ABSOLUTE_ERROR              /* mean |t - p|; derivative 0 at 0 */
} ck_loss_kind;

/* What a batch of outputs is compared with; exactly one of `dense` (rows x columns) and `labels` (rows class indices,
 * each 0 ..< columns, standing for one-hot rows) is given. row_weights, if given, multiplies each row's loss and
 * gradient. */
typedef struct ck_targets {
    const float *CK_NULLABLE dense;
    const int32_t *CK_NULLABLE labels;
    const float *CK_NULLABLE row_weights;
} ck_targets;

/* Returns the sum over rows of weight x loss, in double, added in a fixed order. Where `gradient` is given, it becomes
 * scale x weight x d loss / d output (rows x columns); where `probabilities` is given and the kind takes logits, it
 * becomes softmax or sigmoid of them. gradient and probabilities may each be the outputs' own array, but not both.
 * Where the clip is active the gradient is zero, as automatic differentiation of the formula gives. */
double ck_loss(ck_loss_kind kind, size_t rows, size_t columns, const float *outputs, const ck_targets *targets,
               float scale, float *CK_NULLABLE probabilities, float *CK_NULLABLE gradient);

/* ---- Optimizers: one pass over flat buffers ---------------------------------------------------------------------- */

/* Formulas and placement of epsilon follow Keras 3. */

/* v = momentum v - rate g; p += nesterov ? momentum v - rate g : v. velocity may be null where momentum is 0. */
void ck_sgd(size_t n, float rate, float momentum, bool nesterov, const float *g, float *CK_NULLABLE velocity, float *p);

/* s = rho s + (1-rho) g^2; centred (mean given): a = rho a + (1-rho) g, d = max(s - a^2, 0), else
 * d = s;
 * u = rate g / sqrt(d + epsilon); velocity given: v = momentum v + u, p -= v, else p -= u. */
void ck_rmsprop(size_t n, float rate, float rho, float momentum, float epsilon, const float *g, float *square,
                float *CK_NULLABLE mean, float *CK_NULLABLE velocity, float *p);

/* p -= rate weight_decay p (AdamW; 0 for Adam); m += (1-beta1)(g - m); v += (1-beta2)(g^2 - v);
 * p -= corrected_rate m / (sqrt(v) + epsilon), corrected_rate = rate sqrt(1 - beta2^t) / (1 - beta1^t). */
void ck_adam(size_t n, float rate, float corrected_rate, float beta1, float beta2, float epsilon, float weight_decay,
             const float *g, float *m, float *v, float *p);

/* Sum of squares in double, added in a fixed order. */
double ck_sum_of_squares(size_t n, const float *x);

/* x[i] clipped to [-limit, limit]. NaN stays. */
void ck_clip(size_t n, float limit, float *x);

/* Returns l1 sum|w| + l2 sum w^2; where g is given adds l1 sign(w) + 2 l2 w to it. */
double ck_regularize(size_t n, float l1, float l2, const float *w, float *CK_NULLABLE g);

/* ---- Element-wise, reductions, layout
 * -------------------------------------------------------------------------------- */

typedef enum ck_binary_kind { CK_ADD = 0, CK_SUBTRACT, CK_MULTIPLY, CK_DIVIDE, CK_MINIMUM, CK_MAXIMUM } ck_binary_kind;

/* y[i] = a[i] op b[i]; minimum and maximum are NaN where either operand is. y may be a or b. */
void ck_binary(ck_binary_kind kind, size_t n, const float *a, const float *b, float *y);

/* y[i] = a[i] op scalar; y may be a. */
void ck_binary_scalar(ck_binary_kind kind, size_t n, const float *a, float scalar, float *y);

/* Sum in double, added in a fixed order. */
double ck_sum(size_t n, const float *x);

/* sums[c] = sum over rows of x[r, c], accumulated in blocks of rows added in a fixed order: the bias gradient. */
void ck_column_sums(size_t rows, size_t columns, const float *x, float *sums, float *workspace);
size_t ck_column_sums_workspace(size_t rows, size_t columns);

/* out[r] = index of the first maximum of row r (NaN counts as larger than any number); columns >= 1. */
void ck_argmax(size_t rows, size_t columns, const float *x, int32_t *out);

/* y[b, j, i] = x[b, i, j]: channels_first to channels_last (rows = channels, columns = pixels) and back. */
void ck_transpose(size_t batch, size_t rows, size_t columns, const float *x, float *y);

/* Copies NHWC images into larger ones with zero borders; the backward form cuts the middle out. */
typedef struct ck_pad2d_shape {
    size_t batch, in_height, in_width, channels;
    size_t top, bottom, left, right;
} ck_pad2d_shape;
void ck_pad2d_forward(const ck_pad2d_shape *shape, const float *x, float *y);
void ck_pad2d_backward(const ck_pad2d_shape *shape, const float *dy, float *dx);

/* Row indices[r] of the source becomes row r of the output; the byte form converts to float and multiplies by scale. */
void ck_gather_rows(size_t rows, size_t row_size, const int32_t *indices, const float *source, float *out);
void ck_gather_rows_u8(size_t rows, size_t row_size, const int32_t *indices, const uint8_t *source, float scale,
                       float *out);

/* ---- Augmentation ------------------------------------------------------------------------------------------------ */

/* What lies outside of an image, by scipy's and Keras's names: its nearest pixel, a constant, the image mirrored at its
 * edge (d c b a | a b c d | d c b a), or the image again, its last pixel coming to lie on its first. */
typedef enum ck_fill_mode { CK_FILL_NEAREST = 0, CK_FILL_CONSTANT, CK_FILL_REFLECT, CK_FILL_WRAP } ck_fill_mode;

/* Images to pick from: height x width x channels each, floats, or bytes that are multiplied by `scale`. Exactly one of
 * the two is given. */
typedef struct ck_image_source {
    const float *CK_NULLABLE floats;
    const uint8_t *CK_NULLABLE bytes;
    float scale;
    size_t height, width, channels;
} ck_image_source;

/* Where an output pixel comes from: with x and y counted from the image's middle, input (x, y) =
 * matrix (output x, output y, 1). */
typedef struct ck_warp {
    float matrix[2][3];
} ck_warp;

/* Rotation, shift, shear and zoom by one matrix, R T S Z as Keras's ImageDataGenerator has it: angles in degrees,
 * shifts in pixels, R = [cos, -sin; sin, cos], S = [1, -sin; 0, cos], and a zoom below 1 enlarges. */
ck_warp ck_warp_affine(double rotation, double shift_x, double shift_y, double shear, double zoom_x, double zoom_y);

/* Image indices[i] of the source, resampled through warps[i], becomes image i of y: bilinear between pixel centres. The
 * same bits on every tier. */
void ck_warp_images(const ck_image_source *source, ck_fill_mode fill, float fill_value, size_t count,
                    const int32_t *indices, const ck_warp *warps, float *y);

/* How far each image is changed at random. */
typedef struct ck_augmentation {
    float rotation;            /* degrees, either way */
    float shift_x, shift_y;    /* pixels, either way */
    float shear;               /* degrees, either way */
    float zoom_low, zoom_high; /* drawn for width and height by itself */
    /* Elastic distortion (Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
     * visual document analysis", ICDAR 2003): each pixel moves by alpha times noise, uniform in [-1, 1], that was
     * smoothed with standard deviation sigma. The smoothing is that of a cubic B-spline instead of a Gaussian. */
    float elastic_alpha, elastic_sigma;
    ck_fill_mode fill;
    float fill_value;
} ck_augmentation;

/* Floats of workspace that ck_augment_images needs. */
size_t ck_augment_workspace(const ck_augmentation *augmentation, const ck_image_source *source, size_t count);

/* Image indices[i] of the source, changed at random in one resampling, becomes image i of y. What happens to an image
 * depends on seed, stream, epoch and its number in the source alone, and has the same bits on every tier. */
void ck_augment_images(const ck_augmentation *augmentation, uint64_t seed, uint32_t stream, uint32_t epoch,
                       const ck_image_source *source, size_t count, const int32_t *indices, float *y, float *workspace);

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

/* A point of a pen's path, in pixels from the image's upper left corner; pixel centres lie at halves. `radius` is half
 * of the line's width there. A point that is joined continues the line from the one before it; the others begin one. */
typedef struct ck_pen_point {
    float x, y, radius;
    bool joined;
} ck_pen_point;

/* Draws a path of straight pieces with round ends into one image of bytes: 255 clamp(depth / edge + 1/2, 0, 1), where
 * depth is the largest radius - distance over the path, the radius going evenly from point to point. The edge, above 0,
 * is the width in pixels over which black becomes white. `depth` is workspace, height x width. Runs on the calling
 * thread; the same bits on every tier. */
void ck_draw_strokes(size_t points, const ck_pen_point *CK_NULLABLE path, size_t height, size_t width, float edge,
                     float *depth, uint8_t *out);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
