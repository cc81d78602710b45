"""Cases for whole.json: ten steps of small networks of the kinds that people build."""

import numpy as np

from train import trajectory
from trajectories_network import ADAM, BINARY, MOMENTUM, RMSPROP, SPARSE, batches, binary, dense, network, sparse, values
from trajectories_recurrent import layer


def ids(rows, steps, vocabulary):
    return lambda r: r.integers(0, vocabulary, (rows, steps))


def block(x, width, units, **attention):
    """A block of a transformer that normalizes first, over the value x."""
    return [
        layer("LayerNormalization", "n1", inputs=[x]),
        layer("MultiHeadAttention", "attention", num_heads=2, key_dim=3, **attention),
        layer("Add", "attended", inputs=[x, "attention"]),
        layer("LayerNormalization", "n2"),
        dense("wide", units, "gelu"),
        dense("narrow", width),
        layer("Add", "block", inputs=["attended", "narrow"]),
    ]


def transformers():
    # Not with Adam: the gradient of the bias of keys is nothing but rounding.
    layers = [*block("x", 4, 6), layer("GlobalAveragePooling1D", "mean"), dense("head", 3, "softmax")]
    data = batches("transformer_encoder", 5, {"x": values(5, 6, 4)}, sparse(3))
    yield trajectory("transformer_encoder", network({"x": [6, 4]}, layers, MOMENTUM, SPARSE), data)
    layers = [
        layer("Embedding", "letter", input_dim=7, output_dim=4, inputs=["letters"]),
        layer("Embedding", "place", input_dim=5, output_dim=4, inputs=["position"]),
        layer("Add", "x", inputs=["letter", "place"]),
        *block("x", 4, 6, use_causal_mask=True),
        layer("LayerNormalization", "n3"),
        dense("next", 7, "softmax"),
    ]
    inputs = {"letters": ids(4, 5, 7), "position": lambda r: np.tile(np.arange(5), (4, 1))}
    data = batches("causal_decoder", 4, inputs, lambda r, n: r.integers(0, 7, (n, 5)))
    yield trajectory("causal_decoder", network({"letters": [5, "ids"], "position": [5, "ids"]}, layers, MOMENTUM, SPARSE, ()), data)


def attending():
    layers = [
        layer("GRU", "encoder", units=4, return_sequences=True, return_state=True, inputs=["a"]),
        layer("GRU", "decoder", units=4, return_sequences=True, inputs=["b", "encoder.state_h"]),
        layer("Attention", "context", inputs=["decoder", "encoder"]),
        layer("Concatenate", "both", inputs=["decoder", "context"]),
        dense("out", 2),
    ]
    data = batches("attending", 5, {"a": values(5, 5, 2), "b": values(5, 3, 3)}, lambda r, n: values(n, 3, 2)(r))
    yield trajectory("attending", network({"a": [5, 2], "b": [3, 3]}, layers, MOMENTUM, "mean_squared_error", ("mae",)), data)


def recurrent():
    layers = [
        layer("GRU", "low", units=4, return_sequences=True),
        layer("GRU", "high", units=3),
        dense("head", 1, "sigmoid"),
    ]
    data = batches("gru_stack", 5, {"x": values(5, 6, 3)}, binary)
    yield trajectory("gru_stack", network({"x": [6, 3]}, layers, RMSPROP, BINARY), data)
    layers = [
        layer("TimeDistributed", "see", layer={"Conv2D": {"filters": 3, "kernel_size": 2, "activation": "tanh"}}),
        layer("TimeDistributed", "pool", layer={"MaxPooling2D": {"pool_size": 2}}),
        layer("TimeDistributed", "flat", layer="Flatten"),
        layer("LSTM", "follow", units=4),
        dense("head", 3, "softmax"),
    ]
    data = batches("film", 4, {"x": values(4, 3, 5, 5, 1)}, sparse(3))
    yield trajectory("film", network({"x": [3, 5, 5, 1]}, layers, ADAM, SPARSE), data)


