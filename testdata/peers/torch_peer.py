"""PyTorch, eager or, with the argument "compile", through torch.compile."""
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import peer

torch.set_num_threads(len(os.sched_getaffinity(0)))
COMPILED = "compile" in sys.argv[2:]


def tensor(a):
    return torch.from_numpy(np.array(a))


def dense(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.copy_(tensor(kernel.T))
        layer.bias.copy_(tensor(bias))
    return layer


def conv(kernel, bias):
    layer = nn.Conv2d(kernel.shape[2], kernel.shape[3], kernel.shape[:2])
    with torch.no_grad():
        layer.weight.copy_(tensor(kernel.transpose(3, 2, 0, 1)))
        layer.bias.copy_(tensor(bias))
    return layer


def channels_first(kernel, height, width, channels):
    """The kernel of the layer after Flatten, its rows in the order of (channel, y, x)."""
    return kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)


def mlp(name):
    w = peer.layers(name)
    return nn.Sequential(dense(w[0], w[1]), nn.ReLU(), dense(w[2], w[3]))


def cnn():
    w = peer.layers("mnistcnn")
    return nn.Sequential(
        conv(w[0], w[1]), nn.ReLU(), nn.MaxPool2d(2),
        conv(w[2], w[3]), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.5), dense(channels_first(w[4], 5, 5, 64), w[5]),
    ).to(memory_format=torch.channels_last)  # fmt: skip


class Recurrent(nn.Module):
    """A sequence to its class. order lists which of our gates PyTorch has in each place."""

    def __init__(self, name, layer, order):
        super().__init__()
        kernel, recurrent_kernel, bias, *rest = peer.layers(name)
        self.layer = layer(kernel.shape[0], recurrent_kernel.shape[0], batch_first=True)
        self.dense = dense(*rest)

        def gates(t):
            return np.concatenate([np.split(t, len(order), -1)[i] for i in order], -1)

        biases = np.zeros((2, kernel.shape[1]), "float32")  # of the kernel and of the recurrent kernel
        biases[: bias.ndim] = bias
        with torch.no_grad():
            self.layer.weight_ih_l0.copy_(tensor(gates(kernel).T))
            self.layer.weight_hh_l0.copy_(tensor(gates(recurrent_kernel).T))
            self.layer.bias_ih_l0.copy_(tensor(gates(biases[0])))
            self.layer.bias_hh_l0.copy_(tensor(gates(biases[1])))

    def forward(self, x):
        return self.dense(self.layer(x)[0][:, -1])


class Text(nn.Module):
    """Words, padded with zeros, to their class: packed, so that padding is not computed."""

    def __init__(self):
        super().__init__()
        w = peer.layers("text")
        self.words = nn.Embedding(*w[0].shape)
        self.layer = nn.LSTM(64, 64, batch_first=True, bidirectional=True)
        self.dense = dense(*w[7:])
        with torch.no_grad():
            self.words.weight.copy_(tensor(w[0]))
            for end, kernel, recurrent_kernel, bias in ("", *w[1:4]), ("_reverse", *w[4:7]):
                getattr(self.layer, "weight_ih_l0" + end).copy_(tensor(kernel.T))
                getattr(self.layer, "weight_hh_l0" + end).copy_(tensor(recurrent_kernel.T))
                getattr(self.layer, "bias_ih_l0" + end).copy_(tensor(bias))
                getattr(self.layer, "bias_hh_l0" + end).zero_()

    def forward(self, x):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.words(x), (x != 0).sum(1), batch_first=True, enforce_sorted=False
        )
        _, (states, _) = self.layer(packed)
        return self.dense(states.transpose(0, 1).flatten(1))


def layer_norm(gamma, beta):
    layer = nn.LayerNorm(gamma.shape, eps=1e-3)
    with torch.no_grad():
        layer.weight.copy_(tensor(gamma))
        layer.bias.copy_(tensor(beta))
    return layer


class Transformer(nn.Module):
    """A block of an encoder, query, key and value in one product, as in nn.MultiheadAttention."""

    def __init__(self):
        super().__init__()
        w = peer.layers("transformer")
        self.norm1, self.norm2 = layer_norm(*w[0:2]), layer_norm(*w[10:12])
        kernels, biases = [k.reshape(128, 128) for k in w[2:8:2]], [b.reshape(128) for b in w[3:8:2]]
        self.projection = dense(np.concatenate(kernels, 1), np.concatenate(biases))
        self.out = dense(w[8].reshape(128, 128), w[9])
        self.wide, self.narrow, self.dense = dense(*w[12:14]), dense(*w[14:16]), dense(*w[16:18])

    def forward(self, x):
        heads = self.projection(self.norm1(x)).unflatten(-1, (3, 4, 32)).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2))
        x = x + self.narrow(F.gelu(self.wide(self.norm2(x))))
        return self.dense(x.mean(1))


