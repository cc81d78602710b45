"""Writes weights of older forms and what Keras 2 makes of them, for the tests:

    python convert.py > convert.json

The oracle is preprocess_weights_for_loading of TensorFlow 2.21, which looks at
nothing of a layer but its class and some attributes.
"""
import ast
import importlib.util
import json
import os
import types

import numpy as np

# The functions alone, with what they need: TensorFlow takes long to start.
path = os.path.join(os.path.dirname(importlib.util.find_spec("tensorflow").origin), "python/keras/saving/hdf5_format.py")
with open(path) as f:
    tree = ast.parse(f.read())
tree.body = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in ("preprocess_weights_for_loading", "_convert_rnn_weights")]
scope = {"np": np, "backend": types.SimpleNamespace(int_shape=lambda w: w.shape)}
exec(compile(tree, path, "exec"), scope)

rng = np.random.default_rng(5)


def layer(class_name, **attributes):
    return type(class_name, (), attributes)()


def arrays(*shapes):
    return [rng.integers(-99, 99, s).astype("f4") for s in shapes]


def listed(ws):
    return [{"Shape": list(w.shape), "Data": w.ravel().astype(int).tolist()} for w in ws]


cases = []


def case(into, ws, version="1", inner=None, **attributes):
    """Converts ws for a layer of class into; want is the shape of its kernel."""
    attributes.setdefault("data_format", "channels_last")
    want = attributes.pop("want", None)
    made = layer(into, **attributes)
    if want:
        made.weights = [np.zeros(want, "f4")]
    if inner:
        part = layer(inner, **attributes)
        made.forward_layer = made.backward_layer = made.layer = part
    before = listed(ws)
    after = scope["preprocess_weights_for_loading"](made, list(ws), version, "tensorflow")
    cases.append({
        "Layer": {"Class": into, "Inner": inner or "", "Version": {"1": "1.2.2", "2": "2.2.4"}[version], "Backend": "tensorflow",
                  "ChannelsFirst": attributes["data_format"] == "channels_first",
                  "KernelSize": attributes.get("kernel_size"), "Filters": attributes.get("filters", 0)},
        "Before": before, "After": listed(after)})


f = "channels_first"
case("Conv1D", arrays((3, 1, 2, 4), (4,)), kernel_size=(3,), filters=4, want=(3, 2, 4))
case("Conv1D", arrays((4, 2, 3, 1), (4,)), kernel_size=(3,), filters=4, want=(3, 2, 4))
case("Conv2D", arrays((3, 2, 4, 5), (5,)), want=(3, 2, 4, 5))
case("Conv2D", arrays((5, 4, 3, 2), (5,)), data_format=f, want=(3, 2, 4, 5))
case("Conv2DTranspose", arrays((3, 2, 4, 5), (5,)), want=(3, 2, 5, 4))
case("Conv2DTranspose", arrays((5, 4, 3, 2), (5,)), data_format=f, want=(3, 2, 5, 4))
case("Conv3D", arrays((5, 4, 3, 2, 1), (5,)), data_format=f, want=(3, 2, 1, 4, 5))
case("LSTM", arrays(*[(3, 2), (2, 2), (2,)] * 4))
case("GRU", arrays(*[(3, 2), (2, 2), (2,)] * 3), reset_after=False)
case("ConvLSTM2D", arrays(*[(2, 1, 2, 3), (2, 1, 3, 3), (3,)] * 4), want=(2, 1, 2, 12))
case("Bidirectional", arrays(*[(3, 2), (2, 2), (2,)] * 8), inner="LSTM")
case("LSTM", arrays((3, 8), (2, 8), (8,)), version="2")
case("LSTM", arrays((3, 8), (2, 8), (16,)), version="2")
case("GRU", arrays((5, 6), (2, 6), (6,)), version="2", reset_after=False)
case("GRU", arrays((5, 6), (2, 6), (2, 6)), version="2", reset_after=True)
case("GRU", arrays((5, 6), (2, 6), (12,)), version="2", reset_after=True)
case("Bidirectional", arrays(*[(3, 8), (2, 8), (16,)] * 2), version="2", inner="LSTM")
case("Dense", arrays((3, 2), (2,)))
print(json.dumps(cases, separators=(",", ":")))
