"""Makes HDF5/*.h5: files that would make a careless reader open other files, run code, run for ever or fill the memory."""

import json
import pathlib
import struct

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "HDF5"


def create(name):
    file = h5py.File(FOLDER / f"{name}.h5", "w")
    file.create_group("layers/dense/vars")
    return file


def network(*layers):
    first = {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [None, 4]}}
    return json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [first, *layers]}})


def links(file_name):
    with create("external_link") as file:
        file["layers/dense/vars/0"] = h5py.ExternalLink(file_name, "/")
    with create("external_data") as file:
        file.create_dataset("layers/dense/vars/0", (16,), "<f4", external=[(file_name, 0, 64)])
    with create("virtual_data") as file:
        layout = h5py.VirtualLayout((16,), "<f4")
        layout[:] = h5py.VirtualSource(file_name, "x", (16,))
        file.create_virtual_dataset("layers/dense/vars/0", layout)
    with create("circle") as file:
        file["layers/dense/again"] = file["layers"]
    with create("soft_circle") as file:
        file["a"] = h5py.SoftLink("/b")
        file["b"] = h5py.SoftLink("/a")
        file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense/vars/0")


def sizes():
    with create("huge") as file:
        # Nothing of it is stored.
        file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), "<f4", chunks=(1024, 1024))
    with create("packed") as file:
        zeros = np.zeros(1 << 23, "<f4")
        file.create_dataset("layers/dense/vars/0", data=zeros, chunks=(1 << 18,), compression=9)
    with create("chunk") as file:
        # One element, in a chunk that unpacks to 64 MiB.
        data = file.create_dataset("layers/dense/vars/0", (1,), "<f4", maxshape=(None,), chunks=(1 << 24,), compression=9)
        data[0] = 1
    with create("deep") as file:
        file.create_group("/".join("g" * 40))
    with create("axes") as file:
        file.create_dataset("layers/dense/vars/0", (1,) * 32, "<f4")
    texts()
    with create("long_name") as file:
        file.create_dataset("layers/dense/vars/" + "n" * 300, (1,), "<f4")


def texts():
    """One text of 20,000 bytes, to which 4,000 elements refer."""
    count, length = 4_000, 20_000
    with create("texts") as file:
        file.attrs.create("layer_names", ["A" * length] + ["x"] * (count - 1), dtype=h5py.string_dtype())
    path = FOLDER / "texts.h5"
    bytes = path.read_bytes()
    # A reference is the text's length, the place of its heap, and its number there.
    place = bytes.index(struct.pack("<I", length))
    while bytes[place + 16 : place + 20] != struct.pack("<I", 1):
        place = bytes.index(struct.pack("<I", length), place + 1)
    path.write_bytes(bytes[:place] + bytes[place : place + 16] * count + bytes[place + 16 * count :])


def networks():
    with create("lambda") as file:
        code = {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAAAAAAAAIAAAADAAAA8w=="}}
        file.attrs["model_config"] = network({"class_name": "Lambda", "config": {"name": "f", "function": code}})
    with create("no_numbers") as file:
        file.attrs["model_config"] = network({"class_name": "Dense", "config": {"name": "dense", "units": 2}})
        file.create_dataset("layers/dense/vars/0", data=np.array(["a", "b"], h5py.string_dtype()))


def main():
    FOLDER.mkdir(exist_ok=True)
    links("/etc/passwd")
    sizes()
    networks()


main()
