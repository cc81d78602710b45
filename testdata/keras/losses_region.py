"""Cases for losses.json: losses of all rows of a batch: Dice and Tversky, whose sums go over them or over parts of a row, and Circle."""

import numpy as np

from losses import case, each_weighting, model
from vectors import normal, rng


def circles():
    """Vectors of rows that are compared with one another, in batches of every kind."""
    r = rng("inputs of losses of pairs")
    unit = [{"UnitNormalization": {"name": "u"}}]
    x, labels = normal(r, 7, 2), np.array([3, -1, 3, 2000000000, -1, 3, 7])  # two of them alone
    weight = np.array([1, 0.5, 0, 2, 1.5, 0.25, 1])
    yield case("circle", model(2, 3, "circle", then=unit), x, labels)
    for how in ("sum_over_batch_size", "sum", "none", "mean_with_sample_weight"):
        yield case(f"circle_{how}", model(2, 2, {"circle": {"gamma": 5, "reduction": how}}, then=unit), x, labels, sample_weight=weight)
    itself = {"gamma": 20, "margin": 0.25, "remove_diagonal": False}
    yield case("circle_itself", model(2, 2, {"circle": itself}, then=unit, kernel_regularizer={"l2": 0.05}), x, labels)
    yield case("circle_lengths", model(2, 2, {"circle": {"gamma": 0.5, "margin": -0.2}}), x, labels)
    for ids in ([4], [4, 4], [4, 5], [1, 1, 1], [0, 1, 2]):
        loss = {"circle": {"remove_diagonal": len(ids) != 2}}
        yield case(f"circle_{''.join(map(str, ids))}", model(1, 2, loss, then=unit), normal(r, len(ids), 1), np.array(ids))


def cases():
    r = rng("inputs of losses of regions")
    x, wide, deep = normal(r, 5, 3), normal(r, 2, 4, 3), normal(r, 2, 2, 4, 3)
    for name, args in (("dice", {}), ("tversky", {}), ("tversky", {"alpha": 0.2, "beta": 0.7})):
        label = name + ("_weights" if args else "")
        y = r.integers(0, 2, (5, 2))
        if name == "tversky" and not args:  # which is Dice
            yield case(label, model(3, 2, name, "sigmoid"), x, y)
            continue
        yield from each_weighting(r, label, model(3, 2, {name: args}, "sigmoid"), x, y)
        yield from each_weighting(r, f"{label}_units", model(3, 2, {name: {"axis": -1, **args}}, "sigmoid"), x, y)
        yield case(f"{label}_over_weights", model(3, 2, {name: {"reduction": "mean_with_sample_weight", **args}}, "sigmoid"), x, y, sample_weight=abs(normal(r, 5)))
        images = r.integers(0, 2, (2, 2, 4, 2))
        for axis in (None, [1, 2, 3], [1, 2], [0, 1, 2], 0):
            description = model(3, 2, {name: {"axis": axis, **args}}, "sigmoid", shape=[2, 4, 3])
            yield case(f"{label}_rank4_{axis}", description, deep, images)
        yield case(f"{label}_sums", model(3, 2, {name: {"axis": [1], "reduction": "sum", **args}}, "sigmoid", shape=[4, 3]), wide, r.integers(0, 2, (2, 4, 2)))
        masked = model(3, 2, {name: args}, "sigmoid", shape=[4, 3])
        masked["layers"] = [{"Masking": {"name": "m"}}] + masked["layers"]
        hidden = wide.copy()
        hidden[0, 2:] = 0
        yield case(f"{label}_masked", masked, hidden, r.integers(0, 2, (2, 4, 2)))
    yield from circles()
