"""Trains one network in PyTorch and prints the seconds of each epoch as JSON.

usage: train_torch.py NETWORK EPOCHS THREADS contiguous|channels-last|compiled
"""

import json
import sys
import time

import torch
from torch.nn import functional

import mnist
from networks import CLASSES, NETWORKS
from torch_network import build

name, epochs, threads, variant = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads)
torch.manual_seed(7)
network = NETWORKS[name]

model = build(network)

images, labels, test_images, test_labels = (torch.from_numpy(array.copy()) for array in mnist.load())
labels, test_labels = labels.long(), test_labels.long()
images, test_images = images.permute(0, 3, 1, 2).contiguous(), test_images.permute(0, 3, 1, 2).contiguous()
if variant == "channels-last":
    model = model.to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
forward = torch.compile(model) if variant == "compiled" else model

optimizer = {
    "rmsprop": lambda: torch.optim.RMSprop(model.parameters(), network.learning_rate, alpha=0.9, eps=1e-7),
    "adam": lambda: torch.optim.Adam(model.parameters(), network.learning_rate, eps=1e-7, fused=True),
    "sgd": lambda: torch.optim.SGD(model.parameters(), network.learning_rate),
}[network.optimizer]()


def loss_of(output, target):
    if network.loss == "squared-error":
        return functional.mse_loss(output.softmax(1), functional.one_hot(target, CLASSES).float())
    return functional.cross_entropy(output, target)


seconds = []
for _ in range(epochs):
    model.train()
    begin = time.perf_counter()
    order = torch.randperm(len(images))
    for rows in order.split(network.batch_size):
        loss = loss_of(forward(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    seconds.append(time.perf_counter() - begin)

model.eval()
with torch.inference_mode():
    right = sum(
        (model(test_images[begin : begin + 200]).argmax(1) == test_labels[begin : begin + 200]).sum().item()
        for begin in range(0, len(test_images), 200)
    )
print(json.dumps({
    "version": f"PyTorch {torch.__version__}",
    # Keras counts the running statistics too; PyTorch's extra buffer is an integer counter of batches.
    "parameters": sum(value.numel() for value in model.state_dict().values() if value.is_floating_point()),
    "seconds": seconds,
    "accuracy": right / len(test_images),
}))
