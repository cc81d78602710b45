"""Cases for layers.json: what joins inputs element by element, Dot, Permute, RepeatVector."""

from record import case, chain, graph, one
from vectors import normal, rng


def two(kind, a, b, **args):
    return graph({"a": a, "b": b}, [{kind: {"name": "l", "inputs": ["a", "b"], **args}}])


def elementwise():
    for kind in ("Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        r = rng("inputs of " + kind)
        name = kind.lower()
        yield case(name, two(kind, [5], [5]), {"a": normal(r, 3, 5), "b": normal(r, 3, 5)})
        yield case(f"{name}_stretched", two(kind, [3, 4], [3, 1]), {"a": normal(r, 2, 3, 4), "b": normal(r, 2, 3, 1)})
        yield case(f"{name}_ranks", two(kind, [4], [2, 3, 4]), {"a": normal(r, 2, 4), "b": normal(r, 2, 2, 3, 4)})
        if kind == "Subtract":
            continue
        yield case(
            f"{name}_four",
            graph(
                {"a": [2, 3], "b": [2, 3], "c": [1, 3]},
                [{kind: {"name": "l", "inputs": ["a", "b", "c", "a"]}}],
            ),
            {"a": normal(r, 2, 2, 3), "b": normal(r, 2, 2, 3), "c": normal(r, 2, 1, 3)},
        )
    r = rng("inputs of Add")
    yield case("add_ranks", two("Add", [4], [3, 4]), {"a": normal(r, 2, 4), "b": normal(r, 2, 3, 4)})


def gates():
    """A squeeze and excite block, and attention by hand: factors that depend on what they multiply."""
    r = rng("inputs of gates")
    yield case(
        "multiply_gate",
        graph(
            {"x": [4, 4, 3]},
            [
                {"GlobalAveragePooling2D": {"name": "squeeze", "inputs": ["x"]}},
                {"Dense": {"units": 2, "activation": "relu", "name": "down"}},
                {"Dense": {"units": 3, "activation": "sigmoid", "name": "up"}},
                {"Multiply": {"name": "l", "inputs": ["x", "up"]}},
            ],
        ),
        {"x": normal(r, 2, 4, 4, 3)},
    )


def dot():
    r = rng("inputs of dot")
    yield case("dot", two("Dot", [6], [6], axes=1), {"a": normal(r, 3, 6), "b": normal(r, 3, 6)})
    yield case("dot_cosine", two("Dot", [6], [6], axes=-1, normalize=True), {"a": normal(r, 3, 6), "b": normal(r, 3, 6)})
    shapes = {
        "one_two": ([5, 2], [3, 5], [1, 2]),
        "last": ([3, 4], [2, 4], -1),
        "first": ([4, 3], [4, 2], 1),
        "mixed": ([4, 3], [2, 4], [1, -1]),
        "vector": ([4, 3], [3], [2, 1]),
        "deep": ([2, 3, 4], [4, 5], [3, 1]),
    }
    for name, (a, b, axes) in shapes.items():
        for normalize in (False, True):
            yield case(
                f"dot_{name}{'_cosine' if normalize else ''}",
                two("Dot", a, b, axes=axes, normalize=normalize),
                {"a": normal(r, 2, *a), "b": normal(r, 2, *b)},
            )
    yield case(
        "dot_trained",
        graph(
            {"a": [4], "b": [3]},
            [
                {"Dense": {"units": 5, "activation": "tanh", "name": "da", "inputs": ["a"]}},
                {"Dense": {"units": 5, "name": "db", "inputs": ["b"]}},
                {"Dot": {"name": "l", "axes": 1, "normalize": True, "inputs": ["da", "db"]}},
            ],
        ),
        {"a": normal(r, 3, 4), "b": normal(r, 3, 3)},
    )


def shapes():
    r = rng("inputs of permute")
    yield case("permute", one("Permute", [3, 4], dims=[2, 1]), {"x": normal(r, 2, 3, 4)})
    yield case("permute_one", one("Permute", [5], dims=[1]), {"x": normal(r, 2, 5)})
    for dims in ([3, 1, 2], [2, 3, 1], [1, 3, 2], [3, 2, 1]):
        name = "".join(map(str, dims))
        yield case(f"permute_{name}", one("Permute", [2, 3, 4], dims=dims), {"x": normal(r, 2, 2, 3, 4)})
    yield case(
        "permute_between",
        chain(
            [4, 3],
            {"Permute": {"dims": [2, 1], "name": "p"}},
            {"Dense": {"units": 5, "activation": "tanh", "name": "d"}},
            {"Permute": {"dims": [2, 1], "name": "q"}},
            {"Dense": {"units": 2, "name": "e"}},
        ),
        {"x": normal(r, 2, 4, 3)},
    )
    yield case("repeat_vector", one("RepeatVector", [4], n=3), {"x": normal(r, 2, 4)})
    yield case("repeat_vector_1", one("RepeatVector", [4], n=1), {"x": normal(r, 2, 4)})
    yield case(
        "repeat_vector_between",
        chain(
            [4],
            {"Dense": {"units": 3, "name": "d"}},
            {"RepeatVector": {"n": 5, "name": "r"}},
            {"Dense": {"units": 2, "activation": "tanh", "name": "e"}},
        ),
        {"x": normal(r, 2, 4)},
    )


def cases():
    for part in (elementwise, gates, dot, shapes):
        yield from part()
