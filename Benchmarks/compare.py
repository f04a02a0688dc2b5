"""Runs ConvNet and its peers on the same work in turn and prints them side by side.

Only ratios of one sitting mean something: machines differ, and one machine differs from hour to hour.
"""

import argparse
import os

import contest
import prediction
import product
import training
from networks import NETWORKS

COMPARISONS = {"training": training, "prediction": prediction, "product": product}


def arguments():
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__)
    parser.add_argument(
        "what", nargs="*", metavar="WHAT",
        help=f"{', '.join(COMPARISONS)} (default: all three), and networks (default: all of {', '.join(NETWORKS)})",
    )
    parser.add_argument("--digits", required=True, help="the command, built in release")
    parser.add_argument("--keras", required=True, help="a Python that has Keras")
    parser.add_argument("--torch", required=True, help="a Python that has PyTorch, ONNX Runtime and OpenVINO")
    parser.add_argument("--epochs", type=int, default=2, help="epochs of a training; the fastest counts (default 2)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of everybody; the median counts (default 3)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all CPUs")
    parser.add_argument("--images", choices=("mnist", "noise"), default="mnist",
                        help="what is predicted: MNIST's test images, or noise without zeros (default mnist)")
    parser.add_argument("--compiled", action="store_true", help="let PyTorch try to train with torch.compile too")
    parser.add_argument("--results", default=".build/bench", help="folder for every figure (default .build/bench)")
    options = parser.parse_args()
    unknown = [word for word in options.what if word not in COMPARISONS and word not in NETWORKS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join([*COMPARISONS, *NETWORKS])}")
    options.comparisons = [name for name in COMPARISONS if name in options.what] or list(COMPARISONS)
    options.networks = [name for name in NETWORKS if name in options.what] or list(NETWORKS)
    return options


def main():
    options = arguments()
    for name in options.comparisons:
        text = COMPARISONS[name].run(options)
        print(f"\n{contest.processor()}, {options.threads} threads\n{text}", flush=True)


main()
