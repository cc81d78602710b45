"""Cases for layers.json: Bidirectional, TimeDistributed, and RNN with its cells."""

import numpy as np

from record import case, chain, graph, one
from layers_recurrent import EMBEDDING, IDS
from vectors import away_from_zero, normal, rng

# Not l1 alone: a copy of that, as Bidirectional makes, has its factor in float32.
L1, L2 = {"l1_l2": {"l1": 0.01, "l2": 0.03}}, {"l2": 0.02}


def bidirectional():
    r = rng("inputs of bidirectional")
    for kind in ("SimpleRNN", "LSTM", "GRU"):
        name = kind.lower()
        for mode in ("concat", "sum", "mul", "ave"):
            for sequences in (False, True):
                yield case(
                    f"bidirectional_{name}_{mode}" + ("_sequences" if sequences else ""),
                    one("Bidirectional", [3, 2], layer={kind: {"units": 2, "return_sequences": sequences}}, merge_mode=mode),
                    {"x": normal(r, 2, 3, 2)},
                )
        both = {"Bidirectional": {"name": "l", "layer": {kind: {"units": 2, "return_sequences": True}}, "merge_mode": None}}
        yield case(f"bidirectional_{name}_none", graph({"x": [3, 2]}, [both, {"Identity": {"name": "b", "inputs": ["l.backward"]}}], outputs=["l", "b"]),
                   {"x": normal(r, 2, 3, 2)})
        for what, args in {"last": {}, "sequences": {"return_sequences": True}, "zero": {"zero_output_for_mask": True}}.items():
            yield case(f"bidirectional_{name}_masked_{what}",
                       chain([5], EMBEDDING, {"Bidirectional": {"name": "l", "layer": {kind: {"units": 2, **args}}}}, dtype="int32"), {"x": IDS})
        yield case(
            f"bidirectional_{name}_masked_pooled",
            chain([5], EMBEDDING, {"Bidirectional": {"name": "l", "layer": {kind: {"units": 2, "return_sequences": True}}}},
                  {"GlobalAveragePooling1D": {"name": "pool"}}, dtype="int32"),
            {"x": IDS[[0, 1, 3]]},
        )
        yield case(f"bidirectional_{name}_dropout_training",
                   one("Bidirectional", [3, 2], layer={kind: {"units": 2, "dropout": 0.4, "recurrent_dropout": 0.3}}), {"x": normal(r, 3, 3, 2)}, training=True)
    yield case(
        "bidirectional_backward_layer",
        one("Bidirectional", [3, 2], layer={"LSTM": {"units": 2, "return_sequences": True}},
            backward_layer={"GRU": {"units": 3, "return_sequences": True, "go_backwards": True, "activation": "softsign"}}),
        {"x": normal(r, 2, 3, 2)},
    )
    yield case(
        "bidirectional_turned",
        one("Bidirectional", [3, 2], layer={"SimpleRNN": {"units": 2, "return_sequences": True, "go_backwards": True}},
            backward_layer={"SimpleRNN": {"units": 2, "return_sequences": True}}, merge_mode="sum"),
        {"x": normal(r, 2, 3, 2)},
    )
    yield case(
        "bidirectional_regularized",
        one("Bidirectional", [3, 2], layer={"LSTM": {"units": 2, "kernel_regularizer": L1, "recurrent_regularizer": L2, "bias_regularizer": L1}}),
        {"x": normal(r, 2, 3, 2)},
    )
    yield case("bidirectional_frozen", one("Bidirectional", [3, 2], layer={"GRU": {"units": 2}}, trainable=False), {"x": normal(r, 2, 3, 2)})
    yield case("bidirectional_frozen_inside", one("Bidirectional", [3, 2], layer={"GRU": {"units": 2, "trainable": False}}), {"x": normal(r, 2, 3, 2)})
    yield case(
        "bidirectional_stacked",
        chain(
            [4, 3],
            {"Bidirectional": {"layer": {"LSTM": {"units": 2, "return_sequences": True}}, "name": "a"}},
            {"Bidirectional": {"layer": {"GRU": {"units": 2}}, "merge_mode": "ave", "name": "b"}},
            {"Dense": {"units": 2, "name": "c"}},
        ),
        {"x": normal(r, 2, 4, 3)},
    )
    states = ["forward_h", "forward_c", "backward_h", "backward_c"]
    ends = [{"Identity": {"name": s, "inputs": [f"l.{s}"]}} for s in states]
    given = [f"from_{s}" for s in states]
    for mode in ("concat", None):
        layer = {"Bidirectional": {"name": "l", "layer": {"LSTM": {"units": 2, "return_state": True, "return_sequences": True}}, "merge_mode": mode, "inputs": ["x", *given]}}
        yield case(
            f"bidirectional_states_{mode or 'none'}".lower(),
            graph({"x": [3, 2], **{s: [2] for s in given}}, [layer, *ends], outputs=["l", *states]),
            {"x": normal(r, 2, 3, 2), **{s: normal(r, 2, 2) for s in given}},
        )
    yield case(
        "bidirectional_none_masked",
        graph({"x": [4, 2]}, [
            {"Masking": {"name": "m"}},
            {"Bidirectional": {"name": "l", "layer": {"GRU": {"units": 2, "return_sequences": True}}, "merge_mode": None}},
            {"GlobalAveragePooling1D": {"name": "p", "inputs": ["l"]}},
            {"GlobalAveragePooling1D": {"name": "q", "inputs": ["l.backward"]}},
        ], outputs=["p", "q"]),
        {"x": np.array([[[1, 2], [0, 0], [0.5, 0], [0, 0]], [[0, 0], [1, 1], [2, -1], [0.25, 0]]])},
    )


