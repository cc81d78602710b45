"""Writes the ONNX models of the table from the same weights, one file for each number of rows.

Shapes are fixed and nothing is left for the session to rearrange: convolutions are
in ONNX's own layout, and the rows of the kernel behind Flatten are in its order.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import peer


def save(name, rows, shape, nodes, tensors, element=TensorProto.FLOAT):
    inputs = [helper.make_tensor_value_info("x", element, shape)]
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)]
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


for rows in (1, 128):
    mlp("mnist", 784, rows)
    cnn(rows)
for rows in (1, 16):
    mlp("iris", 4, rows)
review()
