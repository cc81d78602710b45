"""Keras on JAX: predictions and training steps as one jitted function of Keras's stateless calls."""
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np

import keras_networks as networks
import peer


def values(variables):
    return [v.value for v in variables]


def predicting(model, rows):
    rows = jax.device_put(rows)
    state = values(model.trainable_variables), values(model.non_trainable_variables)
    run = jax.jit(lambda state, x: model.stateless_call(*state, x, training=False)[0])
    return peer.times(lambda: run(state, rows).block_until_ready()), lambda: np.asarray(run(state, rows))


def training(model, optimizer, x, y):
    """A training step, as Keras's guide to writing a training loop in JAX has it."""
    loss = keras.losses.SparseCategoricalCrossentropy()
    optimizer.build(model.trainable_variables)

    def objective(trainable, rest, x, y):
        out, rest = model.stateless_call(trainable, rest, x, training=True)
        return loss(y, out), rest

    @jax.jit
    def step(state, x, y):
        trainable, rest, slots = state
        (_, rest), gradients = jax.value_and_grad(objective, has_aux=True)(trainable, rest, x, y)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return trainable, rest, slots

    batches = [(jax.device_put(a), jax.device_put(b)) for a, b in zip(x, y, strict=True)]
    state = values(model.trainable_variables), values(model.non_trainable_variables), values(optimizer.variables)
    at = 0

    def work(count):
        nonlocal state, at
        for _ in range(count):
            state = step(state, *batches[at])
            at = (at + 1) % len(batches)
        jax.block_until_ready(state)

    return work


def main():
    works, outputs = {}, {}

    def add(name, stack, shape, batch, optimizer, dtype="float32"):
        x, y = networks.samples(name, shape, batch, dtype)
        model = networks.build(name, stack(), shape, dtype)
        works[f"{name}/predict1"], first = predicting(model, x[0, :1])
        works[f"{name}/predict{batch}"], _ = predicting(model, x[0])
        outputs[name] = first()
        learner = networks.build(name, stack(), shape, dtype)
        works[f"{name}/train{batch}"] = training(learner, optimizer(), x, y)

    networks.every(add)
    peer.serve(f"{keras.__version__}, JAX {jax.__version__}", works, outputs)


main()
