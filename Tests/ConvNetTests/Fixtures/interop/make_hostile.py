"""Makes hostile/*.h5: files that would make a careless reader open other files, run for ever or fill the memory."""

import pathlib

import h5py

FOLDER = pathlib.Path(__file__).parent / "hostile"


def create(name):
    file = h5py.File(FOLDER / f"{name}.h5", "w")
    file.create_group("layers/dense/vars")
    return file


def main():
    FOLDER.mkdir(exist_ok=True)
    with create("external_link") as file:
        file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")
    with create("external_data") as file:
        file.create_dataset("layers/dense/vars/0", (16,), "<f4", external=[("/etc/passwd", 0, 64)])
    with create("virtual_data") as file:
        layout = h5py.VirtualLayout((16,), "<f4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (16,))
        file.create_virtual_dataset("layers/dense/vars/0", layout)
    with create("huge") as file:
        # Nothing of it is stored.
        file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), "<f4", chunks=(1024, 1024))
    with create("circle") as file:
        file["layers/dense/again"] = file["layers"]


main()
