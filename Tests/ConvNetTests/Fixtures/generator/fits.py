"""Small trainings through Keras's own compile and fit, without shuffling: weights before and after, and the history.

They pin down what no single layer shows: how epochs average batches of different sizes, what weights and penalties do to
the reported loss, which rows a validation split takes.
"""

import keras
import numpy as np

from .case_file import CaseFile, generator, normal

L = keras.layers


def make():
    file = CaseFile()
    ROWS, FEATURES, CLASSES = 23, 6, 4
    random = generator("fits")
    x = normal(random, (ROWS, FEATURES))
    labels = random.integers(0, CLASSES, ROWS)
    one_hot = np.eye(CLASSES, dtype=np.float32)[labels]
    weights = random.uniform(0, 2, ROWS).astype(np.float32)
    classifier = [
        ("Dense", dict(units=8, activation="relu")),
        ("Dense", dict(units=CLASSES, activation="softmax")),
    ]
    momentum = ("SGD", dict(learning_rate=0.1, momentum=0.9))
    common = dict(epochs=3, batch_size=5)
    crossentropy = ("categorical_crossentropy", ["accuracy"])

    add(file, "plain", classifier, momentum, crossentropy, x, one_hot, **common)
    add(file, "validation-split", classifier, momentum, crossentropy, x, one_hot, validation_split=0.3, **common)
    class_weight = {0: 2.0, 1: 0.25, 2: 1.0, 3: 0.5}
    add(file, "class-weights", classifier, momentum, crossentropy, x, one_hot, class_weight=class_weight, **common)
    add(
        file,
        "class-weights-validation-split",
        classifier,
        momentum,
        crossentropy,
        x,
        one_hot,
        class_weight=class_weight,
        validation_split=0.4,
        **common,
    )
    add(file, "sample-weights", classifier, momentum, crossentropy, x, one_hot, sample_weight=weights, **common)
    add(
        file,
        "sample-weights-validation-split",
        classifier,
        momentum,
        crossentropy,
        x,
        one_hot,
        sample_weight=weights,
        validation_split=0.4,
        **common,
    )
    sparse = ("sparse_categorical_crossentropy", ["accuracy"])
    add(file, "sparse", classifier, ("Adam", dict(learning_rate=0.01)), sparse, x, labels, **common)

    penalised = [
        ("Dense", dict(units=8, activation="relu", kernel_regularizer={"l1": 0.0, "l2": 0.01})),
        ("Dense", dict(units=CLASSES, activation="softmax", kernel_regularizer={"l1": 0.005, "l2": 0.0})),
    ]
    add(file, "regularized", penalised, momentum, crossentropy, x, one_hot, validation_split=0.3, **common)

    normalised = [
        ("Dense", dict(units=8, use_bias=False)),
        ("BatchNormalization", dict(momentum=0.9)),
        ("Activation", dict(activation="relu")),
        ("Dense", dict(units=CLASSES, activation="softmax")),
    ]
    rmsprop = ("RMSprop", dict(learning_rate=0.01))
    add(file, "batch-normalization", normalised, rmsprop, crossentropy, x, one_hot, validation_split=0.3, **common)

    regression = [("Dense", dict(units=7, activation="tanh")), ("Dense", dict(units=2))]
    targets = normal(random, (ROWS, 2))
    clipped = ("Adam", dict(learning_rate=0.02, global_clipnorm=0.5))
    mean_errors = ("mean_squared_error", ["mean_absolute_error"])
    add(file, "regression", regression, clipped, mean_errors, x, targets, validation_split=0.2, **common)

    binary = [("Dense", dict(units=5, activation="relu")), ("Dense", dict(units=1, activation="sigmoid"))]
    truth = (labels[:, None] > 1).astype(np.float32)
    add(file, "binary", binary, momentum, ("binary_crossentropy", ["accuracy"]), x, truth, **common)
    return file


def build(layers, features):
    stack = [keras.Input((features,))]
    for layer, config in layers:
        config = dict(config)
        if penalty := config.pop("kernel_regularizer", None):
            config["kernel_regularizer"] = keras.regularizers.L1L2(**penalty)
        stack.append(getattr(L, layer)(**config))
    return keras.Sequential(stack)


def add(file, name, layers, optimizer, goal, x, y, epochs, batch_size, **options):
    """Options are fit's own: validation_split, class_weight, sample_weight."""
    keras.utils.set_random_seed(1)
    model = build(layers, x.shape[1])
    loss, metrics = goal
    model.compile(optimizer=getattr(keras.optimizers, optimizer[0])(**optimizer[1]), loss=loss, metrics=metrics)
    tensors = {"x": x, "y": y} | named_weights(model, "before")
    history = model.fit(x, y, epochs=epochs, batch_size=batch_size, shuffle=False, verbose=0, **options).history
    tensors |= named_weights(model, "after")
    tensors |= {f"history/{key}": values for key, values in history.items()}
    tensors["predictions"] = model.predict(x, batch_size=batch_size, verbose=0)
    if "sample_weight" in options:
        tensors["sample_weight"] = options.pop("sample_weight")
    file.add(
        name,
        tensors,
        layers=[{"class_name": layer, "config": config} for layer, config in layers],
        optimizer={"class_name": optimizer[0], "config": optimizer[1]},
        loss=loss,
        metrics=metrics,
        fit=dict(epochs=epochs, batch_size=batch_size, **options),
    )


def named_weights(model, prefix):
    """By the layer's place among all layers: `before/0/kernel`."""
    return {
        f"{prefix}/{index}/{weight.name}": weight.numpy()
        for index, layer in enumerate(model.layers)
        for weight in layer.weights
    }
