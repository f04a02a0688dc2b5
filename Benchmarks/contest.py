"""What the comparisons share: running everybody in turn, keeping every figure, printing a table."""

import json
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def output_of(command, environment=None):
    """What the command prints in its last line, as JSON; its failure ends the program."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    result = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, env=variables | (environment or {})
    )
    if result.returncode != 0:
        sys.exit(f"{result.stderr}{' '.join(map(str, command))} ended with exit code {result.returncode}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def run_in_turn(name, contenders, rounds):
    """Lets everybody run once a round.

    contenders: pairs of a name, "Family" or "Family variant", and a function that gives a run's figures.
    Returns all runs by name.
    """
    runs = {}
    for round_number in range(rounds):
        for who, run in contenders:
            print(f"{name}: {who}, round {round_number + 1} of {rounds} …", file=sys.stderr, flush=True)
            runs.setdefault(who, []).append(run())
    return runs


def best_by_family(runs, figure, better=min):
    """The median over its rounds of each contender's figure; of a family's variants the best."""
    best = {}
    for who, found in runs.items():
        median = statistics.median(figure(run) for run in found)
        family = family_of(who)
        best[family] = better(best[family], median) if family in best else median
    return best


def family_of(who):
    return who.split(",")[0]


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def keep(options, what, rows):
    """Adds rows to the results of this comparison, in place of older ones of the same name, and returns all of them."""
    folder = pathlib.Path(options.results)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{what}.json"
    old = json.loads(file.read_text()) if file.exists() else {}
    same_machine = old.get("processor") == processor() and old.get("threads") == options.threads
    merged = {**(old["rows"] if same_machine else {}), **rows}
    file.write_text(json.dumps({"processor": processor(), "threads": options.threads, "rows": merged}, indent=1))
    return merged


def versions(rows):
    """The versions of all who ran, in one line."""
    found = {run["version"]: None for runs in rows.values() for turns in runs.values() for run in turns}
    return ", ".join(found)


def table(headings, rows):
    """A Markdown table; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(headings) + " |", "| --- |" + " ---: |" * (len(headings) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
