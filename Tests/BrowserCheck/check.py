"""Opens a run's report in a browser and compares what it shows with the run's own records.

usage: check.py CHROMIUM RUN PREDICTIONS.csv [FOLDER FOR SCREENSHOTS]
"""

import base64
import csv
import json
import sys
from pathlib import Path

from browser import Browser

# What the page shows, as one value. Tables are lists of rows of texts.
CONTENT = """(async () => {
  const table = id => [...document.querySelectorAll(`#${id}-table tbody tr`)]
    .map(row => [...row.children].map(cell => cell.textContent));
  const text = id => document.getElementById(id)?.textContent;
  const images = [...document.querySelectorAll('svg image')].map(async image => {
    const copy = new Image();
    copy.src = image.getAttribute('href');
    await copy.decode();
    return copy.naturalWidth > 0;
  });
  return {
    title: document.title,
    accuracy: text('accuracy'), loss: text('loss'), calibrationError: text('calibration-error'),
    imageCount: text('image-count'), parameterCount: text('parameter-count'),
    epochs: table('epochs'), confusion: table('confusion'), scores: table('scores'), calibration: table('calibration'),
    settings: Object.fromEntries(table('settings')), network: table('network'),
    figures: [...document.querySelectorAll('figure')].map(figure => figure.id.replace('figure-', '')),
    unlabelled: [...document.querySelectorAll('svg')].filter(svg => !svg.getAttribute('aria-label')).length,
    imagesDecoded: (await Promise.all(images)).filter(Boolean).length, images: images.length,
    deadLinks: [...document.querySelectorAll('nav a')]
      .filter(link => !document.querySelector(link.getAttribute('href'))).length,
  };
})()"""

# Labels that leave their picture, overlap, or are too small to read; and whether the page is wider than the window.
LAYOUT = """(() => {
  const problems = [];
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const scale = frame.width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll('text')].map(text => ({
      text: text.textContent, box: text.getBoundingClientRect(), size: scale * parseFloat(text.getAttribute('font-size')),
    }));
    const name = svg.getAttribute('aria-label').slice(0, 40);
    for (const [index, { text, box, size }] of texts.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
          || box.bottom > frame.bottom + 1) problems.push(`${name}: "${text}" is cut`);
      if (scale > 0.99 && size < 10.5) problems.push(`${name}: "${text}" is ${size} px high`);
      for (const other of texts.slice(0, index)) {
        const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (wide > 1 && high > 3) problems.push(`${name}: "${text}" lies on "${other.text}"`);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) problems.push('the page is wider than the window');
  return problems;
})()"""


# Of four decimals. Halves may be rounded either way.
HALF_A_DIGIT = 0.000_051


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, what, shown, expected):
        if shown == expected:
            self.passed += 1
        else:
            self.failed += 1
            print(f"✘ {what}: shown is {shown!r}, expected {expected!r}")


def grouped(number):
    return f"{number:,}"


def expected_scores(confusion):
    """Precision, recall and F1 a class and their averages, from counts alone."""
    classes = range(len(confusion))
    rows = []
    for index in classes:
        hits, support = confusion[index][index], sum(confusion[index])
        predicted = sum(row[index] for row in confusion)
        precision = hits / predicted if predicted else 0
        recall = hits / support if support else 0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0
        rows.append((precision, recall, f1, support))
    total = sum(row[3] for row in rows)
    macro = [sum(row[column] for row in rows) / len(rows) for column in range(3)]
    weighted = [sum(row[column] * row[3] for row in rows) / total for column in range(3)]
    return rows + [(*macro, total), (*weighted, total)]


