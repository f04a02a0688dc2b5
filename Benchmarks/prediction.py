"""Prediction: microseconds for one image, and seconds for 10,000 images in batches of 200."""

import pathlib
import tempfile

import contest
from networks import NETWORKS

FAMILIES = ("ConvNet", "ONNX Runtime", "OpenVINO", "PyTorch")
IMAGES = 10_000
# The file that keeps the figures, by what the images show.
RESULTS = {"mnist": "prediction", "noise": "prediction-noise"}


def convnet(options, name):
    result = contest.output_of([
        options.digits, "bench", "models", "--filter", name, "--data", options.images, "--images", IMAGES,
        "--threads", options.threads, "--json",
    ])
    prediction = result["models"][0]["prediction"]
    return {
        "version": "ConvNet",
        "one_microseconds": prediction["one_image_microseconds"]["median"],
        "all_seconds": prediction["median_seconds"],
    }


def contenders(options, name, onnx):
    def peer(runtime, threads):
        return contest.output_of([
            options.torch, contest.HERE / "predict_peer.py", runtime, name, onnx, options.images, IMAGES, threads,
        ])

    yield "ConvNet", lambda: convnet(options, name)
    for threads in sorted({1, options.threads}):
        yield f"ONNX Runtime, {threads} threads", lambda threads=threads: peer("onnxruntime", threads)
    yield "OpenVINO", lambda: peer("openvino", options.threads)
    yield "PyTorch, contiguous", lambda: peer("pytorch", options.threads)
    if NETWORKS[name].is_convolutional:
        yield "PyTorch, channels-last", lambda: peer("pytorch-channels-last", options.threads)


def run(options):
    with tempfile.TemporaryDirectory() as folder:
        for name in options.networks:
            onnx = pathlib.Path(folder) / f"{name}.onnx"
            contest.output_of([options.torch, contest.HERE / "export_onnx.py", name, onnx])
            runs = contest.run_in_turn(name, list(contenders(options, name, onnx)), options.rounds)
            rows = contest.keep(options, RESULTS[options.images], {name: runs})
    return text({name: rows[name] for name in options.networks})


def figures(rows, figure):
    """Name, each family's figure, and how much faster than the fastest peer, for each network."""
    for name in (name for name in NETWORKS if name in rows):
        best = contest.best_by_family(rows[name], lambda run: run[figure])
        yield name, best, min(value for family, value in best.items() if family != "ConvNet") / best["ConvNet"]


def part(rows, figure, digits):
    lines, ratios = [], []
    for name, best, ratio in figures(rows, figure):
        ratios.append(ratio)
        lines.append([name, *(f"{best[family]:.{digits}f}" for family in FAMILIES), f"{ratio:.2f}"])
    return (
        contest.table(["network", *FAMILIES, "fastest peer / ConvNet"], lines)
        + f"\n\nGeometric mean of the last column: {contest.geometric_mean(ratios):.2f}"
    )


def text(rows):
    return (
        f"Microseconds for one image\n\n{part(rows, 'one_microseconds', 1)}\n\n"
        f"Seconds for {IMAGES:,} images in batches of 200\n\n{part(rows, 'all_seconds', 4)}"
    )
