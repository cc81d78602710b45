"""Writes types.npz (every type of value and format version), savez.npz and savez_compressed.npz. Needs NumPy."""

import io
import pathlib
import zipfile

import numpy as np

here = pathlib.Path(__file__).parent
count = np.arange(12).reshape(3, 2, 2)


def npy(array, version):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


arrays = {t[1:] if t[0] == "|" else {"<": "little_", ">": "big_"}[t[0]] + t[1:]: t for t in (
    "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8", ">u2", ">i2", ">u4", ">i4", ">u8", ">i8", ">f2", ">f4", ">f8")}
with zipfile.ZipFile(here / "types.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    def put(name, array, version=(1, 0)):
        archive.writestr(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), npy(array, version), zipfile.ZIP_DEFLATED)
    for name, t in arrays.items():
        values = count if t[1] == "u" else count - 3
        put(name, (values / 4 if t[1] == "f" else values).astype(t))
    put("b1", count % 2 == 1)
    put("fortran", np.asfortranarray(count.astype("<i4")))
    put("fortran_vector", np.asfortranarray(np.arange(3, dtype="<f4")))
    put("version_2", count.astype("<f4"), (2, 0))
    put("version_3", count.astype("<f4"), (3, 0))
    put("no_rows", np.zeros((0, 5), "<f4"))
    put("scalar", np.float32(1))
    put("text", np.array(["a", "bc"]))
    put("complex", np.zeros(2, "complex64"))
    put("named", np.zeros(2, [("x", "<f4"), ("y", "<i4")]))
    put("not_finite", np.array([[1, np.nan], [np.inf, 2], [3, 4]], "<f4"))
    archive.writestr(zipfile.ZipInfo("object.npy", (1980, 1, 1, 0, 0, 0)), npy(np.array([{}]), (1, 0)), zipfile.ZIP_DEFLATED)
np.savez(here / "savez.npz", x_train=count.astype("uint8"), y_train=np.array([0, 1, 1]))
np.savez_compressed(here / "savez_compressed.npz", x_train=count.astype("uint8"), y_train=np.array([0, 1, 1]))
