"""Cases for preprocessing.json.gz: Normalization, image_dataset_from_directory, timeseries_dataset_from_array, text files."""

import base64
import io
import pathlib
import tempfile

import numpy as np
from PIL import Image

from env import keras, set_float, tf
from preprocessing_record import case, nested
from vectors import rng, short


def normalization():
    """Statistics are those of the whole training data (variance divided by n), whatever the batches it came in."""
    r = rng("preprocessing normalization")
    data = short(r.normal([0, 1000, 3], [1, 5, 0.01], (37, 3))).astype("float32")
    data[:, 2] = 7
    for name, settings, train in (
        ("normalization", {}, data),
        ("normalization_whole", {"axis": None}, data),
        ("normalization_one_row", {}, data[:1]),
    ):
        set_float("float32")
        layer = keras.layers.Normalization(**settings)
        layer.adapt(tf.data.Dataset.from_tensor_slices(train).batch(10))
        layer.finalize_state()
        rows = data[:4] + np.float32(0.5)
        yield case(
            name,
            "Normalization",
            settings,
            train=nested(train),
            mean=nested(np.ravel(layer.mean)),
            variance=nested(np.ravel(layer.variance)),
            rows=nested(rows),
            expected=nested(layer(rows).numpy()),
        )


def png(array):
    out = io.BytesIO()
    Image.fromarray(array).save(out, "PNG")
    return out.getvalue()


def jpeg(array, **settings):
    out = io.BytesIO()
    Image.fromarray(array).save(out, "JPEG", **settings)
    return out.getvalue()


