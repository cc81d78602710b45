"""python custom.py DIR NNGEN: own classes to nngen, and back to Keras without."""
import pathlib
import subprocess
import sys

import numpy as np
from roundtrip import difference, keras, predictions, steps

L, ops = keras.layers, keras.ops
DEFINITIONS = """
Tokens:
  layers:
    - Embedding: {name: token, input_dim: $vocabulary, output_dim: $width}
    - PositionEmbedding: {name: place, sequence_length: $steps}
    - Add: {inputs: [token, place]}
  weights: [place, token]
Block:
  defaults: {rate: 0.0}
  layers:
    - MultiHeadAttention: {name: att, num_heads: $heads, key_dim: $width // $heads, inputs: [x, x]}
    - Dropout: $rate
    - Add: {inputs: [x, dropout]}
    - LayerNormalization: {name: norm}
    - Model: {name: ffn, layers: [{Dense: {units: 4 * $width, activation: relu}}, Dense: $width]}
    - Add: {inputs: [norm, ffn]}
    - LayerNormalization: {name: last}
  weights: [att, ffn, last, norm]
Stack:
  layers:
    - Block: {name: one, width: $width, heads: 2}
    - Block: {name: two, width: $width, heads: 4}
  weights: [two, one]
Bahdanau:
  layers:
    - EinsumDense: {name: score, equation: "abc,cd->abd", output_shape: [$steps, 1], bias_axes: bd}
    - Softmax: {axis: 1}
    - Multiply: {inputs: [softmax, x]}
    - Operation: {op: sum, axis: 1}
  weights: {score: {kernel: vars/0, bias: vars/1}}
Distance:
  inputs: [a, b]
  layers:
    - Subtract: {inputs: [a, b]}
    - Operation: abs
"""


class Tokens(L.Layer):
    def __init__(self, steps, vocabulary, width):
        super().__init__()
        self.place, self.token = L.Embedding(steps, width), L.Embedding(vocabulary, width)

    def call(self, x):
        return self.token(x) + self.place(ops.arange(ops.shape(x)[-1]))


class Block(L.Layer):
    def __init__(self, width, heads, rate=0.0):
        super().__init__()
        self.att = L.MultiHeadAttention(heads, width // heads)
        self.ffn = keras.Sequential([L.Dense(4 * width, activation="relu"), L.Dense(width)])
        self.last, self.norm = L.LayerNormalization(), L.LayerNormalization()
        self.drop = L.Dropout(rate)

    def call(self, x):
        x = self.norm(x + self.drop(self.att(x, x)))
        return self.last(x + self.ffn(x))


class Stack(L.Layer):
    def __init__(self, width):
        super().__init__()
        self.two, self.one = Block(width, 4), Block(width, 2)

    def call(self, x):
        return self.two(self.one(x))


class Bahdanau(L.Layer):
    def __init__(self, steps, width):
        super().__init__()
        self.w, self.b = (self.add_weight(shape=(n, 1), initializer="random_normal") for n in (width, steps))

    def call(self, x):
        return ops.sum(x * ops.softmax(ops.matmul(x, self.w) + self.b, axis=1), axis=1)


class Distance(L.Layer):
    def call(self, pair):
        return ops.abs(pair[0] - pair[1])


def main(folder, nngen):
    def run(*a):
        subprocess.run([nngen, *a, "--force"], check=True, cwd=folder)

    (folder / "c.yaml").write_text(DEFINITIONS)
    keras.utils.set_random_seed(1)
    i, j = keras.Input((6,), dtype="int32"), keras.Input((6,), dtype="int32")
    tower = keras.Sequential([keras.Input((6,), dtype="int32"), Tokens(6, 9, 8), Block(8, 2), Stack(8), Bahdanau(6, 8)])
    m = keras.Model([i, j], L.Dense(1)(Distance()([tower(i), tower(j)])))
    m.compile(keras.optimizers.SGD(0.01, 0.9), "mse")
    r = np.random.default_rng(1)
    x, y = [r.integers(0, 9, (8, 6)) for _ in "ab"], r.normal(size=(8, 1))
    steps(m, x, y, 3)
    for end in "keras", "h5":
        m.save(folder / f"m.{end}")
    p, s, bad = predictions(m, x), steps(m, x, y, 3), 0
    for end in "keras", "h5":
        run("import", f"m.{end}", "--custom", "c.yaml", "-o", end)
        run("export", f"{end}/m.yaml", "--weights", f"{end}/checkpoint.safetensors", "-o", "b.keras")
        b = keras.models.load_model(folder / "b.keras")
        d = difference(predictions(b, x), p), difference(steps(b, x, y, 3), s)
        bad += max(d) > 1e-5
        print(end, "predictions %.1e, next steps %.1e" % d)
    return bad


sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
