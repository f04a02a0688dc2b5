"""The nine networks from hashed weights on hashed images: outputs, loss, digests of every gradient, ten steps' losses.

An image is the mean of its class's template and of noise, so that there is something to learn: on noise alone, ten steps
with batch normalisation drift apart chaotically, in float32 and float64 of the same Keras too.

Each network runs twice in Keras, in float32 and in float64. The float64 figures are what a test compares with; how far
Keras's own float32 is from them says how much rounding alone may do.
"""

import keras
import numpy as np
import tensorflow as tf

from . import hashed
from .case_file import CaseFile

CLASSES, STEPS, SAMPLES = 10, 10, 64
L = keras.layers


def network_layers():
    """The stacks. Dropout's rate is 0 here, since no two generators drop the same elements."""
    return {
        "mlp-deep": [*(L.Dense(units, "relu") for units in (512, 256, 128, 32)), L.Dense(CLASSES, "softmax")],
        "cnn-basic": [L.Conv2D(32, 3), L.MaxPooling2D(), L.Activation("relu"), *head([128])],
        "mlp-baseline": [L.Dense(784, "relu"), L.Dense(CLASSES, "softmax")],
        "cnn-simple": [L.Conv2D(32, 5, activation="relu"), L.MaxPooling2D(), L.Dropout(0), *head([128])],
        "cnn-large": [
            *(L.Conv2D(30, 5, activation="relu"), L.MaxPooling2D()),
            *(L.Conv2D(15, 3, activation="relu"), L.MaxPooling2D()),
            *(L.Dropout(0), *head([128, 50])),
        ],
        "cnn-wide": [
            *(L.Conv2D(32, 3, activation="relu"), L.Conv2D(64, 3, activation="relu"), L.MaxPooling2D(), L.Dropout(0)),
            *(L.Flatten(), L.Dense(128, "relu"), L.Dropout(0), L.Dense(CLASSES, "softmax")),
        ],
        "mlp-sigmoid": [L.Flatten(), L.Dense(512, "sigmoid"), L.Dense(128, "sigmoid"), L.Dense(CLASSES, "softmax")],
        "cnn-batchnorm": [
            *(L.Conv2D(32, 3), L.BatchNormalization(), L.Activation("relu")),
            *(L.Conv2D(32, 3), L.BatchNormalization(), L.Activation("relu"), L.MaxPooling2D(), L.Flatten()),
            *(L.Dense(128), L.BatchNormalization(), L.Activation("relu"), L.Dropout(0)),
            *(L.Dense(CLASSES), L.Activation("softmax")),
        ],
        "cnn-compact": [
            *(L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D()),
            *(L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D()),
            *(L.Dropout(0), *head([128])),
        ],
    }


def head(units):
    return [L.Flatten(), *(L.Dense(size, "relu") for size in units), L.Dense(CLASSES, "softmax")]


# Input shape, optimizer, loss, number of parameters. All take batches of 8 but for the one with batch normalisation, whose
# training on statistics of so few images magnifies rounding.
SETTINGS = {
    "mlp-deep": ((784,), ("RMSprop", {}), "categorical_crossentropy", 570_602),
    "cnn-basic": ((28, 28, 1), ("RMSprop", {}), "categorical_crossentropy", 693_962),
    "mlp-baseline": ((784,), ("Adam", {}), "categorical_crossentropy", 623_290),
    "cnn-simple": ((28, 28, 1), ("Adam", {}), "categorical_crossentropy", 592_074),
    "cnn-large": ((28, 28, 1), ("Adam", {}), "categorical_crossentropy", 59_933),
    "cnn-wide": ((28, 28, 1), ("RMSprop", {}), "categorical_crossentropy", 1_199_882),
    "mlp-sigmoid": ((28, 28), ("SGD", {"learning_rate": 0.01}), "mean_squared_error", 468_874),
    "cnn-batchnorm": ((28, 28, 1), ("Adam", {"learning_rate": 0.01}), "categorical_crossentropy", 601_578),
    "cnn-compact": ((28, 28, 1), ("Adam", {}), "categorical_crossentropy", 113_386),
}


