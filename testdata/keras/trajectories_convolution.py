"""Cases for convolution.json: ten steps of networks that convolve."""

from train import trajectory
from trajectories_network import ADAM, BINARY, MOMENTUM, RMSPROP, SPARSE, batches, binary, dense, network, sparse, values


def layer(kind, name, **args):
    return {kind: {**args, "name": name}}


def images():
    layers = [
        layer("Conv2D", "conv1", filters=4, kernel_size=3, activation="relu"),
        layer("MaxPooling2D", "pool1", pool_size=2),
        layer("Conv2D", "conv2", filters=5, kernel_size=[2, 3], activation="relu"),
        layer("Flatten", "flat"),
        dense("head", 3, "softmax"),
    ]
    for name, optimizer in (("conv_pool_dense", RMSPROP), ("conv_pool_dense_momentum", MOMENTUM)):
        data = batches(name, 5, {"x": values(5, 8, 9, 1)}, sparse(3))
        yield trajectory(name, network({"x": [8, 9, 1]}, layers, optimizer, SPARSE), data)


def mobile():
    layers = [
        layer("Conv2D", "stem", filters=4, kernel_size=3, strides=2, padding="same", activation="tanh"),
        layer("DepthwiseConv2D", "depth", kernel_size=3, padding="same", depth_multiplier=2, activation="tanh"),
        layer("ZeroPadding2D", "frame", padding=[[0, 1], [1, 0]]),
        layer("SeparableConv2D", "separable", filters=5, kernel_size=3, strides=2, padding="same", activation="tanh"),
        layer("GlobalMaxPooling2D", "top"),
        dense("head", 1, "sigmoid"),
    ]
    data = batches("depthwise_separable", 5, {"x": values(5, 7, 6, 2)}, binary)
    yield trajectory("depthwise_separable", network({"x": [7, 6, 2]}, layers, MOMENTUM, BINARY), data)


def sequences():
    layers = [
        layer("Conv1D", "near", filters=4, kernel_size=3, padding="causal", activation="tanh"),
        layer("Conv1D", "far", filters=4, kernel_size=3, padding="causal", dilation_rate=2, activation="tanh", kernel_regularizer={"l2": 0.01}),
        layer("MaxPooling1D", "pool", pool_size=2, strides=1),
        layer("GlobalAveragePooling1D", "mean"),
        dense("head", 3, "softmax"),
    ]
    data = batches("causal_dilated", 6, {"x": values(6, 9, 2)}, sparse(3))
    yield trajectory("causal_dilated", network({"x": [9, 2]}, layers, ADAM, SPARSE), data)
    layers = [
        layer("SeparableConv1D", "separable", filters=4, kernel_size=3, padding="same", activation="tanh"),
        layer("AveragePooling1D", "pool", pool_size=2, padding="same"),
        layer("DepthwiseConv1D", "depth", kernel_size=2, strides=2, activation="tanh"),
        layer("Flatten", "flat"),
        dense("head", 1),
    ]
    data = batches("separable_sequence", 6, {"x": values(6, 9, 2)}, lambda r, n: values(n, 1)(r))
    yield trajectory("separable_sequence", network({"x": [9, 2]}, layers, RMSPROP, "mean_squared_error", ("mae",)), data)


def normalized():
    layers = [
        layer("Conv2D", "conv", filters=4, kernel_size=3, padding="same", use_bias=False),
        layer("BatchNormalization", "norm", momentum=0.9),
        layer("Activation", "act", activation="tanh"),
        layer("AveragePooling2D", "pool", pool_size=3, strides=2, padding="same"),
        layer("Conv2D", "grouped", filters=6, kernel_size=[2, 3], groups=2, activation="tanh"),
        layer("Cropping2D", "cut", cropping=[[0, 0], [0, 1]]),
        layer("Conv2D", "mix", filters=3, kernel_size=1, dilation_rate=1),
        layer("GlobalAveragePooling2D", "mean"),
        layer("Activation", "head", activation="softmax"),
    ]
    data = batches("average_groups", 6, {"x": values(6, 6, 7, 2)}, sparse(3))
    yield trajectory("average_groups", network({"x": [6, 7, 2]}, layers, RMSPROP, SPARSE), data)


def cases():
    for part in (images, mobile, sequences, normalized):
        yield from part()
