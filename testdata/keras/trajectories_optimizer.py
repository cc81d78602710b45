"""Cases for trajectories.json: ten steps of each optimizer on one small classifier."""

import numpy as np

from train import STEPS, trajectory
from vectors import normal, rng

OPTIMIZERS = {
    "sgd": {"sgd": {"learning_rate": 0.1}},
    "sgd_momentum": {"sgd": {"learning_rate": 0.05, "momentum": 0.9}},
    "sgd_nesterov": {"sgd": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}},
    "rmsprop": {"rmsprop": {"learning_rate": 0.001}},
    "rmsprop_momentum": {"rmsprop": {"learning_rate": 0.01, "rho": 0.8, "momentum": 0.5, "epsilon": 1e-5}},
    "rmsprop_centered": {"rmsprop": {"learning_rate": 0.003, "centered": True}},
    "adam": {"adam": {"learning_rate": 0.01}},
    "adam_settings": {"adam": {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-4}},
    "adam_amsgrad": {"adam": {"learning_rate": 0.01, "amsgrad": True}},
    "adamw": {"adamw": {"learning_rate": 0.01}},
    "adamw_decay": {"adamw": {"learning_rate": 0.01, "weight_decay": 0.1}},
    "adagrad": {"adagrad": {"learning_rate": 0.1}},
    "adagrad_settings": {"adagrad": {"learning_rate": 0.05, "initial_accumulator_value": 0.01, "epsilon": 1e-5}},
    # The bare name: Keras's default arguments.
    "default_sgd": "sgd",
    "default_rmsprop": "rmsprop",
    "default_adam": "adam",
    "default_adamw": "adamw",
    "default_adagrad": "adagrad",
}


def classifier(optimizer):
    return {
        "name": "classifier",
        "inputs": {"x": {"shape": [4]}},
        "layers": [
            {"Dense": {"units": 7, "activation": "tanh", "name": "a"}},
            {"Dense": {"units": 6, "activation": "relu", "name": "b"}},
            {"Dense": {"units": 3, "activation": "softmax", "name": "c"}},
        ],
        "compile": {"optimizer": optimizer, "loss": "categorical_crossentropy", "metrics": ["accuracy"]},
    }


def batches():
    r = rng("batches of optimizers")
    return [
        {"inputs": {"x": normal(r, 6, 4, scale=1)}, "target": np.eye(3)[r.integers(0, 3, 6)]} for _ in range(STEPS)
    ]


def cases():
    for name, optimizer in OPTIMIZERS.items():
        yield trajectory(name, classifier(optimizer), batches())
