"""Makes the fixtures of this folder with Keras itself: `python make_fixtures.py [NAME ...]`, see README.md."""

import os
import sys
from pathlib import Path

# Before TensorFlow is imported: its plain kernels, one thread, so that a second run writes the same bytes.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.experimental.enable_op_determinism()
tf.get_logger().setLevel("ERROR")

from generator import (
    activations,
    augmentation,
    fits,
    initializers,
    layers,
    losses,
    metrics,
    networks,
    optimizers,
    schedules,
)

FAMILIES = {
    "activations": activations,
    "augmentation": augmentation,
    "fits": fits,
    "initializers": initializers,
    "layers": layers,
    "losses": losses,
    "metrics": metrics,
    "networks": networks,
    "optimizers": optimizers,
    "schedules": schedules,
}


def main():
    folder = Path(__file__).parent
    for name in sys.argv[1:] or FAMILIES:
        keras.utils.set_random_seed(1)
        file = FAMILIES[name].make()
        path = folder / f"{name}.safetensors"
        file.write(path)
        print(f"{path.name}: {len(file.cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
