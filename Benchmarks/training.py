"""Training: seconds an epoch of 60,000 images, with each network's own batch size and optimizer."""

import tempfile

import contest
from networks import NETWORKS

FAMILIES = ("ConvNet", "Keras", "PyTorch")


def convnet(options, name):
    # Without validation, so that all 60,000 images are trained on, and nothing else is timed.
    with tempfile.TemporaryDirectory() as folder:
        result = contest.output_of([
            options.digits, "train", "--model", name, "--data", "mnist", "--epochs", options.epochs,
            "--validation-split", "0", "--threads", options.threads, "--out", f"{folder}/run", "--json",
            "--verbose", "0",
        ])
    return {
        "version": "ConvNet",
        "parameters": result["parameters"],
        "seconds": [epoch["seconds"] for epoch in result["epochs"]],
        "accuracy": result["test_accuracy"],
    }


def contenders(options, name):
    peer = [name, options.epochs, options.threads]
    variants = ["contiguous"]
    if NETWORKS[name].is_convolutional:
        variants.append("channels-last")
    if options.compiled:
        variants.append("compiled")
    yield "ConvNet", lambda: convnet(options, name)
    yield "Keras", lambda: contest.output_of([options.keras, contest.HERE / "train_keras.py", *peer])
    for variant in variants:
        yield f"PyTorch, {variant}", lambda variant=variant: contest.output_of(
            [options.torch, contest.HERE / "train_torch.py", *peer, variant]
        )


def run(options):
    for name in options.networks:
        runs = contest.run_in_turn(name, list(contenders(options, name)), options.rounds)
        counts = {who: found[0]["parameters"] for who, found in runs.items()}
        if len(set(counts.values())) != 1:
            raise SystemExit(f"{name}: the parameter counts differ: {counts}")
        rows = contest.keep(options, "training", {name: runs})
    return text({name: rows[name] for name in options.networks})


def figures(rows):
    """Name, seconds of each family, and how much faster than the faster peer, for each network."""
    for name in (name for name in NETWORKS if name in rows):
        best = contest.best_by_family(rows[name], lambda run: min(run["seconds"]))
        yield name, best, min(best["Keras"], best["PyTorch"]) / best["ConvNet"]


def text(rows):
    lines, ratios = [], []
    for name, best, ratio in figures(rows):
        ratios.append(ratio)
        lines.append([name, *(f"{best[family]:.2f}" for family in FAMILIES), f"{ratio:.2f}"])
    return (
        "Seconds an epoch of 60,000 images\n\n"
        + contest.table(["network", *FAMILIES, "faster peer / ConvNet"], lines)
        + f"\n\nGeometric mean of the last column: {contest.geometric_mean(ratios):.2f}"
    )
