"""Cases for fit.json: three epochs of model.fit, unshuffled, with a split and a last batch that is short."""

import numpy as np

from env import set_float
import build
from train import ADAM_LOSS_SPREAD, WEIGHT_SPREAD, arrays
from vectors import normal, random_weights, rng, set_weights, short, snapshot, tensor, tensors

ROWS, TEST_ROWS, EPOCHS, BATCH, SPLIT = 47, 10, 3, 8, 0.2


def run(dtype, description, weights, train, test):
    set_float(dtype)
    net = build.build(description)
    set_weights(net, weights)
    x, y, weight = arrays(net, train)
    history = net.fit(
        x, y, sample_weight=weight, batch_size=BATCH, epochs=EPOCHS, validation_split=SPLIT, shuffle=False, verbose=0
    ).history
    test_x, test_y, _ = arrays(net, test)
    floats = np.dtype(dtype).type
    return {
        "history": {k: [floats(v) for v in values] for k, values in history.items()},
        "weights_end": snapshot(net),
        "evaluate": {k: floats(v) for k, v in net.evaluate(test_x, test_y, batch_size=BATCH, verbose=0, return_dict=True).items()},
        "predict": tensor(net.predict(test_x, batch_size=BATCH, verbose=0)),
    }


def case(name, description, draw):
    """draw(r, rows) makes {inputs, target} and perhaps sample_weight."""
    r = rng("rows of " + name)
    train, test = draw(r, ROWS), draw(r, TEST_ROWS)
    test.pop("sample_weight", None)
    set_float("float64")
    weights = random_weights(build.build(description), rng(name))
    out = {"name": name, "model": description, "weights": tensors(weights)}
    for part, rows in (("train", train), ("test", test)):
        out[part] = {"inputs": tensors(rows["inputs"]), "target": tensor(rows["target"])}
        if "sample_weight" in rows:
            out[part]["sample_weight"] = tensor(rows["sample_weight"])
    out["fit"] = {"batch_size": BATCH, "epochs": EPOCHS, "validation_split": SPLIT, "shuffle": False}
    for dtype in ("float32", "float64"):
        out[dtype] = run(dtype, description, weights, train, test)
    check_spread(name, out["float32"], out["float64"])
    return out


def check_spread(name, single, double):
    loss = max(
        abs(float(a) - float(b)) / abs(float(b))
        for key in ("loss", "val_loss")
        for a, b in zip(single["history"][key], double["history"][key])
    )
    weight = max(
        np.max(np.abs(single["weights_end"][n]["data"] - w["data"])) / np.max(np.abs(w["data"]))
        for n, w in double["weights_end"].items()
    )
    print(f"  {name}: float32 is off by {loss:.1e} in loss, {weight:.1e} in weights")
    if loss > ADAM_LOSS_SPREAD or weight > WEIGHT_SPREAD:
        raise ValueError(f"{name}: too badly conditioned for a reference")


def network(layers, optimizer, loss, metrics):
    return {
        "name": "fitted",
        "inputs": {"x": {"shape": [4]}},
        "layers": layers,
        "compile": {"optimizer": optimizer, "loss": loss, "metrics": metrics},
    }


def dense(name, units, activation=None, **args):
    return {"Dense": {"units": units, **({"activation": activation} if activation else {}), **args, "name": name}}


def binary(r, n):
    x = normal(r, n, 4)
    return {"inputs": {"x": x}, "target": (x[:, :1] + x[:, 1:2] > 0).astype("int32")}


def classes(r, n):
    x = normal(r, n, 4)
    return {"inputs": {"x": x}, "target": np.argmax(x[:, :3], 1).astype("int32")}


def real(r, n):
    x = normal(r, n, 4)
    return {"inputs": {"x": x}, "target": short(x[:, :2] * [1, -2]), "sample_weight": short(r.uniform(0.1, 2, n))}


def cases():
    yield case(
        "binary",
        network(
            [dense("a", 6, "relu"), dense("b", 1, "sigmoid")],
            {"rmsprop": {"learning_rate": 0.02}},
            "binary_crossentropy",
            ["accuracy"],
        ),
        binary,
    )
    yield case(
        "classes",
        network(
            [dense("a", 6, "tanh", kernel_regularizer={"l2": 0.01}), dense("b", 3, "softmax")],
            {"adam": {"learning_rate": 0.02}},
            "sparse_categorical_crossentropy",
            ["accuracy"],
        ),
        classes,
    )
    yield case(
        "weighted_regression",
        network([dense("a", 5, "silu"), dense("b", 2)], {"sgd": {"learning_rate": 0.02, "momentum": 0.9}}, "mean_squared_error", ["mae", "mse"]),
        real,
    )
    yield case(
        "batchnorm",
        network(
            [
                dense("a", 5, use_bias=False),
                {"BatchNormalization": {"momentum": 0.8, "name": "bn"}},
                {"Activation": {"activation": "relu", "name": "r"}},
                dense("b", 1, "sigmoid"),
            ],
            {"adam": {"learning_rate": 0.02}},
            "binary_crossentropy",
            ["accuracy"],
        ),
        binary,
    )
