"""Cases for layers.json: LayerNormalization, GroupNormalization, RMSNormalization, UnitNormalization, PReLU."""

from record import case, chain, one
from vectors import away_from_zero, normal, rng


def layer_normalization():
    r = rng("inputs of layer normalization")
    yield case("layer_normalization", one("LayerNormalization", [6]), {"x": normal(r, 3, 6)})
    yield case("layer_normalization_one", one("LayerNormalization", [1]), {"x": normal(r, 3, 1)})
    yield case("layer_normalization_wide", one("LayerNormalization", [37]), {"x": normal(r, 2, 37)})
    yield case("layer_normalization_far", one("LayerNormalization", [8]), {"x": normal(r, 2, 8) + 1000})
    for axis in (1, 2, 3, [1, 2], [2, 3], [1, 3], [1, 2, 3], [-1]):
        name = "".join(map(str, axis)) if isinstance(axis, list) else str(axis)
        yield case(f"layer_normalization_axis_{name}", one("LayerNormalization", [2, 3, 4], axis=axis), {"x": normal(r, 2, 2, 3, 4)})
    for center, scale in ((True, False), (False, True), (False, False)):
        yield case(
            f"layer_normalization_{center}_{scale}".lower(),
            one("LayerNormalization", [5], center=center, scale=scale, epsilon=0.1),
            {"x": normal(r, 3, 5)},
        )
    yield case(
        "layer_normalization_regularized",
        one("LayerNormalization", [5], gamma_regularizer={"l2": 0.03}, beta_regularizer={"l1": 0.02}),
        {"x": normal(r, 3, 5)},
    )
    yield case(
        "layer_normalization_between",
        chain(
            [4, 3],
            {"Dense": {"units": 6, "name": "d"}},
            {"LayerNormalization": {"name": "n"}},
            {"Dense": {"units": 2, "activation": "tanh", "name": "e"}},
        ),
        {"x": normal(r, 2, 4, 3)},
    )


def group_normalization():
    r = rng("inputs of group normalization")
    for name, shape, args in (
        ("rows", [6], {"groups": 2}),
        ("one", [6], {"groups": 1}),
        ("instance", [3, 3, 4], {"groups": -1}),
        ("images", [3, 2, 6], {"groups": 3}),
        ("first", [4, 3, 2], {"groups": 2, "axis": 1}),
        ("middle", [3, 4, 2], {"groups": 2, "axis": -2}),
        ("steps", [5, 4], {"groups": 4, "center": False}),
        ("plain", [5, 4], {"groups": 2, "center": False, "scale": False, "epsilon": 0.01}),
    ):
        yield case(f"group_normalization_{name}", one("GroupNormalization", shape, **args), {"x": normal(r, 2, *shape)})


def others():
    r = rng("inputs of normalizations")
    yield case("rms_normalization", one("RMSNormalization", [7]), {"x": normal(r, 3, 7)})
    yield case("rms_normalization_23", one("RMSNormalization", [2, 3, 4], axis=[2, 3], epsilon=0.01), {"x": normal(r, 2, 2, 3, 4)})
    yield case("rms_normalization_steps", one("RMSNormalization", [3, 5]), {"x": normal(r, 2, 3, 5)})
    yield case("unit_normalization", one("UnitNormalization", [7]), {"x": normal(r, 3, 7)})
    yield case("unit_normalization_1", one("UnitNormalization", [3, 5], axis=1), {"x": normal(r, 2, 3, 5)})
    yield case("unit_normalization_12", one("UnitNormalization", [3, 5], axis=[1, 2]), {"x": normal(r, 2, 3, 5)})


def prelu():
    r = rng("inputs of prelu")
    yield case("prelu", one("PReLU", [5]), {"x": away_from_zero(r, 3, 5)})
    yield case("prelu_image", one("PReLU", [3, 2, 4]), {"x": away_from_zero(r, 2, 3, 2, 4)})
    for axes in ([1, 2], [1], [3], [1, 2, 3]):
        name = "".join(map(str, axes))
        yield case(
            f"prelu_shared_{name}",
            one("PReLU", [3, 2, 4], shared_axes=axes, alpha_initializer="ones", alpha_regularizer={"l2": 0.01}),
            {"x": away_from_zero(r, 2, 3, 2, 4)},
        )


def cases():
    for part in (layer_normalization, group_normalization, others, prelu):
        yield from part()
