"""Makes models/keras2.keras and models/keras2.h5 with keras2.npz: a small model saved by Keras 2, whose last version lives
on as the package tf_keras. Needs tf_keras==2.21.0 beside TensorFlow."""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tf_keras as keras

FOLDER = pathlib.Path(__file__).parent / "models"
L = keras.layers


def main():
    keras.utils.set_random_seed(3)
    model = keras.Sequential([
        L.Conv2D(3, 3, activation="relu", input_shape=(9, 8, 2)),
        L.BatchNormalization(),
        L.LeakyReLU(0.2),
        L.MaxPooling2D(),
        L.Dropout(0.25),
        L.Flatten(),
        L.Dense(4, activation="softmax", name="last"),
    ], name="keras2")
    model.compile(keras.optimizers.RMSprop(0.002, rho=0.8), "categorical_crossentropy", metrics=["accuracy"])
    x = np.random.default_rng(4).random((6, 9, 8, 2), dtype=np.float32)
    model.fit(x, np.eye(4)[np.arange(6) % 4], verbose=0)
    model.save(FOLDER / "keras2.h5")
    model.save(FOLDER / "keras2.keras")
    np.savez(FOLDER / "keras2.npz", x=x, y=model.predict(x, verbose=0))


main()