class Reviews(nn.Module):
    def __init__(self):
        super().__init__()
        w = peer.layers("imdb")
        self.bag = nn.EmbeddingBag(*w[0].shape, mode="sum", include_last_offset=True)
        with torch.no_grad():
            self.bag.weight.copy_(tensor(w[0]))
        self.bias = nn.Parameter(tensor(w[1]))
        self.rest = nn.Sequential(nn.ReLU(), dense(w[2], w[3]), nn.ReLU(), dense(w[4], w[5]))

    def forward(self, ids, offsets):
        return self.rest(self.bag(ids, offsets) + self.bias)


def rmsprop(parameters):
    return torch.optim.RMSprop(parameters, lr=0.001, alpha=0.9, eps=1e-7)


def adam(rate):
    return lambda parameters: torch.optim.Adam(parameters, lr=rate, eps=1e-7, fused=True)


def ready(module):
    return torch.compile(module) if COMPILED else module


def trainer(model, loss, optimizer):
    model.train()
    forward = ready(lambda y, *x: loss(model(*x), y))

    def step(y, *x):
        optimizer.zero_grad(set_to_none=True)
        forward(y, *x).backward()
        optimizer.step()

    return step


def add(works, outputs, name, build, shape, batch, optimizer, read=peer.floats):
    x = tensor(read(f"{name}.x")).reshape(peer.BATCHES, batch, *shape)
    y = tensor(peer.ints(f"{name}.y")).long().reshape(peer.BATCHES, batch)
    predict = ready(nn.Sequential(build(), nn.Softmax(-1)).eval())
    if len(shape) == 3:  # channels_last is the faster layout here, by far for pooling
        x = x.flatten(0, 1).to(memory_format=torch.channels_last).unflatten(0, (peer.BATCHES, batch))
    one, many = x[0, :1].clone(), x[0]

    def predicting(rows):
        def work(count):
            with torch.inference_mode():
                for _ in range(count):
                    predict(rows)

        return work

    works[f"{name}/predict1"] = predicting(one)
    works[f"{name}/predict{batch}"] = predicting(many)
    with torch.inference_mode():
        outputs[name] = predict(one).numpy()

    learner = build()
    step = trainer(learner, nn.CrossEntropyLoss(), optimizer(learner.parameters()))
    at = 0

    def training(count):
        nonlocal at
        for _ in range(count):
            step(y[at], x[at])
            at = (at + 1) % peer.BATCHES

    works[f"{name}/train{batch}"] = training


def add_reviews(works, outputs):
    ids, offsets, labels = peer.reviews()
    batches = []
    for first in range(0, len(labels), 512):
        o = offsets[first : min(first + 512, len(labels)) + 1].astype(np.int64)
        batches.append((
            tensor(labels[first : first + 512].astype(np.float32)[:, None]),
            tensor(ids[o[0] : o[-1]].astype(np.int64)),
            tensor(o - o[0]),
        ))  # fmt: skip
    predict = Reviews().eval()
    one = tensor(ids[: offsets[1]].astype(np.int64)), tensor(offsets[:2].astype(np.int64))

    def predicting(count):
        with torch.inference_mode():
            for _ in range(count):
                torch.sigmoid(predict(*one))

    works["imdb/predict1"] = predicting
    with torch.inference_mode():
        outputs["imdb"] = torch.sigmoid(predict(*one)).numpy()
    learner = Reviews()
    step = trainer(learner, nn.BCEWithLogitsLoss(), rmsprop(learner.parameters()))

    def epoch():
        for batch in batches:
            step(*batch)

    works["imdb/epoch"] = peer.times(epoch)


def main():
    works, outputs = {}, {}
    add(works, outputs, "mnist", lambda: mlp("mnist"), (784,), 128, rmsprop)
    add(works, outputs, "mnistcnn", cnn, (1, 28, 28), 128, adam(0.001))
    add(works, outputs, "iris", lambda: mlp("iris"), (4,), 16, adam(0.01))
    add(works, outputs, "lstm", lambda: Recurrent("lstm", nn.LSTM, (0, 1, 2, 3)), (100, 64), 64, adam(0.001))
    add(works, outputs, "gru", lambda: Recurrent("gru", nn.GRU, (1, 0, 2)), (100, 64), 64, adam(0.001))
    add(works, outputs, "transformer", Transformer, (128, 128), 32, adam(0.001))
    if not COMPILED:
        add(works, outputs, "text", Text, (200,), 32, adam(0.001), peer.ints)
        add_reviews(works, outputs)
    peer.serve(torch.__version__, works, outputs)


main()
