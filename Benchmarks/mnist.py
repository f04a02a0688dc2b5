"""MNIST as NumPy arrays, from the places where the library itself looks for it."""

import gzip
import os
import pathlib
import sys

import numpy

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def folder():
    """The first folder that holds the data set; ends the program with a sentence where none does."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "convnet"
    roots = [pathlib.Path(os.environ["DIGITS_DATA"])] if os.environ.get("DIGITS_DATA") else []
    candidates = [place for root in [*roots, cache] for place in (root / "mnist", root)]
    for place in candidates:
        if all((place / name).exists() or (place / f"{name}.gz").exists() for name in FILES):
            return place
    sys.exit(f"MNIST is not in {', '.join(map(str, candidates))}: set DIGITS_DATA to the folder that holds mnist/")


def _idx(path):
    file = path if path.exists() else path.with_name(path.name + ".gz")
    data = gzip.open(file).read() if file.suffix == ".gz" else file.read_bytes()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(rank)]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def load():
    """Training images and labels, test images and labels; images as float32 in 0...1, of shape (n, 28, 28, 1)."""
    place = folder()
    train_images, train_labels, test_images, test_labels = (_idx(place / name) for name in FILES)

    def scaled(images):
        return (images.astype(numpy.float32) / 255)[..., None]

    return scaled(train_images), train_labels, scaled(test_images), test_labels
