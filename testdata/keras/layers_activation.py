"""Cases for layers.json: every activation, as a layer and as an argument, and what Keras says at the kinks."""

import numpy as np

from record import case, chain, one
from vectors import away_from_zero, rng

NAMES = [
    "linear", "relu", "sigmoid", "tanh", "softmax", "log_softmax", "elu", "selu", "gelu", "silu", "softplus",
    "softsign", "exponential", "leaky_relu", "hard_sigmoid", "mish", "relu6",
]

# Where a formula written down naively overflows or loses all its digits.
FAR = np.array([[-100.0, -40, -20, -5, 5, 20, 40, 100]])

# Where the slope jumps: which side Keras takes.
KINKS = {
    "relu": [0.0], "leaky_relu": [0.0], "elu": [0.0], "selu": [0.0], "softsign": [0.0], "hard_sigmoid": [-3.0, 0.0, 3.0],
    "relu6": [0.0, 6.0],
}

# Layers that only apply a function: the arguments, and where the slope jumps.
LAYERS = {
    "relu": ("ReLU", {}, [0.0]),
    "relu_6": ("ReLU", {"max_value": 6}, [0.0, 6.0]),
    "relu_max": ("ReLU", {"max_value": 1.25}, [0.0, 1.25]),
    "relu_0": ("ReLU", {"max_value": 0}, [0.0]),
    "relu_slope": ("ReLU", {"negative_slope": 0.125}, [0.0]),
    "relu_threshold": ("ReLU", {"threshold": 0.5}, [0.5]),
    "relu_slope_6": ("ReLU", {"negative_slope": 0.125, "max_value": 6}, [0.0, 6.0]),
    "relu_all": ("ReLU", {"max_value": 1.5, "negative_slope": 0.25, "threshold": 0.5}, [0.0, 0.5, 1.5]),
    "relu_below": ("ReLU", {"max_value": 0.5, "threshold": 1}, [0.5, 1.0]),
    "leaky_relu": ("LeakyReLU", {}, [0.0]),
    "leaky_relu_slope": ("LeakyReLU", {"negative_slope": 0.05}, [0.0]),
    "elu": ("ELU", {}, [0.0]),
    "elu_alpha": ("ELU", {"alpha": 0.4}, [0.0]),
    "identity": ("Identity", {}, []),
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
    for name, (kind, args, points) in LAYERS.items():
        x = away_from_zero(rng("inputs of layer " + name), 2, 6)
        yield case(f"layer_{name}", one(kind, [6], **args), {"x": x})
        if points:
            yield case(f"layer_{name}_kink", one(kind, [len(points)], **args), {"x": np.array([points])})
    for axis in (-1, 1, 2, [1, 2], [-1], [3, 1]):
        x = away_from_zero(rng(f"inputs of softmax over {axis}"), 2, 2, 3, 2)
        yield case(f"layer_softmax_{axis}".replace(" ", ""), one("Softmax", [2, 3, 2], axis=axis), {"x": x})
    yield case("layer_softmax", one("Softmax", [4]), {"x": away_from_zero(rng("inputs of layer softmax"), 2, 4)})
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
