"""Every layer, odd shapes included. Shapes of inputs begin with the batch."""

import itertools

import keras
import numpy as np

from .case_file import CaseFile, generator, normal
from .layer_case import add_layer


def make():
    file = CaseFile()
    dense(file)
    convolution(file)
    pooling(file)
    shapes(file)
    normalization(file)
    return file


def dense(file):
    for name, shape, config in [
        ("plain", (5, 13), dict(units=7)),
        ("no-bias", (5, 13), dict(units=7, use_bias=False)),
        ("rank-3", (2, 3, 5), dict(units=4)),
        ("rank-4", (2, 3, 2, 5), dict(units=3)),
        ("one-feature", (4, 1), dict(units=1)),
        ("one-row", (1, 257), dict(units=65)),
        ("relu", (6, 33), dict(units=35, activation="relu")),
        ("gelu", (6, 17), dict(units=19, activation="gelu")),
        ("softmax", (6, 9), dict(units=10, activation="softmax")),
    ]:
        add_layer(file, f"dense-{name}", "Dense", shape, **config)


def convolution(file):
    for name, shape, config in [
        ("plain", (2, 7, 9, 3), dict(filters=5, kernel_size=(3, 3))),
        ("one-channel", (2, 11, 8, 1), dict(filters=7, kernel_size=(5, 5))),
        ("rectangular", (2, 6, 10, 3), dict(filters=4, kernel_size=(2, 5))),
        ("strides", (2, 9, 11, 2), dict(filters=5, kernel_size=(3, 3), strides=(2, 3))),
        ("strides-beyond-kernel", (2, 8, 9, 3), dict(filters=4, kernel_size=(2, 2), strides=(3, 4))),
        ("same", (2, 5, 7, 3), dict(filters=4, kernel_size=(3, 3), padding="same")),
        ("same-even", (2, 5, 6, 3), dict(filters=4, kernel_size=(2, 4), padding="same")),
        ("same-strides", (2, 7, 8, 3), dict(filters=4, kernel_size=(4, 3), strides=(2, 2), padding="same")),
        ("same-strides-one-channel", (2, 8, 7, 1), dict(filters=6, kernel_size=(5, 5), strides=(3, 2), padding="same")),
        ("dilation", (2, 9, 10, 2), dict(filters=3, kernel_size=(3, 3), dilation_rate=(2, 2))),
        ("dilation-rectangular", (1, 9, 8, 3), dict(filters=3, kernel_size=(3, 2), dilation_rate=(1, 3))),
        ("dilation-same", (2, 8, 7, 2), dict(filters=3, kernel_size=(3, 3), dilation_rate=(3, 2), padding="same")),
        ("no-bias", (2, 6, 6, 3), dict(filters=4, kernel_size=(3, 3), use_bias=False)),
        ("pointwise", (2, 5, 4, 6), dict(filters=7, kernel_size=(1, 1))),
        ("pointwise-strides", (2, 5, 4, 6), dict(filters=7, kernel_size=(1, 1), strides=(2, 2))),
        ("whole-image", (3, 4, 5, 2), dict(filters=6, kernel_size=(4, 5))),
        ("relu", (2, 8, 8, 3), dict(filters=5, kernel_size=(3, 3), activation="relu")),
        ("silu", (2, 6, 7, 2), dict(filters=3, kernel_size=(3, 3), activation="silu")),
        ("sigmoid", (2, 6, 7, 2), dict(filters=3, kernel_size=(3, 3), activation="sigmoid")),
        ("seventeen-filters", (2, 10, 13, 16), dict(filters=17, kernel_size=(3, 3))),
        ("wide", (2, 14, 14, 32), dict(filters=64, kernel_size=(3, 3), activation="relu")),
        ("wide-same", (1, 13, 15, 32), dict(filters=32, kernel_size=(3, 3), padding="same")),
    ]:
        add_layer(file, f"conv2d-{name}", "Conv2D", shape, **config)
    for name, shape, config in [
        ("plain", (2, 3, 7, 9), dict(filters=5, kernel_size=(3, 2))),
        ("same-strides", (2, 3, 7, 8), dict(filters=4, kernel_size=(3, 3), strides=(2, 2), padding="same")),
        ("dilation", (2, 2, 9, 8), dict(filters=3, kernel_size=(3, 3), dilation_rate=(2, 2), use_bias=False)),
        ("one-channel", (2, 1, 9, 8), dict(filters=3, kernel_size=(5, 5), activation="relu")),
    ]:
        add_layer(file, f"conv2d-channels-first-{name}", "Conv2D", shape, data_format="channels_first", **config)


