"""Fills the tables of docs/performance.md and docs/kernel-timings.md, and draws the roofline, from measured results.

usage: report.py [FOLDER]

The folder (default .build/bench) holds what was measured: training.json, prediction.json, prediction-noise.json and
product.json from compare.py, kernels.json from `digits bench kernels --json`, models.json from `digits bench models
--json`. What is missing leaves its table as it was.
"""

import json
import pathlib
import re
import statistics
import subprocess
import sys

import contest
import prediction
import product
import training
from networks import NETWORKS

DOCS = contest.HERE.parent / "docs"
PERFORMANCE, TIMINGS, ROOFLINE = DOCS / "performance.md", DOCS / "kernel-timings.md", DOCS / "pictures/roofline.svg"


def fill(page, name, text):
    """Replaces what lies between the marks of this name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = page.read_text()
    if begin not in old or end not in old:
        sys.exit(f"{page} has no marks for {name}")
    head, rest = old.split(begin, 1)
    page.write_text(f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}")


def sitting(result):
    """Who ran, in one paragraph."""
    return f"{result['processor']}, {result['threads']} threads; {contest.versions(result['rows'])}."


def training_text(result):
    return training.text(result["rows"]).split("\n\n", 1)[1] + "\n\n" + sitting(result)


def prediction_text(result):
    one = prediction.part(result["rows"], "one_microseconds", 1)
    many = prediction.part(result["rows"], "all_seconds", 4)
    return (
        f"Microseconds for one image:\n\n{one}\n\nSeconds for 10,000 images in batches of 200:\n\n{many}\n\n"
        + sitting(result)
    )


def product_text(result):
    return product.text(result["rows"]).split("\n\n", 1)[1] + "\n\n" + sitting(result)


def models_text(result):
    lines, growth = [], []
    for model in result["models"]:
        train, predict = model["training"], model["prediction"]
        step, one = train["step_milliseconds"], predict["one_image_microseconds"]
        memory = model["peak_memory_bytes"]
        lines.append([
            model["name"], f"{train['epoch_seconds']:.2f}", f"{train['images_per_second']:,.0f}",
            f"{step['median']:.2f}", f"{step['p95']:.2f}", f"{one['median']:.1f}", f"{one['p95']:.1f}",
            f"{one['p99']:.1f}", f"{predict['median_seconds']:.4f}", f"{memory / 1e6:.0f}" if memory else "-",
        ])
        points = model["growth"]
        growth.append([
            model["name"],
            *(f"{point['images_per_second']:,.0f}" for point in points["batch"]),
            *(f"{point['step_milliseconds']:.2f}" for point in points["width"]),
            *(f"{point['step_milliseconds']:.2f}" for point in points["threads"]),
        ])
    first = result["models"][0]["growth"]
    headings = [
        "network", *(f"images/s, batch {point['at']:.0f}" for point in first["batch"]),
        *(f"step, width x {point['at']:g}" for point in first["width"]),
        *(f"step, {point['at']:.0f} thread{'s' if point['at'] > 1 else ''}" for point in first["threads"]),
    ]
    return (
        f"{result['cpu']}, {result['isa']}, {result['threads']} threads; multiply-add peak "
        f"{result['multiply_add_gflops']:.0f} GFLOP/s.\n\n"
        + contest.table(
            ["network", "s an epoch", "images/s", "step, median ms", "step, 95 % ms", "one image, median µs",
             "95 % µs", "99 % µs", "10,000 images, s", "peak memory, MB"], lines)
        + "\n\nHow training grows with the batch (images a second), with the width of all hidden layers and with "
        "threads (milliseconds a step):\n\n" + contest.table(headings, growth)
    )


def bound_share(row):
    """The share of the limit that binds."""
    return row["peak_share"] if row["bound"] == "arithmetic" else row["bandwidth_share"]


def by_shape(result, isa):
    return {(row["kernel"], row["variant"], row["shape"]): row for row in result["kernels"] if row["isa"] == isa}


def kernels_text(result):
    """A line a kernel and variant: over the networks' training shapes, the share of what binds it."""
    isa = result["limits"][-1]["isa"]
    kinds = {}
    for row in by_shape(result, isa).values():
        if row["networks"] and bound_share(row) is not None:
            kinds.setdefault((row["kernel"], row["variant"]), []).append(row)
    lines = []
    for (kernel, variant), rows in kinds.items():
        # What takes a microsecond or two is bound by the call itself.
        rows = [row for row in rows if row["best_seconds"] >= 5e-6] or rows
        shares = sorted(bound_share(row) for row in rows)
        bounds = " or ".join(sorted({row["bound"] for row in rows}))
        slowest = max(rows, key=lambda row: row["best_seconds"])
        lines.append([
            f"{kernel}, {variant}", str(len(rows)), bounds, f"{100 * statistics.median(shares):.0f} %",
            f"{100 * shares[0]:.0f} % to {100 * shares[-1]:.0f} %", slowest["shape"],
            f"{1e6 * slowest['best_seconds']:.0f}", f"{100 * bound_share(slowest):.0f} %",
        ])
    limits = result["limits"][-1]
    return (
        f"{result['cpu']}, {isa}, {result['threads']} threads; multiply-add peak {limits['gflops']:.0f} GFLOP/s.\n\n"
        + contest.table(
            ["kernel", "shapes", "bound by", "share of it, median", "range", "longest", "µs", "share"], lines)
    )