def images():
    layers = [
        layer("Conv2D", "down1", filters=3, kernel_size=3, padding="same", activation="tanh"),
        layer("MaxPooling2D", "pool", pool_size=2),
        layer("Conv2D", "down2", filters=4, kernel_size=3, padding="same", activation="tanh"),
        # Every pixel twice along x, then every row twice: UpSampling2D in other words.
        layer("Concatenate", "twice", inputs=["down2", "down2"]),
        layer("Reshape", "lines", target_shape=[2, 16]),
        layer("Concatenate", "doubled", inputs=["lines", "lines"]),
        layer("Reshape", "up", target_shape=[4, 4, 4]),
        layer("Concatenate", "skip", inputs=["down1", "up"]),
        layer("Conv2D", "up1", filters=3, kernel_size=3, padding="same", activation="tanh"),
        layer("Conv2D", "mask", filters=1, kernel_size=1, activation="sigmoid"),
    ]
    data = batches("unet", 4, {"x": values(4, 4, 4, 2)}, lambda r, n: r.integers(0, 2, (n, 4, 4, 1)))
    yield trajectory("unet", network({"x": [4, 4, 2]}, layers, MOMENTUM, BINARY, ()), data)
    layers = [
        layer("Conv2D", "features", filters=4, kernel_size=2, activation="tanh"),
        layer("GlobalAveragePooling2D", "squeeze"),
        dense("less", 2, "relu"),
        dense("excite", 4, "sigmoid"),
        layer("Reshape", "scale", target_shape=[1, 1, 4]),
        layer("Multiply", "scaled", inputs=["features", "scale"]),
        layer("GlobalMaxPooling2D", "largest"),
        dense("head", 3, "softmax"),
    ]
    data = batches("squeeze_excite", 5, {"x": values(5, 4, 4, 2)}, sparse(3))
    yield trajectory("squeeze_excite", network({"x": [4, 4, 2]}, layers, MOMENTUM, SPARSE), data)


def outputs():
    layers = [dense("in", 4, "tanh"), dense("code", 2, "tanh"), dense("out", 4, "tanh"), dense("again", 5)]
    data = batches("autoencoder", 6, {"x": values(6, 5)}, lambda r, n: None)
    for batch in data:
        batch["target"] = batch["inputs"]["x"]
    yield trajectory("autoencoder", network({"x": [5]}, layers, ADAM, "mean_squared_error", ("mae",)), data)
    layers = [dense("hidden", 5, "relu"), dense("labels", 4, "sigmoid")]
    data = batches("multi_label", 6, {"x": values(6, 3)}, lambda r, n: r.integers(0, 2, (n, 4)))
    yield trajectory("multi_label", network({"x": [3]}, layers, RMSPROP, BINARY, ("binary_accuracy",)), data)
    layers = [
        dense("deep1", 5, "relu", inputs=["numbers"]),
        dense("deep2", 3, "relu"),
        layer("Concatenate", "both", inputs=["wide", "deep2"]),
        dense("price", 1),
        dense("kind", 3, "softmax", inputs=["deep2"]),
    ]
    model = network({"wide": [4], "numbers": [3]}, layers, ADAM, {"price": "mean_squared_error", "kind": SPARSE}, ())
    model["outputs"] = ["price", "kind"]
    data = batches("wide_and_deep", 5, {"wide": values(5, 4), "numbers": values(5, 3)}, lambda r, n: None)
    targets = batches("targets of wide_and_deep", 5, {"price": values(5, 1), "kind": lambda r: r.integers(0, 3, 5)}, lambda r, n: None)
    for batch, more in zip(data, targets):
        del batch["target"]
        batch["targets"] = more["inputs"]
    yield trajectory("wide_and_deep", model, data)


def cases():
    for part in (transformers, attending, recurrent, images, outputs):
        yield from part()
