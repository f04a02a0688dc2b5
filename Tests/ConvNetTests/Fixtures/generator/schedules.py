"""Learning-rate schedules: the rate at steps around every bend."""

import keras

from .case_file import CaseFile

SCHEDULES = [
    ("piecewise", "PiecewiseConstantDecay", dict(boundaries=[10, 25], values=[0.1, 0.05, 0.005])),
    ("exponential", "ExponentialDecay", dict(initial_learning_rate=0.1, decay_steps=7, decay_rate=0.8)),
    (
        "exponential-staircase",
        "ExponentialDecay",
        dict(initial_learning_rate=0.1, decay_steps=7, decay_rate=0.8, staircase=True),
    ),
    ("cosine", "CosineDecay", dict(initial_learning_rate=0.1, decay_steps=30)),
    ("cosine-alpha", "CosineDecay", dict(initial_learning_rate=0.1, decay_steps=30, alpha=0.1)),
    (
        "cosine-warmup",
        "CosineDecay",
        dict(initial_learning_rate=0.01, decay_steps=20, alpha=0.05, warmup_target=0.2, warmup_steps=10),
    ),
]

STEPS = [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 20, 24, 25, 26, 28, 29, 30, 31, 40, 100]


def make():
    file = CaseFile()
    for name, schedule, config in SCHEDULES:
        instance = getattr(keras.optimizers.schedules, schedule)(**config)
        values = [float(instance(step)) for step in STEPS]
        file.add(name, {"values": values}, schedule=schedule, config=config, steps=STEPS)
    return file