def load(files, **settings):
    """What image_dataset_from_directory makes of files in a folder, in its own order."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        data = keras.utils.image_dataset_from_directory(folder, shuffle=False, batch_size=None, verbose=False, **settings)
        pairs = [(x.numpy(), int(y)) for x, y in data]
        order = [str(pathlib.Path(p).relative_to(folder)) for p in data.file_paths]
        return data.class_names, order, [y for _, y in pairs], [x for x, _ in pairs]


def images():
    r = rng("preprocessing images")
    gray = r.integers(0, 256, (5, 7), "uint8")
    color = r.integers(0, 256, (5, 7, 3), "uint8")
    clear = r.integers(0, 256, (4, 4, 4), "uint8")
    gray_alpha = r.integers(0, 256, (3, 3, 2), "uint8")
    palette = Image.fromarray(color).quantize(8)
    indexed = io.BytesIO()
    palette.save(indexed, "PNG")
    y, x = np.mgrid[0:16, 0:16]
    smooth = np.stack([x * 15, y * 15, 255 - x * 8 - y * 7], -1).astype("uint8")
    one = {"gray": png(gray), "color": png(color), "rgba": png(clear), "gray_alpha": png(gray_alpha), "palette": indexed.getvalue()}
    for source, size, mode, args in (
        ("gray", (5, 7), "grayscale", {}),
        ("gray", (3, 3), "grayscale", {}),
        ("gray", (8, 12), "grayscale", {}),
        ("gray", (10, 3), "grayscale", {}),
        ("gray", (4, 5), "grayscale", {"interpolation": "nearest"}),
        ("gray", (9, 14), "grayscale", {"interpolation": "nearest"}),
        ("gray", (3, 3), "grayscale", {"crop_to_aspect_ratio": True}),
        ("gray", (4, 8), "grayscale", {"pad_to_aspect_ratio": True}),
        ("gray", (3, 4), "rgb", {}),
        ("color", (3, 4), "rgb", {}),
        ("color", (5, 7), "grayscale", {}),
        ("color", (4, 4), "grayscale", {}),
        ("rgba", (4, 4), "rgb", {}),
        ("rgba", (4, 4), "grayscale", {}),
        ("rgba", (4, 4), "rgba", {}),
        ("gray_alpha", (3, 3), "grayscale", {}),
        ("palette", (5, 7), "rgb", {}),
    ):
        settings = {"image_size": list(size), "color_mode": mode, **args}
        _, _, _, (out,) = load({"a/x.png": one[source]}, image_size=size, color_mode=mode, **args)
        tail = "_".join(k.split("_")[0] if v is True else v for k, v in args.items())
        name = f"image_{source}_to_{size[0]}x{size[1]}_{mode}" + ("_" + tail if tail else "")
        yield case(name, "image", settings, png=base64.b64encode(one[source]).decode(), expected=nested(out))
    # Decoders of JPEG differ in their last bits: these say how Keras's reads, to within a few levels.
    for name, content in (("jpeg_gray", jpeg(np.asarray(gray // 8 + 100), quality=95)), ("jpeg_color", jpeg(smooth, quality=90, subsampling=0))):
        mode = "grayscale" if name.endswith("gray") else "rgb"
        size = (5, 7) if mode == "grayscale" else (8, 8)
        _, _, _, (out,) = load({"a/x.jpg": content}, image_size=size, color_mode=mode)
        yield case(
            "image_" + name, "image", {"image_size": list(size), "color_mode": mode}, jpeg=base64.b64encode(content).decode(), expected=nested(out)
        )
    names = ["b/10.png", "b/9.png", "b/sub/1.png", "a/z.png", "B/x.PNG", "a/.hidden.png", "c 1/ä.jpg", "a/y.gif", "a/q.bmp"]
    content = {"png": one["gray"], "PNG": one["gray"], "jpg": jpeg(gray), "gif": None, "bmp": None}
    for kind in ("GIF", "BMP"):
        out = io.BytesIO()
        Image.fromarray(gray).save(out, kind)
        content[kind.lower()] = out.getvalue()
    classes, order, labels, _ = load({n: content[n.rsplit(".")[-1]] for n in names} | {"a/readme.txt": b"no picture"}, image_size=(2, 2))
    yield case("image_folder_order", "image_folder", {}, files=names + ["a/readme.txt"], class_names=classes, order=order, labels=labels)


def texts():
    names = ["pos/10_7.txt", "pos/9_8.txt", "neg/0_3.txt", "neg/10000_4.txt", "neg/1_1.txt", "neg/deep/2_2.txt", "neg/urls.csv"]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        data = keras.utils.text_dataset_from_directory(folder, shuffle=False, batch_size=None, verbose=False)
        pairs = [(x.numpy().decode(), int(y)) for x, y in data]
    yield case(
        "text_folder_order", "text_folder", {}, files=names, class_names=data.class_names, order=[x for x, _ in pairs], labels=[y for _, y in pairs]
    )


def windows():
    """The target of a window is the value at the same index of targets as the window's first."""
    series = np.arange(20, dtype="float32")
    pairs = np.stack([series, series * 10], -1)
    for name, data, shift, settings in (
        ("window", series, 3, {"sequence_length": 3}),
        ("window_stride", series, 4, {"sequence_length": 4, "sequence_stride": 3}),
        ("window_rate", series, 7, {"sequence_length": 4, "sampling_rate": 2}),
        ("window_rate_stride", series, 7, {"sequence_length": 3, "sampling_rate": 3, "sequence_stride": 2}),
        ("window_part", series, 3, {"sequence_length": 3, "start_index": 4, "end_index": 12}),
        ("window_ahead", series, 8, {"sequence_length": 6}),
        ("window_two_columns", pairs, 3, {"sequence_length": 3, "sequence_stride": 4}),
        ("window_no_target", series, None, {"sequence_length": 5, "sequence_stride": 5}),
    ):
        targets = None if shift is None else series[shift:]
        made = keras.utils.timeseries_dataset_from_array(data, targets, batch_size=None, **settings)
        xs, ys = [], []
        for item in made:
            x, y = (item, None) if shift is None else item
            xs.append(x.numpy())
            if y is not None:
                ys.append(y.numpy())
        out = {"train": nested(data), "expected": nested(np.stack(xs))}
        if shift is not None:
            out |= {"targets": nested(targets), "expected_targets": nested(np.stack(ys))}
        yield case(name, "timeseries", settings, **out)


def cases():
    for part in (normalization, images, texts, windows):
        yield from part()
