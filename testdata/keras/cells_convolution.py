"""Cases for cells.json: ConvLSTM1D to ConvLSTM3D with their arguments, states and dropout, alone and both ways."""

import numpy as np

from record import case, chain, graph, one
from vectors import normal, rng

KINDS = {"ConvLSTM1D": ([2, 4, 2], 2), "ConvLSTM2D": ([2, 3, 4, 1], [2, 3]), "ConvLSTM3D": ([2, 2, 3, 2, 1], [2, 2, 1])}

ARGUMENTS = {
    "plain": {},
    "sequences": {"return_sequences": True, "padding": "same"},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "strides": {"strides": 2, "padding": "same"},
    "no_bias": {"use_bias": False, "activation": "softsign", "recurrent_activation": "hard_sigmoid"},
    "regularized": {"kernel_regularizer": {"l2": 0.01}, "recurrent_regularizer": {"l2": 0.02}, "bias_regularizer": {"l1": 0.01}},
}


def cases():
    for kind, (shape, size) in KINDS.items():
        r = rng(f"inputs of {kind}")
        name = kind.lower()
        for what, args in ARGUMENTS.items():
            yield case(f"{name}_{what}", one(kind, shape, filters=2, kernel_size=size, **args), {"x": normal(r, 2, *shape)})
        yield case(
            f"{name}_dropout",
            one(kind, shape, filters=1, kernel_size=size, dropout=0.4, recurrent_dropout=0.3, return_sequences=True),
            {"x": normal(r, 2, *shape)}, training=True,
        )
    r = rng("inputs of dilation")
    yield case("convlstm1d_dilation", one("ConvLSTM1D", [3, 5, 1], filters=2, kernel_size=2, dilation_rate=2), {"x": normal(r, 2, 3, 5, 1)})
    given = {"h": [3, 2], "c": [3, 2]}
    layer = {"ConvLSTM1D": {"filters": 2, "kernel_size": 2, "return_state": True, "name": "l", "inputs": ["x", "h", "c"]}}
    ends = [{"Identity": {"name": f"end{i}", "inputs": [f"l.{s}"]}} for i, s in enumerate(("state_h", "state_c"))]
    yield case("convlstm1d_states", graph({"x": [2, 4, 1], **given}, [layer, *ends], outputs=["l", "end0", "end1"]),
               {"x": normal(r, 2, 2, 4, 1), **{s: normal(r, 2, 3, 2) for s in given}})
    yield case(
        "convlstm1d_stacked",
        chain([3, 4, 1], {"ConvLSTM1D": {"filters": 2, "kernel_size": 2, "return_sequences": True, "name": "a"}}, {"ConvLSTM1D": {"filters": 1, "kernel_size": 2, "name": "b"}}),
        {"x": normal(r, 2, 3, 4, 1)},
    )
    yield from both_ways()


def both_ways():
    r = rng("inputs of both ways")
    line = {"ConvLSTM1D": {"filters": 1, "kernel_size": 2}}
    of = lambda **args: {"ConvLSTM1D": {**line["ConvLSTM1D"], **args}}  # noqa: E731
    for mode in ("concat", "sum", "mul", "ave"):
        many = mode in ("concat", "mul")
        yield case(f"bidirectional_convlstm1d_{mode}", one("Bidirectional", [2, 2, 1], layer=of(return_sequences=many), merge_mode=mode), {"x": normal(r, 1, 2, 2, 1)})
    states = ["backward", "forward_h", "forward_c", "backward_h", "backward_c"]
    given = {f"from_{s}": [2, 1] for s in states[1:]}
    layer = {"Bidirectional": {"name": "l", "layer": of(return_state=True, return_sequences=True), "merge_mode": None, "inputs": ["x", *given]}}
    ends = [{"Identity": {"name": s, "inputs": [f"l.{s}"]}} for s in states]
    yield case("bidirectional_convlstm1d_states", graph({"x": [2, 3, 1], **given}, [layer, *ends], outputs=["l", *states]),
               {"x": normal(r, 1, 2, 3, 1), **{s: normal(r, 1, 2, 1) for s in given}})
    steps = {"TimeDistributed": {"layer": {"Reshape": {"target_shape": [2, 1]}}, "name": "steps"}}
    embedding = {"Embedding": {"input_dim": 3, "output_dim": 2, "mask_zero": True, "name": "e"}}
    yield case("bidirectional_convlstm1d_masked",
               chain([3], embedding, steps, {"Bidirectional": {"name": "l", "layer": of(return_sequences=True)}}, dtype="int32"), {"x": np.array([[1, 0, 2], [2, 1, 0]])})
    yield case("bidirectional_convlstm2d", one("Bidirectional", [2, 2, 1, 1], layer={"ConvLSTM2D": {"filters": 1, "kernel_size": [2, 1]}},
                                               backward_layer={"ConvLSTM2D": {"filters": 2, "kernel_size": [2, 1], "go_backwards": True, "activation": "softsign"}}), {"x": normal(r, 1, 2, 2, 1, 1)})
    yield case("bidirectional_convlstm3d", one("Bidirectional", [2, 1, 2, 1, 1], layer={"ConvLSTM3D": {"filters": 1, "kernel_size": [1, 2, 1], "return_sequences": True}}, merge_mode="sum"),
               {"x": normal(r, 1, 2, 1, 2, 1, 1)})
