"""Cases for sequences.json: losses and metrics of outputs with masks."""

import numpy as np

from env import set_float, tf
import build
from train import arrays
from vectors import dense_grad, random_weights, rng, set_weights, short, tensor, tensors

IDS = np.array([[3, 0, 2, 1], [4, 0, 0, 0], [1, 2, 0, 0], [0, 4, 0, 3], [0, 0, 1, 5]])
BATCH = 3  # the second batch has two rows, and other steps that count


def model(inputs, layers, **compiled):
    return {"name": "network", "inputs": inputs, "layers": layers, "compile": {"optimizer": "sgd", **compiled}, "fit": {"batch_size": BATCH}}


def case(name, description, inputs, targets, weight=None):
    """evaluate() in batches, in float32, and the loss of all rows as one batch with its gradient, in float64."""
    set_float("float32")  # which TensorFlow's in_top_k asks for
    net = build.build(description)
    weights = random_weights(net, rng(name))
    out = {"name": name, "model": description, "weights": tensors(weights), "inputs": tensors(inputs)}
    batch = {"inputs": inputs, "targets": targets}
    if len(targets) == 1:
        out["target"] = tensor(next(iter(targets.values())))
    else:
        out["targets"] = tensors(targets)
    if weight is not None:
        out["sample_weight"] = tensor(weight)
        batch["sample_weight"] = weight
    xs, ys, ws = arrays(net, batch)
    logs = net.evaluate(xs, ys, sample_weight=ws, batch_size=description["fit"]["batch_size"], verbose=0, return_dict=True)
    out["evaluate"] = {k: np.float32(v) for k, v in logs.items()}
    set_float("float64")
    net = build.build(description)
    set_weights(net, weights)
    xs, ys, ws = arrays(net, batch)
    tensor_of = lambda v: [tf.convert_to_tensor(x) for x in v] if isinstance(v, list) else tf.convert_to_tensor(v)
    with tf.GradientTape() as tape:
        y_pred = net(tensor_of(xs), training=True)
        loss = net.compute_loss(x=xs, y=tensor_of(ys), y_pred=y_pred, sample_weight=None if ws is None else tf.convert_to_tensor(ws), training=True)
    variables = build.weights(net)
    grads = tape.gradient(loss, [v.value for v in variables.values()])
    out["loss"] = float(loss)
    out["weight_grads"] = tensors({n: dense_grad(g, v) for g, (n, v) in zip(grads, variables.items())})
    return out


def weighted(r):
    weight = short(r.uniform(0.2, 2, (len(IDS), 1)))  # in this shape Keras broadcasts it over steps
    weight[2] = 0
    return weight


def words(units, activation, name="d"):
    return [{"Embedding": {"input_dim": 6, "output_dim": 3, "mask_zero": True, "name": "e"}}, {"Dense": {"units": units, "activation": activation, "name": name}}]


def both(metrics):
    return {"metrics": metrics, "weighted_metrics": metrics}


