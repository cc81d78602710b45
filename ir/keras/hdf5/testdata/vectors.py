"""Writes HDF5 files with h5py in all ways that the reader knows, for the tests.

    python vectors.py vectors.zip

It was run with h5py 3.16 (HDF5 2.0). The archive has digests.tsv too, the list
that digest.py makes of the files, but for refused_*.h5, which have what the
reader refuses.
"""
import glob
import os
import subprocess
import sys
import tempfile
import zipfile

import h5py
import numpy as np

DIR = tempfile.mkdtemp()
rng = np.random.default_rng(7)


def create(name, libver, **kw):
    return h5py.File(os.path.join(DIR, f"{name}_{libver}.h5"), "w", libver=libver, **kw)


def numbers(libver):
    with create("numbers", libver) as f:
        g = f.create_group("types")
        x = rng.normal(size=(2, 3)) * 50
        for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
            for order in "<>":
                g[kind + ("be" if order == ">" else "")] = (abs(x) if kind[0] == "u" else x).astype(order + kind)
        g["half"] = np.array([0, -0.0, 1, -2, 6e-8, 6e-5, 65504, np.inf, -np.inf, np.nan], "f2")
        g["wide"] = np.array([-(2**63), 2**63 - 1], "i8")
        g["bool"] = np.array([True, False, True])
        bf = np.array([[1, 2], [0x3F80, 0xC000]], "<u2").view("V2")
        d = g.create_dataset("bfloat16", data=bf)
        d.attrs["dtype"] = "bfloat16"
        g["scalar"] = np.float32(3.5)
        g["count"] = np.int64(-7)
        g["none"] = np.zeros((0, 4), "f4")
        g["null"] = h5py.Empty("f4")
        g["fixed"] = np.array([b"ab", b"", b"abcdef"], "S6")
        g["text"] = np.array(["größe", "", "x" * 300], dtype=h5py.string_dtype())
        g["one"] = "a single text"
        g["ascii"] = np.array(["a", "b"], dtype=h5py.string_dtype("ascii"))
        t = h5py.h5t.C_S1.copy()
        t.set_size(8)
        t.set_strpad(h5py.h5t.STR_SPACEPAD)
        s = h5py.h5d.create(g.id, b"padded", t, h5py.h5s.create_simple((2,)))
        s.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b"ab      ", b"cd ef   "], "S8"), t)
        g.create_dataset("unwritten", (3, 2), "f4")
        g.create_dataset("filled", (5,), ">i4", fillvalue=-3)
        f["types/again"] = f["types/f4"]
        f["named"] = np.dtype("<f4")
        f.create_dataset("of_named", data=np.arange(3, dtype="f4"), dtype=f["named"])
        p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        p.set_layout(h5py.h5d.COMPACT)
        d = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((5,)), p)
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(5, dtype="f4"))
        f.attrs["keras_version"] = "2.1.6"
        f.attrs["backend"] = np.bytes_("tensorflow")
        f.attrs["names"] = np.array([b"dense_1", b"dense_20"])
        f.attrs["texts"] = ["one", "zwölf", ""]
        f.attrs["empty"] = np.array([])
        f.attrs["null"] = h5py.Empty("S1")
        f.attrs["int"] = 3
        f.attrs["big"] = np.arange(4, dtype=">f8")
        f.attrs["flag"] = True
        f.attrs["größe"] = np.float32(1.5)
        f.attrs.create("of_named", np.float32(2.5), dtype=f["named"])


def many(libver):
    """Groups and attributes beyond one node, and past the limit of a header."""
    with create("many", libver) as f:
        d = f.create_dataset("d", data=np.arange(4, dtype="f4"))
        for n in [8, 9, 300 if libver == "earliest" else 70]:
            g = f.create_group(f"members{n}", track_order=n == 70)
            for i in range(n):
                g[f"member_{i}"] = d
        for n in [9, 70]:
            g = f.create_group(f"attributes{n}", track_order=n == 9)
            for i in range(n):
                g.attrs[f"attribute_{i}"] = np.arange(i % 5)
        g = f.create_group("large")
        g.attrs["near"] = np.zeros(64512, "S1")
        for i in range(10):
            g.attrs[f"weights{i}"] = np.full(700, f"layer_{i}/kernel:0".encode())
        g.attrs["long"] = "{" + "x" * 100000 + "}"
        if libver == "latest":
            g.attrs["over"] = np.arange(20000, dtype="i4") // 1000
        g = f.create_group("a/b/c/d/e/f")
        g["deep"] = 1.5


