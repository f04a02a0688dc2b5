"""Models with settings that the built-in networks do not have, one or two apiece, so that a difference names its cause."""

import keras

L = keras.layers
CLASSES = 5


def head():
    return [L.Flatten(), L.Dense(CLASSES, "softmax")]


def chain(name, *layers, shape=(16, 14, 3)):
    return keras.Sequential([keras.Input(shape), *layers], name=name)


def functional():
    begin = keras.Input((16, 14, 3), name="picture")
    x = L.Conv2D(4, 3, activation="relu", name="first")(begin)
    x = L.MaxPooling2D(3, strides=2, padding="same")(x)
    return keras.Model(begin, L.Dense(CLASSES, "softmax")(L.GlobalMaxPooling2D()(x)), name="functional")


def models():
    """All of them, by name."""
    made = [
        chain("strides", L.Conv2D(4, 3, strides=2), L.Conv2D(4, 2, strides=(1, 3), activation="relu"), *head()),
        chain("same_padding", L.Conv2D(4, 4, strides=3, padding="same"), L.MaxPooling2D(3, 2, padding="same"), *head()),
        chain("rectangles", L.Conv2D(4, (5, 2), activation="tanh"), L.AveragePooling2D((3, 2), (2, 1)), *head()),
        chain("norm_after_dense", L.Flatten(), L.Dense(9), L.BatchNormalization(), L.ReLU(), L.Dense(CLASSES, "softmax")),
        chain("norm_parts", L.BatchNormalization(scale=False), L.Conv2D(4, 3), L.BatchNormalization(center=False), *head()),
        chain("average_pooling", L.AveragePooling2D(2), L.AveragePooling2D(3, 2, padding="same"), *head()),
        chain("no_bias", L.Conv2D(4, 3, use_bias=False), L.Flatten(), L.Dense(CLASSES, "softmax", use_bias=False)),
        chain("own_names", L.Conv2D(4, 3, name="Eyes.1"), L.Dense(6, name="mind-2"), *head()),
        chain("dilation", L.Conv2D(4, 3, dilation_rate=2), L.Conv2D(4, 2, dilation_rate=(1, 3), padding="same"), *head()),
        chain("global_average", L.Conv2D(6, 3), L.GlobalAveragePooling2D(), L.Dense(CLASSES, "softmax")),
        chain("global_keepdims", L.GlobalAveragePooling2D(keepdims=True), L.GlobalMaxPooling2D(keepdims=True), *head()),
        chain("zero_padding", L.ZeroPadding2D(((1, 2), (0, 3))), L.ZeroPadding2D((1, 2)), L.Conv2D(3, 3), *head()),
        chain("reshape", L.Reshape((14, -1, 6)), L.Conv2D(3, 3), L.Reshape((-1,)), L.Dense(CLASSES, "softmax")),
        chain("activations", *[L.Dense(6, name) for name in ("elu", "gelu", "silu", "softplus", "sigmoid", "leaky_relu")],
              *head()),
        chain("activation_layers", L.Dense(6), L.LeakyReLU(0.1), L.Dense(6), L.ELU(0.5), L.Dense(6),
              L.ReLU(negative_slope=0.25), L.Flatten(), L.Dense(CLASSES), L.Softmax()),
        chain("dense_on_images", L.Dense(4, "relu"), L.Dropout(0.4, seed=3), *head()),
        chain("regularized", L.Conv2D(4, 3, kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.1)), *head()),
        functional(),
    ]
    return {model.name: model for model in made}


def ordered(data_format):
    """The same network in either order of the images' dimensions, a channels_first and a channels_last one."""
    first = data_format == "channels_first"
    return chain(
        "channels_first",
        L.Conv2D(4, 3, activation="relu", data_format=data_format),
        L.BatchNormalization(axis=1 if first else -1),
        L.AveragePooling2D(2, data_format=data_format),
        L.ZeroPadding2D(1, data_format=data_format),
        L.Conv2D(3, (2, 3), padding="same", data_format=data_format),
        L.MaxPooling2D(2, data_format=data_format),
        L.Flatten(data_format=data_format),
        L.Dense(CLASSES, "softmax"),
        shape=(3, 16, 14) if first else (16, 14, 3),
    )
