"""A fixture file: float32 tensors in safetensors, and in its metadata one JSON object a case."""

import json
import platform
import zlib

import keras
import numpy as np
import safetensors
import tensorflow as tf
from safetensors.numpy import save_file


class CaseFile:
    """Cases of one family. Tensor `t` of case `c` is stored under the name `c/t`."""

    def __init__(self):
        self.cases = []
        self.tensors = {}

    def add(self, name, tensors, **description):
        """Adds a case. The description's values go to JSON, the tensors to float32."""
        assert all(case["name"] != name for case in self.cases), name
        for key, value in tensors.items():
            array = np.asarray(value)
            assert np.all(np.isfinite(array)), f"{name}/{key}"
            # Not ascontiguousarray alone: it makes vectors of scalars.
            self.tensors[f"{name}/{key}"] = np.ascontiguousarray(array, dtype=np.float32).reshape(array.shape)
        self.cases.append({"name": name, **description, "tensors": sorted(tensors)})

    def write(self, path):
        versions = {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
            "safetensors": safetensors.__version__,
            "python": platform.python_version(),
        }
        fixture = {"script": "make_fixtures.py", "versions": versions, "cases": self.cases}
        # One entry: the library writes several in an order that differs from run to run.
        save_file(self.tensors, path, metadata={"fixture": json.dumps(fixture)})
        path.chmod(0o644)


def generator(name):
    """A random generator that depends on the case's name alone, so that adding a case changes no other."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def normal(random, shape, deviation=1.0):
    return (deviation * random.standard_normal(shape)).astype(np.float32)
