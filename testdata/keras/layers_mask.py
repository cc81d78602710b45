"""Cases for layers.json: masks, from Masking and Embedding through every layer that knows them."""

import numpy as np

from record import case, chain, graph
from vectors import normal, rng

IDS = np.array([[3, 0, 2, 1], [0, 0, 0, 0], [1, 2, 0, 0], [0, 4, 0, 3]])
SOME = np.array([[3, 0, 2, 1], [4, 0, 0, 0], [1, 2, 0, 0], [0, 4, 0, 3]])  # every row counts somewhere


def embedding(name="e", **args):
    return {"Embedding": {"input_dim": 5, "output_dim": 3, "mask_zero": True, "name": name, **args}}


POOL = {"GlobalAveragePooling1D": {"name": "pool"}}


def with_gaps(r, *shape, value=0.0):
    """Random steps, of which some are nothing but value, and some hold value beside other numbers."""
    x = normal(r, *shape)
    x[0, 1], x[1, 2:], x[2, 0, 0] = value, value, value
    return x


def sources():
    r = rng("inputs of masks")
    yield case("mask_embedding", chain([4], embedding(), POOL, dtype="int32"), {"x": SOME})
    yield case("mask_keepdims", chain([4], embedding(), {"GlobalAveragePooling1D": {"name": "pool", "keepdims": True}}, dtype="int32"), {"x": SOME})
    yield case("mask_zero_false", chain([4], embedding(mask_zero=False), POOL, dtype="int32"), {"x": SOME})
    yield case("masking", chain([4, 3], {"Masking": {"name": "m"}}), {"x": with_gaps(r, 3, 4, 3)})
    yield case("masking_pooled", chain([4, 3], {"Masking": {"name": "m"}}, POOL), {"x": with_gaps(r, 3, 4, 3)})
    yield case("masking_value", chain([4, 3], {"Masking": {"name": "m", "mask_value": -1.5}}, POOL), {"x": with_gaps(r, 3, 4, 3, value=-1.5)})
    yield case("masking_rank4", chain([4, 3, 2], {"Masking": {"name": "m"}}), {"x": with_gaps(r, 3, 4, 3, 2)})
    yield case("masking_rank2", chain([3], {"Masking": {"name": "m"}}), {"x": np.array([[0, 0, 0], [0.5, 0, -1]])})


def handed_on():
    r = rng("inputs of masks handed on")
    layers = {
        "dense": {"Dense": {"units": 2, "name": "l"}},
        "activation": {"Activation": {"activation": "softmax", "name": "l"}},
        "relu": {"ReLU": {"negative_slope": 0.1, "name": "l"}},
        "leaky_relu": {"LeakyReLU": {"name": "l"}},
        "elu": {"ELU": {"name": "l"}},
        "prelu": {"PReLU": {"name": "l"}},
        "identity": {"Identity": {"name": "l"}},
        "dropout": {"Dropout": {"rate": 0.5, "name": "l"}},
        "layer_normalization": {"LayerNormalization": {"name": "l"}},
        "group_normalization": {"GroupNormalization": {"groups": 3, "name": "l"}},
        "unit_normalization": {"UnitNormalization": {"name": "l"}},
        "rms_normalization": {"RMSNormalization": {"name": "l"}},
        "rescaling": {"Rescaling": {"scale": 2.0, "offset": 1.0, "name": "l"}},
        "normalization": {"Normalization": {"mean": [0.5, 0.25, -1.0], "variance": [2.0, 0.5, 1.5], "name": "l"}},
        "batch_normalization": {"BatchNormalization": {"name": "l"}},
        # What drops the mask.
        "permute": {"Permute": {"dims": [1, 2], "name": "l"}},
        "reshape": {"Reshape": {"target_shape": [4, 3], "name": "l"}},
        "conv": {"Conv1D": {"filters": 2, "kernel_size": 3, "padding": "same", "name": "l"}},
        "pooling": {"MaxPooling1D": {"pool_size": 2, "name": "l"}},
        "zero_padding": {"ZeroPadding1D": {"padding": 1, "name": "l"}},
        "cropping": {"Cropping1D": {"cropping": 1, "name": "l"}},
    }
    for name, layer in layers.items():
        masking = {"Masking": {"name": "m", "mask_value": -1.5}}
        yield case(f"mask_through_{name}", chain([4, 3], masking, layer, POOL), {"x": with_gaps(r, 3, 4, 3, value=-1.5)})
    steps = [embedding(), {"GlobalMaxPooling1D": {"name": "l"}}, {"RepeatVector": {"n": 2, "name": "repeat"}}, POOL]
    yield case("mask_to_the_end", chain([4], *steps, dtype="int32"), {"x": IDS})
    yield case("mask_flatten", chain([4], embedding(), {"Flatten": {"name": "f"}}, {"Dense": {"units": 2, "name": "d"}}, dtype="int32"), {"x": IDS})


