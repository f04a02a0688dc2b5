"""Draws the kernels under the machine's roof from what `digits bench kernels --json` printed.

usage: roofline.py RESULT.json PICTURE.svg
"""

import html
import json
import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 600, 80, 230, 60, 70
X_RANGE, Y_RANGE = (0.02, 1000), (0.5, 1000)  # operations a byte, GFLOP/s

# Kernels of a kind share a colour and a mark; the order is that of the legend.
KINDS = (
    ("matrix product", "gemm", lambda row: row["kernel"] == "gemm"),
    ("convolution, Winograd", "winograd", lambda row: is_convolution(row) and may_be_winograd(row)),
    ("convolution, direct", "direct", lambda row: is_convolution(row) and not may_be_winograd(row)),
    ("pooling", "pooling", lambda row: "pooling" in row["kernel"]),
    ("batch normalisation", "norm", lambda row: row["kernel"] == "batch norm"),
    ("optimizers", "optimizer", lambda row: row["kernel"] == "optimizer"),
    ("activations, dropout, loss", "other", lambda row: True),
)
COLOURS = {  # light, dark
    "gemm": ("#1f5fbf", "#7db2ff"), "winograd": ("#b3261e", "#ff8a80"), "direct": ("#c77700", "#ffc266"),
    "pooling": ("#2e7d32", "#81c995"), "norm": ("#00838f", "#67d5df"), "optimizer": ("#7b3fa0", "#d3a6f0"),
    "other": ("#666666", "#b0b0b0"),
}


def is_convolution(row):
    return row["kernel"].startswith("conv2d")


def may_be_winograd(row):
    """Kernels whose own choice beats the peak of the plain algorithm save arithmetic."""
    return "direct" not in row["variant"] and (row["peak_share"] or 0) > 1.1


def x_of(intensity):
    low, high = map(math.log10, X_RANGE)
    return LEFT + (math.log10(min(max(intensity, X_RANGE[0]), X_RANGE[1])) - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def y_of(rate):
    low, high = map(math.log10, Y_RANGE)
    share = (math.log10(min(max(rate, Y_RANGE[0]), Y_RANGE[1])) - low) / (high - low)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def line(x1, y1, x2, y2, name):
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x, y, words, anchor="start", name="", rotate=None):
    turn = f' transform="rotate({rotate} {x:.1f} {y:.1f})"' if rotate is not None else ""
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{html.escape(words)}</text>'


def style():
    def rules(which):
        return "".join(f".{name}{{fill:{pair[which]}}}" for name, pair in COLOURS.items())

    return (
        "<style>text{font:13px system-ui,sans-serif;fill:#222}.title{font-size:17px;font-weight:600}"
        ".small{font-size:11.5px;fill:#555}.grid{stroke:#ddd}.roof{stroke:#222;stroke-width:2.5}"
        ".memory{stroke:#888;stroke-width:1.5;stroke-dasharray:6 4}.back{fill:#fff}circle{fill-opacity:.8}" + rules(0)
        + "@media (prefers-color-scheme:dark){text{fill:#e6e6e6}.small{fill:#aaa}.grid{stroke:#333}"
        ".roof{stroke:#eee}.memory{stroke:#999}.back{fill:#151515}" + rules(1) + "}</style>"
    )


