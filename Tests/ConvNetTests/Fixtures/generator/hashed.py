"""Numbers that Python and Swift compute alike to the last bit, so that no fixture has to hold them.

Element i of stream s is h(s, i) = mix(mix(s) + i), where mix is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", OOPSLA 2014) on 64-bit integers that wrap. All that follows is exact in float32
but for one multiplication or addition, which IEEE 754 rounds alike everywhere.
"""

import math

import numpy as np

WEIGHTS, INPUTS, LABELS, SAMPLES, TEMPLATES = range(5)  # kinds of streams


def stream(kind, network, index):
    return (kind * 1000 + network) * 1000 + index


def mix(z):
    with np.errstate(over="ignore"):
        z = np.uint64(z) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def integers(stream, count):
    with np.errstate(over="ignore"):
        return mix(mix(np.uint64(stream)) + np.arange(count, dtype=np.uint64))


def centered(stream, count):
    """In [-1, 1), multiples of 2^-23: from the upper 24 bits."""
    return ((integers(stream, count) >> np.uint64(40)).astype(np.int64) - 2**23).astype(np.float32) / np.float32(2**23)


def parameter(stream, name, shape):
    """Initial values of a layer's variable; a kernel's are within Glorot's limit."""
    values = centered(stream, math.prod(shape)).reshape(shape)
    if name == "kernel":
        receptive = math.prod(shape[:-2])
        limit = np.float32(math.sqrt(6 / (receptive * shape[-2] + receptive * shape[-1])))
        return values * limit
    return {
        "bias": lambda: values * np.float32(0.0625),
        "beta": lambda: values * np.float32(0.0625),
        "moving_mean": lambda: values * np.float32(0.0625),
        "gamma": lambda: np.float32(1) + values * np.float32(0.25),
        "moving_variance": lambda: np.float32(1) + values * np.float32(0.25),
    }[name]()


def images(stream, shape):
    """About half of the pixels 0, the others multiples of 1/128 up to 127/128."""
    bytes_ = (integers(stream, math.prod(shape)) >> np.uint64(56)).astype(np.int64)
    return (np.maximum(bytes_ - 128, 0).astype(np.float32) / np.float32(128)).reshape(shape)


def labels(stream, count, classes):
    return ((integers(stream, count) >> np.uint64(32)) % np.uint64(classes)).astype(np.int64)


def positions(stream, samples, count):
    """Where a tensor of `count` elements is sampled; a place may come twice."""
    return ((integers(stream, samples) >> np.uint64(32)) % np.uint64(count)).astype(np.int64)
