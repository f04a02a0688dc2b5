"""Multiplies matrices with a BLAS and prints GFLOP/s as JSON.

usage: product_peer.py mkl|openblas '["AB", M, N, K]' THREADS
"""

import json
import sys
import time

import numpy

library, (form, m, n, k), threads = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])

random = numpy.random.default_rng(1)
a = random.random((k, m) if form.startswith("A'") else (m, k), dtype=numpy.float32)
b = random.random((n, k) if form.endswith("B'") else (k, n), dtype=numpy.float32)
if library == "mkl":
    import torch

    if not torch.backends.mkl.is_available():
        sys.exit("this PyTorch was built without MKL")
    torch.set_num_threads(threads)
    a, b, c = torch.from_numpy(a), torch.from_numpy(b), torch.empty(m, n)
    version = f"MKL in PyTorch {torch.__version__.split('+')[0]}"
else:
    c = numpy.empty((m, n), numpy.float32)
    blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    version = f"OpenBLAS {blas['version']} in NumPy {numpy.__version__}"
# A transposed view: the library is told to transpose, nothing is copied.
a = a.T if form.startswith("A'") else a
b = b.T if form.endswith("B'") else b


def multiply():
    if library == "mkl":
        torch.mm(a, b, out=c)
    else:
        numpy.matmul(a, b, out=c)


calls = max(1, int(2e8 / (m * n * k)))  # so that a run is worth timing
best, begin, runs = float("inf"), time.perf_counter(), 0
while runs < 5 or time.perf_counter() - begin < 0.4:
    before = time.perf_counter()
    for _ in range(calls):
        multiply()
    best = min(best, (time.perf_counter() - before) / calls)
    runs += 1
print(json.dumps({"version": version, "gflops": 2 * m * n * k / best * 1e-9}))
