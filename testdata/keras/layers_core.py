"""Cases for layers.json: Dense, Dropout, Flatten, Reshape, Add, Concatenate, regularizers."""

from record import case, chain, graph, one
from vectors import away_from_zero, normal, rng


def dense():
    r = rng("inputs of dense")
    yield case("dense", one("Dense", [5], units=3), {"x": normal(r, 4, 5)})
    yield case("dense_no_bias", one("Dense", [5], units=3, use_bias=False, activation="tanh"), {"x": normal(r, 4, 5)})
    yield case("dense_one_row", one("Dense", [7], units=1, activation="sigmoid"), {"x": normal(r, 1, 7)})
    yield case("dense_one_input", one("Dense", [1], units=5), {"x": normal(r, 3, 1)})
    yield case("dense_rank3", one("Dense", [4, 3], units=2, activation="tanh"), {"x": normal(r, 2, 4, 3)})
    yield case("dense_rank4", one("Dense", [2, 3, 4], units=2), {"x": normal(r, 2, 2, 3, 4)})
    yield case("dense_wide", one("Dense", [33], units=17, activation="relu"), {"x": away_from_zero(r, 5, 33)})
    yield case(
        "dense_frozen",
        chain(
            [4],
            {"Dense": {"units": 3, "activation": "tanh", "name": "a"}},
            {"Dense": {"units": 3, "activation": "tanh", "trainable": False, "name": "b"}},
            {"Dense": {"units": 2, "name": "c"}},
        ),
        {"x": normal(r, 3, 4)},
    )


def regularizers():
    r = rng("inputs of regularizers")
    kinds = {
        "l1": {"l1": 0.01},
        "l2": {"l2": 0.02},
        "l1_l2": {"l1_l2": {"l1": 0.01, "l2": 0.03}},
    }
    for name, spec in kinds.items():
        x = normal(r, 3, 4)
        yield case(
            f"dense_{name}",
            one("Dense", [4], units=3, kernel_regularizer=spec, bias_regularizer=spec),
            {"x": x},
        )
    yield case(
        "dense_two_regularized",
        chain(
            [4],
            {"Dense": {"units": 3, "activation": "tanh", "kernel_regularizer": kinds["l2"], "name": "a"}},
            {"Dense": {"units": 2, "bias_regularizer": kinds["l1"], "name": "b"}},
        ),
        {"x": normal(r, 3, 4)},
    )


def dropout():
    r = rng("inputs of dropout")
    for rate in (0.2, 0.5):
        for training in (False, True):
            name = f"dropout_{rate}_{'training' if training else 'inference'}"
            yield case(name, one("Dropout", [12], rate=rate), {"x": normal(r, 3, 12)}, training=training)
    yield case("dropout_0_training", one("Dropout", [4], rate=0.0), {"x": normal(r, 2, 4)}, training=True)
    yield case("dropout_rank3_training", one("Dropout", [3, 4], rate=0.3), {"x": normal(r, 2, 3, 4)}, training=True)


def shapes():
    r = rng("inputs of shapes")
    yield case("flatten", one("Flatten", [2, 3]), {"x": normal(r, 2, 2, 3)})
    yield case("flatten_rank4", one("Flatten", [2, 3, 2]), {"x": normal(r, 2, 2, 3, 2)})
    yield case("flatten_rank2", one("Flatten", [5]), {"x": normal(r, 2, 5)})
    yield case("reshape", one("Reshape", [6], target_shape=[2, 3]), {"x": normal(r, 2, 6)})
    yield case("reshape_inferred", one("Reshape", [4, 3], target_shape=[-1, 2]), {"x": normal(r, 2, 4, 3)})
    yield case(
        "reshape_between",
        chain(
            [6],
            {"Reshape": {"target_shape": [2, 3], "name": "r"}},
            {"Dense": {"units": 2, "activation": "tanh", "name": "d"}},
            {"Flatten": {"name": "f"}},
            {"Dense": {"units": 2, "name": "e"}},
        ),
        {"x": normal(r, 3, 6)},
    )


def merges():
    r = rng("inputs of merges")
    two = {"a": [3], "b": [3]}
    xs = lambda *shape: {"a": normal(r, *shape), "b": normal(r, *shape)}  # noqa: E731
    yield case("add", graph(two, [{"Add": {"name": "l", "inputs": ["a", "b"]}}]), xs(2, 3))
    yield case(
        "add_three",
        graph({**two, "c": [3]}, [{"Add": {"name": "l", "inputs": ["a", "b", "c"]}}]),
        {**xs(2, 3), "c": normal(r, 2, 3)},
    )
    yield case("concatenate", graph({"a": [3], "b": [2]}, [{"Concatenate": {"name": "l", "inputs": ["a", "b"]}}]),
               {"a": normal(r, 2, 3), "b": normal(r, 2, 2)})
    yield case(
        "concatenate_axis1",
        graph({"a": [2, 3], "b": [4, 3]}, [{"Concatenate": {"name": "l", "axis": 1, "inputs": ["a", "b"]}}]),
        {"a": normal(r, 2, 2, 3), "b": normal(r, 2, 4, 3)},
    )
    yield case(
        "concatenate_rank3_last",
        graph({"a": [2, 3], "b": [2, 1]}, [{"Concatenate": {"name": "l", "axis": -1, "inputs": ["a", "b"]}}]),
        {"a": normal(r, 2, 2, 3), "b": normal(r, 2, 2, 1)},
    )
    yield case(
        "residual",
        graph(
            {"x": [4]},
            [
                {"Dense": {"units": 4, "activation": "tanh", "name": "d1"}},
                {"Dense": {"units": 4, "activation": "tanh", "name": "d2"}},
                {"Add": {"name": "sum", "inputs": ["d2", "x"]}},
                {"Concatenate": {"name": "cat", "inputs": ["sum", "d1", "d1"]}},
                {"Dense": {"units": 2, "name": "head"}},
            ],
        ),
        {"x": normal(r, 3, 4)},
    )
    yield case(
        "add_same_twice",
        graph({"x": [3]}, [{"Dense": {"units": 3, "name": "d"}}, {"Add": {"name": "l", "inputs": ["d", "d"]}}]),
        {"x": normal(r, 2, 3)},
    )
    yield case(
        "two_outputs",
        graph(
            {"x": [4]},
            [
                {"Dense": {"units": 3, "activation": "tanh", "name": "trunk"}},
                {"Dense": {"units": 2, "activation": "softmax", "name": "kind", "inputs": ["trunk"]}},
                {"Dense": {"units": 1, "name": "size", "inputs": ["trunk"]}},
            ],
            outputs=["kind", "size"],
        ),
        {"x": normal(r, 3, 4)},
    )


def cases():
    for part in (dense, regularizers, dropout, shapes, merges):
        yield from part()
