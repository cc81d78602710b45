"""Cases for losses.json: Dice and Tversky, whose sums go over a batch or over parts of a row."""

from losses import case, each_weighting, model
from vectors import normal, rng


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
