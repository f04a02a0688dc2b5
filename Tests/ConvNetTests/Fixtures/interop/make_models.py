"""Makes models/*.keras, models/*.h5 and models/*.weights.h5: small models that Keras saved, and beside each a file
NAME.npz with inputs `x` and what Keras predicts for them, `y`.

TensorFlow has no convolution with channels_first for the CPU: such a model predicts through a twin with channels_last.
"""

import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "models"
L = keras.layers
CLASSES = 4


def predictions(model, shape, seed):
    x = np.random.default_rng(seed).random((6, *shape), dtype=np.float32)
    return x, model.predict(x, verbose=0)


def settle(model, seed):
    """Gives batch normalisation and biases values that are not those of the beginning."""
    random = np.random.default_rng(seed)
    model.set_weights([
        weight + np.abs(random.normal(0, 0.1, weight.shape)).astype(np.float32) for weight in model.get_weights()
    ])


def odd():
    return keras.Sequential([
        keras.Input((12, 10, 2)),
        L.ZeroPadding2D(((1, 0), (2, 1)), name="border"),
        L.Conv2D(4, (3, 2), strides=(2, 1), padding="same", use_bias=False, name="a-layer"),
        L.BatchNormalization(momentum=0.9, epsilon=1e-2, name="norm.1"),
        L.LeakyReLU(negative_slope=0.1),
        L.Conv2D(5, 3, dilation_rate=(2, 2), padding="same", activation="elu", kernel_initializer="he_normal"),
        L.AveragePooling2D((2, 3), strides=(2, 1), padding="same"),
        L.Conv2D(6, (1, 3), activation="gelu", kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02)),
        L.Reshape((-1, 6)),
        L.Reshape((2, -1, 6)),
        L.GlobalAveragePooling2D(keepdims=True),
        L.Flatten(),
        L.Dense(7, use_bias=False, kernel_initializer=keras.initializers.RandomNormal(0.1, 0.2)),
        L.BatchNormalization(scale=False),
        L.Activation("tanh"),
        L.Dropout(0.3, seed=5),
        L.Dense(CLASSES),
        L.Softmax(),
    ], name="odd")


def functional():
    begin = keras.Input((8, 8, 1), name="picture")
    x = L.Conv2D(3, 3, activation="relu", name="first")(begin)
    x = L.MaxPooling2D(3, strides=2, padding="same")(x)
    x = L.BatchNormalization(center=False)(x)
    x = L.ReLU()(x)
    x = L.GlobalMaxPooling2D()(x)
    return keras.Model(begin, L.Dense(CLASSES, "softmax", name="last")(x), name="chain")


def order(data_format):
    shape = (2, 9, 8) if data_format == "channels_first" else (9, 8, 2)
    options = {"data_format": data_format}
    return keras.Sequential([
        keras.Input(shape),
        L.Conv2D(4, 3, activation="relu", **options),
        L.BatchNormalization(axis=1 if data_format == "channels_first" else -1),
        L.AveragePooling2D(2, **options),
        L.ZeroPadding2D(1, **options),
        L.Conv2D(3, (2, 3), padding="same", **options),
        L.MaxPooling2D(2, **options),
        L.Flatten(**options),
        L.Dense(CLASSES, "softmax"),
    ], name="order")


def write(name, model, x, y, endings=(".keras",)):
    for ending in endings:
        path = FOLDER / f"{name}{ending}"
        (model.save_weights if ending == ".weights.h5" else model.save)(path)
    np.savez(FOLDER / f"{name}.npz", x=x, y=y)


def main():
    FOLDER.mkdir(exist_ok=True)
    keras.utils.set_random_seed(3)

    model = odd()
    settle(model, 1)
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 500, alpha=0.1, warmup_target=0.02, warmup_steps=50)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.01, clipnorm=1.0)
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    write("odd", model, *predictions(model, (12, 10, 2), 1), (".keras", ".h5", ".weights.h5"))

    model = functional()
    settle(model, 2)
    model.compile(
        keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    x, y = predictions(model, (8, 8, 1), 2)
    model.fit(x, np.arange(6) % CLASSES, epochs=1, verbose=0)
    write("functional", model, x, model.predict(x, verbose=0), (".keras", ".h5"))

    twin, model = order("channels_last"), order("channels_first")
    settle(twin, 3)
    model.set_weights(twin.get_weights())
    x, y = predictions(twin, (9, 8, 2), 3)
    write("channels_first", model, x.transpose(0, 3, 1, 2), y)

    print(f"Keras {keras.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}")


main()