def time_distributed():
    r = rng("inputs of time distributed")
    inner = {
        "dense": ({"Dense": {"units": 2, "activation": "tanh", "kernel_regularizer": L2}}, [4, 3]),
        "dense_rank4": ({"Dense": {"units": 2}}, [4, 2, 3]),
        "softmax": ({"Activation": {"activation": "softmax"}}, [4, 3]),
        "softmax_axis": ({"Softmax": {"axis": 1}}, [4, 3, 2]),
        "flatten": ({"Flatten": {}}, [4, 3, 2]),
        "reshape": ({"Reshape": {"target_shape": [3, 2]}}, [4, 6]),
        "conv": ({"Conv2D": {"filters": 2, "kernel_size": 2, "activation": "tanh", "bias_regularizer": L1}}, [3, 4, 3, 2]),
        "conv_1d": ({"Conv1D": {"filters": 2, "kernel_size": 3, "padding": "same"}}, [3, 4, 2]),
        "separable": ({"SeparableConv2D": {"filters": 3, "kernel_size": 2}}, [2, 3, 3, 2]),
        "max_pooling": ({"MaxPooling2D": {"pool_size": 2}}, [2, 4, 4, 2]),
        "average_pooling": ({"AveragePooling1D": {"pool_size": 2}}, [2, 4, 3]),
        "global_pooling": ({"GlobalAveragePooling2D": {}}, [2, 3, 3, 2]),
        "layer_normalization": ({"LayerNormalization": {"axis": [1, 2]}}, [3, 2, 2]),
        "layer_normalization_last": ({"LayerNormalization": {"gamma_regularizer": L2}}, [3, 4]),
        "layer_normalization_two": ({"LayerNormalization": {"axis": [-2, -1]}}, [3, 2, 4]),
        "unit_normalization": ({"UnitNormalization": {"axis": -2}}, [3, 2, 4]),
        "rms_normalization": ({"RMSNormalization": {}}, [3, 4]),
        "rescaling": ({"Rescaling": {"scale": 0.5, "offset": 1.0}}, [3, 2, 4]),
        "softmax_last": ({"Softmax": {}}, [3, 2, 4]),
        "batch_normalization_images": ({"BatchNormalization": {"trainable": False}}, [2, 2, 2, 3]),
        "batch_normalization_frozen": ({"BatchNormalization": {"trainable": False}}, [3, 2]),
        "prelu": ({"PReLU": {}}, [3, 4]),
        "lstm": ({"LSTM": {"units": 2}}, [2, 3, 2]),
        "bidirectional": ({"Bidirectional": {"layer": {"GRU": {"units": 2, "return_sequences": True}}}}, [2, 3, 2]),
        "twice": ({"TimeDistributed": {"layer": {"Conv1D": {"filters": 2, "kernel_size": 2}}}}, [2, 3, 3, 2]),
    }
    for name, (layer, shape) in inner.items():
        yield case(f"time_distributed_{name}", one("TimeDistributed", shape, layer=layer), {"x": away_from_zero(r, 2, *shape)})
    yield case("time_distributed_embedding", chain([3, 2], {"TimeDistributed": {"name": "l", "layer": {"Embedding": {"input_dim": 5, "output_dim": 2}}}}, dtype="int32"),
               {"x": r.integers(0, 5, (2, 3, 2))})
    yield case("time_distributed_frozen", one("TimeDistributed", [3, 4, 2], layer={"Conv1D": {"filters": 2, "kernel_size": 2}}, trainable=False), {"x": normal(r, 2, 3, 4, 2)})
    yield case(
        "time_distributed_masked",
        chain([5], EMBEDDING, {"TimeDistributed": {"name": "l", "layer": {"Dense": {"units": 2}}}}, {"GlobalAveragePooling1D": {"name": "pool"}}, dtype="int32"),
        {"x": IDS[[0, 1, 3]]},
    )
    words = np.array([[[1, 2, 0], [3, 0, 0]], [[0, 4, 2], [1, 1, 1]]])
    for name, layer in {
        "pooling": {"GlobalAveragePooling1D": {}},
        "lstm": {"LSTM": {"units": 2}},
        "lstm_sequences": {"LSTM": {"units": 2, "return_sequences": True}},
    }.items():
        yield case(f"time_distributed_masked_{name}", chain([2, 3], EMBEDDING, {"TimeDistributed": {"name": "l", "layer": layer}}, dtype="int32"), {"x": words})
    yield case(
        "time_distributed_images",
        chain(
            [3, 5, 5, 1],
            {"TimeDistributed": {"name": "a", "layer": {"Conv2D": {"filters": 2, "kernel_size": 2, "activation": "tanh"}}}},
            {"TimeDistributed": {"name": "b", "layer": {"MaxPooling2D": {}}}},
            {"TimeDistributed": {"name": "c", "layer": "Flatten"}},
            {"LSTM": {"units": 3, "name": "d"}},
            {"Dense": {"units": 2, "name": "e"}},
        ),
        {"x": normal(r, 2, 3, 5, 5, 1)},
    )


