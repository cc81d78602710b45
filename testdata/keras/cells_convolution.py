"""Cases for cells.json: ConvLSTM1D to ConvLSTM3D with their arguments, states, masks and dropout."""

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
