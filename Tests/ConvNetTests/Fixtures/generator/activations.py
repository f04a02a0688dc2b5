"""Every activation over small, large and special values: y = f(x), and dx for a random upstream gradient."""

import keras
import numpy as np
import tensorflow as tf

from .case_file import CaseFile, generator, normal

# 0 is the kink of several; beyond 20, 88 and 104 the exponential loses the one beside it, overflows, vanishes.
SPECIAL = [0.0, 1e-30, -1e-30, 1e-4, -1e-4, 0.5, -0.5, 1, -1, 3, -3, 6, -6, 9, -9, 15, -15, 20, -20, 40, -40, 89, -89]

ACTIVATIONS = [
    ("linear", {}),
    ("relu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("elu", {}),
    ("elu", {"alpha": 0.6}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("silu", {}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("softplus", {}),
]

SOFTMAX_SHAPES = [(7, 10), (5, 1), (2, 3, 4, 5), (3, 67)]


def make():
    file = CaseFile()
    for activation, config in ACTIVATIONS:
        name = "-".join([activation.replace("_", "-"), *(str(value).lower() for value in config.values())])
        random = generator(name)
        x = np.concatenate([np.float32(SPECIAL), normal(random, 70, 3)]).reshape(3, 31)
        add(file, name, activation, config, x, random)
    for shape in SOFTMAX_SHAPES:
        name = "softmax-" + "x".join(str(size) for size in shape)
        random = generator(name)
        add(file, name, "softmax", {}, normal(random, shape, 3), random)
    name = "softmax-extreme"
    rows = np.float32([[1000, 0, -1000, 999], [-1000, -1000, -1000, -1000], [88, 89, 90, -90], [0, 0, 0, 0]])
    add(file, name, "softmax", {}, rows, generator(name))
    return file


def add(file, name, activation, config, x, random):
    x = tf.constant(x)
    upstream = normal(random, x.shape)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = getattr(keras.activations, activation)(x, **config)
        total = tf.reduce_sum(output * upstream)
    tensors = {"input": x, "output": output, "upstream": upstream, "gradients/input": tape.gradient(total, x)}
    file.add(name, tensors, activation=activation, config=config)
