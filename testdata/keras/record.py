"""Runs one network forward and backward in Keras and records everything that can be compared."""

import numpy as np

from env import keras, set_float, tf
import build
from vectors import dense_grad, feed, normal, random_weights, rng, set_weights, snapshot, tensor, tensors


def one(kind, shape, dtype=None, **args):
    """The description of a network of one layer named `l` over one input `x`."""
    return chain(shape, {kind: {"name": "l", **args}}, dtype=dtype)


def chain(shape, *layers, dtype=None):
    """The description of layers in a row over one input `x`."""
    spec = {"shape": list(shape)}
    if dtype:
        spec["dtype"] = dtype
    return {"name": "network", "inputs": {"x": spec}, "layers": list(layers)}


def graph(inputs, layers, outputs=None):
    out = {"name": "network", "inputs": {k: {"shape": list(s)} for k, s in inputs.items()}, "layers": layers}
    if outputs:
        out["outputs"] = outputs
    return out


def case(name, model, inputs, weights=None, training=False, adapt=None, scale=0.5):
    """Forward, gradient of sum(output * cotangent), and state, all in float64.

    adapt gives, by layer, the data a Normalization layer learns its statistics from.
    """
    set_float("float64")
    r = rng(name)
    net = build.build(model)
    if weights is None:
        weights = random_weights(net, r, scale)
    else:
        set_weights(net, weights)
    for layer, data in (adapt or {}).items():
        net.get_layer(layer).adapt(np.asarray(data, "float64"))
    for layer in net.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    out = {"name": name, "model": model, "weights": snapshot(net), "inputs": tensors(inputs), "training": training}
    if adapt:
        out["adapt"] = tensors(adapt)
    if training:
        masks = {}
        for layer in net.layers:
            if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
                masks[layer.name] = tensor(kept(layer, inputs["x"].shape))
            elif isinstance(layer, keras.layers.RNN):
                masks.update(dictated(layer.cell, f"{layer.name}/", r, len(inputs["x"])))
            elif isinstance(layer, keras.layers.Bidirectional):
                masks.update(dictated(layer.forward_layer.cell, f"{layer.name}/forward_", r, len(inputs["x"])))
                masks.update(dictated(layer.backward_layer.cell, f"{layer.name}/backward_", r, len(inputs["x"])))
        if masks:
            out["masks"] = masks
    x = feed(net, inputs)
    dropped = attention_masks(net) if training else {}
    with tf.GradientTape() as tape:
        tape.watch([t for t in (x if isinstance(x, list) else [x]) if t.dtype.is_floating])
        y = net(x, training=training)
        ys = y if isinstance(y, list) else [y]
        penalty = sum(net.losses) if net.losses else None
        dys = [normal(r, *t.shape, scale=1) for t in ys]
        total = sum(tf.reduce_sum(t * dy) for t, dy in zip(ys, dys))
        if penalty is not None:
            total = total + penalty
    if dropped:
        out["masks"] = {**out.get("masks", {}), **{name: tensor(mask) for name, mask in dropped.items()}}
    names = model.get("outputs") or [net.layers[-1].name]
    out["outputs"] = tensors(dict(zip(names, (t.numpy() for t in ys))))
    out["cotangent"] = tensors(dict(zip(names, dys)))
    floats = {s.name: t for s, t in zip(net.inputs, x if isinstance(x, list) else [x]) if t.dtype.is_floating}
    train = {n: v for n, v in build.weights(net).items() if v.trainable}
    grads = tape.gradient(total, [list(floats.values()), [v.value for v in train.values()]])
    if floats:
        out["input_grads"] = {n: tensor(dense_grad(g, floats[n])) for n, g in zip(floats, grads[0])}
    out["weight_grads"] = {n: tensor(dense_grad(g, train[n])) for n, g in zip(train, grads[1])}
    if penalty is not None:
        out["penalty"] = float(penalty)
    if training:
        out["weights_after"] = snapshot(net)
    return out


def attention_masks(net):
    """Which scores each attention layer keeps, by its name, filled in by the net's next call.

    Where a score is 0 anyway, it counts as dropped.
    """
    owners, masks = {}, {}
    for layer in net.layers:
        owner = getattr(layer, "_dropout_layer", layer)
        if layer is not owner or isinstance(layer, keras.layers.Attention):
            if hasattr(owner, "seed_generator"):
                owners[id(owner.seed_generator)] = layer.name
    random = keras.src.backend.random
    dropout = getattr(random.dropout, "original", random.dropout)

    def watched(inputs, rate, noise_shape=None, seed=None):
        y = dropout(inputs, rate, noise_shape, seed)
        if id(seed) in owners:
            masks[owners[id(seed)]] = (y.numpy() != 0).astype("int32")
        return y

    watched.original = dropout
    random.dropout = watched
    return masks


def dictated(cell, prefix, r, rows):
    """Sets what the cell of a recurrent layer keeps in its next call; by nngen's names of the streams."""
    masks = {}
    if isinstance(cell, keras.layers.StackedRNNCells):
        for i, one in enumerate(cell.cells):
            masks.update(dictated(one, f"{prefix}cell_{i}_", r, rows))
        return masks
    gates = getattr(cell, "dropout_mask_count", None)
    of, held = [cell.kernel.shape[0]], [getattr(cell, "units", 0)]
    if hasattr(cell, "spatial_dims"):  # of a ConvLSTM
        of = [*cell.spatial_dims, cell.input_dim]
        held = list(cell.compute_output_shape((1, *of))[0][1:])
    for what, rate, width in (
        ("dropout", cell.dropout, of),
        ("recurrent_dropout", cell.recurrent_dropout, held),
    ):
        if rate == 0:
            continue
        mask = (r.uniform(size=(rows, gates or 1, *width)) >= rate).astype("int32")
        factors = [tf.constant(mask[:, g] / (1 - rate)) for g in range(gates or 1)]
        setattr(cell, f"_{what}_mask", factors if gates else factors[0])
        masks[prefix + what] = tensor(mask if gates else mask[:, 0])
    return masks


def kept(layer, shape):
    """Which positions the layer's next call will keep: it is tried on ones, then its seed is put back."""
    state = layer.seed_generator.state
    before = state.numpy()
    scaled = layer(np.ones(shape), training=True).numpy()
    state.assign(before)
    mask = (scaled != 0).astype("int32")
    np.testing.assert_allclose(scaled, mask / (1 - layer.rate), rtol=1e-15)
    return mask

