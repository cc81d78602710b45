"""Writes callbacks.json: model.fit of a linear model in real Keras, unshuffled, float32, with callbacks and settings of fit.

Run with Keras 3.15.1 on TensorFlow 2.21.0:  python callbacks.py > callbacks.json
"""

import json
import re

import keras
import numpy as np
import tensorflow as tf

r = np.random.default_rng(7)
ROWS, BATCH = 30, 6
X = np.round(r.normal(0, 1, (ROWS, 3)), 3).astype("float32")
NOISE = np.round(r.normal(0, 1, (ROWS, 3)), 3).astype("float32")
START = [np.round(r.normal(0, 1, s), 3).astype("float32") for s in ((3, 3), (3,), (3, 1), (1,))]


def numbers(a):
    return np.asarray(a, "float32").astype("float64").tolist()


class Steps(keras.callbacks.Callback):
    """Counts the batches of every epoch."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.append(0)

    def on_train_batch_end(self, batch, logs=None):
        self.batches[-1] += 1


def case(name, y, rate, callbacks=(), **fit):
    units = y.shape[1]
    x = keras.Input((3,))
    net = keras.Model(x, keras.layers.Dense(units, name="y")(x))
    for w, v in zip(net.weights, START[:2] if units == 3 else START[2:]):
        w.assign(v)
    net.compile(keras.optimizers.SGD(rate, momentum=0.9), "mse", metrics=["mae"])
    counter = Steps()
    made = [getattr(keras.callbacks, kind)(**args) for kind, args in callbacks]
    for kind, args in callbacks:
        args.pop("schedule", None)
    fit.setdefault("batch_size", BATCH)
    history = net.fit(X, y, shuffle=False, verbose=0, callbacks=[*made, counter], **fit)
    out = {
        "name": name,
        "rate": rate,
        "callbacks": [[kind, args] for kind, args in callbacks],
        "fit": {k: sorted(v.items()) if isinstance(v, dict) else v for k, v in fit.items()},
        "y": numbers(y),
        "epoch": history.epoch,
        "history": history.history,
        "batches": counter.batches,
        "end": [numbers(np.ravel(w)) for w in net.weights],
    }
    for c in made:
        if isinstance(c, keras.callbacks.EarlyStopping):
            out["stopped"] = c.stopped_epoch
            out["best"] = c.best_epoch
    return out


def rounded(history):
    return {k: [float(f"{v:.8g}") for v in values] for k, values in history.items()}


noisy = np.round(X @ np.array([[1, 0, 2], [-1, 1, 0], [0.5, 2, -1]], "float32") + NOISE, 3).astype("float32")
one_hot = np.eye(3, dtype="float32")[np.arange(ROWS) * 7 % 3]
binary = (np.arange(ROWS)[:, None] % 4 == 0).astype("float32")
split = {"validation_split": 0.3}

cases = [
    case("early stopping", noisy, 0.05, [("EarlyStopping", {"patience": 2})], epochs=40, **split),
    case("early stopping, first epoch", noisy, 0.3, [("EarlyStopping", {})], epochs=40, **split),
    case(
        "early stopping, least improvement",
        noisy,
        0.02,
        [("EarlyStopping", {"patience": 3, "min_delta": 0.2, "monitor": "val_mae", "restore_best_weights": True})],
        epochs=40,
        **split,
    ),
    case(
        "early stopping, baseline",
        noisy,
        0.05,
        [("EarlyStopping", {"patience": 4, "baseline": 0.1, "restore_best_weights": True, "monitor": "loss"})],
        epochs=40,
        **split,
    ),
    case(
        "early stopping, later",
        noisy,
        0.05,
        [("EarlyStopping", {"patience": 1, "start_from_epoch": 9, "mode": "max", "restore_best_weights": True})],
        epochs=40,
        **split,
    ),
    case("plateau", noisy, 0.08, [("ReduceLROnPlateau", {"patience": 2, "factor": 0.5, "min_delta": 0.01})], epochs=25, **split),
    case(
        "plateau, cooldown",
        noisy,
        0.08,
        [("ReduceLROnPlateau", {"patience": 1, "cooldown": 3, "min_lr": 0.0005, "monitor": "loss", "min_delta": 0.05})],
        epochs=25,
    ),
    case(
        "scheduler",
        noisy,
        0.08,
        [("LearningRateScheduler", {"schedule": lambda epoch, rate: rate * 0.5 if epoch % 2 else rate})],
        epochs=6,
    ),
    case("class weight, one-hot", one_hot, 0.05, class_weight={0: 2.0, 2: 0.25}, epochs=3, **split),
    case("class weight, one target", binary, 0.05, class_weight={0: 0.5, 1: 3.0}, epochs=3),
    case("initial epoch", noisy, 0.05, initial_epoch=3, epochs=5, **split),
    case("steps, fewer", noisy, 0.05, steps_per_epoch=2, epochs=6),
    case("steps, all", noisy, 0.05, steps_per_epoch=5, epochs=3),
    case("steps, across", noisy, 0.05, steps_per_epoch=3, epochs=5),
    case("validation", noisy, 0.05, validation_freq=2, validation_batch_size=4, validation_steps=2, epochs=5, **split),
]
for c in cases:
    c["history"] = rounded(c["history"])
out = {
    "source": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
    "x": numbers(X),
    "start": [numbers(np.ravel(w)) for w in START],
    "cases": cases,
}
text = json.dumps(out, indent=1)
print(re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text))
