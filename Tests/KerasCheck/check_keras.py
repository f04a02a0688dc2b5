"""Moves networks between Keras and this library and compares what they predict.

usage: check_keras.py --bin FOLDER --work FOLDER

Prints a line a comparison and ends with the sum; exit code 1 where one failed.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import warnings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py
import keras
import numpy as np
import safetensors.numpy

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "Benchmarks"))

import mnist
import odd_models
from networks import NETWORKS

L = keras.layers
LARGEST_DIFFERENCE = 1e-5
TRAINED, TESTED = 4_000, 1_000

parser = argparse.ArgumentParser()
parser.add_argument("--bin", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
options = parser.parse_args()
work = options.work
passed, failed = 0, 0


def report(name, what, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'ok    ' if good else 'FAILED'} {name:18} {what:42} {detail}", flush=True)


def digits(*arguments):
    result = subprocess.run([options.bin / "digits", *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"digits {' '.join(map(str, arguments))}: {result.stderr.strip()}")
    return result.stderr


def own_predictions(model, x):
    np.savez(work / "x.npz", x=x)
    subprocess.run([options.bin / "KerasPredictions", model, work / "x.npz", work / "y.npz"], check=True)
    return np.load(work / "y.npz")["y"]


def compare(name, what, own, other, largest=LARGEST_DIFFERENCE):
    difference = float(np.abs(own - other).max())
    report(name, what, own.shape == other.shape and difference <= largest, f"{difference:.1e}")


def in_float64(model, x):
    """What a model of Keras predicts without its own rounding: in 32 bits it differs from itself, from one size of
    batches to another, by more than 1e-6."""

    def widened(config):
        if isinstance(config, dict):
            return {key: widened(value) for key, value in config.items()}
        if isinstance(config, (list, tuple)):
            return [widened(value) for value in config]
        return "float64" if config == "float32" else config

    twin = keras.Sequential.from_config(widened(model.get_config()))
    twin.set_weights([weight.astype(np.float64) for weight in model.get_weights()])
    return twin.predict(x.astype(np.float64), verbose=0)


def rounding(model, x, exact):
    """How far Keras itself is from what it gives in 64 bits: in batches of one and of its own size."""
    return max(float(np.abs(model.predict(x, batch_size=size, verbose=0) - exact).max()) for size in (1, 32))


def opened(path):
    """The model that Keras opens, without a word of warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return keras.saving.load_model(path)


def network(name):
    def layer(spec):
        kind, *values = spec
        if kind == "conv":
            return L.Conv2D(values[0], values[1], activation=values[2])
        if kind == "dense":
            return L.Dense(values[0], activation=values[1])
        return {
            "pool": lambda: L.MaxPooling2D(values[0]),
            "dropout": lambda: L.Dropout(values[0]),
            "activation": lambda: L.Activation(values[0]),
            "norm": L.BatchNormalization,
            "flatten": L.Flatten,
        }[kind]()

    spec = NETWORKS[name]
    model = keras.Sequential([keras.Input((28, 28, 1)), *map(layer, spec.layers), L.Activation("softmax")], name=name)
    optimizers = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    loss = "mean_squared_error" if spec.loss == "squared-error" else "categorical_crossentropy"
    model.compile(optimizers[spec.optimizer](spec.learning_rate), loss, metrics=["accuracy"])
    return model


def from_keras(name, images, targets, test_images):
    """A network trained in Keras, here."""
    model = network(name)
    model.fit(images, targets, batch_size=NETWORKS[name].batch_size, epochs=1, verbose=0)
    expected = model.predict(test_images, verbose=0)
    for ending in ("keras", "h5"):
        path, converted = work / f"{name}.{ending}", work / f"{name}.safetensors"
        model.save(path)
        digits("convert", path, converted)
        compare(name, f"trained in Keras, .{ending} here", own_predictions(converted, test_images), expected)
        tensors = safetensors.numpy.load_file(converted)
        same = [np.array_equal(a, b) for a, b in zip(tensors.values(), model.get_weights(), strict=True)]
        report(name, f"weights of .{ending} in safetensors", all(same), next(iter(tensors)))


