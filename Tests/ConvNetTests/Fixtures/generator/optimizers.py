"""Five steps of every optimizer with given gradients: two parameters, their values after each step."""

import keras
import numpy as np

from .case_file import CaseFile, generator, normal

STEPS = 5
SHAPES = {"kernel": (5, 3), "bias": (3,)}

OPTIMIZERS = [
    ("sgd", "SGD", dict(learning_rate=0.1)),
    ("sgd-momentum", "SGD", dict(learning_rate=0.1, momentum=0.9)),
    ("sgd-nesterov", "SGD", dict(learning_rate=0.1, momentum=0.8, nesterov=True)),
    ("rmsprop", "RMSprop", dict(learning_rate=0.01)),
    ("rmsprop-momentum", "RMSprop", dict(learning_rate=0.01, rho=0.8, momentum=0.7)),
    ("rmsprop-centered", "RMSprop", dict(learning_rate=0.01, centered=True)),
    ("rmsprop-centered-momentum", "RMSprop", dict(learning_rate=0.01, momentum=0.5, epsilon=1e-3, centered=True)),
    ("adam", "Adam", dict(learning_rate=0.01)),
    ("adam-betas", "Adam", dict(learning_rate=0.01, beta_1=0.7, beta_2=0.9, epsilon=1e-3)),
    ("adamw", "AdamW", dict(learning_rate=0.01)),
    ("adamw-decay", "AdamW", dict(learning_rate=0.01, weight_decay=0.3)),
]

# The gradients' norms are about 4 and 2, and grow with the step: some steps are clipped and some are not.
CLIPPING = [dict(clipnorm=2.0), dict(clipvalue=0.7), dict(global_clipnorm=4.0)]


def make():
    file = CaseFile()
    for name, optimizer, config in OPTIMIZERS:
        add(file, name, optimizer, config)
        for clipping in CLIPPING:
            add(file, f"{name}-{next(iter(clipping)).replace('_', '-')}", optimizer, config | clipping)
    schedule = dict(initial_learning_rate=0.05, decay_steps=2, decay_rate=0.5, staircase=True)
    for name, optimizer, config in [("sgd", "SGD", dict(momentum=0.9)), ("adam", "Adam", {})]:
        add(file, f"{name}-schedule", optimizer, config, schedule)
    return file


def add(file, name, optimizer, config, schedule=None):
    random = generator(name)
    rate = dict(learning_rate=keras.optimizers.schedules.ExponentialDecay(**schedule)) if schedule else {}
    instance = getattr(keras.optimizers, optimizer)(**config, **rate)
    variables = {key: keras.Variable(normal(random, shape), name=key) for key, shape in SHAPES.items()}
    tensors = {f"before/{key}": variable.numpy() for key, variable in variables.items()}
    gradients = {key: normal(random, (STEPS, *shape)) for key, shape in SHAPES.items()}
    for step in range(STEPS):
        for gradient in gradients.values():
            gradient[step] *= np.float32(0.3 * (step + 1))
    gradients["kernel"][:, 0, 0] = 0  # epsilon alone in the denominator
    values = {key: [] for key in SHAPES}
    for step in range(STEPS):
        instance.apply([gradients[key][step] for key in SHAPES], list(variables.values()))
        for key, variable in variables.items():
            values[key].append(variable.numpy())
    tensors |= {f"gradients/{key}": value for key, value in gradients.items()}
    tensors |= {f"after/{key}": np.stack(value) for key, value in values.items()}
    description = dict(optimizer=optimizer, config=config, steps=STEPS)
    if schedule:
        description["schedule"] = {"class_name": "ExponentialDecay", "config": schedule}
    file.add(name, tensors, **description)
