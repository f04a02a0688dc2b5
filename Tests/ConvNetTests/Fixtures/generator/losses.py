"""Losses with Keras's default reduction: value and gradient with respect to the outputs. Regularizers likewise."""

import keras
import numpy as np
import tensorflow as tf

from .case_file import CaseFile, generator, normal


def make():
    file = CaseFile()
    for weighted in [False, True]:
        suffix = "-weighted" if weighted else ""
        crossentropies(file, suffix, weighted)
        errors(file, suffix, weighted)
    clipped(file)
    regularizers(file)
    return file


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float32)


def crossentropies(file, suffix, weighted):
    for from_logits in [False, True]:
        kind = ("logits" if from_logits else "probabilities") + suffix
        config = {"from_logits": from_logits}
        random = generator("categorical" + kind)
        z = normal(random, (9, 10), 3)
        # Not exactly normalised: Keras divides by the sum, which shows in the gradient.
        outputs = z if from_logits else softmax(z) * np.float32(1.25)
        labels = random.integers(0, 10, 9)
        one_hot = np.eye(10, dtype=np.float32)[labels]
        soft = softmax(normal(random, (9, 10)))
        add(file, f"categorical-{kind}", "CategoricalCrossentropy", config, one_hot, outputs, weighted)
        add(file, f"categorical-soft-{kind}", "CategoricalCrossentropy", config, soft, outputs, weighted)
        # For labels Keras clips first and divides by the sum of the clipped; with sums of 1 that is the same.
        sums_to_one = z if from_logits else softmax(z)
        add(file, f"sparse-{kind}", "SparseCategoricalCrossentropy", config, labels, sums_to_one, weighted)

        random = generator("binary" + kind)
        for shape in [(11, 1), (7, 5)]:
            z = normal(random, shape, 3)
            outputs = z if from_logits else (1 / (1 + np.exp(-z))).astype(np.float32)
            targets = random.integers(0, 2, shape).astype(np.float32)
            add(file, f"binary-{shape[1]}-{kind}", "BinaryCrossentropy", config, targets, outputs, weighted)


def errors(file, suffix, weighted):
    for name, loss in [("mean-squared-error", "MeanSquaredError"), ("mean-absolute-error", "MeanAbsoluteError")]:
        for shape in [(6, 7), (5, 1)]:
            case = f"{name}-{shape[1]}{suffix}"
            random = generator(case)
            targets, outputs = normal(random, shape), normal(random, shape)
            targets[0, 0] = outputs[0, 0]  # the kink of the absolute value
            add(file, case, loss, {}, targets, outputs, weighted)


def clipped(file):
    """Probabilities of exactly 0 and 1 and logits far out."""
    one_hot = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    certain = np.float32([[1, 0, 0], [1, 0, 0], [0.2, 0.3, 0.5], [0, 0.5, 0.5]])
    add(file, "categorical-clipped", "CategoricalCrossentropy", {"from_logits": False}, one_hot, certain, False)
    far = np.float32([[100, -100, 0], [100, -100, 0], [0, 0, 0], [-1000, 0, 1000]])
    add(file, "categorical-far-logits", "CategoricalCrossentropy", {"from_logits": True}, one_hot, far, False)
    binary = np.float32([[0, 1], [0, 1], [1, 0]])
    sure = np.float32([[0, 1], [1, 0], [0.5, 0.25]])
    add(file, "binary-clipped", "BinaryCrossentropy", {"from_logits": False}, binary, sure, False)
    add(file, "binary-far-logits", "BinaryCrossentropy", {"from_logits": True}, binary, 200 * sure - 100, False)


def add(file, name, loss, config, targets, outputs, weighted):
    targets, outputs = np.asarray(targets), tf.constant(outputs)
    weights = generator(name + "weights").uniform(0, 3, len(targets)).astype(np.float32) if weighted else None
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        value = getattr(keras.losses, loss)(**config)(targets, outputs, sample_weight=weights)
    tensors = {"targets": targets, "outputs": outputs, "value": value, "gradient": tape.gradient(value, outputs)}
    if weighted:
        tensors["sample_weights"] = weights
    file.add(name, tensors, loss=loss, config=config)


def regularizers(file):
    for name, l1, l2 in [("l1", 0.03, 0.0), ("l2", 0.0, 0.02), ("l1-l2", 0.01, 0.04)]:
        weights = normal(generator(name), (5, 7))
        weights[2, 3] = 0
        weights = tf.constant(weights)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            value = keras.regularizers.L1L2(l1=l1, l2=l2)(weights)
        tensors = {"weights": weights, "value": value, "gradient": tape.gradient(value, weights)}
        file.add(f"regularizer-{name}", tensors, regularizer="L1L2", config={"l1": l1, "l2": l2})
