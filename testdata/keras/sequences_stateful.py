"""Cases for sequences.json: stateful layers, whose rows go on from batch to batch, from call to call."""

import numpy as np

from env import keras, set_float
import build
from layers_recurrent import EMBEDDING
from vectors import normal, random_weights, rng, set_weights, snapshot, tensor, tensors

ROWS, BATCH = 6, 3


def made(description):
    """The model for batches of one size, which Keras asks for."""
    scope = {}
    for name, spec in description["inputs"].items():
        scope[name] = keras.Input(batch_shape=(BATCH, *spec["shape"]), dtype=spec.get("dtype") or keras.config.floatx(), name=name)
    entries = list(scope.values())
    net = keras.Model(entries, build.connect(description["layers"], scope, entries[0], {}, None))
    build.compile_model(net, description["compile"])
    return net


def run(dtype, description, weights, x, y):
    """evaluate(), then two epochs and, with states of 0 again, a third."""
    set_float(dtype)
    net = made(description)
    set_weights(net, weights)
    y = y.astype(dtype) if y.dtype.kind == "f" else y
    number = np.dtype(dtype).type
    out = {"evaluate": {k: number(v) for k, v in net.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True).items()}, "fits": []}
    for fit in range(3):
        if fit == 2:
            for layer in net._flatten_layers():
                if hasattr(layer, "reset_state"):
                    layer.reset_state()
        history = net.fit(x, y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0).history
        out["fits"].append({k: number(v[0]) for k, v in history.items()})
    out["weights_end"] = snapshot(net)
    return out


def case(name, inputs, layers, x, y, loss="mean_squared_error", metrics=("mae",)):
    description = {
        "name": "network", "inputs": inputs, "layers": layers,
        "compile": {"optimizer": {"sgd": {"learning_rate": 0.1, "momentum": 0.5}}, "loss": loss, "metrics": list(metrics)},
        "fit": {"batch_size": BATCH, "shuffle": False},
    }
    set_float("float64")
    weights = random_weights(made(description), rng(name))
    out = {"name": name, "model": description, "weights": tensors(weights), "inputs": {next(iter(inputs)): tensor(x)}, "target": tensor(y)}
    for dtype in ("float32", "float64"):
        out[dtype] = run(dtype, description, weights, x, y)
    return out


def cases():
    r = rng("inputs of stateful layers")
    x, y = {"x": {"shape": [4, 2]}}, normal(r, ROWS, 2)
    head = {"Dense": {"units": 2, "name": "d"}}
    for kind in ("SimpleRNN", "LSTM", "GRU"):
        yield case(f"stateful_{kind.lower()}", x, [{kind: {"units": 3, "stateful": True, "name": "l"}}, head], normal(r, ROWS, 4, 2), y)
    two = [{"GRU": {"units": 2, "stateful": True, "return_sequences": True, "go_backwards": True, "name": "a"}}, {"LSTM": {"units": 3, "stateful": True, "name": "b"}}, head]
    yield case("stateful_stack", x, two, normal(r, ROWS, 4, 2), y)
    both = {"Bidirectional": {"layer": {"LSTM": {"units": 2, "stateful": True}}, "name": "l"}}
    yield case("stateful_bidirectional", x, [both, head], normal(r, ROWS, 4, 2), y)
    ids = r.integers(0, 5, (ROWS, 5))
    ids[:, 0] = [0, 1, 2, 3, 0, 4]
    ids[4] = 0  # no step of it counts
    for name, more in (("", {}), ("_sequences", {"return_sequences": True})):
        layers = [EMBEDDING, {"GRU": {"units": 3, "stateful": True, "name": "l", **more}}, *([{"Flatten": {"name": "f"}}] if more else []), head]
        yield case(f"stateful_masked{name}", {"x": {"shape": [5], "dtype": "int32"}}, layers, ids, y)
    steps, away = {"x": {"shape": [2, 3, 2]}}, lambda **args: {"stateful": True, **args}
    for name, inner in (
        ("lstm", {"LSTM": away(units=2)}),
        ("gru_backwards", {"GRU": away(units=2, return_sequences=True, go_backwards=True)}),
        ("bidirectional", {"Bidirectional": {"layer": {"SimpleRNN": away(units=2)}, "merge_mode": "sum"}}),
    ):
        yield case(f"stateful_steps_{name}", steps, [{"TimeDistributed": {"layer": inner, "name": "l"}}, {"Flatten": {"name": "f"}}, head], normal(r, ROWS, 2, 3, 2), y)
    window = {"filters": 2, "kernel_size": 2, "padding": "same", "stateful": True, "name": "l"}
    frames = [{"ConvLSTM1D": {**window, "return_sequences": True}}, {"Flatten": {"name": "f"}}, head]
    yield case("stateful_convolution", {"x": {"shape": [2, 3, 2]}}, frames, normal(r, ROWS, 2, 3, 2), y)
    line = {"ConvLSTM1D": {"filters": 1, "kernel_size": 2, "stateful": True, "name": "l"}}
    for name, more in (("", {}), ("_sequences", {"return_sequences": True})):
        inner = {"ConvLSTM1D": {**line["ConvLSTM1D"], **more}}
        layers = [{"Embedding": {**EMBEDDING["Embedding"], "output_dim": 2}}, {"TimeDistributed": {"layer": {"Reshape": {"target_shape": [2, 1]}}, "name": "steps"}}, inner, {"Flatten": {"name": "f"}}, head]
        yield case(f"stateful_convolution_masked{name}", {"x": {"shape": [5], "dtype": "int32"}}, layers, ids, y)
