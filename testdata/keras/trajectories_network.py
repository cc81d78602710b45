"""Cases for trajectories.json: ten steps of networks whose layers or losses do something special in training."""

from train import STEPS, trajectory
from vectors import normal, rng, short


def network(inputs, layers, optimizer, loss, metrics=("accuracy",)):
    specs = {
        name: {"shape": shape[:-1], "dtype": "int32"} if shape[-1] == "ids" else {"shape": shape}
        for name, shape in inputs.items()
    }
    compiled = {"optimizer": optimizer, "loss": loss, "metrics": list(metrics)}
    return {"name": "network", "inputs": specs, "layers": layers, "compile": compiled}


def dense(name, units, activation=None, **args):
    return {"Dense": {"units": units, **({"activation": activation} if activation else {}), **args, "name": name}}


def batches(name, rows, inputs, target, **more):
    """Ten batches; every argument draws its part for one batch from the generator it is handed."""
    r = rng("batches of " + name)
    out = []
    for _ in range(STEPS):
        batch = {"inputs": {k: draw(r) for k, draw in inputs.items()}, "target": target(r, rows)}
        out.append({**batch, **{k: draw(r) for k, draw in more.items()}})
    return out


def values(*shape):
    return lambda r: normal(r, *shape)


def binary(r, n):
    return r.integers(0, 2, (n, 1))


def sparse(classes):
    return lambda r, n: r.integers(0, classes, n)


def tokens(rows, vocabulary):
    return lambda r: [list(r.integers(0, vocabulary, r.integers(1, 9))) for _ in range(rows)]


def masks(rows, **layers):
    return lambda r: {name: (r.uniform(0, 1, (rows, n)) < 0.6).astype("int32") for name, n in layers.items()}


RMSPROP = {"rmsprop": {"learning_rate": 0.01}}
ADAM = {"adam": {"learning_rate": 0.01}}
MOMENTUM = {"sgd": {"learning_rate": 0.05, "momentum": 0.9}}
BINARY = "binary_crossentropy"
SPARSE = "sparse_categorical_crossentropy"


def normalized():
    # No bias before BatchNormalization: its gradient would be nothing but rounding.
    layers = [
        dense("a", 5, use_bias=False),
        {"BatchNormalization": {"momentum": 0.9, "name": "bn"}},
        {"Activation": {"activation": "relu", "name": "r"}},
        dense("b", 1, "sigmoid"),
    ]
    for name, optimizer in (("batchnorm", ADAM), ("batchnorm_momentum", MOMENTUM)):
        data = batches(name, 8, {"x": values(8, 4)}, binary)
        yield trajectory(name, network({"x": [4]}, layers, optimizer, BINARY), data)
    frozen = [{k: {**v, "trainable": False} if k == "BatchNormalization" else v for k, v in e.items()} for e in layers]
    data = batches("batchnorm_frozen", 8, {"x": values(8, 4)}, binary)
    yield trajectory("batchnorm_frozen", network({"x": [4]}, frozen, ADAM, BINARY), data)


def words():
    layers = [
        {"Embedding": {"input_dim": 9, "output_dim": 4, "name": "e"}},
        {"GlobalAveragePooling1D": {"name": "p"}},
        dense("d", 1, "sigmoid"),
    ]
    for name, optimizer in (("embedding", ADAM), ("embedding_rmsprop", RMSPROP), ("embedding_momentum", MOMENTUM)):
        data = batches(name, 5, {"x": lambda r: r.integers(0, 9, (5, 6))}, binary)
        yield trajectory(name, network({"x": [6, "ids"]}, layers, optimizer, BINARY), data)
    for mode in ("multi_hot", "count"):
        layers = [
            {"CategoryEncoding": {"num_tokens": 12, "output_mode": mode, "name": "hot"}},
            dense("a", 5, "relu"),
            dense("b", 1, "sigmoid"),
        ]
        data = batches(mode, 6, {"x": tokens(6, 12)}, binary)
        yield trajectory(mode, network({"x": [None, "ids"]}, layers, RMSPROP, BINARY), data)


