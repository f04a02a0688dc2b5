"""The nine built-in networks as plain data, so that every peer builds the same ones."""

from dataclasses import dataclass

CLASSES = 10


@dataclass(frozen=True)
class Network:
    batch_size: int
    optimizer: str  # "rmsprop", "adam" or "sgd"
    learning_rate: float
    layers: tuple
    loss: str = "cross-entropy"  # of softmax; or "squared-error" of softmax

    @property
    def is_convolutional(self):
        return any(layer[0] == "conv" for layer in self.layers)


def conv(filters, kernel, activation=None):
    return ("conv", filters, kernel, activation)


def dense(units, activation=None):
    return ("dense", units, activation)


def dropout(rate):
    return ("dropout", rate)


RELU = ("activation", "relu")
POOL = ("pool", 2)
NORM = ("norm",)
FLATTEN = ("flatten",)
OUTPUT = dense(CLASSES)  # softmax follows, in the loss or as an activation, as the framework prefers

NETWORKS = {
    "mlp-deep": Network(
        128, "rmsprop", 0.001,
        (FLATTEN, dense(512, "relu"), dense(256, "relu"), dense(128, "relu"), dense(32, "relu"), OUTPUT),
    ),
    "cnn-basic": Network(
        128, "rmsprop", 0.001,
        (conv(32, 3), POOL, RELU, FLATTEN, dense(128, "relu"), OUTPUT),
    ),
    "mlp-baseline": Network(200, "adam", 0.001, (FLATTEN, dense(784, "relu"), OUTPUT)),
    "cnn-simple": Network(
        200, "adam", 0.001,
        (conv(32, 5, "relu"), POOL, dropout(0.2), FLATTEN, dense(128, "relu"), OUTPUT),
    ),
    "cnn-large": Network(
        200, "adam", 0.001,
        (conv(30, 5, "relu"), POOL, conv(15, 3, "relu"), POOL, dropout(0.2), FLATTEN,
         dense(128, "relu"), dense(50, "relu"), OUTPUT),
    ),
    "cnn-wide": Network(
        32, "rmsprop", 0.001,
        (conv(32, 3, "relu"), conv(64, 3, "relu"), POOL, dropout(0.25), FLATTEN,
         dense(128, "relu"), dropout(0.5), OUTPUT),
    ),
    "mlp-sigmoid": Network(
        128, "sgd", 0.01,
        (FLATTEN, dense(512, "sigmoid"), dense(128, "sigmoid"), OUTPUT),
        loss="squared-error",
    ),
    "cnn-batchnorm": Network(
        64, "adam", 0.01,
        (conv(32, 3), NORM, RELU, conv(32, 3), NORM, RELU, POOL, FLATTEN,
         dense(128), NORM, RELU, dropout(0.2), OUTPUT),
    ),
    "cnn-compact": Network(
        32, "adam", 0.001,
        (conv(32, 3, "relu"), POOL, conv(32, 3, "relu"), POOL, dropout(0.25), FLATTEN,
         dense(128, "relu"), OUTPUT),
    ),
}
