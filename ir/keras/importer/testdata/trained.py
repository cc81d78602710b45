"""Writes models that Keras has trained for four steps, and what three further steps make
of them, for TestTrained:

    python trained.py FOLDER
    go test ./ir/keras/importer -run TestTrained -trained FOLDER

NAME.keras and NAME.h5 are the model, NAME.npz has the rows of the three steps (x, y), and
NAME_after.keras is the model after them.
"""
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import layers, optimizers

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
rng = np.random.default_rng(5)


def network():
    """Weights of all ranks, a layer that is not trained, a model in the model, and layers
    whose order is not that of the alphabet."""
    x = keras.Input((6, 4), name="x")
    h = layers.Conv1D(5, 2, name="zebra", activation="tanh")(x)
    i = keras.Input((5, 5))
    j = layers.TimeDistributed(layers.Dense(4, activation="sigmoid"), name="each")(i)
    j = layers.BatchNormalization(name="norm")(j)
    inner = keras.Model(i, layers.Dense(4, name="fixed", trainable=False)(j), name="inner")
    h = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(inner(h))
    h = layers.MultiHeadAttention(2, 3, name="attend")(h, h)
    h = layers.GRU(3, name="gru")(h)
    return keras.Model(x, layers.Dense(2, name="last")(h), name="net")


cases = {
    "sgd": optimizers.SGD(0.05), "momentum": optimizers.SGD(0.05, momentum=0.9), "nesterov": optimizers.SGD(0.05, momentum=0.8, nesterov=True),
    "rmsprop": optimizers.RMSprop(0.01), "centered": optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "adam": optimizers.Adam(0.01), "amsgrad": optimizers.Adam(0.01, amsgrad=True), "adamw": optimizers.AdamW(0.01, weight_decay=0.02),
    "adagrad": optimizers.Adagrad(0.05), "adadelta": optimizers.Adadelta(0.5), "adamax": optimizers.Adamax(0.01), "nadam": optimizers.Nadam(0.01),
    "ftrl": optimizers.Ftrl(0.05, l1_regularization_strength=0.001), "lion": optimizers.Lion(0.002), "lamb": optimizers.Lamb(0.01), "adafactor": optimizers.Adafactor(0.01),
    "scaled": optimizers.LossScaleOptimizer(optimizers.Adam(0.01)), "decay": optimizers.Adam(optimizers.schedules.ExponentialDecay(0.02, 3, 0.7)),
    "ema": optimizers.SGD(0.05, momentum=0.9, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2),
    "accumulated": optimizers.Adam(0.01, gradient_accumulation_steps=2), "clipped": optimizers.Adam(0.01, global_clipnorm=0.1),
    "lowered": optimizers.Adam(0.01),
}
for name, optimizer in cases.items():
    keras.utils.set_random_seed(7)
    model = network()
    model.compile(optimizer, "mse")
    x, y = rng.normal(size=(7, 8, 6, 4)).astype("f4"), rng.normal(size=(7, 8, 2)).astype("f4")
    for k in range(4):
        model.train_on_batch(x[k], y[k])
    if name == "lowered":
        model.optimizer.learning_rate = 0.003
    model.save(os.path.join(folder, name + ".keras"))
    if name != "adafactor":  # two of whose variables have one name, for which h5py has no place
        model.save(os.path.join(folder, name + ".h5"))
    for k in range(4, 7):
        model.train_on_batch(x[k], y[k])
    model.save(os.path.join(folder, name + "_after.keras"))
    np.savez(os.path.join(folder, name + ".npz"), x=x[4:], y=y[4:])
    print(name, len(model.optimizer.variables), flush=True)
