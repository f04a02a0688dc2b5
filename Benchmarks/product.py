"""Matrix product: GFLOP/s of C (m x n) = op(A) op(B), the sum over k, at shapes of the networks and some squares."""

import json

import contest

FAMILIES = ("ConvNet", "MKL", "OpenBLAS")

# How the factors are stored (A' and B' are transposed), whether it is a dense layer's forward pass, m, n, k.
SHAPES = (
    ("AB", False, 1024, 1024, 1024),
    ("AB", False, 2048, 2048, 2048),
    ("AB", True, 128, 512, 784),
    ("AB", True, 200, 784, 784),
    ("AB", True, 128, 128, 5408),
    ("AB", True, 32, 128, 9216),
    ("A'B", False, 9216, 128, 32),
    ("AB'", False, 32, 9216, 128),
    ("A'B", False, 784, 512, 128),
    ("AB'", False, 128, 5408, 128),
)


def label(form, m, n, k):
    return f"{form} {m} x {n} x {k}"


def convnet(options, form, is_dense, m, n, k):
    # A dense layer's product has bias and ReLU in it, which the peers are spared.
    name = f"gemm {form}{' bias ReLU' if is_dense else ''} {m}x{n}x{k}"
    found = contest.output_of([
        options.digits, "bench", "kernels", "--filter", name, "--isa", instruction_set(options), "--threads",
        options.threads, "--json",
    ])
    row = next(row for row in found["kernels"] if row["shape"] == f"{m}x{n}x{k}")
    return {"version": "ConvNet", "gflops": row["gflops"], "peak": found["limits"][0]["gflops"]}


def instruction_set(options):
    return contest.output_of([options.digits, "info", "--json"])["instruction_set"]


def peer(options, library, form, m, n, k):
    return contest.output_of(
        [options.torch, contest.HERE / "product_peer.py", library, json.dumps([form, m, n, k]), options.threads],
        {"OPENBLAS_NUM_THREADS": str(options.threads)},
    )


def run(options):
    rows = {}
    for form, is_dense, m, n, k in SHAPES:
        contenders = [
            ("ConvNet", lambda: convnet(options, form, is_dense, m, n, k)),
            ("MKL", lambda: peer(options, "mkl", form, m, n, k)),
            ("OpenBLAS", lambda: peer(options, "openblas", form, m, n, k)),
        ]
        name = label(form, m, n, k)
        rows = contest.keep(options, "product", {name: contest.run_in_turn(name, contenders, options.rounds)})
    return text(rows)


def text(rows):
    lines = []
    for name in (label(form, m, n, k) for form, _, m, n, k in SHAPES):
        if name not in rows:
            continue
        best = contest.best_by_family(rows[name], lambda run: run["gflops"], max)
        peaks = [run["peak"] for run in rows[name]["ConvNet"] if run["peak"]]
        share = f"{100 * best['ConvNet'] / max(peaks):.0f} %" if peaks else "-"
        ratio = best["ConvNet"] / max(best["MKL"], best["OpenBLAS"])
        lines.append([name, f"{best['ConvNet']:.0f}", share, f"{best['MKL']:.0f}", f"{best['OpenBLAS']:.0f}",
                      f"{ratio:.2f}"])
    return "GFLOP/s of matrix products\n\n" + contest.table(
        ["m x n x k", "ConvNet", "of the peak", "MKL", "OpenBLAS", "ConvNet / faster peer"], lines
    )
