"""Trains one network in Keras and prints the seconds of each epoch as JSON.

usage: train_keras.py NETWORK EPOCHS THREADS
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import tensorflow

import mnist
from networks import NETWORKS

name, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
network = NETWORKS[name]


def layer(spec):
    kind, *values = spec
    if kind == "conv":
        return keras.layers.Conv2D(values[0], values[1], activation=values[2])
    if kind == "dense":
        return keras.layers.Dense(values[0], activation=values[1])
    if kind == "pool":
        return keras.layers.MaxPooling2D(values[0])
    if kind == "dropout":
        return keras.layers.Dropout(values[0])
    if kind == "activation":
        return keras.layers.Activation(values[0])
    if kind == "norm":
        return keras.layers.BatchNormalization()
    return keras.layers.Flatten()


class Clock(keras.callbacks.Callback):
    seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begin)


images, labels, test_images, test_labels = mnist.load()
targets, test_targets = keras.utils.to_categorical(labels), keras.utils.to_categorical(test_labels)
keras.utils.set_random_seed(7)
model = keras.Sequential(
    [keras.Input(images.shape[1:]), *map(layer, network.layers), keras.layers.Activation("softmax")]
)
optimizers = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
model.compile(
    optimizer=optimizers[network.optimizer](network.learning_rate),
    loss="mean_squared_error" if network.loss == "squared-error" else "categorical_crossentropy",
    metrics=["accuracy"],
)
clock = Clock()
model.fit(images, targets, batch_size=network.batch_size, epochs=epochs, verbose=0, callbacks=[clock])
accuracy = model.evaluate(test_images, test_targets, batch_size=200, verbose=0)[1]
print(json.dumps({
    "version": f"Keras {keras.__version__} on TensorFlow {tensorflow.__version__}",
    "parameters": model.count_params(),
    "seconds": clock.seconds,
    "accuracy": accuracy,
}))
