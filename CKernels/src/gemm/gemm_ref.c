/* The matrix product as the header states it, with sums in double. */
#include "gemm.h"

enum { COLUMNS = 64 }; /* sums held at once, so that B is read along its rows */

void ck_gemm_rows_ref(const ck_gemm_shape *shape, const float *a, const float *b, const struct gemm_store *store,
                      float *c, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        for (size_t first = 0; first < shape->n; first += COLUMNS) {
            size_t columns = shape->n - first < COLUMNS ? shape->n - first : COLUMNS;
            double sum[COLUMNS] = {0};
            for (size_t p = 0; p < shape->k; p++) {
                double x = shape->transpose_a ? a[p * shape->lda + i] : a[i * shape->lda + p];
                for (size_t j = 0; j < columns; j++) {
                    size_t column = first + j;
                    sum[j] +=
                        x * (double)(shape->transpose_b ? b[column * shape->ldb + p] : b[p * shape->ldb + column]);
                }
            }
            for (size_t j = 0; j < columns; j++) {
                float *out = &c[i * shape->ldc + first + j];
                if (store->add) sum[j] += (double)*out;
                if (store->bias) sum[j] += (double)store->bias[first + j];
                *out = store->relu && sum[j] < 0 ? 0.0f : (float)sum[j]; /* NaN stays */
            }
        }
    }
}
