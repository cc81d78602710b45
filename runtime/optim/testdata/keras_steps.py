"""Writes keras_steps.json: ten steps of real Keras optimizers on given gradients, in float32.

Run with Keras 3.15.1 on TensorFlow 2.21.0:  python keras_steps.py > keras_steps.json
"""

import json
import re

import keras
import numpy as np
import tensorflow as tf
from keras import optimizers as o

CASES = {
    "sgd": o.SGD(0.1),
    "sgd momentum": o.SGD(0.1, momentum=0.9),
    "sgd nesterov": o.SGD(0.1, momentum=0.9, nesterov=True),
    "sgd decay": o.SGD(0.1, momentum=0.5, weight_decay=0.01),
    "rmsprop": o.RMSprop(0.01),
    "rmsprop momentum": o.RMSprop(0.01, rho=0.8, momentum=0.5, epsilon=1e-5),
    "rmsprop centered": o.RMSprop(0.01, centered=True, weight_decay=0.01),
    "rmsprop all": o.RMSprop(0.01, momentum=0.9, centered=True),
    "adam": o.Adam(0.01),
    "adam settings": o.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.02),
    "adam amsgrad": o.Adam(0.01, amsgrad=True),
    "adamw": o.AdamW(0.01),
    "adamw amsgrad": o.AdamW(0.01, weight_decay=0.1, amsgrad=True),
    "adagrad": o.Adagrad(0.1),
    "adagrad settings": o.Adagrad(0.1, initial_accumulator_value=0.01, epsilon=1e-3, weight_decay=0.01),
    "adadelta": o.Adadelta(1.0),
    "adadelta settings": o.Adadelta(0.1, rho=0.8, epsilon=1e-3, weight_decay=0.01),
    "adamax": o.Adamax(0.01),
    "adamax settings": o.Adamax(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.02),
    "nadam": o.Nadam(0.01),
    "nadam settings": o.Nadam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.02),
    "ftrl": o.Ftrl(0.1),
    "ftrl settings": o.Ftrl(
        0.1,
        learning_rate_power=-0.7,
        initial_accumulator_value=0.3,
        l1_regularization_strength=0.05,
        l2_regularization_strength=0.1,
        l2_shrinkage_regularization_strength=0.02,
        beta=0.5,
        weight_decay=0.01,
    ),
    "lion": o.Lion(0.01),
    "lion settings": o.Lion(0.01, beta_1=0.7, beta_2=0.8, weight_decay=0.1),
    "lamb": o.Lamb(0.01),
    "adafactor": o.Adafactor(0.1),
}
FIELDS = ["learning_rate", "momentum", "nesterov", "rho", "epsilon", "centered", "beta_1", "beta_2", "amsgrad"]
FIELDS += ["initial_accumulator_value", "weight_decay", "learning_rate_power", "l1_regularization_strength"]
FIELDS += ["l2_regularization_strength", "l2_shrinkage_regularization_strength", "beta"]


def exact(values):
    return [float(f"{v:.9g}") for v in np.asarray(values, "float32").astype("float64")]  # enough digits for float32


r = np.random.default_rng(20)
start = r.normal(0, 1, 8).astype("float32")
gradients = (r.normal(0, 1, (10, 8)) * 10.0 ** r.integers(-3, 2, (1, 8))).astype("float32")
gradients[3, 2] = 0
out = {
    "source": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
    "start": exact(start),
    "gradients": [exact(g) for g in gradients],
    "cases": [],
}
for name, optimizer in CASES.items():
    config = {k: v for k, v in optimizer.get_config().items() if k in FIELDS and v is not None}
    w = keras.Variable(start)
    steps = []
    for g in gradients:
        optimizer.apply([tf.constant(g)], [w])
        steps.append(exact(w.numpy()))
    slots = [v.path.split("/")[-1] for v in optimizer.variables[2:]]
    out["cases"].append({"name": name, "config": config, "slots": slots, "weights": steps})
text = json.dumps(out, indent=1)

print(re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text))
