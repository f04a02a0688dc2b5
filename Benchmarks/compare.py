"""Trains the built-in networks with ConvNet, Keras and PyTorch in turn and prints seconds an epoch side by side.

Only ratios of one sitting mean something: machines differ, and one machine differs from hour to hour.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

from networks import NETWORKS

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=f"default: all of {', '.join(NETWORKS)}")
    parser.add_argument("--digits", required=True, help="the command, built in release")
    parser.add_argument("--keras", required=True, help="a Python that has Keras")
    parser.add_argument("--torch", required=True, help="a Python that has PyTorch")
    parser.add_argument("--epochs", type=int, default=2, help="epochs a run; the fastest counts (default 2)")
    parser.add_argument("--rounds", type=int, default=1, help="turns of everybody; the fastest counts (default 1)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all CPUs")
    parser.add_argument("--compiled", action="store_true", help="let PyTorch try torch.compile too")
    parser.add_argument("--json", metavar="FILE", help="write every figure here as well")
    options = parser.parse_args()
    unknown = set(options.networks) - set(NETWORKS)
    if unknown:
        parser.error(f"unknown network {', '.join(sorted(unknown))}; known are {', '.join(NETWORKS)}")
    return options


def output_of(command):
    """The last line of the command's output, as JSON."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{result.stderr}{' '.join(map(str, command))} ended with exit code {result.returncode}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def convnet(options, name):
    # Without validation, so that all 60,000 images are trained on, and nothing else is timed.
    with tempfile.TemporaryDirectory() as folder:
        result = output_of([
            options.digits, "train", "--model", name, "--data", "mnist", "--epochs", str(options.epochs),
            "--validation-split", "0", "--threads", str(options.threads), "--out", f"{folder}/run",
            "--json", "--verbose", "0",
        ])
    return {
        "version": "ConvNet",
        "parameters": result["parameters"],
        "seconds": [epoch["seconds"] for epoch in result["epochs"]],
        "accuracy": result["test_accuracy"],
    }


def contenders(options, name):
    """Name and runner of everybody who trains this network."""
    peer = [name, str(options.epochs), str(options.threads)]
    variants = ["contiguous"]
    if NETWORKS[name].is_convolutional:
        variants.append("channels-last")
    if options.compiled:
        variants.append("compiled")
    yield "ConvNet", lambda: convnet(options, name)
    yield "Keras", lambda: output_of([options.keras, HERE / "keras_peer.py", *peer])
    for variant in variants:
        yield f"PyTorch {variant}", lambda variant=variant: output_of(
            [options.torch, HERE / "torch_peer.py", *peer, variant]
        )


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    options = arguments()
    results, versions = {}, {}
    for name in options.networks or NETWORKS:
        runs = {}
        for _ in range(options.rounds):
            for who, run in contenders(options, name):
                print(f"{name}: {who} …", file=sys.stderr, flush=True)
                runs.setdefault(who, []).append(run())
        results[name] = runs
        versions |= {who.split()[0]: found[0]["version"] for who, found in runs.items()}
        if len({run["parameters"] for found in runs.values() for run in found}) != 1:
            counts = {who: found[0]["parameters"] for who, found in runs.items()}
            print(f"{name}: the parameter counts differ: {counts}", file=sys.stderr)

    print(f"\n{processor()}, {options.threads} threads; {', '.join(versions.values())}")
    print(f"Seconds an epoch of 60,000 images, the fastest of {options.epochs * options.rounds}\n")
    print("| network | ConvNet | Keras | PyTorch | faster peer / ConvNet |")
    print("| --- | ---: | ---: | ---: | ---: |")
    ratios = []
    for name, runs in results.items():
        best = {}
        for who, found in runs.items():
            family = who.split()[0]
            fastest = min(second for run in found for second in run["seconds"])
            best[family] = min(best.get(family, math.inf), fastest)
        ratio = min(best["Keras"], best["PyTorch"]) / best["ConvNet"]
        ratios.append(ratio)
        print(f"| {name} | {best['ConvNet']:.2f} | {best['Keras']:.2f} | {best['PyTorch']:.2f} | {ratio:.2f} |")
    print(f"\nGeometric mean of the last column: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"processor": processor(), "results": results}, indent=1))


main()
