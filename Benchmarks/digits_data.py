"""Measures synthetic digits and augmentation with the default network.

Prints how well a network that saw synthetic digits alone reads MNIST's test images, and how much longer an epoch takes
with augmentation than without: the ratio of medians of epochs that were timed in turn.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile

AUGMENTATION = "rotation=10,zoom=0.1,shift=0.08,shear=5"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", required=True, help="the command, built in release")
    parser.add_argument("--epochs", type=int, default=4, help="epochs on synthetic digits (default 4)")
    parser.add_argument("--seeds", type=int, default=3, help="networks to take the mean of (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of three epochs for the cost (default 3)")
    parser.add_argument("--only", choices=["accuracy", "cost"], help="measure one of the two")
    return parser.parse_args()


def digits(options, *command):
    result = subprocess.run([options.digits, *command, "--json"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{result.stderr}digits {' '.join(command)} ended with exit code {result.returncode}")
    return json.loads(result.stdout)


def train(options, folder, epochs, *more):
    return digits(options, "train", "--data", "synthetic", "--epochs", str(epochs), "--out", f"{folder}/run",
                  "--verbose", "0", *more)


def accuracy(options):
    for augmentation in [None, AUGMENTATION]:
        more = ["--augment", augmentation] if augmentation else []
        found = []
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                train(options, folder, options.epochs, "--seed", str(seed), *more)
                found.append(digits(options, "evaluate", f"{folder}/run", "--data", "mnist")["accuracy"])
        each = ", ".join(f"{value:.4f}" for value in found)
        print(f"synthetic digits to MNIST's test images, {augmentation or 'no augmentation'}, {options.epochs} epochs: "
              f"{statistics.mean(found):.4f} ({each})")


def cost(options):
    settings = {"without": None, "affine": AUGMENTATION, "affine and elastic": f"{AUGMENTATION},elastic=34"}
    seconds = {name: [] for name in settings}
    for _ in range(options.rounds):
        for name, augmentation in settings.items():
            more = ["--augment", augmentation] if augmentation else []
            with tempfile.TemporaryDirectory() as folder:
                # Without validation nothing but the training is timed.
                result = train(options, folder, 3, "--validation-split", "0", *more)
            seconds[name] += [epoch["seconds"] for epoch in result["epochs"]]
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        print(f"an epoch of augmentation {name}: {median:.3f} s, {median / medians['without']:.3f} times")


def main():
    options = arguments()
    if options.only != "cost":
        accuracy(options)
    if options.only != "accuracy":
        cost(options)


if __name__ == "__main__":
    main()
