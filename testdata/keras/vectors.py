"""Tensors, random numbers and files shared by the scripts that write vectors."""

import gzip
import json
import math
import pathlib
import zlib

import numpy as np

from env import keras, tf, versions
import build

HERE = pathlib.Path(__file__).parent


def rng(name):
    """Each case draws from its own generator, so that adding one changes no other."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def short(array):
    """Three decimals: few bytes, and one meaning in float32 and float64."""
    return np.round(np.asarray(array, "float64"), 3)


def normal(r, *shape, scale=1.0):
    return short(r.normal(0, scale, shape))


def away_from_zero(r, *shape, scale=1.5, gap=0.05):
    """Random values no closer to 0 than gap, where relu and its kind have their kink."""
    x = r.normal(0, scale, shape)
    return short(np.where(x < 0, x - gap, x + gap))


def tensor(value):
    """The JSON form of an array, {shape, data, dtype when it is an integer}; a list of id lists is ragged."""
    if isinstance(value, list):
        return {"rows": [[int(i) for i in row] for row in value]}
    value = np.asarray(value)
    out = {"shape": list(value.shape), "data": value}
    if value.dtype.kind in "iub":
        out["dtype"] = "int32"
    return out


def tensors(values):
    return {name: tensor(v) for name, v in values.items()}


def feed(model, inputs):
    """Arrays (or id lists) as tensors in the order and types of the model's inputs."""
    out = []
    for spec in model.inputs:
        value = inputs[spec.name]
        if isinstance(value, list):
            out.append(tf.ragged.constant(value, dtype=spec.dtype))
        else:
            out.append(tf.convert_to_tensor(np.asarray(value), dtype=spec.dtype))
    return out if len(out) > 1 else out[0]


def set_weights(model, values):
    """Gives every weight its value; a name that is missing or too much is an error of the script."""
    variables = build.weights(model)
    if set(variables) != set(values):
        raise ValueError(f"weights {sorted(values)} given, {sorted(variables)} wanted")
    for name, v in variables.items():
        v.assign(np.asarray(values[name], v.dtype))


def random_weights(model, r, scale=0.5):
    """Three-decimal weights of every kind: statistics positive where they must be."""
    values = {}
    for name, v in build.weights(model).items():
        kind = name.rsplit("/", 1)[1]
        if kind in ("moving_variance", "variance"):
            values[name] = short(r.uniform(0.5, 2, v.shape))
        elif kind == "gamma":
            values[name] = short(r.uniform(0.5, 1.5, v.shape))
        elif kind == "count":
            values[name] = np.zeros(v.shape, "int32")
        else:
            values[name] = normal(r, *v.shape, scale=scale)
    set_weights(model, values)
    return values


def snapshot(model):
    return {name: tensor(v.numpy()) for name, v in build.weights(model).items()}


def dense_grad(grad, like):
    """A gradient as an array: embeddings answer with slices, an unused tensor with None."""
    if grad is None:
        return np.zeros(like.shape, keras.config.floatx())
    return tf.convert_to_tensor(grad).numpy()


def number(x):
    """The shortest decimal that reads back as the same float of the same width, of 12 digits at most:
    the tests ask for 9, and random digits are what these files weigh."""
    text = str(x)
    if isinstance(x, (float, np.float64)):
        text = repr(float(f"{x:.12g}"))
    if not math.isfinite(float(text)):
        raise ValueError(f"{x} has no form in JSON")
    return text[:-2] if text.endswith(".0") else text


def encode(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{encode(v)}" for k, v in value.items()) + "}"
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "b":
            value = value.astype("int32")
        return "[" + ",".join(number(x) for x in value.ravel()) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode(v) for v in value) + "]"
    if isinstance(value, (float, np.floating)):
        return number(value)
    if isinstance(value, np.integer):
        return str(value)
    return json.dumps(value)


def write(name, cases, **head):
    """Writes NAME.json.gz: a head, then one case per line."""
    names = [c["name"] for c in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"{name}: a case name is used twice")
    head = encode({**versions(), **head})[1:-1]
    body = ",\n".join(encode(c) for c in cases)
    text = "{" + head + ',"cases":[\n' + body + "\n]}\n"
    json.loads(text)
    path = HERE / (name + ".json.gz")
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as f:
        f.write(text.encode())
    print(f"{path.name}: {len(cases)} cases, {len(text)} bytes, {path.stat().st_size} in the file")
