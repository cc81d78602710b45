"""Cases for layers.json: every activation, as a layer and as an argument, and what Keras says at the kinks."""

import numpy as np

from record import case, chain, one
from vectors import away_from_zero, rng

NAMES = [
    "linear", "relu", "sigmoid", "tanh", "softmax", "log_softmax", "elu", "selu", "gelu", "silu", "softplus",
    "softsign", "exponential", "leaky_relu", "hard_sigmoid", "mish",
]

# Where a formula written down naively overflows or loses all its digits.
FAR = np.array([[-100.0, -40, -20, -5, 5, 20, 40, 100]])

# Where the slope jumps: which side Keras takes.
KINKS = {
    "relu": [0.0], "leaky_relu": [0.0], "elu": [0.0], "selu": [0.0], "softsign": [0.0], "hard_sigmoid": [-3.0, 0.0, 3.0],
}


def cases():
    for name in NAMES:
        r = rng("inputs of " + name)
        x = away_from_zero(r, 3, 4)
        yield case(f"activation_{name}", one("Activation", [4], activation=name), {"x": x})
        yield case(
            f"dense_{name}",
            one("Dense", [3], units=4, activation=name),
            {"x": away_from_zero(r, 2, 3)},
        )
        yield case(f"activation_{name}_far", one("Activation", [8], activation=name), {"x": FAR})
    for name, points in KINKS.items():
        x = np.array([points])
        yield case(f"activation_{name}_kink", one("Activation", [len(points)], activation=name), {"x": x})
    for name in ("softmax", "log_softmax"):
        r = rng("inputs of rank 3 " + name)
        yield case(f"activation_{name}_rank3", one("Activation", [2, 3], activation=name), {"x": away_from_zero(r, 2, 2, 3)})
        equal = np.array([[1.5, 1.5, 1.5], [-2.0, 0.0, 0.0]])
        yield case(f"activation_{name}_equal", one("Activation", [3], activation=name), {"x": equal})
    x = away_from_zero(rng("inputs of chain"), 3, 5)
    yield case(
        "activation_chain",
        chain(
            [5],
            {"Dense": {"units": 4, "activation": "tanh", "name": "a"}},
            {"Activation": {"activation": "gelu", "name": "b"}},
            {"Dense": {"units": 3, "activation": "softmax", "name": "c"}},
        ),
        {"x": x},
    )