def timings_text(result):
    isas = [limits["isa"] for limits in result["limits"]]
    tables = {isa: by_shape(result, isa) for isa in isas}
    best = tables[isas[-1]]
    lines = []
    for key, row in best.items():
        kernel, variant, shape = key
        share, bandwidth = row["peak_share"], row["bandwidth_share"]
        others = [tables[isa].get(key) for isa in isas[:-1]]
        lines.append([
            f"{kernel}, {variant}", shape, ", ".join(row["networks"]) or "-",
            f"{1e6 * row['best_seconds']:.1f}", f"{1e6 * row['median_seconds']:.1f}", f"{row['gflops']:.1f}",
            f"{100 * share:.0f} %" if share is not None else "-",
            f"{100 * bandwidth:.0f} %" if bandwidth is not None else "-",
            *(f"{other['best_seconds'] / row['best_seconds']:.2f}" if other else "-" for other in others),
        ])
    peaks = ", ".join(f"{limits['isa']} {limits['gflops']:.0f}" for limits in result["limits"])
    return (
        f"{result['cpu']}, {result['threads']} threads; figures of {isas[-1]}; multiply-add peaks in GFLOP/s: {peaks}.\n\n"
        + contest.table(
            ["kernel", "shape", "networks", "best µs", "median µs", "GFLOP/s", "of the peak", "of memory's speed",
             *(f"{isa} takes times" for isa in isas[:-1])], lines)
    )


def summary_of_networks(folder):
    """The README's columns of speed, from the training results."""
    result = load(folder, "training")
    page = contest.HERE.parent / "README.md"
    if not result or not page.exists():
        return
    text = page.read_text()
    for name, best, ratio in training.figures(result["rows"]):
        pattern = rf"^(\| `{name}`[^|]*\|.*\|)[^|]*\|[^|]*\|$"
        text = re.sub(pattern, rf"\g<1> {best['ConvNet']:.2f} | {ratio:.2f} x |", text, flags=re.MULTILINE)
    page.write_text(text)


def load(folder, name):
    file = folder / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".build/bench")
    for page, name, source, text in (
        (PERFORMANCE, "training", "training", training_text),
        (PERFORMANCE, "prediction", "prediction", prediction_text),
        (PERFORMANCE, "prediction-noise", "prediction-noise", prediction_text),
        (PERFORMANCE, "product", "product", product_text),
        (PERFORMANCE, "models", "models", models_text),
        (PERFORMANCE, "kernels", "kernels", kernels_text),
        (TIMINGS, "timings", "kernels", timings_text),
    ):
        result = load(folder, source)
        if result:
            fill(page, name, text(result))
            print(f"filled {name} in {page.name}")
    if (folder / "kernels.json").exists():
        ROOFLINE.parent.mkdir(exist_ok=True)
        subprocess.run([sys.executable, contest.HERE / "roofline.py", folder / "kernels.json", ROOFLINE], check=True)
        print(f"drew {ROOFLINE.name}")
    summary_of_networks(folder)


main()
