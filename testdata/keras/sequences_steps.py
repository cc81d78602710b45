"""Cases for sequences.json: TimeDistributed of layers that take statistics of every step, or that draw."""

import numpy as np

from env import keras, tf
from record import case, chain, one
from layers_recurrent import EMBEDDING, IDS
from vectors import normal, rng, tensor


class Dictated:
    """Has backend.random.dropout keep what a generator says, and notes it: a list of (shape of the values, mask)."""

    def __init__(self, name):
        self.r, self.calls, self.random = rng("masks of " + name), [], keras.src.backend.random

    def __enter__(self):
        self.before = self.random.dropout
        self.random.dropout = self.drop
        return self

    def __exit__(self, *_):
        self.random.dropout = self.before

    def drop(self, inputs, rate, noise_shape=None, seed=None):
        shape = [n if n is not None else size for n, size in zip(noise_shape or inputs.shape, inputs.shape)]
        mask = (self.r.uniform(size=shape) >= rate).astype("float64")
        self.calls.append((tuple(inputs.shape), mask))
        return inputs * tf.constant(mask / (1 - rate), inputs.dtype)


def drawing(name, model, inputs, steps, streams):
    """A case whose masks are dictated. streams has, by nngen's stream, the width of the values that it is for; of
    several calls in a step, as the gates of a cell make them, the masks are one after the other."""
    with Dictated(name) as dictated:
        out = case(name, model, inputs, training=True)
    masks = {}
    for stream, width in streams.items():
        calls = [m for shape, m in dictated.calls if shape[-1] == width]
        each = len(calls) // steps
        gates = [np.stack(calls[t * each : (t + 1) * each], 1) for t in range(steps)]
        masks[stream] = tensor(np.stack([g if each > 1 else g[:, 0] for g in gates], 1).astype("int32"))
    assert dictated.calls and len(dictated.calls) % steps == 0
    out["masks"] = masks
    return out


def statistics():
    r = rng("inputs of statistics of steps")
    layers = {
        "plain": ({}, [3, 2]),
        "fast": ({"momentum": 0.5, "epsilon": 0.01}, [3, 2]),
        "no_scale": ({"scale": False, "momentum": 0.0}, [3, 2]),
        "images": ({"center": False}, [2, 2, 3, 2]),
        "first_axis": ({"axis": 1}, [2, 3, 2]),
        "one_step": ({}, [1, 3]),
    }
    for name, (args, shape) in layers.items():
        for training in (True, False):
            if training or name in ("plain", "first_axis"):
                yield case(f"steps_of_batches_{name}" + ("" if training else "_inference"), one("TimeDistributed", shape, layer={"BatchNormalization": args}), {"x": normal(r, 4, *shape)}, training=training)
    yield case("steps_of_batches_frozen", one("TimeDistributed", [3, 2], layer={"BatchNormalization": {"trainable": False}}), {"x": normal(r, 4, 3, 2)}, training=True)
    yield case("steps_of_batches_masked", chain([5], EMBEDDING, {"TimeDistributed": {"name": "l", "layer": {"BatchNormalization": {"momentum": 0.8}}}}, dtype="int32"), {"x": IDS}, training=True)


def noise():
    r = rng("inputs of noise of steps")
    layer = lambda kind, **args: {"layer": {kind: args}}
    yield drawing("steps_of_dropout", one("TimeDistributed", [3, 2], **layer("Dropout", rate=0.5)), {"x": normal(r, 3, 3, 2)}, 3, {"l": 2})
    yield drawing("steps_of_dropout_shape", one("TimeDistributed", [2, 3, 2], **layer("Dropout", rate=0.4, noise_shape=[None, 1, 2])), {"x": normal(r, 3, 2, 3, 2)}, 2, {"l": 2})
    yield drawing("steps_of_spatial_dropout", one("TimeDistributed", [2, 3, 2], **layer("SpatialDropout1D", rate=0.5)), {"x": normal(r, 3, 2, 3, 2)}, 2, {"l": 2})
    dropping = {"dropout": 0.4, "recurrent_dropout": 0.3}
    for kind in ("SimpleRNN", "LSTM", "GRU"):
        yield drawing(f"steps_of_{kind.lower()}_dropout", one("TimeDistributed", [2, 3, 2], **layer(kind, units=3, **dropping)), {"x": normal(r, 2, 2, 3, 2)}, 2,
                      {"l/dropout": 2, "l/recurrent_dropout": 3})


def normalized():
    r = rng("inputs of normalized steps")
    known = {"mean": [0.5, -1.0], "variance": [4.0, 0.25]}
    for name, args, shape in (("last", known, [3, 2]), ("first", {"axis": 1, **known}, [3, 2, 3]), ("one", {"axis": None, "mean": 0.5, "variance": 0.0, "invert": True}, [2, 2, 2])):
        yield case(f"steps_normalized_{name}", one("TimeDistributed", shape, layer={"Normalization": args}), {"x": normal(r, 3, *shape)})


def cases():
    for part in (statistics, noise, normalized):
        yield from part()
