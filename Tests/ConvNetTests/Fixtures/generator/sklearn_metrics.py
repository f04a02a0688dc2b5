"""Writes ../classification.json: figures of classifiers as scikit-learn gives them.

python3.11 -m venv sklearn-venv
sklearn-venv/bin/pip install scikit-learn==1.7.2 numpy==2.4.6
sklearn-venv/bin/python generator/sklearn_metrics.py
"""

import json
import platform
import zlib
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)


def case(name, outputs, labels, bins=10):
    """Figures of outputs, rows of probabilities in float32, against labels."""
    classes = list(range(outputs.shape[1]))
    predictions = outputs.argmax(axis=1)
    confidences = outputs.max(axis=1).astype(np.float64)
    right = predictions == labels
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predictions, labels=classes, zero_division=0
    )
    averages = {
        average: [
            float(value)
            for value in precision_recall_fscore_support(
                labels, predictions, labels=classes, average=average, zero_division=0
            )[:3]
        ]
        for average in ["macro", "weighted"]
    }
    accuracies, means = calibration_curve(right, confidences, n_bins=bins)
    # Its bins without members are left out of the curve; their sizes follow from the same borders.
    borders = np.linspace(0, 1, bins + 1)
    sizes = np.bincount(np.searchsorted(borders[1:-1], confidences), minlength=bins)
    filled = sizes[sizes > 0]
    return {
        "name": name,
        "outputs": [[float(str(value)) for value in row] for row in outputs],
        "labels": [int(label) for label in labels],
        "accuracy": float(accuracy_score(labels, predictions)),
        "confusion": confusion_matrix(labels, predictions, labels=classes).tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        **averages,
        "top_k": {str(k): float(top_k_accuracy_score(labels, outputs, k=k, labels=classes)) for k in [1, 2, 3]},
        "bin_sizes": sizes.tolist(),
        "bin_confidences": means.tolist(),
        "bin_accuracies": accuracies.tolist(),
        "expected_calibration_error": float(np.sum(filled * np.abs(accuracies - means)) / filled.sum()),
        "maximum_calibration_error": float(np.abs(accuracies - means).max()),
    }


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def drawn(name, count, classes, sharpness, used=None):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    labels = random.integers(0, used or classes, count)
    scores = random.standard_normal((count, classes))
    scores[np.arange(count), labels] += 1.2
    return case(name, softmax(sharpness * scores), labels)


def on_borders():
    """Confidences on the borders of four bins, which float32 holds exactly, each right and wrong."""
    confidences = np.array([0.5, 0.5, 0.75, 0.75, 0.75, 1, 1, 1], dtype=np.float32)
    # Without ties among the outputs: libraries break them differently.
    outputs = np.stack([confidences, np.full(8, 0.3), np.full(8, 0.2)], axis=1).astype(np.float32)
    return case("on-borders", outputs, np.arange(len(confidences)) % 2, bins=4)


def main():
    cases = [
        drawn("overconfident", 400, 10, 2.5),
        drawn("unsure", 120, 5, 0.5),
        drawn("classes-without-examples", 60, 6, 1.0, used=3),
        on_borders(),
        case("one-class", np.array([[0.9, 0.1, 0], [0.4, 0.6, 0], [0.7, 0.2, 0.1]], dtype=np.float32), np.zeros(3, dtype=int)),
    ]
    versions = {
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    fixture = {"script": "generator/sklearn_metrics.py", "versions": versions, "cases": cases}
    path = Path(__file__).parent.parent / "classification.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