def axes():
    parts = []
    for power in range(-2, 4):
        for step in (1, 2, 5):
            value = step * 10.0**power
            if X_RANGE[0] <= value <= X_RANGE[1]:
                parts.append(line(x_of(value), TOP, x_of(value), HEIGHT - BOTTOM, "grid"))
                parts.append(text(x_of(value), HEIGHT - BOTTOM + 18, f"{value:g}", "middle", "small"))
            if Y_RANGE[0] <= value <= Y_RANGE[1]:
                parts.append(line(LEFT, y_of(value), WIDTH - RIGHT, y_of(value), "grid"))
                parts.append(text(LEFT - 8, y_of(value) + 4, f"{value:g}", "end", "small"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(text(middle, HEIGHT - 24, "operations of the plain algorithm for each byte that must move", "middle"))
    parts.append(text(26, (TOP + HEIGHT - BOTTOM) / 2, "GFLOP/s of the plain algorithm", "middle", rotate=-90))
    return parts


def roofs(limits):
    """The peak, and a slope for each memory: so many operations a byte cannot be faster than the bytes come."""
    peak, parts = limits["gflops"], []
    parts.append(line(x_of(X_RANGE[0]), y_of(peak), x_of(X_RANGE[1]), y_of(peak), "roof"))
    parts.append(text(WIDTH - RIGHT - 6, y_of(peak) - 8, f"multiply-add peak {peak:.0f} GFLOP/s", "end"))
    measured = {entry["bytes"]: entry["copy"] for entry in limits["bandwidth"] if entry["copy"]}
    levels = (("level-2 cache", 1 << 20, True), ("level-3 cache", 1 << 23, False), ("memory", 1 << 27, True))
    for label, size, above in levels:
        near = min(measured, key=lambda found: abs(math.log2(found / size)), default=None)
        if near is None or abs(math.log2(near / size)) > 1:
            continue
        speed = measured[near]
        begin, end = max(X_RANGE[0], Y_RANGE[0] / speed), peak / speed
        parts.append(line(x_of(begin), y_of(begin * speed), x_of(end), y_of(peak), "memory"))
        slope = math.degrees(math.atan2(y_of(peak) - y_of(begin * speed), x_of(end) - x_of(begin)))
        at = begin * (1.2 if above else 1.6)
        shift = -6 if above else 16
        words = f"{label} {speed:.0f} GB/s"
        parts.append(text(x_of(at), y_of(at * speed) + shift, words, name="small", rotate=round(slope, 1)))
    return parts


def marks(rows):
    parts = []
    for row in rows:
        if not row["operations"]:
            continue
        name = next(name for _, name, holds in KINDS if holds(row))
        label = f"{row['kernel']} {row['variant']} {row['shape']}: {row['gflops']:.1f} GFLOP/s"
        radius = 5 if row["networks"] else 3
        parts.append(
            f'<circle class="{name}" cx="{x_of(row["operations"] / row["bytes"]):.1f}" cy="{y_of(row["gflops"]):.1f}" '
            f'r="{radius}"><title>{html.escape(label)}</title></circle>'
        )
    return parts


def legend(rows):
    parts, y = [], TOP + 10
    found = {next(name for _, name, holds in KINDS if holds(row)) for row in rows if row["operations"]}
    for label, name, _ in KINDS:
        if name in found:
            parts.append(f'<circle class="{name}" cx="{WIDTH - RIGHT + 24}" cy="{y - 4}" r="5"/>')
            parts.append(text(WIDTH - RIGHT + 36, y, label))
            y += 24
    parts.append(text(WIDTH - RIGHT + 18, y + 8, "large: a shape of the nine networks", name="small"))
    parts.append(text(WIDTH - RIGHT + 18, y + 26, "small: others", name="small"))
    parts.append(text(WIDTH - RIGHT + 18, y + 56, "Above the roof: Winograd's", name="small"))
    parts.append(text(WIDTH - RIGHT + 18, y + 72, "algorithm saves arithmetic.", name="small"))
    return parts


def main():
    result = json.load(open(sys.argv[1]))
    limits = result["limits"][-1]
    rows = [row for row in result["kernels"] if row["isa"] == limits["isa"]]
    title = f"{result['cpu']}, {limits['isa']}, {result['threads']} threads"
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">', style(),
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
        text(LEFT, 32, f"The kernels under the machine's roof: {title}", name="title"),
        *axes(), *roofs(limits), *marks(rows), *legend(rows), "</svg>",
    ]
    with open(sys.argv[2], "w") as file:
        file.write("\n".join(body) + "\n")


main()
