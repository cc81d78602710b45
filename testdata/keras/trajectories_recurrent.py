"""Cases for recurrent.json: ten steps of recurrent networks, with and without masks."""

from train import trajectory
from trajectories_network import ADAM, BINARY, MOMENTUM, RMSPROP, SPARSE, batches, binary, dense, network, sparse, values


def layer(kind, name, **args):
    return {kind: {**args, "name": name}}


def ids(rows, steps, vocabulary):
    """Padding behind, and now and then elsewhere; every row counts somewhere."""

    def draw(r):
        x = r.integers(0, vocabulary, (rows, steps))
        x[:, -2:] *= r.integers(0, 2, (rows, 1))
        x[:, 0] = r.integers(1, vocabulary, rows)
        return x

    return draw


def sequences():
    layers = [
        layer("LSTM", "low", units=5, return_sequences=True, kernel_regularizer={"l2": 0.01}),
        layer("LSTM", "high", units=4, go_backwards=True),
        dense("head", 3, "softmax"),
    ]
    for name, optimizer in (("lstm_stack", RMSPROP), ("lstm_stack_momentum", MOMENTUM)):
        data = batches(name, 6, {"x": values(6, 7, 3)}, sparse(3))
        yield trajectory(name, network({"x": [7, 3]}, layers, optimizer, SPARSE), data)
    layers = [layer("GRU", "gru", units=6), dense("head", 1)]
    data = batches("gru", 6, {"x": values(6, 8, 2)}, lambda r, n: values(n, 1)(r))
    yield trajectory("gru", network({"x": [8, 2]}, layers, ADAM, "mean_squared_error", ("mae",)), data)
    layers = [
        layer("SimpleRNN", "rnn", units=6, return_sequences=True),
        layer("GRU", "gru", units=4, reset_after=False, recurrent_activation="hard_sigmoid"),
        dense("head", 1, "sigmoid"),
    ]
    data = batches("simple_rnn", 6, {"x": values(6, 6, 3)}, binary)
    yield trajectory("simple_rnn", network({"x": [6, 3]}, layers, MOMENTUM, BINARY), data)


def masked():
    words = layer("Embedding", "words", input_dim=9, output_dim=4, mask_zero=True)
    layers = [words, layer("LSTM", "lstm", units=5), dense("head", 1, "sigmoid")]
    data = batches("words", 6, {"x": ids(6, 8, 9)}, binary)
    yield trajectory("words", network({"x": [8, "ids"]}, layers, RMSPROP, BINARY), data)
    layers = [
        words,
        layer("Bidirectional", "both", layer={"GRU": {"units": 4, "return_sequences": True}}),
        layer("GlobalAveragePooling1D", "mean"),
        dense("head", 3, "softmax"),
    ]
    data = batches("both_ways", 6, {"x": ids(6, 7, 9)}, sparse(3))
    yield trajectory("both_ways", network({"x": [7, "ids"]}, layers, MOMENTUM, SPARSE), data)
    # A class for each word, and a loss over the words that count.
    layers = [
        words,
        layer("Bidirectional", "both", layer={"LSTM": {"units": 4, "return_sequences": True}}, merge_mode="sum"),
        layer("TimeDistributed", "tag", layer={"Dense": {"units": 3, "activation": "softmax"}}),
    ]
    data = batches("tags", 5, {"x": ids(5, 6, 9)}, lambda r, n: r.integers(0, 3, (n, 6)))
    yield trajectory("tags", network({"x": [6, "ids"]}, layers, ADAM, SPARSE, ()), data)


def states():
    layers = [
        layer("GRU", "encoder", units=4, return_state=True, inputs=["a"]),
        layer("GRU", "decoder", units=4, return_sequences=True, inputs=["b", "encoder.state_h"]),
        layer("Flatten", "flat"),
        dense("head", 2),
    ]
    data = batches("encoder", 5, {"a": values(5, 4, 2), "b": values(5, 3, 3)}, lambda r, n: values(n, 2)(r))
    yield trajectory("encoder", network({"a": [4, 2], "b": [3, 3]}, layers, MOMENTUM, "mean_squared_error", ("mae",)), data)
    layers = [
        layer("TimeDistributed", "near", layer={"Conv1D": {"filters": 3, "kernel_size": 2, "activation": "tanh"}}),
        layer("TimeDistributed", "flat", layer="Flatten"),
        layer("RNN", "cells", cell=[{"LSTMCell": {"units": 4}}, {"GRUCell": {"units": 3}}]),
        dense("head", 1, "sigmoid"),
    ]
    data = batches("cells", 5, {"x": values(5, 4, 5, 2)}, binary)
    yield trajectory("cells", network({"x": [4, 5, 2]}, layers, MOMENTUM, BINARY), data)


def cases():
    for part in (sequences, masked, states):
        yield from part()
