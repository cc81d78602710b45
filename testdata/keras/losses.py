"""Cases for losses.json: the value of each loss and its gradient, behind one small Dense layer."""

import numpy as np

from env import set_float, tf
import build
from vectors import dense_grad, feed, normal, random_weights, rng, set_weights, short, snapshot, tensor, tensors

EYE = {2: np.eye(2), 3: np.eye(3)}

# Rows of logits, saturated both ways and mildly.
SATURATED = np.array([[40.0, -40, 0.5], [-100, 100, 1.5], [100, 100, -100], [-40, -40, 40], [-20, 20, 0.25]])


def model(width, units, loss, activation=None, then=(), shape=None, **dense):
    layers = [{"Dense": {"units": units, "name": "d", **({"activation": activation} if activation else {}), **dense}}]
    return {
        "name": "network",
        "inputs": {"x": {"shape": shape or [width]}},
        "layers": layers + list(then),
        "compile": {"optimizer": "sgd", "loss": loss},
    }


def case(name, description, x, y, sample_weight=None, kernel=None):
    """The loss as a training step computes it (penalties included) and its gradient, in float64.

    kernel sets the Dense kernel (with a bias of zero); otherwise the weights are random.
    """
    set_float("float64")
    r = rng(name)
    net = build.build(description)
    if kernel is None:
        random_weights(net, r)
    else:
        set_weights(net, {n: kernel if n == "d/kernel" else np.zeros(v.shape) for n, v in build.weights(net).items()})
    out = {"name": name, "model": description, "weights": snapshot(net), "inputs": {"x": tensor(x)}, "target": tensor(y)}
    if sample_weight is not None:
        out["sample_weight"] = tensor(sample_weight)
    xs = feed(net, {"x": x})
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y_pred = net(xs, training=True)
        loss = net.compute_loss(
            x=xs,
            y=tf.convert_to_tensor(y if np.asarray(y).dtype.kind == "i" else np.asarray(y, "float64")),
            y_pred=y_pred,
            sample_weight=None if sample_weight is None else tf.convert_to_tensor(sample_weight),
            training=True,
        )
    variables = build.weights(net)
    grads = tape.gradient(loss, [xs, [v.value for v in variables.values()]])
    out["outputs"] = {net.layers[-1].name: tensor(y_pred.numpy())}
    out["through_logits"] = hasattr(y_pred, "_keras_logits")
    out["loss"] = float(tf.reduce_mean(loss))  # of a loss without reduction, what Keras reports
    out["input_grads"] = {"x": tensor(dense_grad(grads[0], xs))}
    out["weight_grads"] = tensors({n: dense_grad(g, v) for g, (n, v) in zip(grads[1], variables.items())})
    return out


def one_hot(ids, classes):
    return np.eye(classes)[ids]


def each_weighting(r, name, description, x, y, **rest):
    """The case without sample weights and with them; one weight is 0."""
    yield case(name, description, x, y, **rest)
    weight = short(r.uniform(0.2, 2, len(x)))
    weight[1] = 0
    if np.ndim(x) == 3:
        weight = weight[:, None]  # Keras broadcasts a weight per sample over steps in this shape alone.
    yield case(name + "_weighted", description, x, y, sample_weight=weight, **rest)


