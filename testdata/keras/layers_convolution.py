"""Cases for layers.json: convolutions, poolings, zero padding and cropping."""

import numpy as np

from record import case, chain, one
from vectors import away_from_zero, normal, rng

L2 = {"l2": 0.02}
L1 = {"l1": 0.01}


def conv_2d():
    r = rng("inputs of Conv2D")
    settings = {
        "": ((4, 5, 2), {"kernel_size": 3}),
        "_pair": ((4, 5, 2), {"kernel_size": [3, 2], "activation": "tanh"}),
        "_no_bias": ((4, 4, 1), {"kernel_size": 2, "use_bias": False}),
        "_same": ((4, 5, 2), {"kernel_size": [3, 2], "padding": "same"}),
        "_same_even": ((3, 4, 1), {"kernel_size": 4, "padding": "same"}),
        "_same_wide": ((2, 3, 1), {"kernel_size": 5, "padding": "same"}),
        "_strides": ((5, 6, 2), {"kernel_size": 2, "strides": [2, 3]}),
        "_strides_same": ((5, 6, 2), {"kernel_size": 3, "strides": 2, "padding": "same"}),
        "_strides_wide": ((7, 7, 1), {"kernel_size": 2, "strides": 3, "padding": "same"}),
        "_dilation": ((6, 5, 2), {"kernel_size": [3, 2], "dilation_rate": 2}),
        "_dilation_same": ((5, 4, 2), {"kernel_size": [2, 3], "dilation_rate": [1, 2], "padding": "same"}),
        "_point": ((2, 3, 4), {"kernel_size": 1, "activation": "sigmoid"}),
        "_whole": ((3, 4, 2), {"kernel_size": [3, 4]}),
        "_regularized": ((3, 3, 2), {"kernel_size": 2, "kernel_regularizer": L2, "bias_regularizer": L1}),
    }
    for tail, (shape, args) in settings.items():
        yield case(f"conv2d{tail}", one("Conv2D", shape, filters=3, **args), {"x": normal(r, 2, *shape)})
    for groups, filters in ((2, 4), (4, 4)):
        for padding in ("valid", "same"):
            args = {"filters": filters, "kernel_size": [2, 3], "groups": groups, "padding": padding}
            yield case(f"conv2d_groups_{groups}_{padding}", one("Conv2D", (4, 4, 4), **args), {"x": normal(r, 2, 4, 4, 4)})
    args = {"filters": 2, "kernel_size": 3, "groups": 2, "strides": 2, "padding": "same", "activation": "tanh"}
    yield case("conv2d_groups_strides", one("Conv2D", (5, 4, 2), **args), {"x": normal(r, 2, 5, 4, 2)})
    yield case(
        "conv2d_frozen",
        chain(
            [4, 4, 1],
            {"Conv2D": {"filters": 2, "kernel_size": 2, "activation": "tanh", "name": "a"}},
            {"Conv2D": {"filters": 2, "kernel_size": 2, "activation": "tanh", "trainable": False, "name": "b"}},
            {"Conv2D": {"filters": 1, "kernel_size": 2, "name": "c"}},
        ),
        {"x": normal(r, 2, 4, 4, 1)},
    )


def conv_1d():
    r = rng("inputs of Conv1D")
    settings = {
        "": {"kernel_size": 3},
        "_same": {"kernel_size": 4, "padding": "same"},
        "_causal": {"kernel_size": 3, "padding": "causal"},
        "_causal_dilation": {"kernel_size": 3, "padding": "causal", "dilation_rate": 2, "activation": "tanh"},
        "_causal_strides": {"kernel_size": 2, "padding": "causal", "strides": 3},
        "_strides": {"kernel_size": 3, "strides": 2, "use_bias": False},
        "_dilation": {"kernel_size": 2, "dilation_rate": 3},
    }
    for tail, args in settings.items():
        yield case(f"conv1d{tail}", one("Conv1D", (7, 2), filters=3, **args), {"x": normal(r, 2, 7, 2)})
    args = {"filters": 4, "kernel_size": 3, "groups": 2, "padding": "same"}
    yield case("conv1d_groups", one("Conv1D", (6, 4), **args), {"x": normal(r, 2, 6, 4)})


