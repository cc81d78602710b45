"""Writes the ONNX models of the table from the same weights, one file for each number of rows.

Shapes are fixed and nothing is left for the session to rearrange: convolutions and
sequences are in ONNX's own layout, and the rows of the kernel after Flatten are in
its order.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import peer


def save(name, rows, shape, nodes, tensors, element=TensorProto.FLOAT, states=None):
    inputs = [helper.make_tensor_value_info("x", element, shape)]
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)]
    if states:
        inputs += [helper.make_tensor_value_info(n, element, states) for n in ("h0", "c0")]
        outputs += [helper.make_tensor_value_info(n, element, None) for n in ("h1", "c1")]
    constants = [numpy_helper.from_array(np.ascontiguousarray(t), n) for n, t in tensors.items()]
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, f"{peer.FOLDER}/{name}.{rows}.onnx")


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs.split(), [output], **attributes)


def mlp(name, width, rows):
    w = dict(zip(("w1", "b1", "w2", "b2"), peer.layers(name), strict=True))
    nodes = [
        node("Gemm", "x w1 b1", "h"), node("Relu", "h", "r"),
        node("Gemm", "r w2 b2", "logits"), node("Softmax", "logits", "out", axis=-1),
    ]  # fmt: skip
    save(name, rows, [rows, width], nodes, w)


def cnn(rows):
    w = dict(zip(("w1", "b1", "w2", "b2", "w3", "b3"), peer.layers("mnistcnn"), strict=True))
    w["w1"], w["w2"] = w["w1"].transpose(3, 2, 0, 1), w["w2"].transpose(3, 2, 0, 1)
    w["w3"] = w["w3"].reshape(5, 5, 64, -1).transpose(2, 0, 1, 3).reshape(w["w3"].shape)
    nodes = [
        node("Conv", "x w1 b1", "c1"), node("Relu", "c1", "r1"),
        node("MaxPool", "r1", "p1", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "p1 w2 b2", "c2"), node("Relu", "c2", "r2"),
        node("MaxPool", "r2", "p2", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", "p2", "flat"), node("Gemm", "flat w3 b3", "logits"), node("Softmax", "logits", "out", axis=-1),
    ]  # fmt: skip
    save("mnistcnn", rows, [rows, 1, 28, 28], nodes, w)


def review():
    """One review as its distinct ids: the first layer sums the rows of its kernel."""
    w = dict(zip(("w1", "b1", "w2", "b2", "w3", "b3"), peer.layers("imdb"), strict=True))
    w["axis"] = np.array([0], "int64")
    nodes = [
        node("Gather", "w1 x", "rows"), node("ReduceSum", "rows axis", "sum", keepdims=1),
        node("Add", "sum b1", "h1"), node("Relu", "h1", "r1"),
        node("Gemm", "r1 w2 b2", "h2"), node("Relu", "h2", "r2"),
        node("Gemm", "r2 w3 b3", "logit"), node("Sigmoid", "logit", "out"),
    ]  # fmt: skip
    save("imdb", 1, [int(peer.ints("imdb.offsets")[1])], nodes, w, TensorProto.INT32)


def recurrent(name, op, order, rows, steps=100, **attributes):
    """A sequence, steps first, to its class. order lists which of our gates ONNX has in each place.

    One step is given the states, and returns them.
    """
    kernel, recurrent_kernel, bias, w2, b2 = peer.layers(name)

    def gates(t):  # [..., gates * units] as [1, gates * units, ...]
        return np.concatenate([np.split(t, len(order), -1)[i] for i in order], -1).T[None]

    biases = np.zeros((2, kernel.shape[1]), "float32")  # of the kernel and of the recurrent kernel
    biases[: bias.ndim] = bias
    w = {"w": gates(kernel), "r": gates(recurrent_kernel), "b": np.concatenate([gates(b) for b in biases], 1)}
    w |= {"w2": w2, "b2": b2, "axis": np.array([0], "int64")}
    given, left = (["", "h0", "c0"], ["c1"]) if steps == 1 else ([], [])
    units = recurrent_kernel.shape[0]
    nodes = [
        helper.make_node(op, ["x", "w", "r", "b", *given], ["", "h1", *left], hidden_size=units, **attributes),
        node("Squeeze", "h1 axis", "h"),
        node("Gemm", "h w2 b2", "logits"), node("Softmax", "logits", "out", axis=-1),
    ]  # fmt: skip
    save(name, rows, [steps, rows, kernel.shape[0]], nodes, w, states=[1, rows, units] if steps == 1 else None)


def text(rows):
    """Words, padded with zeros, to their class; ONNX is told how many words there are."""
    names = "words kernel0 recurrent0 bias0 kernel1 recurrent1 bias1 w2 b2".split()
    given = dict(zip(names, peer.layers("text"), strict=True))

    def gates(t):  # [..., i f c o] as [i o f c, ...]
        return np.concatenate([np.split(t, 4, -1)[i] for i in (0, 3, 1, 2)], -1).T

    def both(what):
        return np.stack([gates(given[what + "0"]), gates(given[what + "1"])])

    bias = both("bias")
    w = {"words": given["words"], "w": both("kernel"), "r": both("recurrent")}
    w |= {"b": np.concatenate([bias, np.zeros_like(bias)], 1), "w2": given["w2"], "b2": given["b2"]}
    w |= {"zero": np.int32(0), "axis": np.array([1], "int64"), "together": np.array([rows, 128])}
    nodes = [
        node("Equal", "x zero", "padding"), node("Not", "padding", "word"),
        node("Cast", "word", "ones", to=TensorProto.INT32), node("ReduceSum", "ones axis", "lengths", keepdims=0),
        node("Gather", "words x", "rows"), node("Transpose", "rows", "steps", perm=[1, 0, 2]),
        helper.make_node(
            "LSTM", ["steps", "w", "r", "b", "lengths"], ["", "states"], hidden_size=64, direction="bidirectional"
        ),
        node("Transpose", "states", "turned", perm=[1, 0, 2]), node("Reshape", "turned together", "h"),
        node("Gemm", "h w2 b2", "logits"), node("Softmax", "logits", "out", axis=-1),
    ]  # fmt: skip
    save("text", rows, [rows, 200], nodes, w, TensorProto.INT32)


def transformer(rows):
    names = "g1 b1 wq bq wk bk wv bv wo bo g2 b2 w3 b3 w4 b4 w5 b5".split()
    w = dict(zip(names, peer.layers("transformer"), strict=True))
    for kernel, bias in ("wq", "bq"), ("wk", "bk"), ("wv", "bv"):
        w[kernel], w[bias] = w[kernel].reshape(128, 128), w[bias].reshape(128)
    w["wo"] = w["wo"].reshape(128, 128)
    w["scale"], w["root2"] = np.float32(32**-0.5), np.float32(2**0.5)
    w["one"], w["half"] = np.float32(1), np.float32(0.5)
    w["apart"], w["together"] = np.array([rows, 128, 4, 32]), np.array([rows, 128, 128])
    w["steps"] = np.array([1])

    def heads(what, axes):
        return [
            node("MatMul", f"n1 w{what}", f"{what}1"), node("Add", f"{what}1 b{what}", f"{what}2"),
            node("Reshape", f"{what}2 apart", f"{what}3"), node("Transpose", f"{what}3", what, perm=axes),
        ]  # fmt: skip

    nodes = [
        node("LayerNormalization", "x g1 b1", "n1", epsilon=1e-3),
        *heads("q", [0, 2, 1, 3]), *heads("k", [0, 2, 3, 1]), *heads("v", [0, 2, 1, 3]),
        node("MatMul", "q k", "products"), node("Mul", "products scale", "scores"),
        node("Softmax", "scores", "probabilities", axis=-1), node("MatMul", "probabilities v", "weighted"),
        node("Transpose", "weighted", "rows", perm=[0, 2, 1, 3]), node("Reshape", "rows together", "heads"),
        node("MatMul", "heads wo", "a1"), node("Add", "a1 bo", "a2"), node("Add", "x a2", "attended"),
        node("LayerNormalization", "attended g2 b2", "n2", epsilon=1e-3),
        node("MatMul", "n2 w3", "h1"), node("Add", "h1 b3", "h2"),
        node("Div", "h2 root2", "e1"), node("Erf", "e1", "e2"), node("Add", "e2 one", "e3"),
        node("Mul", "h2 e3", "e4"), node("Mul", "e4 half", "gelu"),
        node("MatMul", "gelu w4", "f1"), node("Add", "f1 b4", "f2"), node("Add", "attended f2", "encoded"),
        node("ReduceMean", "encoded steps", "mean", keepdims=0),
        node("Gemm", "mean w5 b5", "logits"), node("Softmax", "logits", "out", axis=-1),
    ]  # fmt: skip
    save("transformer", rows, [rows, 128, 128], nodes, w)


for rows in (1, 128):
    mlp("mnist", 784, rows)
    cnn(rows)
for rows in (1, 16):
    mlp("iris", 4, rows)
review()
for rows in (1, 64):
    recurrent("lstm", "LSTM", (0, 3, 1, 2), rows)
    recurrent("gru", "GRU", (0, 1, 2), rows, linear_before_reset=1)
recurrent("step", "LSTM", (0, 3, 1, 2), 1, steps=1)
for rows in (1, 32):
    transformer(rows)
    text(rows)
