"""Metrics over three batches of different sizes: the value after each."""

import keras
import numpy as np

from .case_file import CaseFile, generator, normal

BATCHES = [7, 7, 3]
CLASSES = 10


def make():
    file = CaseFile()
    random = generator("metrics")
    count = sum(BATCHES)
    scores = normal(random, (count, CLASSES))
    labels = random.integers(0, CLASSES, count)
    scores[1, :] = 0  # a tie of all classes: accuracy takes the first
    scores[2, labels[2]] = scores[2].max()  # the label ties with another class for the first place
    one_hot = np.eye(CLASSES, dtype=np.float32)[labels]
    add(file, "categorical-accuracy", "CategoricalAccuracy", {}, one_hot, scores)
    add(file, "sparse-accuracy", "SparseCategoricalAccuracy", {}, labels, scores)
    for k in [1, 3, 5]:
        add(file, f"top-{k}", "TopKCategoricalAccuracy", {"k": k}, one_hot, scores)
        add(file, f"sparse-top-{k}", "SparseTopKCategoricalAccuracy", {"k": k}, labels, scores)

    probabilities = random.uniform(0, 1, (count, 1)).astype(np.float32)
    truth = random.integers(0, 2, (count, 1)).astype(np.float32)
    probabilities[:2], truth[:2] = 0.5, 1  # on the threshold
    add(file, "binary-accuracy", "BinaryAccuracy", {}, truth, probabilities)

    targets = normal(random, (count, 4))
    outputs = normal(random, (count, 4))
    add(file, "mean-squared-error", "MeanSquaredError", {}, targets, outputs)
    add(file, "mean-absolute-error", "MeanAbsoluteError", {}, targets, outputs)
    return file


def add(file, name, metric, config, targets, outputs):
    instance = getattr(keras.metrics, metric)(**config)
    values, start = [], 0
    for size in BATCHES:
        instance.update_state(targets[start : start + size], outputs[start : start + size])
        values.append(float(instance.result()))
        start += size
    tensors = {"targets": targets, "outputs": outputs, "values": values}
    file.add(name, tensors, metric=metric, config=config, batches=BATCHES)