def depthwise():
    r = rng("inputs of depthwise convolutions")
    settings = {
        "": {"kernel_size": 3},
        "_pair": {"kernel_size": [2, 3], "use_bias": False, "activation": "tanh"},
        "_multiplier": {"kernel_size": 2, "depth_multiplier": 3},
        "_same": {"kernel_size": [4, 3], "padding": "same"},
        "_strides": {"kernel_size": 2, "strides": 2, "depth_multiplier": 2},
        "_strides_same": {"kernel_size": 3, "strides": 2, "padding": "same"},
        "_dilation": {"kernel_size": 2, "dilation_rate": [2, 3]},
        "_strides_dilation_same": {"kernel_size": 2, "strides": 2, "dilation_rate": 2, "padding": "same"},
        "_regularized": {"kernel_size": 2, "depthwise_regularizer": L2, "bias_regularizer": L1},
    }
    for tail, args in settings.items():
        yield case(f"depthwise2d{tail}", one("DepthwiseConv2D", (4, 5, 2), **args), {"x": normal(r, 2, 4, 5, 2)})
    for tail, args in {
        "": {"kernel_size": 3, "depth_multiplier": 2},
        "_strides_same": {"kernel_size": 3, "strides": 2, "padding": "same"},
        "_dilation": {"kernel_size": 3, "dilation_rate": 2, "activation": "tanh"},
    }.items():
        yield case(f"depthwise1d{tail}", one("DepthwiseConv1D", (6, 3), **args), {"x": normal(r, 2, 6, 3)})


def separable():
    r = rng("inputs of separable convolutions")
    settings = {
        "": {"kernel_size": 3},
        "_multiplier": {"kernel_size": [2, 3], "depth_multiplier": 2, "activation": "tanh"},
        "_strides_same": {"kernel_size": 3, "strides": 2, "padding": "same", "use_bias": False},
        "_dilation_same": {"kernel_size": 2, "dilation_rate": 2, "padding": "same"},
        "_strides_dilation": {"kernel_size": 2, "strides": 2, "dilation_rate": 2},
        "_regularized": {
            "kernel_size": 2, "depthwise_regularizer": L2, "pointwise_regularizer": L1, "bias_regularizer": L2,
        },
    }
    for tail, args in settings.items():
        yield case(f"separable2d{tail}", one("SeparableConv2D", (4, 5, 2), filters=3, **args), {"x": normal(r, 2, 4, 5, 2)})
    for tail, args in {
        "": {"kernel_size": 3, "depth_multiplier": 2},
        "_strides_same": {"kernel_size": 4, "strides": 2, "padding": "same", "activation": "tanh"},
    }.items():
        yield case(f"separable1d{tail}", one("SeparableConv1D", (6, 3), filters=2, **args), {"x": normal(r, 2, 6, 3)})