def cells():
    r = rng("inputs of cells")
    stacks = {
        "simple_rnn": {"SimpleRNNCell": {"units": 2, "activation": "softsign"}},
        "lstm": {"LSTMCell": {"units": 2, "unit_forget_bias": False, "kernel_regularizer": L2}},
        "gru": {"GRUCell": {"units": 2, "reset_after": False}},
        "two": [{"LSTMCell": {"units": 3}}, {"LSTMCell": {"units": 2}}],
        "three": [{"GRUCell": {"units": 2, "bias_regularizer": L2}}, {"SimpleRNNCell": {"units": 3, "use_bias": False}}, {"LSTMCell": {"units": 2}}],
        "named": {"StackedRNNCells": {"cells": [{"GRUCell": {"units": 3}}, {"GRUCell": {"units": 2}}]}},
    }
    for name, cell in stacks.items():
        for what, args in {
            "last": {},
            "sequences": {"return_sequences": True},
            "backwards": {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": True},
        }.items():
            yield case(f"rnn_{name}_{what}", one("RNN", [3, 2], cell=cell, **args), {"x": normal(r, 2, 3, 2)})
            yield case(f"rnn_{name}_masked_{what}", chain([5], EMBEDDING, {"RNN": {"name": "l", "cell": cell, **args}}, dtype="int32"), {"x": IDS})
    states = ["cell_0_h", "cell_1_h", "cell_1_c"]
    given = [f"from_{s}" for s in states]
    layer = {"RNN": {"name": "l", "cell": [{"GRUCell": {"units": 3}}, {"LSTMCell": {"units": 2}}], "return_state": True, "inputs": ["x", *given]}}
    ends = [{"Identity": {"name": s, "inputs": [f"l.{s}"]}} for s in states]
    yield case("rnn_states", graph({"x": [3, 2], "from_cell_0_h": [3], "from_cell_1_h": [2], "from_cell_1_c": [2]}, [layer, *ends], outputs=["l", *states]),
               {"x": normal(r, 2, 3, 2), "from_cell_0_h": normal(r, 2, 3), "from_cell_1_h": normal(r, 2, 2), "from_cell_1_c": normal(r, 2, 2)})
    dropping = {"dropout": 0.4, "recurrent_dropout": 0.3}
    yield case("rnn_dropout_training", one("RNN", [3, 2], cell=[{"LSTMCell": {"units": 3, **dropping}}, {"GRUCell": {"units": 2, "dropout": 0.5}}, {"SimpleRNNCell": {"units": 2, **dropping}}]),
               {"x": normal(r, 3, 3, 2)}, training=True)
    yield case("bidirectional_rnn", one("Bidirectional", [3, 2], layer={"RNN": {"cell": [{"LSTMCell": {"units": 3}}, {"GRUCell": {"units": 2}}], "return_sequences": True}}),
               {"x": normal(r, 2, 3, 2)})


def time_distributed_convolution():
    r = rng("inputs of time distributed convolutions")
    line = {"filters": 1, "kernel_size": 2}
    for name, (layer, shape) in {
        "1d": ({"ConvLSTM1D": line}, [2, 2, 3, 1]),
        "2d": ({"ConvLSTM2D": {"filters": 1, "kernel_size": [1, 2], "return_sequences": True, "go_backwards": True, "strides": [2, 1]}}, [2, 2, 2, 2, 1]),
        "3d": ({"ConvLSTM3D": {"filters": 1, "kernel_size": [1, 2, 1], "use_bias": False}}, [2, 2, 1, 2, 1, 1]),
        "both_ways": ({"Bidirectional": {"layer": {"ConvLSTM1D": {**line, "return_sequences": True}}, "merge_mode": "sum"}}, [2, 2, 2, 1]),
    }.items():
        yield case(f"time_distributed_convlstm_{name}", one("TimeDistributed", shape, layer=layer), {"x": normal(r, 1, *shape)})
    embedding = {"Embedding": {"input_dim": 3, "output_dim": 2, "mask_zero": True, "name": "e"}}
    images = {"TimeDistributed": {"name": "t", "layer": {"TimeDistributed": {"layer": {"Reshape": {"target_shape": [2, 1]}}}}}}
    steps = {"TimeDistributed": {"name": "l", "layer": {"ConvLSTM1D": {**line, "return_sequences": True}}}}
    yield case("time_distributed_convlstm_masked", chain([2, 3], embedding, images, steps, dtype="int32"), {"x": np.array([[[1, 0, 2], [0, 1, 0]]])})


def cases():
    for part in (bidirectional, time_distributed, cells, time_distributed_convolution):
        yield from part()
