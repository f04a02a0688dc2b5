"""Makes arrays.npz, packed.npz, streamed.npz and pickled.npz: what NumPy itself writes.

Every array holds the numbers 0, 1, 2, ... in reading order, of a shape and a type that its name tells, so that the test
needs nothing else to compare with.
"""

import io
import pathlib
import sys
import zipfile

import numpy as np

FOLDER = pathlib.Path(__file__).parent


def count(shape, dtype):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


class Unseekable(io.RawIOBase):
    """Makes zipfile write sizes behind the data, as it does into a pipe."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def main():
    types = ["f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i2", "<i4", "<i8", ">i8", "u1", "<u2", "<u4", "<u8"]
    arrays = {dtype.replace("<", "little_").replace(">", "big_"): count((2, 3), dtype) for dtype in types}
    arrays["boolean"] = np.array([False, True])
    arrays["scalar"] = np.float32(0)
    arrays["empty"] = count((0, 3), "f4")
    arrays["fortran"] = np.asfortranarray(count((2, 3, 4), "f4"))
    arrays["layer/name"] = count((5,), "f4")
    np.savez(FOLDER / "arrays.npz", **arrays)
    np.savez_compressed(FOLDER / "packed.npz", images=count((4, 8, 8), "u1"), labels=count((4,), "<i8"))

    with open(FOLDER / "streamed.npz", "wb") as file, zipfile.ZipFile(Unseekable(file), "w") as archive:
        for version in [(1, 0), (2, 0), (3, 0)]:
            for packing in [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]:
                content = io.BytesIO()
                np.lib.format.write_array(content, count((2, 3), "f4"), version=version)
                archive.writestr(f"version{version[0]}_{packing}.npy", content.getvalue(), packing)

    np.savez(FOLDER / "pickled.npz", model=np.array([{"weights": 1}], dtype=object))
    print(f"numpy {np.__version__}, Python {sys.version.split()[0]}")


main()