def pooling():
    r = rng("inputs of pooling")
    settings = {
        "": {"pool_size": 2},
        "_pair": {"pool_size": [2, 3]},
        "_strides": {"pool_size": 3, "strides": [1, 2]},
        "_same": {"pool_size": 2, "padding": "same"},
        "_same_strides": {"pool_size": [3, 2], "strides": 2, "padding": "same"},
        "_same_dense": {"pool_size": 3, "strides": 1, "padding": "same"},
        "_apart": {"pool_size": 2, "strides": 3, "padding": "same"},
    }
    for kind in ("Max", "Average"):
        for tail, args in settings.items():
            name = f"{kind.lower()}_pooling2d{tail}"
            yield case(name, one(f"{kind}Pooling2D", (5, 6, 2), **args), {"x": normal(r, 2, 5, 6, 2)})
        for tail, args in {
            "": {"pool_size": 2},
            "_strides": {"pool_size": 3, "strides": 1},
            "_same": {"pool_size": 3, "strides": 2, "padding": "same"},
        }.items():
            name = f"{kind.lower()}_pooling1d{tail}"
            yield case(name, one(f"{kind}Pooling1D", (6, 2), **args), {"x": normal(r, 2, 6, 2)})
        for keep in (False, True):
            tail = "_keepdims" if keep else ""
            name = f"global_{kind.lower()}_pooling"
            yield case(f"{name}2d{tail}", one(f"Global{kind}Pooling2D", (3, 4, 2), keepdims=keep), {"x": normal(r, 2, 3, 4, 2)})
            if kind == "Max":
                yield case(f"{name}1d{tail}", one(f"Global{kind}Pooling1D", (5, 2), keepdims=keep), {"x": normal(r, 2, 5, 2)})
    yield case("max_pooling2d_default", one("MaxPooling2D", (4, 5, 1)), {"x": normal(r, 2, 4, 5, 1)})
    yield case("max_pooling1d_default", one("MaxPooling1D", (5, 2)), {"x": normal(r, 2, 5, 2)})
    # Of equal values a window's gradient goes to the first, a whole image's to all.
    equal = np.array([[1, 2, 2], [2, 2, 1], [0, 0, 0], [0, 0, 0]], "float64").reshape(1, 4, 3, 1)
    yield case("max_pooling2d_equal", one("MaxPooling2D", (4, 3, 1), pool_size=2, strides=1), {"x": equal})
    yield case("global_max_pooling2d_equal", one("GlobalMaxPooling2D", (4, 3, 1)), {"x": equal})


def borders():
    r = rng("inputs of borders")
    for tail, args in {"": {}, "_one": {"padding": 2}, "_two": {"padding": [1, 0]}, "_four": {"padding": [[0, 1], [2, 0]]}}.items():
        yield case(f"zero_padding2d{tail}", one("ZeroPadding2D", (2, 3, 2), **args), {"x": normal(r, 2, 2, 3, 2)})
    for tail, args in {"": {}, "_one": {"cropping": 1}, "_two": {"cropping": [1, 0]}, "_four": {"cropping": [[0, 1], [2, 0]]}}.items():
        yield case(f"cropping2d{tail}", one("Cropping2D", (4, 4, 2), **args), {"x": normal(r, 2, 4, 4, 2)})
    for tail, args in {"": {}, "_one": {"padding": 2}, "_two": {"padding": [0, 3]}}.items():
        yield case(f"zero_padding1d{tail}", one("ZeroPadding1D", (3, 2), **args), {"x": normal(r, 2, 3, 2)})
    for tail, args in {"": {}, "_two": {"cropping": [0, 3]}}.items():
        yield case(f"cropping1d{tail}", one("Cropping1D", (5, 2), **args), {"x": normal(r, 2, 5, 2)})


def networks():
    r = rng("inputs of convolutional networks")
    yield case(
        "conv_pool_dense",
        chain(
            [6, 6, 1],
            {"Conv2D": {"filters": 3, "kernel_size": 3, "activation": "relu", "name": "a"}},
            {"MaxPooling2D": {"name": "p"}},
            {"Conv2D": {"filters": 2, "kernel_size": 2, "activation": "tanh", "name": "b"}},
            {"Flatten": {"name": "f"}},
            {"Dense": {"units": 3, "activation": "softmax", "name": "c"}},
        ),
        {"x": away_from_zero(r, 3, 6, 6, 1)},
    )
    for training in (False, True):
        yield case(
            f"conv_normalized_{'training' if training else 'inference'}",
            chain(
                [4, 4, 2],
                {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same", "use_bias": False, "name": "a"}},
                {"BatchNormalization": {"name": "n"}},
                {"Activation": {"activation": "tanh", "name": "t"}},
                {"DepthwiseConv2D": {"kernel_size": 3, "strides": 2, "padding": "same", "name": "d"}},
                {"GlobalAveragePooling2D": {"name": "g"}},
                {"Dense": {"units": 2, "name": "e"}},
            ),
            {"x": normal(r, 3, 4, 4, 2)},
            training=training,
        )


def cases():
    for part in (conv_2d, conv_1d, depthwise, separable, pooling, borders, networks):
        yield from part()