def penalized():
    layers = [
        dense("a", 5, "tanh", kernel_regularizer={"l1": 0.01}, bias_regularizer={"l2": 0.02}),
        dense("b", 4, "tanh", kernel_regularizer={"l2": 0.05}),
        dense("c", 1, "sigmoid", kernel_regularizer={"l1_l2": {"l1": 0.01, "l2": 0.03}}),
    ]
    data = batches("regularizers", 6, {"x": values(6, 4)}, binary)
    yield trajectory("regularizers", network({"x": [4]}, layers, RMSPROP, BINARY), data)


def wired():
    layers = [
        dense("left", 5, "tanh", inputs=["a"]),
        dense("right", 5, "tanh", inputs=["b"]),
        {"Add": {"name": "sum", "inputs": ["left", "right"]}},
        {"Concatenate": {"name": "all", "inputs": ["sum", "left", "b"]}},
        dense("head", 3, "softmax"),
    ]
    data = batches("graph", 6, {"a": values(6, 4), "b": values(6, 3)}, sparse(3))
    yield trajectory("graph", network({"a": [4], "b": [3]}, layers, ADAM, SPARSE), data)


def plain():
    soft = [dense("a", 6, "relu"), dense("b", 4, "softmax")]
    data = batches("softmax_sparse", 6, {"x": values(6, 5)}, sparse(4))
    yield trajectory("softmax_sparse", network({"x": [5]}, soft, RMSPROP, SPARSE), data)

    real = [dense("a", 6, "gelu"), dense("b", 2)]
    targets = lambda r, n: normal(r, n, 2, scale=2)  # noqa: E731
    # The clipped gradients of huber may cancel to rounding errors, which Adam would blow up: plain momentum.
    for name, loss, optimizer in (
        ("huber", {"huber": {"delta": 0.7}}, MOMENTUM),
        ("mean_squared_error", "mean_squared_error", ADAM),
    ):
        data = batches(name, 6, {"x": values(6, 3)}, targets)
        yield trajectory(name, network({"x": [3]}, real, optimizer, loss, ("mae", "mse")), data)

    frozen = [dense("a", 5, "tanh"), dense("b", 5, "tanh", trainable=False), dense("c", 1, "sigmoid")]
    data = batches("frozen", 6, {"x": values(6, 4)}, binary)
    yield trajectory("frozen", network({"x": [4]}, frozen, RMSPROP, BINARY), data)

    layers = [dense("a", 5, "tanh"), dense("b", 1, "sigmoid")]
    weigh = lambda r: short(r.uniform(0, 2, 6) * (r.uniform(0, 1, 6) < 0.8))  # noqa: E731
    data = batches("sample_weight", 6, {"x": values(6, 4)}, binary, sample_weight=weigh)
    yield trajectory("sample_weight", network({"x": [4]}, layers, RMSPROP, BINARY), data)


def dropped():
    layers = [
        dense("a", 6, "relu"),
        {"Dropout": {"rate": 0.4, "name": "drop1"}},
        dense("b", 5, "tanh"),
        {"Dropout": {"rate": 0.25, "name": "drop2"}},
        dense("c", 1, "sigmoid"),
    ]
    data = batches("dropout", 6, {"x": values(6, 4)}, binary, masks=masks(6, drop1=6, drop2=5))
    yield trajectory("dropout", network({"x": [4]}, layers, RMSPROP, BINARY), data)


def compared():
    layers = [dense("a", 6, "tanh"), dense("b", 4), {"UnitNormalization": {"name": "u"}}]
    data = batches("circle", 9, {"x": values(9, 5)}, sparse(4))
    yield trajectory("circle", network({"x": [5]}, layers, MOMENTUM, {"circle": {"gamma": 4}}, ()), data)


def cases():
    for part in (normalized, words, penalized, wired, plain, dropped):
        yield from part()
    yield from compared()
