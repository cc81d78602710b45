"""Writes modules of PyTorch with their state_dict as safetensors, for TestModules:

    python modules.py FOLDER
    go test ./ir/torch -run TestModules -torch FOLDER

For each there is NAME.safetensors, NAME.yaml, the same network as a description,
NAME.map.yaml, which module is which layer, and NAME.npz, rows (x) and what PyTorch
computes of them (y).
"""
import json
import os
import struct
import sys

import numpy as np
import torch
from torch import nn

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
torch.manual_seed(3)
torch.set_num_threads(1)


def save(path, tensors):
    """The format of safetensors: the length of the header, the header, the tensors."""
    names = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": names[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def shake(m):
    """Statistics and biases are not as they begin."""
    for t in list(m.parameters()) + [b for b in m.buffers() if b.ndim]:
        t.data = t.data * 0.7 + torch.rand_like(t) * 0.3 + (0.2 if t.ndim == 1 else 0)
    return m.eval()


def case(name, module, x, layers, names, forward=None, kind=torch.float32):
    module = shake(module)
    if kind != torch.float32:  # the numbers that the file has
        module = module.to(kind)
    state = {k: v.detach().clone() for k, v in module.state_dict().items()}
    save(os.path.join(folder, name + ".safetensors"), state)
    module = module.double()
    with torch.no_grad():
        y = (forward or module)(x.double() if x.is_floating_point() else x)
    shape = ", ".join(map(str, x.shape[1:]))
    dtype = "" if x.is_floating_point() else ", dtype: int32"
    with open(os.path.join(folder, name + ".yaml"), "w") as f:
        f.write(f"name: net\ninputs: {{x: {{shape: [{shape}]{dtype}}}}}\nlayers:\n" + "".join("  " + line + "\n" for line in layers.strip().splitlines()))
    with open(os.path.join(folder, name + ".map.yaml"), "w") as f:
        f.write(names)
    np.savez(os.path.join(folder, name + ".npz"), x=x.numpy().astype("f4"), y=y.numpy().reshape(len(x), -1))
    print(name, len(state), y.shape)


mlp = lambda: nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8, eps=1e-3), nn.ReLU(), nn.Linear(8, 8), nn.LayerNorm(8, eps=1e-3), nn.PReLU(8), nn.Linear(8, 3))
dense = """
- Dense: {name: a, units: 8}
- BatchNormalization: {name: n}
- ReLU
- Dense: {name: b, units: 8}
- LayerNormalization: {name: l}
- PReLU: {name: p}
- Dense: {name: c, units: 3}
"""
as_modules = "layers: {a: '0', n: '1', b: '3', l: '4', p: '5', c: '6'}\n"
x = torch.randn(6, 5)
for kind in torch.float32, torch.float64, torch.float16, torch.bfloat16:
    case("mlp_" + str(kind)[6:], mlp(), x, dense, as_modules, kind=kind)
case("mlp_weights", mlp(), x, dense, """weights:
  a/kernel: 0.weight
  a/bias: 0.bias
  n/gamma: 1.weight
  n/beta: 1.bias
  n/moving_mean: 1.running_mean
  n/moving_variance: 1.running_var
  b/kernel: {tensor: 3.weight, axes: [1, 0]}
  b/bias: 3.bias
  c/kernel: 6.weight
  c/bias: 6.bias
layers: {l: '4', p: '5'}
ignore: [1.num_batches_tracked]
""")


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.bn = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8, eps=1e-3)
        self.depth, self.point = nn.Conv2d(8, 16, 3, groups=8), nn.Conv2d(16, 6, 1, bias=False)
        self.up, self.group, self.head = nn.ConvTranspose2d(6, 4, 2, stride=2), nn.GroupNorm(2, 4, eps=1e-3), nn.Linear(4, 2)

    def forward(self, x):
        x = torch.relu(self.bn(self.first(x.permute(0, 3, 1, 2))))
        x = self.group(self.up(self.point(self.depth(x))))
        return self.head(x.mean((2, 3)))


images = """
- Conv2D: {name: first, filters: 8, kernel_size: 3, padding: same}
- BatchNormalization: {name: bn}
- ReLU
- DepthwiseConv2D: {name: depth, kernel_size: 3, depth_multiplier: 2}
- Conv2D: {name: point, filters: 6, kernel_size: 1, use_bias: false}
- Conv2DTranspose: {name: up, filters: 4, kernel_size: 2, strides: 2}
- GroupNormalization: {name: group, groups: 2}
- GlobalAveragePooling2D
- Dense: {name: head, units: 2}
"""
case("cnn", Images(), torch.randn(4, 8, 8, 3), images, "layers: {first: first, bn: bn, depth: depth, point: point, up: up, group: group, head: head}\n")


class Words(nn.Module):
    def __init__(self, cell, **options):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(11, 5), cell(5, 4, num_layers=2, batch_first=True, **options)
        self.out = nn.Linear(8 if options else 4, 3)

    def forward(self, x):
        return self.out(self.rnn(self.embed(x))[0])


words = torch.randint(0, 11, (5, 7))
for cell, kind in (nn.LSTM, "LSTM"), (nn.GRU, "GRU"), (nn.RNN, "SimpleRNN"):
    case(kind.lower(), Words(cell), words, f"""
- Embedding: {{name: e, input_dim: 11, output_dim: 5}}
- {kind}: {{name: one, units: 4, return_sequences: true}}
- {kind}: {{name: two, units: 4, return_sequences: true}}
- Dense: {{name: out, units: 3}}
""", "layers: {e: embed, one: rnn, two: {module: rnn, layer: 1}, out: out}\n")
    case(kind.lower() + "_both", Words(cell, bidirectional=True), words, f"""
- Embedding: {{name: e, input_dim: 11, output_dim: 5}}
- Bidirectional: {{name: one, layer: {{{kind}: {{units: 4, return_sequences: true}}}}}}
- Bidirectional: {{name: two, layer: {{{kind}: {{units: 4, return_sequences: true}}}}}}
- TimeDistributed: {{name: out, layer: {{Dense: {{units: 3}}}}}}
""", "layers: {e: embed, one: rnn, two: {module: rnn, layer: 1}, out: out}\n")

attend = nn.MultiheadAttention(6, 2, batch_first=True)
case("attention", attend, torch.randn(3, 5, 6), "- MultiHeadAttention: {name: a, num_heads: 2, key_dim: 3, inputs: [x, x]}\n", "layers: {a: ''}\n", forward=lambda x: attend.double()(x, x, x)[0])


class Lines(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(3, 4, 3), nn.ConvTranspose1d(4, 2, 3, stride=2)

    def forward(self, x):
        return self.b(self.a(x.permute(0, 2, 1))).permute(0, 2, 1)


case("lines", Lines(), torch.randn(3, 9, 3), """
- Conv1D: {name: a, filters: 4, kernel_size: 3}
- Conv1DTranspose: {name: b, filters: 2, kernel_size: 3, strides: 2}
""", "layers: {a: a, b: b}\n")
