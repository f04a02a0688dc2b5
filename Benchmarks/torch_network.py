"""The built-in networks in PyTorch, without the softmax at their end."""

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}


def modules(spec, is_flat):
    kind, *values = spec
    if kind == "conv":
        body = nn.LazyConv2d(values[0], values[1])
    elif kind == "dense":
        body = nn.LazyLinear(values[0])
    elif kind == "pool":
        body = nn.MaxPool2d(values[0])
    elif kind == "dropout":
        body = nn.Dropout(values[0])
    elif kind == "activation":
        return [ACTIVATIONS[values[0]]()]
    elif kind == "norm":
        # Keras counts the old value's share, PyTorch the new one's.
        body = (nn.LazyBatchNorm1d if is_flat else nn.LazyBatchNorm2d)(momentum=0.01)
    else:
        body = nn.Flatten()
    activation = values[-1] if kind in ("conv", "dense") else None
    return [body, ACTIVATIONS[activation]()] if activation else [body]


def build(network, *extra):
    """The network, and after it the extra modules; its layers have their sizes."""
    layers, is_flat = [], False
    for spec in network.layers:
        layers += modules(spec, is_flat)
        is_flat = is_flat or spec[0] == "flatten"
    model = nn.Sequential(*layers, *extra)
    with torch.no_grad():
        model(torch.zeros(2, 1, 28, 28))  # gives the lazy layers their sizes
    return model