def chunks(libver):
    with create("chunks", libver) as f:
        x = rng.integers(-9, 9, (11, 7)).astype("f4")
        f.create_dataset("single", data=x, chunks=(11, 7))
        f.create_dataset("single_gzip", data=x, chunks=(11, 7), compression="gzip", shuffle=True)
        f.create_dataset("fixed", data=x, chunks=(4, 3))
        f.create_dataset("fixed_gzip", data=x, chunks=(4, 3), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("fletcher", data=x.astype("i1")[:, :3], chunks=(5, 1), fletcher32=True)
        f.create_dataset("grows", data=x, chunks=(2, 3), maxshape=(None, 7))
        f.create_dataset("grows_last", data=x, chunks=(2, 3), maxshape=(11, None), compression="gzip")
        f.create_dataset("grows_bounded", data=x, chunks=(2, 3), maxshape=(40, 50))
        f.create_dataset("grows_both", data=x, chunks=(2, 3), maxshape=(None, None), compression="gzip")
        f.create_dataset("grows_both_plain", data=x, chunks=(2, 3), maxshape=(None, None))
        f.create_dataset("cube", data=x[:10].reshape(2, 5, 7), chunks=(1, 2, 3), maxshape=(2, None, 9), shuffle=True)
        d = f.create_dataset("holes", (40, 5), "i2", chunks=(4, 5), fillvalue=7, compression="gzip")
        d[8:10, 1] = 3
        d = f.create_dataset("shrunk", data=np.arange(40, dtype="u1"), chunks=(6,), maxshape=(None,))
        d.resize((20,))
        f.create_dataset("none", (0, 4), "f4", chunks=(1, 4), maxshape=(None, 4))
        f.create_dataset("strings", data=["a", "bc", "", "d"], chunks=(3,), dtype=h5py.string_dtype())
        d = f.create_dataset("masked", (8,), "f4", chunks=(4,), compression="gzip", shuffle=True)
        d.id.write_direct_chunk((0,), np.arange(4, dtype="<f4").tobytes(), filter_mask=3)
        d[4:] = 2
        f.create_dataset("nodes", data=(np.arange(200) // 7).astype("u1"), chunks=(1,))
        if libver == "latest":
            d = f.create_dataset("pages", (3100,), "u1", chunks=(1,), fillvalue=9)
            d[:20], d[1100], d[3000:3010] = 1, 2, 3
            d = f.create_dataset("grows_far", (1700,), "u1", chunks=(1,), maxshape=(None,))
            d[:20], d[1200:1210] = 4, 5
        p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        p.set_chunk((4, 3))
        p.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        d = h5py.h5d.create(f.id, b"implicit", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((11, 7), (20, 7)), p)
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, x)
        f.create_dataset("zeros", data=np.zeros((300, 300), "f4"), chunks=(300, 300), compression="gzip", compression_opts=9)


def userblock(libver):
    with create("userblock", libver, userblock_size=1024) as f:
        f["x"] = np.arange(3, dtype="f4")
        f["g/text"] = "after a block of the user's own"


def refused(libver):
    with create("refused", libver) as f:
        f["x"] = np.arange(3, dtype="f4")
        f["soft"] = h5py.SoftLink("/x")
        f["external"] = h5py.ExternalLink("other.h5", "/x")
        f["compound"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        f["array"] = np.zeros(2, [("a", "f4", (2,))])["a"].view("V8")
        f.create_dataset("reference", (1,), h5py.ref_dtype)
        f.create_dataset("ragged", (1,), h5py.vlen_dtype("f4"))
        f["complex"] = np.zeros(2, "c8")
        f["enum"] = np.zeros(2, h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 2}, "u1"))
        f.create_dataset("lzf", data=np.zeros(9, "f4"), chunks=(3,), compression="lzf")
        f.create_dataset("offset", data=np.zeros(9, "i4"), chunks=(3,), scaleoffset=0)
        f.create_dataset("elsewhere", (4,), "f4", external=[("other.bin", 0, 16)])
        layout = h5py.VirtualLayout((3,), "f4")
        layout[:] = h5py.VirtualSource("other.h5", "x", (3,))
        f.create_virtual_dataset("virtual", layout)
        f.create_dataset("bomb", (1 << 20, 1 << 10), "f4", chunks=(1 << 10, 1 << 10), compression="gzip")
        f["loop/in"] = f["/"]


for version in ["earliest", "v108", "latest"]:
    for make in [numbers, many, chunks, userblock, refused] if version != "v108" else [numbers, many]:
        make(version)
files = [os.path.basename(f) for f in sorted(glob.glob(DIR + "/*.h5"))]
script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "digest.py")
listed = [f for f in files if not f.startswith("refused")]
digests = subprocess.run([sys.executable, script, *listed], cwd=DIR, check=True, capture_output=True).stdout
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
    for f in files:
        with open(os.path.join(DIR, f), "rb") as data:
            z.writestr(zipfile.ZipInfo(f), data.read(), zipfile.ZIP_DEFLATED, 9)
    z.writestr(zipfile.ZipInfo("digests.tsv"), digests, zipfile.ZIP_DEFLATED, 9)
