"""Predicts with one runtime and prints the times as JSON.

usage: predict_peer.py onnxruntime|openvino|pytorch|pytorch-channels-last NETWORK ONNX-FILE mnist|noise COUNT THREADS
"""

import json
import statistics
import sys
import time

import mnist
import numpy

BATCH = 200

runtime, name, file, source = sys.argv[1:5]
images, threads = map(int, sys.argv[5:])


def onnxruntime_predictor():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return f"ONNX Runtime {onnxruntime.__version__}", lambda x: session.run(None, {"x": x}), lambda x: x


def openvino_predictor():
    import openvino

    core = openvino.Core()
    settings = {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads,
    }
    request = core.compile_model(core.read_model(file), "CPU", settings).create_infer_request()
    return f"OpenVINO {openvino.__version__.split('-')[0]}", lambda x: request.infer({0: x}), lambda x: x


def pytorch_predictor():
    import torch

    from networks import NETWORKS
    from torch_network import build

    torch.set_num_threads(threads)
    torch.inference_mode().__enter__()  # until the program ends
    model = build(NETWORKS[name], torch.nn.Softmax(1)).eval()
    memory = torch.channels_last if runtime.endswith("channels-last") else torch.contiguous_format
    model = model.to(memory_format=memory)
    return (
        f"PyTorch {torch.__version__.split('+')[0]}", model,
        lambda x: torch.from_numpy(x).contiguous(memory_format=memory),
    )


def times(work, seconds, fewest):
    """Seconds of each call, after calls that are not counted."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < 0.2:
        work()
    found, begin = [], time.perf_counter()
    while len(found) < fewest or time.perf_counter() - begin < seconds:
        before = time.perf_counter()
        work()
        found.append(time.perf_counter() - before)
    return found


version, predict, prepare = {
    "onnxruntime": onnxruntime_predictor, "openvino": openvino_predictor,
}.get(runtime, pytorch_predictor)()
if source == "mnist":
    pixels = mnist.load()[2][:images].reshape(-1, 1, 28, 28)
else:
    pixels = numpy.random.default_rng(1).random((images, 1, 28, 28), dtype=numpy.float32)
one = prepare(pixels[:1])
batches = [prepare(pixels[begin : begin + BATCH]) for begin in range(0, len(pixels), BATCH)]


def predict_all():
    for batch in batches:
        predict(batch)


print(json.dumps({
    "version": version,
    "one_microseconds": 1e6 * statistics.median(times(lambda: predict(one), 0.5, 100)),
    "all_seconds": statistics.median(times(predict_all, 1, 5)),
}))
