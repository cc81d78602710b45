"""Lists what h5py reads in HDF5 files: python digest.py files... > digests.tsv

A line is "file TAB object TAB kind TAB type TAB shape TAB digest". The digest is
the first 16 digits of SHA-256 over the elements in row-major order: numbers
little-endian, strings of both kinds as their bytes, each followed by zero. The
same list is made by TestCorpus from what this package reads.
"""
import hashlib
import sys

import h5py
import numpy as np


def kind(dtype):
    if h5py.check_string_dtype(dtype) is not None:
        return "string"
    if h5py.check_enum_dtype(dtype) or dtype == bool:
        return "bool"
    if dtype.kind == "V" and not dtype.fields:
        return f"opaque[{dtype.itemsize}]"
    return dtype.newbyteorder("<").name if dtype.kind in "iuf" else "other"


def digest(value, name):
    if name == "string":
        raw = b"".join((v if isinstance(v, bytes) else v.encode("utf-8", "surrogateescape")).rstrip(b"\0") + b"\0" for v in np.asarray(value, dtype=object).ravel())
    elif name == "other":
        return "-"
    else:
        value = np.asarray(value)
        raw = value.astype(value.dtype.newbyteorder("<")).tobytes()
    return hashlib.sha256(raw).hexdigest()[:16]


def line(file, path, what, dtype, shape, value):
    name = kind(dtype)
    print(file, path, what, name, "null" if shape is None else "x".join(map(str, shape)), "-" if shape is None else digest(value(), name), sep="\t")


def attributes(file, path, obj):
    for key in sorted(obj.attrs, key=lambda k: k.encode()):
        attr = obj.attrs.get_id(key)
        line(file, path + "@" + key, "attribute", attr.dtype, attr.shape, lambda: obj.attrs[key])


def group(file, path, g):
    attributes(file, path or "/", g)
    for name in sorted(g, key=lambda k: k.encode()):
        child = g[name]
        if isinstance(child, h5py.Group):
            print(file, f"{path}/{name}", "group", "", "", "", sep="\t")
            group(file, f"{path}/{name}", child)
        elif isinstance(child, h5py.Dataset):
            line(file, f"{path}/{name}", "dataset", child.dtype, child.shape, lambda: child[()])
            attributes(file, f"{path}/{name}", child)


if __name__ == "__main__":
    for file in sys.argv[1:]:
        with h5py.File(file, "r") as f:
            group(file, "", f)