def batch_normalization():
    r = rng("inputs of masked batch normalization")
    for name, args in (("plain", {}), ("settings", {"momentum": 0.7, "epsilon": 0.05, "center": False}), ("bare", {"center": False, "scale": False})):
        yield case(
            f"mask_batch_normalization_{name}",
            chain([4, 3], {"Masking": {"name": "m"}}, {"BatchNormalization": {"name": "l", **args}}, POOL),
            {"x": with_gaps(r, 3, 4, 3)},
            training=True,
        )
    yield case(
        "mask_batch_normalization_axis_1",
        chain([4, 3], {"Masking": {"name": "m"}}, {"BatchNormalization": {"name": "l", "axis": 1}}, POOL),
        {"x": with_gaps(r, 3, 4, 3)},
        training=True,
    )


def merges():
    r = rng("inputs of masked merges")
    for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
        for masked in ("a", "b", "ab"):
            layers = [
                {"Masking" if x in masked else "Identity": {"name": "m" + x, "inputs": [x]}} for x in "ab"
            ] + [{kind: {"name": "l", "inputs": ["ma", "mb"]}}, POOL]
            xs = {x: with_gaps(r, 3, 4, 3) for x in "ab"}
            xs["b"][0, 2], xs["b"][0, 1] = 0.0, 0.3  # a step that counts in one of them alone
            yield case(f"mask_{kind.lower()}_{masked}", graph({"a": [4, 3], "b": [4, 3]}, layers, outputs=["l", "pool"]), xs)
    for kind in ("Add", "Multiply", "Maximum", "Minimum", "Concatenate"):
        for masked in ("abc", "ac", "bc"):
            layers = [
                {"Masking" if x in masked else "Identity": {"name": "m" + x, "inputs": [x]}} for x in "abc"
            ] + [{kind: {"name": "l", "inputs": ["ma", "mb", "mc"]}}, POOL]
            xs = {x: with_gaps(r, 3, 4, 2) for x in "abc"}
            xs["b"][0, 1], xs["c"][0, 2] = 0.7, 0.0
            yield case(f"mask_{kind.lower()}_three_{masked}", graph({x: [4, 2] for x in "abc"}, layers, outputs=["l", "pool"]), xs)
    for masked in ("a", "b", "ab"):
        layers = [{"Masking" if x in masked else "Identity": {"name": "m" + x, "inputs": [x]}} for x in "ab"]
        layers += [{"Concatenate": {"name": "l", "axis": 1, "inputs": ["ma", "mb"]}}, POOL]
        yield case(f"mask_concatenate_axis1_{masked}", graph({"a": [4, 3], "b": [3, 3]}, layers, outputs=["l", "pool"]),
                   {"a": with_gaps(r, 3, 4, 3), "b": with_gaps(r, 3, 3, 3)})
    layers = [{"Masking": {"name": "m" + x, "inputs": [x]}} for x in "ab"]
    yield case("mask_multiply_stretched", graph({"a": [4, 3], "b": [4, 1]}, layers + [{"Multiply": {"name": "l", "inputs": ["ma", "mb"]}}, POOL], outputs=["l", "pool"]),
               {"a": with_gaps(r, 3, 4, 3), "b": with_gaps(r, 3, 4, 1)})
    yield case("mask_dot", graph({"a": [4, 3], "b": [4, 3]}, layers + [{"Dot": {"name": "l", "axes": 1, "inputs": ["ma", "mb"]}}, POOL], outputs=["pool"]),
               {"a": with_gaps(r, 3, 4, 3), "b": with_gaps(r, 3, 4, 3)})
    yield case("mask_same_value", graph({"x": [4, 3]}, [
        {"Masking": {"name": "m"}},
        {"Identity": {"name": "i"}},
        {"Reshape": {"name": "r", "target_shape": [4, 3], "inputs": ["m"]}},
        {"Add": {"name": "l", "inputs": ["i", "m"]}},
        {"GlobalAveragePooling1D": {"name": "p", "inputs": ["l"]}},
        {"GlobalAveragePooling1D": {"name": "q", "inputs": ["r"]}},
    ], outputs=["p", "q"]), {"x": with_gaps(r, 3, 4, 3)})


def cases():
    for part in (sources, handed_on, batch_normalization, merges):
        yield from part()