def binary():
    r = rng("inputs of binary losses")
    x = normal(r, 5, 3)
    bce = "binary_crossentropy"
    y1 = np.array([[0], [1], [1], [0], [1]])
    y2 = np.array([[0, 1], [1, 1], [1, 0], [0, 0], [0.25, 0.75]])
    logits = {bce: {"from_logits": True}}
    smooth = {bce: {"label_smoothing": 0.1}}
    yield from each_weighting(r, "bce_sigmoid", model(3, 1, bce, "sigmoid"), x, y1)
    yield from each_weighting(r, "bce_sigmoid_two_units", model(3, 2, bce, "sigmoid"), x, y2)
    yield from each_weighting(r, "bce_logits", model(3, 2, logits), x, y2)
    yield from each_weighting(r, "bce_sigmoid_smoothed", model(3, 2, smooth, "sigmoid"), x, y2)
    yield case("bce_logits_smoothed", model(3, 2, {bce: {"from_logits": True, "label_smoothing": 0.2}}), x, y2)
    layer = [{"Activation": {"activation": "sigmoid", "name": "s"}}]
    yield case("bce_activation_layer", model(3, 2, bce, then=layer), x, y2)
    yield case("bce_flat_target", model(3, 1, bce, "sigmoid"), x, y1[:, 0])
    inside = short(r.uniform(0.05, 0.95, (5, 2)))
    yield from each_weighting(r, "bce_probabilities", model(2, 2, bce), inside, y2, kernel=EYE[2])
    yield case("bce_probabilities_smoothed", model(2, 2, smooth), inside, y2, kernel=EYE[2])
    outside = np.array([[-0.2, 1.3], [0.0, 1.0], [1.0, 0.0], [1.2, -3.0], [0.5, 0.5]])
    yield case("bce_probabilities_clipped", model(2, 2, bce), outside, y2, kernel=EYE[2])
    y3 = np.array([[0, 1, 1], [1, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 0]])
    yield case("bce_sigmoid_saturated", model(3, 3, bce, "sigmoid"), SATURATED, y3, kernel=EYE[3])
    yield case("bce_logits_saturated", model(3, 3, logits), SATURATED, y3, kernel=EYE[3])
    # A layer between the activation and the loss hides the logits: the clipped formula is used.
    reshape = [{"Reshape": {"target_shape": [3], "name": "r"}}]
    yield case("bce_sigmoid_reshaped_saturated", model(3, 3, bce, "sigmoid", reshape), SATURATED, y3, kernel=EYE[3])


def categorical():
    r = rng("inputs of categorical losses")
    x = normal(r, 5, 4)
    ids = np.array([0, 2, 1, 1, 2])
    for name, long, y in (
        ("cce", "categorical_crossentropy", one_hot(ids, 3)),
        ("scce", "sparse_categorical_crossentropy", ids),
    ):
        logits = {long: {"from_logits": True}}
        yield from each_weighting(r, f"{name}_softmax", model(4, 3, long, "softmax"), x, y)
        yield from each_weighting(r, f"{name}_logits", model(4, 3, logits), x, y)
        layer = [{"Activation": {"activation": "softmax", "name": "s"}}]
        yield case(f"{name}_activation_layer", model(4, 3, long, then=layer), x, y)
        # Probabilities that do not add up to one: categorical_crossentropy divides by their sum.
        inside = short(r.uniform(0.05, 0.9, (5, 3)))
        yield from each_weighting(r, f"{name}_probabilities", model(3, 3, long), inside, y, kernel=EYE[3])
        outside = np.array([[-0.2, 0.9, 0.4], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.2, 1.3, 0.1], [0.5, 0.25, 0.25]])
        yield case(f"{name}_probabilities_clipped", model(3, 3, long), outside, y, kernel=EYE[3])
        yield case(f"{name}_softmax_saturated", model(3, 3, long, "softmax"), SATURATED, y, kernel=EYE[3])
        yield case(f"{name}_logits_saturated", model(3, 3, logits), SATURATED, y, kernel=EYE[3])
        reshape = [{"Reshape": {"target_shape": [3], "name": "r"}}]
        yield case(f"{name}_softmax_reshaped_saturated", model(3, 3, long, "softmax", reshape), SATURATED, y, kernel=EYE[3])
        wide = normal(r, 2, 4, 3)
        ids2 = np.array([[0, 1, 1, 0], [1, 0, 1, 1]])
        deep = one_hot(ids2, 2) if name == "cce" else ids2
        yield from each_weighting(r, f"{name}_rank3", model(3, 2, long, "softmax", shape=[4, 3]), wide, deep)
    cce = "categorical_crossentropy"
    # Rows add up to 1: TensorFlow's gradient, softmax - y, is that of its loss only then.
    soft = short(r.dirichlet([1, 1, 1], 5))
    soft[:, 2] = short(1 - soft[:, 0] - soft[:, 1])
    yield case("cce_softmax_soft_target", model(4, 3, cce, "softmax"), x, soft)
    yield case("cce_softmax_smoothed", model(4, 3, {cce: {"label_smoothing": 0.1}}, "softmax"), x, one_hot(ids, 3))
    yield case(
        "cce_logits_smoothed",
        model(4, 3, {cce: {"from_logits": True, "label_smoothing": 0.3}}),
        x,
        one_hot(ids, 3),
    )
    yield case("scce_column_target", model(4, 3, "sparse_categorical_crossentropy", "softmax"), x, ids[:, None])