def metrics():
    r = rng("inputs of masked metrics")
    ids = {"x": {"shape": [4], "dtype": "int32"}}
    rows, steps = IDS.shape
    sparse = ["accuracy", "sparse_categorical_accuracy", "sparse_categorical_crossentropy", "sparse_top_k_categorical_accuracy"]
    yield case("masked_classes", model(ids, words(7, "softmax"), loss="sparse_categorical_crossentropy", **both(sparse)), {"x": IDS}, {"d": r.integers(0, 7, (rows, steps))}, weighted(r))
    hot = ["accuracy", "categorical_accuracy", "categorical_crossentropy", "top_k_categorical_accuracy", "categorical_hinge", "kl_divergence"]
    target = np.eye(6)[r.integers(0, 6, (rows, steps))]
    yield case("masked_one_hot", model(ids, words(6, "softmax"), loss="categorical_crossentropy", **both(hot)), {"x": IDS}, {"d": target}, weighted(r))
    yes = ["accuracy", "binary_accuracy", "binary_crossentropy", "precision", "recall", "auc", "true_positives", "false_negatives", "hinge", "squared_hinge"]
    for units in (1, 2):
        target = r.integers(0, 2, (rows, steps, units))
        yield case(f"masked_yes_or_no_{units}", model(ids, words(units, "sigmoid"), loss="binary_crossentropy", metrics=[*yes, "binary_io_u"], weighted_metrics=yes if units == 1 else yes[:3]), {"x": IDS}, {"d": target}, weighted(r))
    far = ["mae", "mse", "root_mean_squared_error", "mape", "msle", "log_cosh_error", "poisson", "cosine_similarity", "pearson_correlation", "concordance_correlation"]
    x = short(r.normal(0, 1, (rows, steps, 2))) * (IDS > 0)[:, :, None]
    layers = [{"Masking": {"name": "m"}}, {"Dense": {"units": 3, "activation": "softplus", "name": "d"}}]
    target = short(r.uniform(0.1, 2, (rows, steps, 3)))
    yield case("masked_numbers", model({"x": {"shape": [4, 2]}}, layers, loss="mean_squared_error", **both(far)), {"x": x}, {"d": target}, weighted(r))
    yield case("masked_numbers_plain", model({"x": {"shape": [4, 2]}}, layers, loss="huber", metrics=far[:3]), {"x": x}, {"d": target})
    every = [{"Dense": {"units": 6, "activation": "softmax", "name": "d"}}]
    target = np.eye(6)[r.integers(0, 6, (rows, steps))]
    yield case("steps_one_hot", model({"x": {"shape": [4, 2]}}, every, loss="categorical_crossentropy", **both(hot + ["cosine_similarity", "mae"])), {"x": x}, {"d": target}, weighted(r))
    image = short(r.normal(0, 1, (rows, 2, 2, 2)))
    target = np.eye(6)[r.integers(0, 6, (rows, 2, 2))]
    yield case("pixels_one_hot", model({"x": {"shape": [2, 2, 2]}}, every, loss="categorical_crossentropy", metrics=hot), {"x": image}, {"d": target})


def outputs():
    r = rng("inputs of several masked outputs")
    rows, steps = IDS.shape
    layers = [
        *words(3, "tanh", "h"),
        {"Dense": {"units": 6, "activation": "softmax", "name": "tag", "inputs": ["h"]}},
        {"GlobalAveragePooling1D": {"name": "mean", "inputs": ["h"]}},
        {"Dense": {"units": 1, "name": "size", "inputs": ["mean"]}},
        {"Dense": {"units": 2, "name": "place", "inputs": ["h"]}},
    ]
    description = model(
        {"x": {"shape": [4], "dtype": "int32"}},
        layers,
        loss={"tag": "sparse_categorical_crossentropy", "size": "mean_squared_error", "place": "mean_absolute_error"},
        loss_weights={"tag": 1.0, "size": 0.5, "place": 2.0},
        metrics={"tag": ["accuracy"], "size": ["mae"], "place": ["mse", "root_mean_squared_error"]},
        weighted_metrics={"tag": ["accuracy"], "size": ["mae"], "place": ["cosine_similarity"]},
    )
    description["outputs"] = ["tag", "size", "place"]
    # One batch: of batches of different sizes Keras takes the plain mean of the losses of outputs (trainers/compile_utils.py,
    # CompileLoss.call: the size is not known to the traced step), and the weighted one of their sum.
    description["fit"]["batch_size"] = rows
    targets = {"tag": r.integers(0, 6, (rows, steps)), "size": short(r.normal(0, 1, (rows, 1))), "place": short(r.normal(0, 1, (rows, steps, 2)))}
    yield case("masked_outputs", description, {"x": IDS}, targets)
    yield case("masked_outputs_weighted", description, {"x": IDS}, targets, weighted(r))


def cases():
    for part in (metrics, outputs):
        yield from part()
