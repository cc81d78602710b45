"""Cases for graphs.json: ten steps of networks that use layers and whole models more than once, of several outputs, and of layers that write weights."""

from train import trajectory
from trajectories_network import ADAM, BINARY, MOMENTUM, RMSPROP, batches, binary, dense, masks, network, values
from trajectories_recurrent import layer
from vectors import normal


def shared(layer, name, inputs=None):
    return {"Shared": {"layer": layer, "name": name, **({"inputs": inputs} if inputs else {})}}


def siamese():
    layers = [
        dense("hidden", 3, "tanh", inputs=["left"], kernel_regularizer={"l2": 0.02}),
        dense("code", 2, "tanh"),
        shared("hidden", "hidden_right", ["right"]),
        shared("code", "code_right"),
        {"Subtract": {"name": "apart", "inputs": ["code", "code_right"]}},
        dense("same", 1, "sigmoid"),
    ]
    data = batches("siamese", 4, {"left": values(4, 3), "right": values(4, 3)}, binary)
    yield trajectory("siamese", network({"left": [3], "right": [3]}, layers, RMSPROP, BINARY), data)


def models():
    # A model of two inputs with a model and a shared layer of its own, used three times.
    inner = {"Model": {"name": "tower", "inputs": {"z": "u"}, "layers": [dense("t1", 2, "tanh"), {"BatchNormalization": {"momentum": 0.7, "name": "bn"}}, dense("t2", 2, "tanh")]}}
    layers = [
        {"Model": {
            "name": "encoder", "inputs": {"u": "a", "v": "b"},
            "layers": [
                inner,
                shared("tower", "tower_v", {"z": "v"}),
                {"Concatenate": {"name": "both", "inputs": ["tower", "tower_v"]}},
                dense("code", 2, "tanh"),
            ],
        }},
        shared("encoder", "turned", {"u": "b", "v": "a"}),
        shared("encoder", "twice", {"v": "a", "u": "a"}),
        {"Concatenate": {"name": "all", "inputs": ["encoder", "turned", "twice"]}},
        dense("head", 1, "sigmoid"),
    ]  # fmt: skip
    data = batches("models", 4, {"a": values(4, 2), "b": values(4, 2)}, binary)
    yield trajectory("models", network({"a": [2], "b": [2]}, layers, MOMENTUM, BINARY), data)


def statistics():
    # Keras goes through branches of several layers in an order of its own (ops/function.py, map_graph); what one layer
    # reads directly it computes in order, and so are the moving averages updated.
    layers = [
        {"Dropout": {"rate": 0.4, "name": "drop", "inputs": ["a"]}},
        dense("d", 2, use_bias=False),
        {"BatchNormalization": {"momentum": 0.8, "name": "bn"}},
        shared("drop", "drop_b", ["b"]),
        shared("d", "d_b"),
        shared("bn", "bn_b"),
        {"Concatenate": {"name": "both", "inputs": ["bn", "bn_b"]}},
        dense("head", 1, "sigmoid"),
    ]
    inputs = {"a": values(6, 3), "b": lambda r: normal(r, 6, 3, scale=2) + 1}
    data = batches("statistics", 6, inputs, binary, masks=masks(6, drop=3, drop_b=3))
    yield trajectory("statistics", network({"a": [3], "b": [3]}, layers, MOMENTUM, BINARY), data)


def sentences():
    layers = [
        {"Model": {"name": "reader", "inputs": {"words": "left"}, "layers": [
            {"Embedding": {"input_dim": 6, "output_dim": 2, "mask_zero": True, "name": "e"}},
            {"LSTM": {"units": 2, "name": "l"}},
        ]}},
        shared("reader", "reader_right", {"words": "right"}),
        {"Subtract": {"name": "apart", "inputs": ["reader", "reader_right"]}},
        dense("same", 1, "sigmoid"),
    ]  # fmt: skip
    ids = lambda r: r.integers(0, 6, (4, 3))  # noqa: E731
    data = batches("sentences", 4, {"left": ids, "right": ids}, binary)
    yield trajectory("sentences", network({"left": [3, "ids"], "right": [3, "ids"]}, layers, MOMENTUM, BINARY), data)


def weighted():
    layers = [
        {"Model": {
            "name": "body", "layers": [dense("h", 3, "tanh", kernel_regularizer={"l2": 0.02}), dense("deep", 2, "tanh"), dense("wide", 2, "tanh", inputs=["h"])],
            "outputs": ["wide", "deep"],
        }},
        dense("price", 2, inputs=["wide"]),
        dense("kind", 1, "sigmoid", inputs=["deep"]),
    ]  # fmt: skip
    model = network({"x": [3]}, layers, ADAM, {"price": "mean_squared_error", "kind": BINARY}, ())
    model["outputs"] = ["price", "kind"]
    model["compile"]["loss_weights"] = {"price": 0.3, "kind": 2.5}
    data = batches("weighted", 4, {"x": values(4, 3)}, lambda r, n: None)
    r_of = batches("targets of weighted", 4, {"price": lambda r: normal(r, 4, 2), "kind": lambda r: binary(r, 4)}, lambda r, n: None)
    for batch, targets in zip(data, r_of):
        del batch["target"]
        batch["targets"] = targets["inputs"]
    yield trajectory("weighted", model, data)


def reversible():
    """A table of which a second use gives the scores of ids."""
    layers = [
        {"ReversibleEmbedding": {"name": "word", "input_dim": 4, "output_dim": 2, "logit_soft_cap": 3.0}},
        dense("mix", 2, "tanh"),
        shared("word", "scores"),
        {"Softmax": {"name": "next"}},
    ]
    data = batches("reversible", 2, {"x": lambda r: r.integers(0, 4, (2, 3))}, lambda r, n: r.integers(0, 4, (n, 3)))
    yield trajectory("reversible", network({"x": [3, "ids"]}, layers, MOMENTUM, "sparse_categorical_crossentropy", ()), data)


def written():
    """Layers whose training steps write weights and statistics of their own."""
    layers = [
        layer("SpectralNormalization", "a", layer={"Dense": {"units": 3, "use_bias": False, "kernel_regularizer": {"l2": 0.02}}}),
        layer("BatchNormalization", "norm", renorm=True, renorm_momentum=0.7, momentum=0.9, renorm_clipping={"rmax": 1.2, "dmax": 0.4}),
        dense("head", 1, "sigmoid"),
    ]
    yield trajectory("spectral_renorm", network({"x": [2]}, layers, MOMENTUM, BINARY, ()), batches("spectral_renorm", 3, {"x": values(3, 2)}, binary))
    wrapped = {"Dense": {"units": 2, "activation": "tanh"}}
    layers = [layer("SpectralNormalization", "a", layer=wrapped, power_iterations=2), dense("head", 1, "sigmoid")]
    yield trajectory("spectral_adam", network({"x": [2]}, layers, ADAM, BINARY, ()), batches("spectral_adam", 2, {"x": values(2, 2)}, binary))


def cases():
    for part in (siamese, models, statistics, sentences, weighted, reversible, written):
        yield from part()
