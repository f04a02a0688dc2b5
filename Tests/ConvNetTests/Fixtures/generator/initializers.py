"""Initializers: fans and statistics only, since random streams differ."""

import keras
import numpy as np
from keras.src.initializers.random_initializers import compute_fans

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


def make():
    file = CaseFile()
    for initializer, config in INITIALIZERS:
        for shape in SHAPES:
            seed = {} if initializer in ("Zeros", "Ones", "Constant") else {"seed": 11}
            values = np.float64(getattr(keras.initializers, initializer)(**config, **seed)(shape))
            statistics = [values.mean(), values.std(), values.min(), values.max()]
            parameters = "".join(f"-{value}" for value in config.values())
            file.add(
                f"{initializer}{parameters}-{'x'.join(str(size) for size in shape)}",
                {"statistics": statistics},
                initializer=initializer,
                config=config,
                shape=shape,
                fans=[int(fan) for fan in compute_fans(shape)],
                statistics=["mean", "standard deviation", "minimum", "maximum"],
            )
    return file