def pooling(file):
    windows = [
        ("plain", (2, 6, 8, 3), dict(pool_size=(2, 2))),
        ("cut-off", (2, 7, 9, 3), dict(pool_size=(2, 2))),
        ("rectangular", (2, 8, 7, 2), dict(pool_size=(3, 2), strides=(2, 3))),
        ("overlap", (2, 6, 7, 5), dict(pool_size=(3, 3), strides=(1, 1))),
        ("gaps", (2, 8, 9, 3), dict(pool_size=(2, 2), strides=(3, 4))),
        ("same", (2, 5, 7, 3), dict(pool_size=(2, 2), padding="same")),
        ("same-overlap", (2, 5, 6, 3), dict(pool_size=(3, 4), strides=(1, 2), padding="same")),
        ("same-wide", (1, 3, 4, 17), dict(pool_size=(5, 5), strides=(2, 2), padding="same")),
        ("big-window", (1, 17, 18, 2), dict(pool_size=(16, 17), strides=(1, 1))),
        ("channels-first", (2, 3, 6, 8), dict(pool_size=(2, 2), data_format="channels_first")),
        (
            "channels-first-same",
            (2, 3, 7, 5),
            dict(pool_size=(3, 2), strides=(2, 2), padding="same", data_format="channels_first"),
        ),
    ]
    for prefix, layer_type in [("max", "MaxPooling2D"), ("average", "AveragePooling2D")]:
        for name, shape, config in windows:
            add_layer(file, f"{prefix}-pooling-{name}", layer_type, shape, **config)
    # Small integers and many zeros, as ReLU makes them: every window has ties.
    ties = generator("ties").integers(0, 2, (2, 8, 9, 3)).astype(np.float32)
    add_layer(file, "max-pooling-ties", "MaxPooling2D", ties.shape, x=ties, pool_size=(2, 2))
    add_layer(file, "max-pooling-ties-overlap", "MaxPooling2D", ties.shape, x=ties, pool_size=(3, 3), strides=(1, 2))

    for prefix, layer_type in [("max", "GlobalMaxPooling2D"), ("average", "GlobalAveragePooling2D")]:
        for keepdims, data_format in itertools.product([False, True], ["channels_last", "channels_first"]):
            name = f"global-{prefix}-{data_format.replace('_', '-')}{'-keepdims' if keepdims else ''}"
            shape = (2, 5, 7, 3) if data_format == "channels_last" else (2, 3, 5, 7)
            add_layer(file, name, layer_type, shape, data_format=data_format, keepdims=keepdims)


def shapes(file):
    for name, shape, config in [
        ("symmetric", (2, 3, 4, 2), dict(padding=((2, 2), (1, 1)))),
        ("asymmetric", (2, 3, 4, 2), dict(padding=((1, 0), (2, 3)))),
        ("channels-first", (2, 2, 3, 4), dict(padding=((0, 2), (3, 1)), data_format="channels_first")),
    ]:
        add_layer(file, f"zero-padding-{name}", "ZeroPadding2D", shape, **config)
    for name, shape, config in [
        ("image", (2, 3, 4, 5), dict()),
        ("matrix", (3, 4, 5), dict()),
        ("vector", (3, 7), dict()),
        ("channels-first", (2, 3, 4, 5), dict(data_format="channels_first")),
    ]:
        add_layer(file, f"flatten-{name}", "Flatten", shape, **config)
    for name, shape, target in [
        ("image", (2, 12), (3, 2, 2)),
        ("inferred", (2, 6, 4), (-1, 8)),
        ("vector", (2, 3, 4, 1), (12,)),
    ]:
        add_layer(file, f"reshape-{name}", "Reshape", shape, target_shape=target)
    add_layer(file, "dropout-inference", "Dropout", (4, 11), rate=0.4)
    dropout_scale(file)


def dropout_scale(file):
    """Masks differ between generators; what they do to the elements that stay does not."""
    for rate in [0.2, 0.25, 0.4, 0.5]:
        name = f"dropout-scale-{rate}"
        x = np.abs(normal(generator(name), (50, 40))) + 1
        output = keras.layers.Dropout(rate, seed=1)(x, training=True).numpy()
        scales = output[output != 0] / x[output != 0]
        kept = [np.mean(output != 0)]
        tensors = {"input": x, "scale": [np.median(scales)], "kept": kept}
        file.add(name, tensors, layer="Dropout", training=True, config={"rate": rate})


def normalization(file):
    for name, shape, config in [
        ("image", (3, 5, 4, 6), dict()),
        ("matrix", (16, 7), dict()),
        ("one-channel", (4, 3, 5, 1), dict()),
        ("axis-1", (3, 4, 5, 6), dict(axis=1)),
        ("no-scale", (3, 4, 4, 5), dict(scale=False)),
        ("no-center", (3, 4, 4, 5), dict(center=False)),
        ("neither", (6, 9), dict(scale=False, center=False)),
        ("momentum-epsilon", (5, 3, 3, 4), dict(momentum=0.7, epsilon=0.02)),
    ]:
        for training in [True, False]:
            case = f"batch-normalization-{name}-{'training' if training else 'inference'}"
            add_layer(file, case, "BatchNormalization", shape, training=training, **config)
    # Data far from zero: a variance taken as mean of squares minus square of mean would lose most digits.
    far = (100 + generator("far").standard_normal((8, 4, 4, 3))).astype(np.float32)
    add_layer(file, "batch-normalization-far-training", "BatchNormalization", far.shape, training=True, x=far)
