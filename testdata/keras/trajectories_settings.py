"""Cases for optimizers.json: ten steps of a small classifier with other optimizers, and with what all of them share."""

from train import trajectory
from trajectories_optimizer import batches, classifier

COSINE = {
    "cosine_decay": {"initial_learning_rate": 0.002, "decay_steps": 6, "alpha": 0.1, "warmup_target": 0.02, "warmup_steps": 3}
}
EXPONENTIAL = {"exponential_decay": {"initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5, "staircase": True}}
PIECES = {"piecewise_constant_decay": {"boundaries": [2, 5], "values": [0.5, 0.2, 0.1]}}

OPTIMIZERS = {
    "nadam_clipped": {"nadam": {"learning_rate": COSINE, "global_clipnorm": 0.5, "weight_decay": 0.05}},
    "lamb_schedule": {"lamb": {"learning_rate": EXPONENTIAL, "clipnorm": 0.2}},
    "adafactor": {"adafactor": {"learning_rate": 0.05}},
    "adamax_average": {"adamax": {"learning_rate": 0.02, "use_ema": True, "ema_momentum": 0.7}},
    "adadelta_accumulation": {"adadelta": {"learning_rate": PIECES, "gradient_accumulation_steps": 3}},
    "ftrl_clipvalue": {"ftrl": {"learning_rate": 0.2, "l1_regularization_strength": 0.01, "clipvalue": 0.05}},
    "default_lion": "lion",
}


CONSTRAINED = [
    {"Dense": {"name": "a", "units": 6, "activation": "tanh", "kernel_constraint": {"max_norm": {"max_value": 0.7}}, "bias_constraint": "non_neg"}},
    {"LayerNormalization": {"name": "norm", "gamma_constraint": {"min_max_norm": {"min_value": 2.5, "max_value": 2.6, "rate": 0.4}}, "beta_constraint": {"max_norm": {"max_value": 0.1}}}},
    {"Reshape": {"name": "steps", "target_shape": [3, 2]}},
    {"GRU": {"name": "gru", "units": 4, "kernel_constraint": "unit_norm", "recurrent_constraint": {"min_max_norm": {"axis": [0, 1]}}, "bias_constraint": {"max_norm": {"max_value": 0.2, "axis": -1}}}},
    {"Dense": {"name": "b", "units": 3, "activation": "softmax", "kernel_constraint": {"unit_norm": {"axis": 1}}}},
]


def constrained():
    description = classifier({"sgd": {"learning_rate": 0.3, "momentum": 0.5}})
    description["layers"] = CONSTRAINED
    return trajectory("constrained", description, batches())


def cases():
    case = constrained()
    del case["float64"]
    yield case
    for name, optimizer in OPTIMIZERS.items():
        case = trajectory(name, classifier(optimizer), batches())
        del case["float64"]  # it has shown that the case is a usable reference
        yield case
