"""Cases for cells.json: the activations that layers_activation.py has not, with their arguments, and at their kinks."""

import numpy as np

from env import keras, tf
from layers_activation import FAR
from record import case, one
from vectors import away_from_zero, rng

NAMES = ["celu", "glu", "hard_silu", "hard_tanh", "log_sigmoid", "soft_shrink", "hard_shrink", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink"]

ARGUMENTS = {
    "celu": {"alpha": 0.5},
    "soft_shrink": {"threshold": 0.25},
    "hard_shrink": {"threshold": 1},
    "threshold": {"threshold": 0.25, "default_value": -0.75},
    "squareplus": {"b": 0.5},
}

# Where the slope jumps. This back end gives celu at 0, which has no kink there, both slopes at once.
KINKS = {
    "hard_silu": [-3.0, 3.0], "hard_tanh": [-1.0, 1.0], "soft_shrink": [-0.5, 0.0, 0.5], "hard_shrink": [-0.5, 0.5],
    "sparse_plus": [-1.0, 1.0], "sparse_sigmoid": [-1.0, 1.0],
}



def sparsemax(x, axis=-1):
    """The activation as of https://github.com/keras-team/keras/pull/23469: 3.15.1 adds up the cumulative sums of the support."""
    x = tf.convert_to_tensor(x)
    ordered = tf.sort(x, direction="DESCENDING", axis=axis)
    support = 1 + tf.range(1, x.shape[axis] + 1, dtype=x.dtype) * ordered > tf.cumsum(ordered, axis=axis)
    size = tf.reduce_sum(tf.cast(support, x.dtype), axis=axis, keepdims=True)
    total = tf.reduce_sum(tf.where(support, ordered, tf.zeros_like(ordered)), axis=axis, keepdims=True)
    return tf.maximum(x - (total - 1) / size, 0.0)


def cases():
    keras.src.backend.nn.sparsemax = sparsemax
    for name in NAMES:
        r = rng("inputs of " + name)
        x = away_from_zero(r, 3, 4)
        yield case(f"activation_{name}", one("Activation", [4], activation=name), {"x": x})
        yield case(f"activation_{name}_far", one("Activation", [8], activation=name), {"x": FAR if name != "sparsemax" else np.round(FAR / 90, 3)})
    for name, args in ARGUMENTS.items():
        x = away_from_zero(rng("inputs of arguments " + name), 2, 6)
        yield case(f"activation_{name}_argument", one("Activation", [6], activation={name: args}), {"x": x})
    for name, points in KINKS.items():
        yield case(f"activation_{name}_kink", one("Activation", [len(points)], activation=name), {"x": np.array([points])})
    x = away_from_zero(rng("inputs of conv glu"), 2, 3, 3, 2)
    yield case("conv_glu", one("Conv2D", [3, 3, 2], filters=4, kernel_size=2, activation="glu"), {"x": x})
    equal = np.array([[1.5, 1.5, 1.5], [-2.0, 0.25, 0.25], [0.1, 0.2, -0.1]])
    yield case("sparsemax_equal", one("Activation", [3], activation="sparsemax"), {"x": equal})
    yield case("sparsemax_rank3", one("Activation", [2, 5], activation="sparsemax"), {"x": away_from_zero(rng("sparsemax of rank 3"), 2, 2, 5, scale=0.4)})
