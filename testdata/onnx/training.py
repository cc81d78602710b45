"""Trains an ONNX file with nngen and with PyTorch: python training.py NNGEN, in an empty folder.

The network has BatchNormalization, and a matrix that is used twice, once transposed.
Compared are the losses of 12 steps and the weights put back. Needs numpy, onnx, torch.
"""
import json
import subprocess
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

nngen = sys.argv[1]
torch.set_num_threads(1)
rng = np.random.default_rng(1)
weights = {name: (rng.normal(size=shape) * 0.3).astype(np.float32) for name, shape in
           {"c.w": (4, 1, 3, 3), "c.b": 4, "bn.s": 4, "bn.b": 4, "bn.m": 4, "e": (64, 16), "g.b": 16, "h.b": 64}.items()}
weights["bn.v"] = (np.abs(rng.normal(size=4)) + 0.5).astype(np.float32)
constants = {"shape": np.array([0, -1]), "k": np.float32(0.7)}
lines = """a Conv x c.w c.b;b BatchNormalization a bn.s bn.b bn.m bn.v;d Relu b;p MaxPool d;f Reshape p shape;m MatMul f e;
n Add m g.b;t Tanh n;eT Transpose e;o MatMul t eT;q Mul o k;y Add q h.b"""
attributes = {"Conv": {"pads": [1, 1, 1, 1]}, "MaxPool": {"kernel_shape": [2, 2], "strides": [2, 2]}}
nodes = [helper.make_node(kind, read, [out], **attributes.get(kind, {})) for out, kind, *read in map(str.split, lines.split(";"))]
ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape]) for name, shape in (("x", (1, 8, 8)), ("y", (64,)))]
graph = helper.make_graph(nodes, "g", ports[:1], ports[1:], [numpy_helper.from_array(v, k) for k, v in (weights | constants).items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, "model.onnx")
x, y = (rng.normal(size=(8, *shape)).astype(np.float32) for shape in ((1, 8, 8), (64,)))
np.savez("rows.npz", x=x, y=y)


def reference(training):
    """Losses and weights of 12 steps by PyTorch."""
    p = {k: torch.tensor(v, requires_grad=k not in ("bn.m", "bn.v")) for k, v in weights.items()}
    optimizer = torch.optim.SGD([v for v in p.values() if v.requires_grad], lr=0.05, momentum=0.9)
    losses = []
    for _ in range(12):
        a = torch.nn.functional.conv2d(torch.tensor(x), p["c.w"], p["c.b"], padding=1)
        mean, variance = p["bn.m"], p["bn.v"]
        if training:
            mean, variance = a.mean((0, 2, 3)), a.var((0, 2, 3), unbiased=False)
            p["bn.m"] = p["bn.m"] * 0.9 + mean.detach() * 0.1
            p["bn.v"] = p["bn.v"] * 0.9 + variance.detach() * 0.1
        mean, variance, s, b = (v[:, None, None] for v in (mean, variance, p["bn.s"], p["bn.b"]))
        d = torch.relu((a - mean) / torch.sqrt(variance + 1e-5) * s + b)
        t = torch.tanh(torch.nn.functional.max_pool2d(d, 2).reshape(8, -1) @ p["e"] + p["g.b"])
        loss = ((t @ p["e"].T * 0.7 + p["h.b"] - torch.tensor(y)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), p


for training in (False, True):
    with open("tuned.yaml", "w") as f:
        f.write(f"""name: tuned
data: {{train: {{npz: rows.npz, arrays: [x, y]}}}}
inputs: {{x: {{shape: [1, 8, 8]}}}}
layers:
  - ONNX: {{file: model.onnx, training: {str(training).lower()}}}
compile: {{optimizer: {{sgd: {{learning_rate: 0.05, momentum: 0.9}}}}, loss: mean_squared_error}}
fit: {{batch_size: 8, epochs: 12, shuffle: false}}
""")
    subprocess.run([nngen, "fit", "tuned.yaml", "-q", "--force"], check=True)
    subprocess.run([nngen, "writeback", "tuned.yaml", "-o", "updated.onnx", "--force"], check=True)
    with open("tuned-run/history.json") as f:
        got = np.array(json.load(f)["history"]["loss"])
    want, p = reference(training)
    updated = {t.name: numpy_helper.to_array(t) for t in onnx.load("updated.onnx").graph.initializer}
    off = max(np.abs(updated[k] - v.detach().numpy()).max() / np.abs(updated[k]).max() for k, v in p.items())
    print(f"training: {training}: losses to {np.abs(got / want - 1).max():.1e}, weights to {off:.1e}")
    assert np.abs(got / want - 1).max() < 1e-6 and off < 1e-5
