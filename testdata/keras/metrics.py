"""Cases for metrics.json: streaming metrics over batches, as compile() chooses and runs them.

The model of each case passes its input through, so the input is the prediction.
"""

import numpy as np

from env import keras, set_float, tf
import build
from vectors import feed, rng, short, tensor


def case(name, metric, loss, batches):
    """Feeds (prediction, target, weight or None) one after the other; records the value after each.

    running is the metric under `metrics`, which ignores weights; running_weighted the same under
    `weighted_metrics`.
    """
    set_float("float64")
    description = {
        "name": "network",
        "inputs": {"x": {"shape": list(batches[0][0].shape[1:])}},
        "layers": [{"Activation": {"activation": "linear", "name": "same"}}],
        "compile": {"optimizer": "sgd", "loss": loss, "metrics": [metric]},
    }
    net = build.build(description)
    net.compile(loss=net.loss, metrics=[metric], weighted_metrics=[metric])
    out = {"name": name, "model": description, "metric": metric, "batches": []}
    plain, weighted = [], []
    for prediction, target, weight in batches:
        record = {"inputs": {"x": tensor(prediction)}, "target": tensor(target)}
        if weight is not None:
            record["sample_weight"] = tensor(weight)
        out["batches"].append(record)
        x = feed(net, {"x": prediction})
        logs = net.compute_metrics(
            x,
            tf.convert_to_tensor(target),
            net(x),
            None if weight is None else tf.convert_to_tensor(weight),
        )
        plain.append(float(logs[metric]))
        weighted.append(float(logs["weighted_" + metric] if "weighted_" + metric in logs else logs[metric]))
    chosen = [m for m in net.metrics if isinstance(m, keras.metrics.Metric) and m.name != "loss"]
    flat = [m for c in chosen for m in getattr(c, "metrics", [c])]
    out["resolved"] = type(flat[0]).__name__
    out["running"] = plain
    out["running_weighted"] = weighted
    return out


def stream(r, sizes, width, target, weighted=True):
    """Batches of different sizes; target draws the labels for n rows."""
    for i, n in enumerate(sizes):
        prediction = short(r.uniform(0, 1, (n, width)))
        weight = short(r.uniform(0, 2, n)) if weighted and i != 1 else None
        if weight is not None:
            weight[0] = 0
        yield prediction, target(r, n), weight


def ints(classes, *shape):
    return lambda r, n: r.integers(0, classes, (n, *shape))


def hot(classes):
    return lambda r, n: np.eye(classes)[r.integers(0, classes, n)]


def real(width):
    return lambda r, n: short(r.normal(0, 1, (n, width)))


BINARY = "binary_crossentropy"
SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"
SQUARED = "mean_squared_error"


def cases():
    r = rng("inputs of metrics")
    sizes = (5, 8, 3)
    plan = [
        ("binary_accuracy", "binary_accuracy", BINARY, 1, ints(2, 1)),
        ("binary_accuracy_flat_target", "binary_accuracy", BINARY, 1, ints(2)),
        ("binary_accuracy_three_units", "binary_accuracy", BINARY, 3, ints(2, 3)),
        ("categorical_accuracy", "categorical_accuracy", CATEGORICAL, 4, hot(4)),
        ("sparse_categorical_accuracy", "sparse_categorical_accuracy", SPARSE, 4, ints(4)),
        ("sparse_categorical_accuracy_column", "sparse_categorical_accuracy", SPARSE, 4, ints(4, 1)),
        ("mae", "mae", SQUARED, 2, real(2)),
        ("mse", "mse", SQUARED, 2, real(2)),
        ("mean_absolute_error", "mean_absolute_error", SQUARED, 1, real(1)),
        ("mean_squared_error", "mean_squared_error", SQUARED, 1, real(1)),
        ("mse_flat_target", "mse", SQUARED, 1, lambda r, n: short(r.normal(0, 1, n))),
        ("accuracy_one_sigmoid", "accuracy", BINARY, 1, ints(2, 1)),
        ("accuracy_one_sigmoid_flat_target", "accuracy", BINARY, 1, ints(2)),
        ("accuracy_three_sigmoids", "accuracy", BINARY, 3, ints(2, 3)),
        ("accuracy_softmax_one_hot", "accuracy", CATEGORICAL, 3, hot(3)),
        ("accuracy_softmax_sparse", "accuracy", SPARSE, 3, ints(3)),
        ("accuracy_softmax_sparse_column", "accuracy", SPARSE, 3, ints(3, 1)),
        ("accuracy_two_classes_sparse", "accuracy", SPARSE, 2, ints(2)),
        ("accuracy_regression_one_unit", "accuracy", SQUARED, 1, ints(2, 1)),
        ("accuracy_regression_three_units", "accuracy", SQUARED, 3, ints(2, 3)),
    ]
    for name, metric, loss, width, target in plan:
        yield case(name, metric, loss, list(stream(r, sizes, width, target)))
    yield case("binary_accuracy_unweighted", "binary_accuracy", BINARY, list(stream(r, sizes, 1, ints(2, 1), False)))
    yield case("mse_one_row_batches", "mse", SQUARED, list(stream(r, (1, 1, 4), 2, real(2))))

    half = np.array([[0.5], [0.5], [0.5000001], [0.4999999], [0.0], [1.0]])
    for metric in ("binary_accuracy", "accuracy"):
        yield case(f"{metric}_threshold", metric, BINARY, [(half, np.array([[0], [1], [1], [0], [0], [1]]), None)])
    soft = np.array([[0.0], [1.0], [0.3], [0.7]])
    yield case("binary_accuracy_soft_target", "binary_accuracy", BINARY, [(np.array([[0.1], [0.9], [0.3], [0.7]]), soft, None)])
    ties = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.25, 0.25, 0.25], [0.0, 0.0, 0.0]])
    ids = np.array([1, 1, 0, 2])
    yield case("sparse_categorical_accuracy_ties", "sparse_categorical_accuracy", SPARSE, [(ties, ids, None)])
    yield case("categorical_accuracy_ties", "categorical_accuracy", CATEGORICAL, [(ties, np.eye(3)[ids], None)])
    both = np.array([[0.5, 0.5, 0.0], [0.1, 0.45, 0.45], [0.2, 0.3, 0.5], [1, 1, 1]])
    yield case("categorical_accuracy_soft_target", "categorical_accuracy", CATEGORICAL, [(ties, both, None)])
    zero = np.zeros(4)
    yield case("mse_all_weights_zero", "mse", SQUARED, [(ties[:, :1], ties[:, 1:2], zero)])
