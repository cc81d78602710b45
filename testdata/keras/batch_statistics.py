"""Cases for batch_statistics.json: BatchNormalization over batches of every size, up to thousands of rows.

The rows are a formula in whole numbers, which the reader of the file repeats, so that only results are recorded.
"""

import numpy as np

from env import set_float, tf
import build
from vectors import dense_grad, random_weights, rng, set_weights, tensors

ROWS = (1, 2, 511, 512, 513, 1000, 1025, 4096)
FIT_ROWS, FIT_BATCH, FIT_EPOCHS = 1600, 1025, 2  # the last batch has 575 rows


def rows(n, shape, mean):
    """Element e of row r is (r·(31 + 7e) + e·e·13 mod 257 - 128) / 64 + mean; target and weight alike."""
    r, e = np.arange(n)[:, None], np.arange(int(np.prod(shape)))[None]
    x = ((r * (31 + 7 * e) + e * e * 13) % 257 - 128) / 64 + mean
    y = (r * 17 % 64) / 32 - 1
    weight = ((r[:, 0] + 1) % 4) / 2
    return x.reshape(n, *shape), y, weight


def ten(values):
    """Ten digits: few bytes, and more than anybody is held to."""
    return {n: {"shape": list(v.shape), "data": [float(f"{x:.10g}") for x in np.ravel(v)]} for n, v in values.items()}


def snapshot(net):
    return ten({n: v.numpy() for n, v in build.weights(net).items()})


def gradients(net, x, y, weight):
    with tf.GradientTape() as tape:
        out = net(x, training=True)
        loss = net.compute_loss(x=x, y=y, y_pred=out, sample_weight=weight)
    train = {n: v for n, v in build.weights(net).items() if v.trainable}
    grads = tape.gradient(loss, [v.value for v in train.values()])
    return float(loss), ten({n: dense_grad(g, train[n]) for n, g in zip(train, grads)})


def case(name, description, shape, mean=0):
    set_float("float64")
    weights = random_weights(build.build(description), rng(name))
    out = {"name": name, "model": description, "weights": tensors(weights), "mean": mean, "batches": []}
    for n in ROWS:
        net = build.build(description)
        set_weights(net, weights)
        x, y, weight = rows(n, shape, mean)
        loss, grads = gradients(net, tf.constant(x), tf.constant(y), tf.constant(weight))
        set_weights(net, weights)
        net.train_on_batch(x, y, sample_weight=weight)
        out["batches"].append({"rows": n, "loss": loss, "gradients": grads, "weights_after": snapshot(net)})
    net = build.build(description)
    set_weights(net, weights)
    x, y, weight = rows(FIT_ROWS, shape, mean)
    history = net.fit(x, y, sample_weight=weight, batch_size=FIT_BATCH, epochs=FIT_EPOCHS, shuffle=False, verbose=0).history
    out["fit"] = {"rows": FIT_ROWS, "batch_size": FIT_BATCH, "epochs": FIT_EPOCHS, "loss": history["loss"], "weights_end": snapshot(net)}
    return out


def network(shape, *layers, optimizer):
    return {
        "name": "statistics",
        "inputs": {"x": {"shape": list(shape)}},
        "layers": [*layers, {"Dense": {"units": 1, "name": "d"}}],
        "compile": {"optimizer": optimizer, "loss": "mean_squared_error"},
    }


def norm(**args):
    return {"BatchNormalization": {"momentum": 0.8, "name": "bn", **args}}


RELU = {"Activation": {"activation": "relu", "name": "r"}}


def cases():
    dense = {"Dense": {"units": 5, "use_bias": False, "kernel_regularizer": {"l2": 0.01}, "name": "a"}}
    yield case("dense", network([4], dense, norm(), RELU, optimizer={"sgd": {"learning_rate": 0.05}}), [4])
    several = {"sgd": {"learning_rate": 0.05, "gradient_accumulation_steps": 2}}
    yield case("accumulated", network([4], dense, norm(), RELU, optimizer=several), [4])
    # One standard deviation is about 1.2.
    yield case("far", network([3], norm(), optimizer={"sgd": {"learning_rate": 0.05}}), [3], mean=1000)
    conv = {"Conv2D": {"filters": 2, "kernel_size": 2, "use_bias": False, "name": "c"}}
    pool = {"GlobalAveragePooling2D": {"name": "p"}}
    yield case("image", network([3, 3, 1], conv, norm(), RELU, pool, optimizer={"adam": {"learning_rate": 0.02}}), [3, 3, 1])