def to_keras(name, folder, images, targets, test_images):
    """A network trained here, in Keras."""
    run = work / f"run-{name}"
    digits("train", "--model", name, "--data", folder, "--epochs", 1, "--validation-split", 0, "--out", run,
           "--verbose", 0)
    expected = own_predictions(run / "model.safetensors", test_images)
    for ending in ("keras", "h5"):
        path = work / f"back-{name}.{ending}"
        digits("convert", run, path)
        model = opened(path)
        compare(name, f"trained here, .{ending} in Keras", model.predict(test_images, verbose=0), expected)
        exact = in_float64(model, test_images)
        # Where two classes are about as likely, 32 bits are farther from 64 than that, in Keras too.
        largest = max(1e-6, rounding(model, test_images, exact))
        compare(name, f"trained here, .{ending} in Keras, float64", exact, expected, largest)
        losses = model.fit(images, targets, batch_size=NETWORKS[name].batch_size, epochs=3, verbose=0).history["loss"]
        falls = losses[-1] < losses[0]
        report(name, f"trained further in Keras, .{ending}", falls, f"loss {losses[0]:.4f} to {losses[-1]:.4f}")

    digits("convert", run, work / "own.weights.h5")
    own = opened(work / f"back-{name}.keras").get_weights()
    with h5py.File(work / "own.weights.h5") as file:
        sizes = []
        file.visititems(lambda _, item: sizes.append(item.size) if isinstance(item, h5py.Dataset) else None)
    report(name, "weights in h5py.File", sum(sizes) == sum(weight.size for weight in own), f"{len(sizes)} datasets")
    model = network(name)
    model.load_weights(work / "own.weights.h5")
    compare(name, "load_weights of .weights.h5", model.predict(test_images, verbose=0), expected)
    digits("convert", run, work / "weights.npz")
    arrays = dict(np.load(work / "weights.npz"))
    same = [np.array_equal(a, b) for a, b in zip(arrays.values(), opened(work / f"back-{name}.keras").get_weights())]
    report(name, "weights in numpy.load", all(same), next(iter(arrays)))
    safetensors.numpy.save_file({key.replace("/", "."): value for key, value in arrays.items()}, work / "plain.safetensors")
    np.savez_compressed(work / "packed.npz", **arrays)
    for source in ("plain.safetensors", "packed.npz"):
        digits("convert", work / source, work / "named.safetensors", "--model", name)
        compare(name, f"weights of {source}", own_predictions(work / "named.safetensors", test_images), expected)


def settle(model, seed):
    """Gives every weight a value that is not that of the beginning, variances one above 0."""
    random = np.random.default_rng(seed)

    def moved(weight):
        change = random.normal(0, 0.1, weight.shape).astype(np.float32)
        return weight + (np.abs(change) if weight.ndim == 1 else change)

    model.set_weights([moved(weight) for weight in model.get_weights()])


def odd(name, model, x, expected=None):
    """A model with uncommon settings, there and back; `expected` where Keras itself cannot run it."""
    runs = expected is None
    if runs:
        model.compile(keras.optimizers.AdamW(0.002, weight_decay=0.01, clipvalue=2.0), "categorical_crossentropy")
        expected = model.predict(x, verbose=0)
    for ending in ("keras", "h5"):
        path, converted, back = work / f"odd.{ending}", work / "odd.safetensors", work / f"odd-back.{ending}"
        model.save(path)
        digits("convert", path, converted)
        compare(name, f".{ending} here", own_predictions(converted, x), expected)
        digits("convert", converted, back)
        again = opened(back)
        same = [np.array_equal(a, b) for a, b in zip(again.get_weights(), model.get_weights(), strict=True)]
        report(name, f"weights of .{ending} there and back", all(same))
        if runs:
            compare(name, f".{ending} there and back", again.predict(x, verbose=0), expected)
            settings = again.optimizer.get_config()
            report(name, f"optimizer of .{ending}", settings["weight_decay"] == 0.01 and settings["clipvalue"] == 2.0)


def write_idx(folder, name, array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    (folder / name).write_bytes(header + array.astype(np.uint8).tobytes())


def main():
    keras.utils.set_random_seed(5)
    images, labels, test_images, test_labels = mnist.load()
    images, labels = images[:TRAINED], labels[:TRAINED]
    test_images, test_labels = test_images[:TESTED], test_labels[:TESTED]
    targets = keras.utils.to_categorical(labels, 10)
    folder = work / "data"
    folder.mkdir()
    for name, array in zip(mnist.FILES, (images * 255, labels, test_images * 255, test_labels)):
        write_idx(folder, name, np.round(array.reshape(array.shape[:3] if array.ndim == 4 else array.shape)))

    for name in NETWORKS:
        from_keras(name, images, targets, test_images)
        to_keras(name, folder, images, targets, test_images)

    x = np.random.default_rng(1).random((100, 16, 14, 3), dtype=np.float32)
    for index, (name, model) in enumerate(odd_models.models().items()):
        settle(model, index)
        odd(name, model, x)
    twin, model = odd_models.ordered("channels_last"), odd_models.ordered("channels_first")
    settle(twin, 99)
    model.set_weights(twin.get_weights())
    odd("channels_first", model, x.transpose(0, 3, 1, 2), twin.predict(x, verbose=0))

    versions = f"Keras {keras.__version__}, h5py {h5py.__version__}, numpy {np.__version__}"
    print(f"{versions}, safetensors {safetensors.__version__}: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
