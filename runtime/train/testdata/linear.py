"""Writes linear.json: model.fit of linear models in real Keras, unshuffled, float32.

With several outputs every batch is full. Keras weights the loss of each output with the batch's rows
(trainers/compile_utils.py, CompileLoss.call), but on TensorFlow their number is not known while the
graph is traced, and the mean comes out unweighted.

Run with Keras 3.15.1 on TensorFlow 2.21.0:  python linear.py > linear.json
"""

import json
import re

import keras
import numpy as np
import tensorflow as tf

EPOCHS, SPLIT = 3, 0.2
r = np.random.default_rng(3)


def numbers(a):
    return np.asarray(a, "float32").astype("float64").tolist()


def draw(*shape):
    return np.round(r.normal(0, 1, shape), 3).astype("float32")


def model(outputs, l2):
    x = keras.Input((3,))
    layers = [
        keras.layers.Dense(n, name=name, kernel_regularizer=keras.regularizers.L2(l2) if l2 else None)
        for name, n in outputs
    ]
    net = keras.Model(x, [layer(x) for layer in layers] if len(layers) > 1 else layers[0](x))
    for w in net.weights:
        w.assign(draw(*w.shape))
    return net


def case(name, outputs, l2, optimizer, weighted, metrics):
    rows, batch, test_batch = (47, 8, 20) if len(outputs) == 1 else (50, 10, 25)
    net = model(outputs, l2)
    out = {
        "name": name,
        "batch": batch,
        "test_batch": test_batch,
        "outputs": [n for n, _ in outputs],
        "units": [n for _, n in outputs],
        "l2": l2,
        "optimizer": optimizer["class_name"].lower(),
        "metrics": metrics,
        "weighted": weighted,
        "start": [numbers(np.ravel(w)) for w in net.weights],
    }
    x, y, w = draw(rows, 3), draw(rows, 3), np.abs(draw(rows))
    target, at = [], 0
    for _, n in outputs:
        target.append(y[:, at : at + n])
        at += n
    if len(outputs) == 1:
        target = target[0]
    net.compile(
        keras.optimizers.deserialize(optimizer),
        "mse" if len(outputs) == 1 else ["mse"] * len(outputs),
        metrics=metrics if len(outputs) == 1 else [metrics] * len(outputs),
        weighted_metrics=(metrics if len(outputs) == 1 else [metrics] * len(outputs)) if weighted else None,
    )
    args = {"batch_size": batch, "epochs": EPOCHS, "shuffle": False, "verbose": 0}
    if weighted:
        args["sample_weight"] = w
    out["x"], out["y"], out["weight"] = numbers(x), numbers(y), numbers(w)
    out["history"] = net.fit(x, target, validation_split=SPLIT, **args).history
    again = net.fit(x, target, **args).history
    out["again"] = again
    out["end"] = [numbers(np.ravel(v)) for v in net.weights]
    out["evaluate"] = net.evaluate(
        x, target, sample_weight=w if weighted else None, batch_size=test_batch, verbose=0, return_dict=True
    )
    return out


def optimizer(name, **config):
    return {"class_name": name, "config": config}


out = {"source": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}
out["epochs"], out["split"] = EPOCHS, SPLIT
out["cases"] = [
    case("one output", [("y", 3)], 0, optimizer("SGD", learning_rate=0.05, momentum=0.9), False, ["mae", "mse"]),
    case("weights", [("y", 3)], 0, optimizer("RMSprop", learning_rate=0.02), True, ["mae"]),
    case("two outputs", [("right", 1), ("left", 2)], 0.05, optimizer("Adam", learning_rate=0.05), False, ["mae"]),
    case("all", [("b", 2), ("a", 1)], 0.1, optimizer("SGD", learning_rate=0.02), True, ["mse", "mae"]),
]
text = json.dumps(out, indent=1)
print(re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text))