def compare(checks, shown, results, settings, predictions):
    accuracy, error = results["test_accuracy"], results["test_standard_error"]
    checks.equal("accuracy", shown["accuracy"], f"{100 * accuracy:.2f} ± {100 * error:.2f} %")
    checks.equal("loss", shown["loss"], f"{results['test_loss']:.4f}")
    checks.equal("images", shown["imageCount"], grouped(results["test_count"]))
    checks.equal("parameters", shown["parameterCount"], grouped(results["parameters"]))
    data = "held-out synthetic digits" if results["dataset"] == "synthetic" else results["dataset"]
    checks.equal("title", shown["title"], f"{results['model']} on {data}")

    columns = ["loss", "accuracy", "val_loss", "val_accuracy"]
    for row, epoch in zip(shown["epochs"], results["epochs"], strict=True):
        near = all(abs(float(cell) - epoch[name]) < HALF_A_DIGIT for cell, name in zip(row[1:], columns, strict=True))
        checks.equal(f"epoch {row}", (row[0], near), (str(epoch["epoch"]), True))

    classes = len(shown["confusion"])
    confusion = [[0] * classes for _ in range(classes)]
    for actual, prediction in predictions:
        confusion[actual][prediction] += 1
    checks.equal("confusion", [[int(cell) for cell in row[1:]] for row in shown["confusion"]], confusion)
    for row, expected in zip(shown["scores"], expected_scores(confusion), strict=True):
        numbers = [float(cell) for cell in row[1:4]]
        near = all(abs(a - b) < HALF_A_DIGIT for a, b in zip(numbers, expected))
        checks.equal(f"scores of {row[0]}", (near, row[4]), (True, grouped(expected[3])))

    counts = [int(row[1].replace(",", "")) for row in shown["calibration"]]
    checks.equal("images of all bins", sum(counts), len(predictions))
    gap = sum(
        count * abs(float(row[3].rstrip(" %")) - float(row[2].rstrip(" %")))
        for count, row in zip(counts, shown["calibration"])
        if count
    )
    shown_gap = float(shown["calibrationError"].rstrip(" %"))
    checks.equal("calibration error", abs(shown_gap - gap / sum(counts)) < 0.011, True)

    for name in ["model", "optimizer", "seed", "batch_size", "loss"]:
        word = name.replace("_", " ").capitalize()
        checks.equal(f"setting {name}", shown["settings"].get(word), str(settings[name]))
    total = sum(int(row[3].replace(",", "")) for row in shown["network"])
    checks.equal("parameters of all layers", total, results["parameters"])


def main():
    chromium, run, predictions = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    screenshots = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    results = json.loads((run / "results.json").read_text())
    settings = json.loads((run / "settings.json").read_text())
    with open(predictions, newline="") as file:
        rows = [(int(row["Actual"]), int(row["Predictions"])) for row in csv.DictReader(file)]
    page = (run / "report.html").resolve().as_uri()

    checks = Checks()
    with Browser(chromium) as browser:
        for scheme in ["light", "dark"]:
            browser.page("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            for width in [1280, 420]:
                browser.page(
                    "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
                )
                browser.open(page)
                shown = browser.evaluate(CONTENT)
                where = f"{scheme}, {width} px"
                checks.equal(f"layout, {where}", browser.evaluate(LAYOUT), [])
                ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
                checks.equal(f"ground, {where}", min(map(int, ground[4:-1].split(","))) > 128, scheme == "light")
                if screenshots:
                    screenshots.mkdir(parents=True, exist_ok=True)
                    image = browser.page("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                    (screenshots / f"report-{scheme}-{width}.png").write_bytes(base64.b64decode(image))
                complaints, requests = [], []
                for event in browser.events:
                    parameters = event["params"]
                    if event["method"] == "Network.requestWillBeSent":
                        requests.append(parameters["request"]["url"])
                    elif event["method"] in ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"]:
                        complaints.append(parameters)
                checks.equal(f"console, {where}", complaints, [])
                outside = [url for url in requests if url != page and not url.startswith("data:")]
                checks.equal(f"requests, {where}", (page in requests, outside), (True, []))
        compare(checks, shown, results, settings, rows)
        checks.equal("images that are shown", shown["imagesDecoded"], shown["images"])
        checks.equal("pictures without a label", shown["unlabelled"], 0)
        checks.equal("dead links", shown["deadLinks"], 0)

        pictures = sorted((run / "pictures").iterdir())
        names = sorted(f"{figure}.{kind}" for figure in shown["figures"] for kind in ["svg", "png"])
        checks.equal("files in pictures", [picture.name for picture in pictures], names)
        for picture in pictures:
            browser.open(picture.resolve().as_uri())
            isSVG = picture.suffix == ".svg"
            size = browser.evaluate(
                "document.documentElement.getAttribute('width') > 0"
                if isSVG
                else "document.images[0]?.naturalWidth > 0"
            )
            checks.equal(f"{picture.name} opens", size, True)
    print(f"report in a browser: {checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed > 0)


main()
