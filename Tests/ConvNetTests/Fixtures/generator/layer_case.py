"""Runs one layer of Keras forward and backward and adds what came out to a file."""

import keras
import tensorflow as tf

from .case_file import generator, normal


def add_layer(file, name, layer_type, input_shape, training=False, x=None, **config):
    """Adds a case: input, weights, output, a random upstream gradient u, and the gradients of sum(output * u).

    Weights are random, biases too, so that a bias or an offset that is forgotten shows. Layers that behave differently
    in inference have no gradients there. TensorFlow has no convolution with channels first for the CPU: there, the layer
    runs with channels last between two transpositions.
    """
    random = generator(name)
    transposed = layer_type == "Conv2D" and config.get("data_format") == "channels_first"
    layer = getattr(keras.layers, layer_type)(**config | ({"data_format": "channels_last"} if transposed else {}))
    layer.build(tuple(input_shape[axis] for axis in (0, 2, 3, 1)) if transposed else tuple(input_shape))
    tensors = {}
    for weight in layer.weights:
        if weight.name.endswith("seed_generator_state"):
            continue
        value = normal(random, weight.shape, 0.5)
        if weight.name == "moving_variance":
            value = value**2 + 0.5
        if weight.name == "gamma":
            value = value + 1
        weight.assign(value)
        tensors[f"weights/{weight.name}"] = value

    x = tf.constant(normal(random, input_shape) if x is None else x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        if transposed:
            output = tf.transpose(layer(tf.transpose(x, (0, 2, 3, 1)), training=training), (0, 3, 1, 2))
        else:
            output = layer(x, training=training)
        upstream = tf.constant(normal(random, output.shape))
        total = tf.reduce_sum(output * upstream)
    trainable = {weight.name: weight.value for weight in layer.trainable_weights}
    gradients, input_gradient = tape.gradient(total, [trainable, x])

    tensors |= {"input": x, "output": output}
    if training or layer_type not in ("BatchNormalization", "Dropout"):
        tensors |= {"upstream": upstream, "gradients/input": input_gradient}
        tensors |= {f"gradients/{key}": value for key, value in gradients.items()}
    if training:
        tensors |= {f"after/{weight.name}": weight.numpy() for weight in layer.non_trainable_weights}
    file.add(
        name,
        {key: keras.ops.convert_to_numpy(value) for key, value in tensors.items()},
        layer=layer_type,
        training=training,
        input_shape=list(input_shape),
        output_shape=list(output.shape),
        config=config,
    )
