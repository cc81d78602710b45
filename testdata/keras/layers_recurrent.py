"""Cases for layers.json: SimpleRNN, LSTM, GRU with all their arguments, states, masks and dropout."""

import numpy as np

from record import case, chain, graph, one
from vectors import away_from_zero, normal, rng

CELLS = {
    "simple_rnn": ("SimpleRNN", {}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
    "gru_before": ("GRU", {"reset_after": False}),
}
STATES = {"SimpleRNN": ["state_h"], "LSTM": ["state_h", "state_c"], "GRU": ["state_h"]}

# Rows with padding behind, in the middle and in front, and one of nothing else.
IDS = np.array([[3, 2, 1, 0, 0], [1, 0, 0, 4, 0], [0, 0, 0, 0, 0], [0, 2, 3, 0, 1]])
EMBEDDING = {"Embedding": {"input_dim": 5, "output_dim": 3, "mask_zero": True, "name": "e"}}

L1, L2 = {"l1": 0.01}, {"l2": 0.02}


def arguments(kind, name, base):
    r = rng(f"inputs of {name}")
    sigma = {} if kind == "SimpleRNN" else {"recurrent_activation": "hard_sigmoid"}
    for what, args in {
        "plain": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True},
        "backwards_sequences": {"go_backwards": True, "return_sequences": True},
        "no_bias": {"use_bias": False, "return_sequences": True},
        "activations": {"activation": "softsign", **sigma},
        "linear": {"activation": "linear"},
        "softmax": {"activation": "softmax"},
        "unrolled": {"unroll": True, "return_sequences": True, "go_backwards": True},
        "regularized": {"kernel_regularizer": L1, "recurrent_regularizer": L2, "bias_regularizer": L2},
        "frozen": {"trainable": False},
    }.items():
        yield case(f"{name}_{what}", one(kind, [4, 3], units=2, **base, **args), {"x": normal(r, 3, 4, 3)})
    yield case(f"{name}_relu", one(kind, [3, 3], units=2, activation="relu", **base), {"x": away_from_zero(r, 2, 3, 3)})
    for what, shape, units in (("one_step", [1, 3], 2), ("one_unit", [3, 2], 1), ("one_feature", [3, 1], 3), ("wide", [2, 9], 17)):
        yield case(f"{name}_{what}", one(kind, shape, units=units, **base), {"x": normal(r, 2, *shape)}, scale=0.3)
    yield case(
        f"{name}_stacked",
        chain(
            [4, 3],
            {kind: {"units": 3, "return_sequences": True, "name": "a", **base}},
            {kind: {"units": 2, "return_sequences": True, "go_backwards": True, "name": "b", **base}},
            {kind: {"units": 2, "name": "c", **base}},
            {"Dense": {"units": 2, "activation": "tanh", "name": "d"}},
        ),
        {"x": normal(r, 2, 4, 3)},
    )


def states(kind, name, base):
    r = rng(f"states of {name}")
    given = {s: [2] for s in STATES[kind]}
    at = [f"l.{s}" for s in STATES[kind]]
    ends = [{"Identity": {"name": f"end{i}", "inputs": [s]}} for i, s in enumerate(at)]
    outs = ["l"] + [f"end{i}" for i in range(len(at))]
    for what, args in {
        "last": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True, "return_sequences": True},
    }.items():
        layer = {kind: {"units": 2, "return_state": True, "name": "l", "inputs": ["x"], **base, **args}}
        yield case(f"{name}_state_{what}", graph({"x": [3, 2]}, [layer, *ends], outputs=outs), {"x": normal(r, 2, 3, 2)})
        layer = {kind: {"units": 2, "return_state": True, "name": "l", "inputs": ["x", *given], **base, **args}}
        yield case(f"{name}_initial_{what}", graph({"x": [3, 2], **given}, [layer, *ends], outputs=outs),
                   {"x": normal(r, 2, 3, 2), **{s: normal(r, 2, 2) for s in given}})
        # Keras hands such a mask on, but does not pass steps over.
        layers = [
            {"Masking": {"name": "m", "inputs": ["x"]}},
            {kind: {"units": 2, "return_state": True, "name": "l", "inputs": ["m", *given], **base, **args}},
        ]
        after = [{"GlobalAveragePooling1D": {"name": "pool", "inputs": ["l"]}}] if "return_sequences" in args else []
        x = normal(r, 3, 4, 2)
        x[0, 1:3], x[1, 1:], x[2, 3], x[2, 0] = 0, 0, 0, 0
        yield case(f"{name}_initial_masked_{what}", graph({"x": [4, 2], **given}, layers + ends + after, outputs=outs + [a["GlobalAveragePooling1D"]["name"] for a in after]),
                   {"x": x, **{s: normal(r, 3, 2) for s in given}})
    encoder = {kind: {"units": 2, "return_state": True, "name": "encoder", "inputs": ["a"], **base}}
    decoder = {kind: {"units": 2, "return_sequences": True, "name": "decoder", "inputs": ["b"] + [f"encoder.{s}" for s in STATES[kind]], **base}}
    yield case(f"{name}_encoder", graph({"a": [3, 2], "b": [2, 3]}, [encoder, decoder]), {"a": normal(r, 2, 3, 2), "b": normal(r, 2, 2, 3)})


def masks(kind, name, base):
    for what, args in {
        "last": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True},
        "backwards_sequences": {"go_backwards": True, "return_sequences": True},
        "zero": {"zero_output_for_mask": True},
        "zero_sequences": {"zero_output_for_mask": True, "return_sequences": True},
        "zero_backwards": {"zero_output_for_mask": True, "go_backwards": True},
        "zero_backwards_sequences": {"zero_output_for_mask": True, "go_backwards": True, "return_sequences": True},
    }.items():
        yield case(f"{name}_masked_{what}", chain([5], EMBEDDING, {kind: {"units": 2, "name": "l", **base, **args}}, dtype="int32"), {"x": IDS})
    yield case(
        f"{name}_masked_stacked",
        chain(
            [5],
            EMBEDDING,
            {kind: {"units": 2, "return_sequences": True, "go_backwards": True, "name": "a", **base}},
            {"Dropout": {"rate": 0.5, "name": "drop"}},
            {kind: {"units": 2, "name": "b", **base}},
            dtype="int32",
        ),
        {"x": IDS},
    )
    yield case(
        f"{name}_masked_pooled",
        chain([5], EMBEDDING, {kind: {"units": 2, "return_sequences": True, "name": "a", **base}}, {"GlobalAveragePooling1D": {"name": "pool"}}, dtype="int32"),
        {"x": IDS[[0, 1, 3]]},
    )


def dropout(kind, name, base):
    r = rng(f"dropout of {name}")
    for what, args in {
        "inputs": {"dropout": 0.4},
        "states": {"recurrent_dropout": 0.3},
        "both": {"dropout": 0.4, "recurrent_dropout": 0.3, "return_sequences": True, "go_backwards": True},
    }.items():
        for training in (False, True):
            yield case(
                f"{name}_dropout_{what}_{'training' if training else 'inference'}",
                one(kind, [3, 4], units=3, **base, **args),
                {"x": normal(r, 3, 3, 4)},
                training=training,
            )
    yield case(
        f"{name}_dropout_masked_training",
        chain([5], EMBEDDING, {kind: {"units": 2, "name": "l", "dropout": 0.5, "recurrent_dropout": 0.5, **base}}, dtype="int32"),
        {"x": IDS},
        training=True,
    )


def cases():
    for name, (kind, base) in CELLS.items():
        for part in (arguments, states, masks, dropout):
            yield from part(kind, name, base)
