"""Runs training in Keras in both precisions from the same start and records it."""

import numpy as np

from env import keras, set_float, tf
import build
from vectors import random_weights, rng, set_weights, snapshot, tensor, tensors

STEPS = 10
SNAPSHOTS = (1, STEPS)

# A trajectory is a usable reference when float32 and float64 agree about it better than the tolerances
# that others are held to (loss 1e-6 relative, weights 1e-5 of the largest). One that does not has
# gradients made of rounding errors, which an optimizer that divides by their size blows up.
LOSS_SPREAD = 5e-7
WEIGHT_SPREAD = 5e-6

# Those with a beta_2 may differ more: in float32 Keras takes 1 - 0.999^t of a beta_2 rounded to 0.99900001, which
# is off by 1.3e-5 in the first steps. Whoever rounds the powers to float32 as well still meets 1e-6.
BETA_2_LOSS_SPREAD = 3e-6
BETA_2 = ("adam", "adamw", "nadam", "lamb")


def arrays(net, batch):
    """A batch as Keras takes it: inputs in model order, the target or those of the outputs in order, weight."""
    xs = []
    for spec in net.inputs:
        value = batch["inputs"][spec.name]
        if isinstance(value, list):
            xs.append(tf.ragged.constant(value, dtype=spec.dtype))
        else:
            xs.append(np.asarray(value, spec.dtype))
    ys = [np.asarray(t) for t in batch.get("targets", {"": batch.get("target")}).values()]
    ys = [y.astype(keras.config.floatx()) if y.dtype.kind == "f" else y for y in ys]
    weight = batch.get("sample_weight")
    if weight is not None:
        weight = np.asarray(weight, keras.config.floatx())
    return xs if len(xs) > 1 else xs[0], ys if len(ys) > 1 else ys[0], weight


def record_batch(batch):
    out = {"inputs": tensors(batch["inputs"])}
    if "targets" in batch:
        out["targets"] = tensors(batch["targets"])
    else:
        out["target"] = tensor(batch["target"])
    if "sample_weight" in batch:
        out["sample_weight"] = tensor(batch["sample_weight"])
    if "masks" in batch:
        out["masks"] = tensors(batch["masks"])
    return out


def run(dtype, description, weights, batches):
    """Ten calls of train_on_batch. Returns the record and the raw numbers for the spread check."""
    set_float(dtype)
    masked = len(next(iter(batches[0]["inputs"].values()))) if "masks" in batches[0] else None
    net = build.build(description, mask_batch=masked)
    set_weights(net, weights)
    record, losses = {"steps": []}, []
    for step, batch in enumerate(batches, 1):
        for name, mask in batch.get("masks", {}).items():
            net.get_layer(name).mask.assign(mask)
        logs = net.train_on_batch(*arrays(net, batch), return_dict=True)
        net.optimizer.finalize_variable_values(net.trainable_weights)  # as at the end of a fit: a moving average
        record["steps"].append({k: np.dtype(dtype).type(v) for k, v in logs.items()})
        losses.append(float(logs["loss"]))
        if step in SNAPSHOTS:
            record[f"weights_{step}"] = snapshot(net)
    return record, losses, {n: v.numpy() for n, v in build.weights(net).items()}


def trajectory(name, description, batches):
    """One case: the start, the ten batches, and what came of them in float32 and in float64."""
    set_float("float64")
    weights = random_weights(build.build(description), rng(name))
    out = {"name": name, "model": description, "weights": tensors(weights), "batches": [record_batch(b) for b in batches]}
    runs = {dtype: run(dtype, description, weights, batches) for dtype in ("float32", "float64")}
    for dtype, (record, _, _) in runs.items():
        out[dtype] = record
    kind, _ = build.named(description["compile"]["optimizer"])
    check_spread(name, BETA_2_LOSS_SPREAD if kind in BETA_2 else LOSS_SPREAD, runs["float32"], runs["float64"])
    return out


def check_spread(name, limit, single, double):
    loss = max(abs(a - b) / max(abs(b), 1e-12) for a, b in zip(single[1], double[1]))
    weight = max(
        np.max(np.abs(single[2][n] - double[2][n])) / max(np.max(np.abs(double[2][n])), 1e-12) for n in double[2]
    )
    print(f"  {name}: float32 is off by {loss:.1e} in loss, {weight:.1e} in weights; last loss {double[1][-1]:.4f}")
    if loss > limit or weight > WEIGHT_SPREAD:
        raise ValueError(f"{name}: too badly conditioned for a reference")