def regression():
    r = rng("inputs of regression losses")
    x = normal(r, 5, 3)
    y = normal(r, 5, 2, scale=2)
    for name, loss in {
        "mse": "mean_squared_error",
        "mae": "mean_absolute_error",
        "huber": "huber",
        "huber_delta": {"huber": {"delta": 0.4}},
        "mape": "mean_absolute_percentage_error",
        "msle": "mean_squared_logarithmic_error",
        "log_cosh": "log_cosh",
    }.items():
        yield from each_weighting(r, name, model(3, 2, loss), x, y)
        yield case(f"{name}_flat_target", model(3, 1, loss), x, y[:, 0])
        yield from each_weighting(r, f"{name}_rank3", model(3, 2, loss, shape=[4, 3]), normal(r, 2, 4, 3), normal(r, 2, 4, 2))
    # Errors of exactly 0 and exactly delta.
    at = np.array([[0.0, 1.0], [-1.0, 2.0], [-2.0, 0.5]])
    for name, loss in (("mae", "mean_absolute_error"), ("huber", "huber")):
        yield case(f"{name}_kink", model(2, 2, loss), at, np.zeros((3, 2)), kernel=EYE[2])
    yield case(
        "mse_regularized",
        model(3, 2, "mean_squared_error", "tanh", kernel_regularizer={"l2": 0.05}, bias_regularizer={"l1": 0.02}),
        x,
        y,
        sample_weight=short(r.uniform(0, 2, 5)),
    )


def margins():
    """Losses of targets -1 and 1, and of one-hot targets."""
    r = rng("inputs of hinge losses")
    x, wide = normal(r, 5, 3), normal(r, 2, 4, 3)
    binary = r.integers(0, 2, (5, 2))
    for name in ("hinge", "squared_hinge"):
        yield from each_weighting(r, name, model(3, 2, name), x, binary)
        yield case(f"{name}_signs", model(3, 2, name), x, 2 * binary - 1)
        yield case(f"{name}_mixed", model(3, 2, name), x, np.where(binary == 1, 1, np.array([0, -1])))
        yield case(f"{name}_rank3", model(3, 1, name, "tanh", shape=[4, 3]), wide, r.integers(0, 2, (2, 4, 1)))
    ids = np.array([0, 2, 1, 1, 2])
    yield from each_weighting(r, "categorical_hinge", model(3, 3, "categorical_hinge"), x, one_hot(ids, 3))
    yield case("categorical_hinge_rank3", model(3, 2, "categorical_hinge", shape=[4, 3]), wide, one_hot(r.integers(0, 2, (2, 4)), 2))
    # All outputs alike: the largest of the others is there twice.
    yield case("categorical_hinge_kink", model(3, 3, "categorical_hinge"), np.zeros((2, 3)), one_hot(ids[:2], 3), kernel=EYE[3])


def distributions():
    r = rng("inputs of losses of distributions")
    x, wide = normal(r, 5, 3), normal(r, 2, 4, 3)
    soft = short(r.dirichlet([1, 1, 1], 5))
    yield from each_weighting(r, "kld", model(3, 3, "kl_divergence", "softmax"), x, soft)
    yield case("kld_clipped", model(2, 2, "kl_divergence"), np.array([[-0.5, 1.5], [0.25, 0.75]]), np.array([[0.0, 1], [1.25, -0.25]]), kernel=EYE[2])
    yield case("kld_rank3", model(3, 1, "kl_divergence", "sigmoid", shape=[4, 3]), wide, short(r.uniform(0, 1, (2, 4, 1))))
    counts = r.integers(0, 6, (5, 2))
    yield from each_weighting(r, "poisson", model(3, 2, "poisson", "exponential"), x, counts)
    y = normal(r, 5, 2)
    yield from each_weighting(r, "cosine", model(3, 2, "cosine_similarity"), x, y)
    yield case("cosine_one_unit", model(3, 1, "cosine_similarity"), x, y[:, 0])
    for axis in (-1, 1, 2):
        yield case(f"cosine_rank3_{axis}", model(3, 2, {"cosine_similarity": {"axis": axis}}, shape=[4, 3]), wide, normal(r, 2, 4, 2))
    ids = np.array([0, 2, 1, 1, 2])
    gce = "categorical_generalized_cross_entropy"
    yield from each_weighting(r, "gce", model(3, 3, gce, "softmax"), x, ids)
    yield case("gce_q", model(3, 2, {gce: {"q": 0.8}}, "softmax", shape=[4, 3]), wide, r.integers(0, 2, (2, 4)))


