"""Cases for losses.json: reductions, axes and classes that do not count."""

import numpy as np

from losses import case, each_weighting, model, one_hot
from vectors import normal, rng, short

MASKING = [{"Masking": {"name": "m"}}]


def reductions():
    r = rng("inputs of reductions")
    x, y, wide, deep = normal(r, 5, 3), normal(r, 5, 2), normal(r, 2, 4, 3), normal(r, 2, 4, 2)
    yield case("reduction_null", model(3, 2, {"mean_squared_error": {"reduction": None}}), x, y)
    for how in ("sum", "mean", "none", "mean_with_sample_weight"):
        loss = {"mean_squared_error": {"reduction": how}}
        penalised = how != "none"  # Keras does not add a penalty to losses that are not reduced
        yield from each_weighting(r, f"reduction_{how}", model(3, 2, loss, **({"kernel_regularizer": {"l2": 0.05}} if penalised else {})), x, y)
        description = model(3, 2, loss, shape=[4, 3], **({"bias_regularizer": {"l1": 0.05}} if penalised else {}))
        if how == "mean_with_sample_weight":  # Keras adds up weights [n, 1] as they are, and steps by steps
            yield case(f"reduction_{how}_rank3", description, wide, deep)
        else:
            yield from each_weighting(r, f"reduction_{how}_rank3", description, wide, deep)
        masked = model(3, 2, loss, shape=[4, 3])
        masked["layers"] = MASKING + masked["layers"]
        hidden = wide.copy()
        hidden[0, 2:] = 0
        yield from each_weighting(r, f"reduction_{how}_masked", masked, hidden, deep)
    ids = np.array([0, 2, 1, 1, 2])
    for name, loss, activation, target in (
        ("bce", {"binary_crossentropy": {"reduction": "sum", "axis": 1}}, "sigmoid", one_hot(ids, 3)),
        ("cce", {"categorical_crossentropy": {"reduction": "mean_with_sample_weight"}}, "softmax", one_hot(ids, 3)),
        ("scce", {"sparse_categorical_crossentropy": {"reduction": "sum"}}, "softmax", ids),
        ("hinge", {"hinge": {"reduction": "none"}}, None, one_hot(ids, 3)),
    ):
        yield from each_weighting(r, f"reduction_{name}", model(3, 3, loss, activation), x, target)


def axes():
    r = rng("inputs of losses along axes")
    x = normal(r, 2, 3, 4)
    ids = one_hot(r.integers(0, 3, (2, 4)), 3).transpose(0, 2, 1)
    for axis in (1, -2):
        for name, args in (("categorical_crossentropy", {}), ("categorical_crossentropy", {"from_logits": True}), ("categorical_focal_crossentropy", {"from_logits": True})):
            if axis < 0 and name == "categorical_crossentropy":
                continue  # TensorFlow counts this axis from the front alone
            description = model(4, 4, {name: {"axis": axis, **args}}, None if args else "sigmoid", shape=[3, 4])
            yield case(f"axis_{axis}_{name}{'_logits' if args else ''}", description, x, ids)
        loss = {"binary_crossentropy": {"axis": axis, "reduction": "sum"}}
        yield case(f"axis_{axis}_binary_crossentropy_sum", model(4, 4, loss, "sigmoid", shape=[3, 4]), x, ids)
        loss = {"binary_focal_crossentropy": {"axis": axis, "reduction": "none"}}
        yield case(f"axis_{axis}_binary_focal_crossentropy_none", model(4, 4, loss, "sigmoid", shape=[3, 4]), x, ids)


def ignored():
    r = rng("inputs of an ignored class")
    x, wide = normal(r, 5, 4), normal(r, 3, 4, 3)
    wide[0, 2:], wide[1, 0] = 0, 0
    ids, steps = np.array([0, 2, 1, 1, 2]), r.integers(0, 3, (3, 4))
    scce = "sparse_categorical_crossentropy"
    for name, args, activation in (("softmax", {}, "softmax"), ("logits", {"from_logits": True}, None), ("both", {"from_logits": True}, "softmax")):
        loss = {scce: {"ignore_class": 2, **args}}
        yield from each_weighting(r, f"ignored_{name}", model(4, 3, loss, activation), x, ids)
        yield case(f"ignored_{name}_rank3", model(3, 3, loss, activation, shape=[4, 3]), wide, steps)
        masked = model(3, 3, loss, activation, shape=[4, 3])
        masked["layers"] = MASKING + masked["layers"]
        yield from each_weighting(r, f"ignored_{name}_masked", masked, wide, steps)
    for how in ("sum", "none", "mean_with_sample_weight"):
        loss = {scce: {"ignore_class": 0, "reduction": how}}
        yield from each_weighting(r, f"ignored_{how}", model(4, 3, loss, "softmax"), x, ids)
    yield case("ignored_everywhere", model(4, 3, {scce: {"ignore_class": 1}}, "softmax"), x, np.full(5, 1))


def penalties():
    r = rng("inputs of penalties")
    x, y, wide = normal(r, 5, 3), normal(r, 5, 2), normal(r, 2, 4, 3)
    mse = "mean_squared_error"
    both = {"l1_l2": {"l1": 0.02, "l2": 0.03}}
    layer = [{"ActivityRegularization": {"name": "a", "l1": 0.05, "l2": 0.01}}]
    yield from each_weighting(r, "activity", model(3, 2, mse, "tanh", activity_regularizer=both, kernel_regularizer={"l2": 0.05}), x, y)
    yield from each_weighting(r, "activity_layer", model(3, 2, {mse: {"reduction": "sum"}}, then=layer), x, y)
    masked = model(3, 2, mse, shape=[4, 3], activity_regularizer={"l2": 0.1})
    masked["layers"] = MASKING + masked["layers"]
    hidden = wide.copy()
    hidden[0, 2:] = 0
    yield case("activity_masked", masked, hidden, normal(r, 2, 4, 2))
    for mode in ("rows", "columns"):
        yield case(f"orthogonal_{mode}", model(3, 2, mse, kernel_regularizer={"orthogonal_regularizer": {"factor": 0.3, "mode": mode}}), x, y)
    flat = np.array([[0.0, 0], [1, 2], [-1, 0.5]])
    yield case("orthogonal_zero", model(3, 2, mse, kernel_regularizer={"orthogonal_regularizer": {"factor": 0.3, "mode": "columns"}}), x, y, kernel=flat)


def cases():
    for part in (reductions, axes, ignored, penalties):
        yield from part()
