"""Writes keras_settings.json: real Keras optimizers over several tensors, with what all of them share, and learning-rate schedules.

Run with Keras 3.15.1 on TensorFlow 2.21.0:  python keras_settings.py > keras_settings.json

Every case takes the same steps from the same weights along the same gradients. "frozen" names a tensor that is left out of a step,
as Keras leaves out what is not trainable; "final" are the weights after finalize_variable_values.
"""

import json
import re

import keras
import numpy as np
import tensorflow as tf
from keras import optimizers as o
from keras.optimizers import schedules as s

SHAPES = {"dense/kernel": (3, 4), "dense/bias": (4,), "conv/kernel": (2, 3, 2), "conv/bias": (2,)}
STEPS = 7

SCHEDULES = {
    "exponential_decay": s.ExponentialDecay(0.1, 10, 0.7),
    "exponential_decay staircase": s.ExponentialDecay(0.1, 10, 0.7, staircase=True),
    "inverse_time_decay": s.InverseTimeDecay(0.1, 7, 0.5),
    "inverse_time_decay staircase": s.InverseTimeDecay(0.1, 7, 0.5, staircase=True),
    "polynomial_decay": s.PolynomialDecay(0.1, 20),
    "polynomial_decay power": s.PolynomialDecay(0.1, 30, end_learning_rate=0.02, power=2.0),
    "polynomial_decay cycle": s.PolynomialDecay(0.1, 12, end_learning_rate=0.01, power=0.5, cycle=True),
    "piecewise_constant_decay": s.PiecewiseConstantDecay([3, 10, 11], [0.3, 0.2, 0.1, 0.05]),
    "cosine_decay": s.CosineDecay(0.1, 25),
    "cosine_decay warmup": s.CosineDecay(0.01, 20, alpha=0.1, warmup_target=0.2, warmup_steps=8),
    "cosine_decay_restarts": s.CosineDecayRestarts(0.1, 5),
    "cosine_decay_restarts settings": s.CosineDecayRestarts(0.1, 4, t_mul=1.5, m_mul=0.8, alpha=0.05),
    "cosine_decay_restarts even": s.CosineDecayRestarts(0.1, 6, t_mul=1.0, m_mul=0.5),
}
POSITIONS = list(range(40)) + [75, 100, 315, 1000, 123456]


def decayed(optimizer):
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


CASES = {
    "lamb": o.Lamb(0.01),
    "lamb settings": o.Lamb(0.1, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.02, clipnorm=0.5),
    "adafactor": o.Adafactor(0.1),
    "adafactor settings": o.Adafactor(
        1.0, beta_2_decay=-0.5, epsilon_1=1e-3, epsilon_2=0.1, clip_threshold=0.7, relative_step=False, global_clipnorm=2.0
    ),
    "sgd clipnorm": o.SGD(0.1, momentum=0.9, clipnorm=0.6),
    "adam clipvalue": o.Adam(0.01, clipvalue=0.3),
    "rmsprop global_clipnorm": o.RMSprop(0.01, global_clipnorm=1.5),
    "sgd large global_clipnorm": o.SGD(0.1, global_clipnorm=1e6),
    "adagrad excluded": decayed(o.Adagrad(0.1, weight_decay=0.1)),
    "adam ema": o.Adam(0.01, use_ema=True, ema_momentum=0.7),
    "sgd ema overwrite": o.SGD(0.1, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=3),
    "adam accumulation": o.Adam(0.01, gradient_accumulation_steps=3, weight_decay=0.05, global_clipnorm=1.0),
    "nadam accumulation": o.Nadam(0.01, gradient_accumulation_steps=2, clipnorm=0.4),
    "sgd accumulation ema": o.SGD(0.1, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2),
    "adam schedule": o.Adam(s.ExponentialDecay(0.1, 3, 0.5), weight_decay=0.1),
    "sgd accumulation schedule": o.SGD(s.PiecewiseConstantDecay([1, 4], [0.3, 0.1, 0.01]), gradient_accumulation_steps=2),
    "adafactor schedule": o.Adafactor(s.CosineDecay(1.0, 5)),
    "adam frozen": o.Adam(0.01, global_clipnorm=1.0, weight_decay=0.1),
    "lamb frozen": o.Lamb(0.01, clipnorm=0.5),
}
FROZEN = {"adam frozen": {2: "conv/kernel", 3: "conv/kernel"}, "lamb frozen": {0: "dense/bias", 4: "dense/kernel"}}


def exact(values):
    return [float(f"{v:.9g}") for v in np.asarray(values, "float32").astype("float64").ravel()]  # enough digits for float32


r = np.random.default_rng(21)
start = {n: r.normal(0, 1, shape).astype("float32") for n, shape in SHAPES.items()}
gradients = [{n: (r.normal(0, 1, shape) * 0.5).astype("float32") for n, shape in SHAPES.items()} for _ in range(STEPS)]
flat = lambda values: [x for n in SHAPES for x in exact(values[n])]
out = {
    "source": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
    "names": list(SHAPES),
    "shapes": [list(shape) for shape in SHAPES.values()],
    "start": flat(start),
    "gradients": [flat(g) for g in gradients],
    "positions": POSITIONS,
    "schedules": {},
    "cases": [],
}
for name, schedule in SCHEDULES.items():
    out["schedules"][name] = exact([float(schedule(tf.constant(p, "int64"))) for p in POSITIONS])
for name, optimizer in CASES.items():
    w = {n: keras.Variable(v, name=n.split("/")[1]) for n, v in start.items()}
    optimizer.build(list(w.values()))
    steps, rates = [], []
    for i, g in enumerate(gradients):
        rates.append(float(optimizer.learning_rate))
        left_out = FROZEN.get(name, {}).get(i)
        names = [n for n in SHAPES if n != left_out]
        optimizer.apply([tf.constant(g[n]) for n in names], [w[n] for n in names])
        steps.append(flat({n: v.numpy() for n, v in w.items()}))
    optimizer.finalize_variable_values(list(w.values()))
    case = {"name": name, "rates": exact(rates), "weights": [steps[0], steps[3], steps[STEPS - 1]]}
    if optimizer.use_ema:
        case["final"] = flat({n: v.numpy() for n, v in w.items()})
    out["cases"].append(case)

print(re.sub(r', ("[\w ]+": )', r",\n\1", json.dumps(out)))