def focal():
    r = rng("inputs of focal losses")
    x = normal(r, 5, 3)
    y = np.array([[0, 1], [1, 1], [1, 0], [0, 0], [0.25, 0.75]])
    binary, categorical = "binary_focal_crossentropy", "categorical_focal_crossentropy"
    yield from each_weighting(r, "bfce_sigmoid", model(3, 2, binary, "sigmoid"), x, y)
    yield case("bfce_sigmoid_saturated", model(3, 3, binary, "sigmoid"), SATURATED / 10, np.array([[0, 1, 1], [1, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 0]]), kernel=EYE[3])
    for name, args in {
        "logits": {"from_logits": True},
        "balanced": {"from_logits": True, "apply_class_balancing": True, "alpha": 0.3},
        "gamma": {"gamma": 1.5},
        "gamma_0": {"gamma": 0, "apply_class_balancing": True},
        "smoothed": {"label_smoothing": 0.2, "gamma": 1},
    }.items():
        yield case(f"bfce_{name}", model(3, 2, {binary: args}, None if "from_logits" in args else "sigmoid"), x, y)
    inside = short(r.uniform(0.05, 0.95, (5, 2)))
    yield case("bfce_probabilities", model(2, 2, binary), inside, y, kernel=EYE[2])
    ids = np.array([0, 2, 1, 1, 2])
    yield from each_weighting(r, "cfce_softmax", model(3, 3, categorical, "softmax"), x, one_hot(ids, 3))
    for name, args in {
        "logits": {"from_logits": True, "gamma": 3},
        "alpha": {"alpha": [0.1, 0.5, 0.3]},
        "gamma": {"gamma": 0.5, "alpha": 1},
        "smoothed": {"label_smoothing": 0.2},
    }.items():
        yield case(f"cfce_{name}", model(3, 3, {categorical: args}, None if "from_logits" in args else "softmax"), x, one_hot(ids, 3))
    yield case("cfce_probabilities", model(3, 3, categorical), short(r.uniform(0.05, 0.9, (5, 3))), one_hot(ids, 3), kernel=EYE[3])


def masked():
    r = rng("inputs of masked losses")
    x = normal(r, 3, 4, 3)
    x[0, 2:], x[1, 0] = 0, 0
    ids, units = r.integers(0, 3, (3, 4)), normal(r, 3, 4, 3)
    masking = [{"Masking": {"name": "m"}}]
    for name, loss, activation, y in (
        ("mse", "mean_squared_error", None, units),
        ("mae", "mean_absolute_error", "tanh", units),
        ("huber", "huber", None, units),
        ("bce", "binary_crossentropy", "sigmoid", r.integers(0, 2, (3, 4, 3))),
        ("bce_plain", "binary_crossentropy", "hard_sigmoid", r.integers(0, 2, (3, 4, 3))),
        ("cce", "categorical_crossentropy", "softmax", one_hot(ids, 3)),
        ("scce", "sparse_categorical_crossentropy", "softmax", ids),
        ("scce_logits", {"sparse_categorical_crossentropy": {"from_logits": True}}, None, ids),
    ):
        description = model(3, 3, loss, activation, shape=[4, 3])
        description["layers"] = masking + description["layers"]
        yield from each_weighting(r, f"masked_{name}", description, x, y)
    description = model(3, 1, "mean_squared_error", shape=[4, 3], kernel_regularizer={"l2": 0.05})
    description["layers"] = masking + description["layers"]
    yield from each_weighting(r, "masked_regularized", description, x, normal(r, 3, 4, 1))
    yield case("masked_everywhere", description, np.zeros((2, 4, 3)), normal(r, 2, 4, 1))
    flat = model(3, 2, "mean_squared_error")
    flat["layers"] = masking + flat["layers"]
    yield from each_weighting(r, "masked_rows", flat, np.array([[0, 0, 0], [1, 0.5, 0], [0.25, -1, 2]]), normal(r, 3, 2))
    deep = model(3, 2, "mean_squared_error", shape=[2, 4, 3])
    deep["layers"] = masking + deep["layers"]
    yield case("masked_rank4", deep, np.stack([x[:2], x[1:]]), normal(r, 2, 2, 4, 2))


def cases():
    for part in (binary, categorical, regression, margins, distributions, focal, masked):
        yield from part()