def make():
    file = CaseFile()
    for index, (name, (shape, optimizer, loss, parameters)) in enumerate(SETTINGS.items()):
        tensors = {}
        for precision in ["float32", "float64"]:
            set_precision(precision)
            figures = run(index, name, shape, optimizer, loss, parameters, precision)
            tensors |= {f"{precision}/{key}": value for key, value in figures.items()}
        undetermined = [
            place for place in range(100) if tensors.get(f"float64/gradients/{place}/digest", [0, 0, 1])[2] < 1e-12
        ]
        set_precision("float32")
        print(name, "loss in float32 minus float64:", tensors["float32/losses"] - tensors["float64/losses"])
        file.add(
            name,
            tensors,
            index=index,
            input_shape=shape,
            optimizer={"class_name": optimizer[0], "config": optimizer[1]},
            loss=loss,
            parameters=parameters,
            batch=batch_size(name),
            steps=STEPS,
            samples=SAMPLES,
            undetermined=undetermined,
        )
    return file


def batch_size(name):
    return 32 if name == "cnn-batchnorm" else 8


def set_precision(precision):
    keras.config.set_floatx(precision)
    keras.config.set_dtype_policy(precision)


def batch(index, step, size, shape, precision):
    templates = hashed.images(hashed.stream(hashed.TEMPLATES, index, 0), (CLASSES, *shape))
    noise = hashed.images(hashed.stream(hashed.INPUTS, index, step), (size, *shape))
    labels = hashed.labels(hashed.stream(hashed.LABELS, index, step), size, CLASSES)
    x = (templates[labels] + noise) / np.float32(2)
    return x.astype(precision), np.eye(CLASSES, dtype=precision)[labels]


def run(index, name, shape, optimizer, loss, parameters, precision):
    model = keras.Sequential([keras.Input(shape), *network_layers()[name]])
    model.compile(optimizer=getattr(keras.optimizers, optimizer[0])(**optimizer[1]), loss=loss)
    variables = [variable for layer in model.layers for variable in layer.weights]
    for place, variable in enumerate(variables):
        stream = hashed.stream(hashed.WEIGHTS, index, place)
        variable.assign(hashed.parameter(stream, variable.name, variable.shape))
    assert all(variable.dtype == precision for variable in variables)
    assert model.count_params() == parameters, (name, model.count_params())

    x, y = batch(index, 0, batch_size(name), shape, precision)
    figures = {"predictions": model(x, training=False).numpy()}
    with tf.GradientTape() as tape:
        outputs = model(x, training=True)
        value = model.compute_loss(x, y, outputs)
    trained = {place: variable.value for place, variable in enumerate(variables) if variable.trainable}
    gradients = tape.gradient(value, trained)
    figures |= {"outputs": outputs.numpy(), "loss": float(value)}
    for place, gradient in gradients.items():
        figures |= digest(index, place, "gradients", gradient.numpy())

    # The forward pass above moved the moving statistics; ten steps begin from the hashed ones again.
    for place, variable in enumerate(variables):
        if not variable.trainable:
            stream = hashed.stream(hashed.WEIGHTS, index, place)
            variable.assign(hashed.parameter(stream, variable.name, variable.shape))
    losses = []
    for step in range(STEPS):
        model.reset_metrics()
        images, labels = batch(index, step, batch_size(name), shape, precision)
        losses.append(float(model.train_on_batch(images, labels)))
    figures["losses"] = np.array(losses)
    for place, variable in enumerate(variables):
        figures |= digest(index, place, "after", variable.numpy())
    return figures


def digest(index, place, prefix, values):
    """Sum, L2 norm and largest magnitude; and 64 elements at hashed places."""
    flat = values.astype(np.float64).ravel()
    places = hashed.positions(hashed.stream(hashed.SAMPLES, index, place), SAMPLES, flat.size)
    return {
        f"{prefix}/{place}/digest": [flat.sum(), np.sqrt((flat**2).sum()), np.abs(flat).max()],
        f"{prefix}/{place}/samples": flat[places],
    }
