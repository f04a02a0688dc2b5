"""Writes a network with new weights, softmax included, as an ONNX file for any batch size, and prints its version.

usage: export_onnx.py NETWORK FILE
"""

import contextlib
import json
import sys
import warnings

import torch

from networks import NETWORKS
from torch_network import build

name, file = sys.argv[1:]
model = build(NETWORKS[name], torch.nn.Softmax(1)).eval()
with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
    warnings.simplefilter("ignore")
    torch.onnx.export(
        model, (torch.zeros(2, 1, 28, 28),), file, input_names=["x"], output_names=["y"],
        dynamic_shapes={"input": {0: torch.export.Dim("batch")}}, dynamo=True,
    )
print(json.dumps({"version": torch.__version__}))
