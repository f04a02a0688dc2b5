"""Initializers. Random streams differ, so not the numbers: their statistics, and what Keras asks its generator for."""

from unittest import mock

import keras
import numpy as np
from keras.src.initializers import random_initializers

from .case_file import CaseFile

SHAPES = [(300, 200), (3, 3, 16, 32)]

INITIALIZERS = [
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeUniform", {}),
    ("HeNormal", {}),
    ("LecunUniform", {}),
    ("LecunNormal", {}),
    ("RandomNormal", {"mean": 0.0, "stddev": 0.05}),
    ("RandomNormal", {"mean": 0.3, "stddev": 0.2}),
    ("RandomUniform", {"minval": -0.05, "maxval": 0.05}),
    ("RandomUniform", {"minval": 0.1, "maxval": 0.4}),
    ("TruncatedNormal", {"mean": 0.0, "stddev": 0.05}),
    ("TruncatedNormal", {"mean": -0.2, "stddev": 0.3}),
    ("Zeros", {}),
    ("Ones", {}),
    ("Constant", {"value": 0.25}),
]


# Keras's generators, and their arguments.
GENERATORS = {
    "uniform": ["minval", "maxval"],
    "normal": ["mean", "stddev"],
    "truncated_normal": ["mean", "stddev"],
}


def make():
    file = CaseFile()
    for initializer, config in INITIALIZERS:
        for shape in SHAPES:
            seed = {} if initializer in ("Zeros", "Ones", "Constant") else {"seed": 11}
            calls = []
            with recording(calls):
                values = np.float64(getattr(keras.initializers, initializer)(**config, **seed)(shape))
            tensors = {"statistics": [values.mean(), values.std(), values.min(), values.max()]}
            description = {"statistics": ["mean", "standard deviation", "minimum", "maximum"]}
            for generator, arguments in calls:
                description["generator"] = generator
                tensors["arguments"] = [arguments[name] for name in GENERATORS[generator]]
            parameters = "".join(f"-{value}" for value in config.values())
            name = f"{initializer}{parameters}-{'x'.join(str(size) for size in shape)}"
            file.add(name, tensors, initializer=initializer, config=config, shape=shape, **description)
    return file


def recording(calls):
    """Notes which of its generators Keras calls, with which arguments."""

    def recorded(name):
        original = getattr(random_initializers.random, name)

        def generate(*positional, **arguments):
            calls.append((name, arguments))
            return original(*positional, **arguments)

        return generate

    return mock.patch.multiple(random_initializers.random, **{name: recorded(name) for name in GENERATORS})
