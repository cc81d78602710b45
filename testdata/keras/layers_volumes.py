"""Cases for volumes.json: layers over volumes, channels that come first, images of another size, adaptive pooling."""

import inspect

import jax
import numpy as np

from env import keras, tf
import build
from record import case, chain, graph, one
from vectors import normal, rng

L2 = {"l2": 0.02}
NAMES = (
    "Conv3D Conv3DTranspose MaxPooling3D AveragePooling3D GlobalMaxPooling3D GlobalAveragePooling3D Cropping3D ZeroPadding3D "
    "UpSampling1D UpSampling2D UpSampling3D Resizing CenterCrop SpatialDropout1D SpatialDropout2D SpatialDropout3D "
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D"
).split()
build.LAYERS.update({name: getattr(keras.layers, name) for name in NAMES})
FIRST = {"data_format": "channels_first"}

jax.config.update("jax_enable_x64", True)


def compiled(function, count):
    """Runs what TensorFlow has no kernels for on a CPU through XLA: channels that come first, dilated
    transposed convolutions, and in float64 means over volumes. The first arguments, so many, are tensors."""
    names = list(inspect.signature(function).parameters)[:count]

    def call(*args, **settings):
        settings = {**dict(zip(inspect.signature(function).parameters, args)), **settings}
        tensors = [tf.convert_to_tensor(settings.pop(name)) for name in names]
        dilated = function.__name__ == "conv_transpose" and np.max(settings.get("dilation_rate", 1)) > 1
        run = lambda *t: function(*t, **settings)
        mean_of_volume = "average" in function.__name__ and len(tensors[0].shape) == 5
        if settings.get("data_format") == "channels_first" or dilated or mean_of_volume:
            run = tf.function(run, jit_compile=True)
        return run(*tensors)

    return call


nn = keras.src.backend.nn
for name, count in (("conv", 2), ("conv_transpose", 2), ("depthwise_conv", 2), ("separable_conv", 3), ("max_pool", 1), ("average_pool", 1), ("adaptive_average_pool", 1)):
    setattr(nn, name, compiled(getattr(nn, name), count))


def thousandths(function):
    """Maxima over volumes, which TensorFlow has in float32 alone: of numbers of three decimals as whole ones,
    and so their gradients."""

    def call(inputs, *args, **settings):
        if len(inputs.shape) < 5:
            return function(inputs, *args, **settings)

        @tf.custom_gradient
        def exact(x):
            whole = tf.cast(tf.round(x * 1000), tf.float32)
            with tf.GradientTape() as tape:
                tape.watch(whole)
                y = function(whole, *args, **settings)

            def gradient(dy):
                dy = tf.cast(tf.round(dy * 1000), tf.float32)
                return tf.cast(tape.gradient(y, whole, output_gradients=dy), x.dtype) / 1000

            return tf.cast(y, x.dtype) / 1000, gradient

        return exact(tf.convert_to_tensor(inputs))

    return call


for name in ("max_pool", "adaptive_max_pool"):
    setattr(nn, name, thousandths(getattr(nn, name)))

resize_of_tensorflow = tf.image.resize


def resize(images, size, method="bilinear", antialias=False):
    """tf.image.resize, which computes in float32 and bicubic weights from a table, in float64 and with
    the weights of Keras's JAX back end; nearest as TensorFlow has it."""
    if method == "nearest":
        return tf.cast(resize_of_tensorflow(images, size, method=method), images.dtype)
    out = images
    for axis, n in ((1, int(size[0])), (2, int(size[1]))):
        rows = images.shape[axis]
        matrix = np.eye(rows) if rows == n else np.asarray(jax.image.resize(np.eye(rows), (n, rows), method=method, antialias=antialias))
        assert matrix.dtype == np.float64
        if rows == n:
            continue
        out = tf.einsum("oi,niwc->nowc" if axis == 1 else "oi,nhic->nhoc", tf.constant(matrix, images.dtype), out)
    rough = resize_of_tensorflow(images, size, method=method, antialias=antialias)
    np.testing.assert_allclose(rough, out, atol=2e-3 if method == "bicubic" else 2e-5)
    return out


tf.image.resize = resize


def convolutions():
    r = rng("inputs of convolutions of volumes")
    x = lambda *shape: {"x": normal(r, 1, *shape)}
    yield case("conv3d", one("Conv3D", (3, 4, 3, 2), filters=2, kernel_size=2), {"x": normal(r, 2, 3, 4, 3, 2)})
    for tail, shape, args in (
        ("_same", (3, 2, 3, 2), {"kernel_size": [3, 2, 3], "padding": "same", "activation": "tanh"}),
        ("_strides_same", (4, 3, 5, 1), {"kernel_size": 3, "strides": [2, 1, 2], "padding": "same"}),
        ("_dilation", (4, 5, 3, 1), {"kernel_size": [2, 3, 2], "dilation_rate": [2, 2, 1]}),
        ("_groups", (2, 3, 2, 4), {"kernel_size": 2, "groups": 2, "padding": "same", "kernel_regularizer": L2}),
        ("_first", (2, 3, 2, 4), {"kernel_size": 2, **FIRST}),
    ):
        yield case(f"conv3d{tail}", one("Conv3D", shape, filters=2, **args), x(*shape))
    for tail, shape, args in (
        ("", (2, 2, 3, 2), {"kernel_size": 2}),
        ("_strides_same", (2, 2, 1, 1), {"kernel_size": 3, "strides": [2, 1, 2], "padding": "same", "activation": "tanh"}),
        ("_output_padding", (1, 2, 1, 1), {"kernel_size": [3, 2, 3], "strides": 2, "output_padding": [1, 0, 1]}),
        ("_dilation", (2, 2, 2, 1), {"kernel_size": 2, "dilation_rate": [1, 2, 2]}),
        ("_first", (2, 1, 2, 2), {"kernel_size": 2, "strides": 2, **FIRST}),
    ):
        yield case(f"conv3d_transpose{tail}", one("Conv3DTranspose", shape, filters=2, **args), x(*shape))
    for kind, shape, args in (
        ("Conv1DTranspose", (4, 2), {"kernel_size": 3, "dilation_rate": 2}),
        ("Conv1DTranspose", (2, 4), {"kernel_size": 2, "strides": 2, **FIRST}),
        ("Conv2DTranspose", (3, 2, 2), {"kernel_size": [2, 3], "dilation_rate": 2, "padding": "same"}),
        ("Conv2DTranspose", (2, 2, 3), {"kernel_size": 3, "strides": 2, "padding": "same", "activation": "softmax", **FIRST}),
        ("Conv1D", (2, 5), {"kernel_size": 3, "activation": "tanh", **FIRST}),
        ("Conv2D", (2, 4, 5), {"kernel_size": [2, 3], "padding": "same", "strides": 2, "activation": "softmax", **FIRST}),
        ("Conv2D", (4, 3, 4), {"kernel_size": 2, "groups": 2, **FIRST}),
    ):
        tail = "_first" if "data_format" in args else "_dilation"
        groups = "_groups" if "groups" in args else ""
        yield case(f"{kind.lower()}{groups}{tail}", one(kind, shape, filters=2, **args), x(*shape))


def depthwise():
    r = rng("inputs of depthwise convolutions of volumes")
    for kind, shape in (("DepthwiseConv1D", (7, 2)), ("SeparableConv1D", (7, 2)), ("DepthwiseConv2D", (5, 6, 2)), ("SeparableConv2D", (5, 6, 2))):
        some = {"filters": 2} if "Separable" in kind else {}
        pair = len(shape) == 3
        for tail, args in (
            ("strides_dilation", {"strides": 2, "dilation_rate": [2, 3] if pair else 3, "depth_multiplier": 2}),
            ("strides_dilation_same", {"strides": 2, "dilation_rate": 2, "padding": "same"}),
        ):
            if tail == "strides_dilation_same" and kind == "SeparableConv2D":
                continue
            yield case(f"{kind.lower()}_{tail}", one(kind, shape, kernel_size=2, **some, **args), {"x": normal(r, 1, *shape)})
        shape = (2, *shape[:-1])
        yield case(f"{kind.lower()}_first", one(kind, shape, kernel_size=2, strides=2, **some, **FIRST), {"x": normal(r, 1, *shape)})


def poolings():
    r = rng("inputs of poolings of volumes")
    for kind in ("Max", "Average"):
        for tail, shape, args in (
            ("3D", (4, 3, 4, 2), {"pool_size": 2}),
            ("3D", (3, 4, 3, 1), {"pool_size": [2, 3, 2], "strides": [1, 2, 2], "padding": "same"}),
            ("3D", (2, 2, 4, 3), {"pool_size": 2, **FIRST}),
            ("2D", (2, 3, 4), {"pool_size": 2, "padding": "same", **FIRST}),
            ("1D", (2, 5), {"pool_size": 2, "strides": 1, **FIRST}),
        ):
            name = f"{kind.lower()}_pooling{tail.lower()}{'_same' if args.get('padding') else ''}{'_first' if 'data_format' in args else ''}"
            yield case(name, one(f"{kind}Pooling{tail}", shape, **args), {"x": normal(r, 1, *shape)})
        for d, shape in ((1, (3, 4)), (2, (3, 2, 4)), (3, (2, 3, 2, 2))):
            for tail, args in (("", {}), ("_first", {"keepdims": True, **FIRST})):
                if d < 3 and not args:
                    continue
                yield case(f"global_{kind.lower()}_pooling{d}d{tail}", one(f"Global{kind}Pooling{d}D", shape, **args), {"x": normal(r, 2, *shape)})
        for d, shape, out, args in (
            (1, (7, 2), 3, {}),
            (1, (6, 2), 3, {}),
            (1, (3, 2), 5, {}),
            (1, (2, 5), 2, FIRST),
            (2, (5, 4, 2), [3, 2], {}),
            (2, (4, 7, 1), [4, 5], {}),
            (2, (2, 3, 5), [2, 3], FIRST),
            (3, (3, 4, 5, 1), [2, 3, 2], {}),
            (3, (1, 2, 3, 4), 2, FIRST),
        ):
            tail = "_first" if args else f"_{shape[0]}"
            yield case(f"adaptive_{kind.lower()}_pooling{d}d{tail}", one(f"Adaptive{kind}Pooling{d}D", shape, output_size=out, **args), {"x": normal(r, 1, *shape)})
    ties = np.array([[0, 1, 2, 2], [1, 0, 2, 0], [2, 2, 1, 1.0]]).reshape(1, 3, 4, 1)
    yield case("adaptive_max_pooling2d_kink", one("AdaptiveMaxPooling2D", (3, 4, 1), output_size=[2, 2]), {"x": ties})


def borders():
    r = rng("inputs of borders of volumes")
    for kind, shape, args in (
        ("Cropping3D", (4, 3, 5, 2), {"cropping": [1, [0, 1], [2, 1]]}),
        ("Cropping3D", (2, 3, 3, 4), {"cropping": [[1, 0], [0, 2], 1], **FIRST}),
        ("Cropping3D", (3, 3, 4, 1), {}),
        ("Cropping2D", (2, 3, 4), {"cropping": [1, [0, 2]], **FIRST}),
        ("ZeroPadding3D", (1, 2, 2, 2), {"padding": [1, [0, 1], [2, 0]]}),
        ("ZeroPadding3D", (2, 1, 2, 1), {"padding": 1, **FIRST}),
        ("ZeroPadding2D", (2, 1, 2), {"padding": [[1, 0], 2], **FIRST}),
        ("ZeroPadding1D", (2, 3), {"padding": [1, 2], **FIRST}),
    ):
        tail = "_first" if "data_format" in args else "" if args else "_default"
        yield case(f"{kind.lower()}{tail}", one(kind, shape, **args), {"x": normal(r, 2, *shape)})
    for kind, shape in (("Flatten", (2, 3, 2)), ("SpatialDropout2D", (2, 2, 3)), ("SpatialDropout3D", (2, 1, 2, 2))):
        args = {"rate": 0.4} if "Dropout" in kind else {}
        yield case(f"{kind.lower()}_first", one(kind, shape, **args, **FIRST), {"x": normal(r, 2, *shape)})
    frames = {"layer": {"Flatten": FIRST}}
    yield case("flatten_first_frames", one("TimeDistributed", (2, 2, 1, 3), **frames), {"x": normal(r, 1, 2, 2, 1, 3)})
    yield case("flatten_first_vector", one("Flatten", (4,), **FIRST), {"x": normal(r, 2, 4)})


def resizings():
    r = rng("inputs of images of another size")
    x = lambda *shape: {"x": normal(r, 1, *shape)}
    yield case("up_sampling1d", one("UpSampling1D", (3, 2), size=3), x(3, 2))
    yield case("up_sampling3d", one("UpSampling3D", (2, 1, 2, 2), size=[1, 2, 3]), x(2, 1, 2, 2))
    yield case("up_sampling3d_first", one("UpSampling3D", (2, 1, 2, 2), **FIRST), x(2, 1, 2, 2))
    yield case("up_sampling2d", one("UpSampling2D", (2, 3, 2)), x(2, 3, 2))
    yield case("up_sampling2d_first", one("UpSampling2D", (2, 2, 3), size=[3, 1], interpolation="bilinear", **FIRST), x(2, 2, 3))
    for method in ("bilinear", "bicubic", "lanczos3"):
        shape = (3, 5, 1) if method == "lanczos3" else (2, 3, 4)  # of four channels the weights of phases are used
        yield case(f"up_sampling2d_{method}", one("UpSampling2D", shape, size=[2, 3], interpolation=method), x(*shape))
    yield case("up_sampling2d_bilinear_point", one("UpSampling2D", (1, 2, 1), size=4, interpolation="bilinear"), x(1, 2, 1))
    for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
        for height, width in ((3, 5), (6, 2))[: 1 if "lanczos" in method else 2]:
            yield case(f"resizing_{method}_{height}", one("Resizing", (4, 3, 1), height=height, width=width, interpolation=method), x(4, 3, 1))
        if method in ("bilinear", "bicubic"):
            yield case(f"resizing_{method}_antialias", one("Resizing", (7, 5, 1), height=3, width=2, interpolation=method, antialias=True), x(7, 5, 1))
    for tail, shape, args in (
        ("crop", (5, 8, 1), {"crop_to_aspect_ratio": True}),
        ("crop_high", (9, 4, 1), {"crop_to_aspect_ratio": True, "interpolation": "bicubic"}),
        ("pad", (5, 8, 1), {"pad_to_aspect_ratio": True, "fill_value": 1.5}),
        ("pad_high", (8, 3, 1), {"pad_to_aspect_ratio": True, "interpolation": "nearest"}),
        ("pad_first", (1, 4, 7), {"pad_to_aspect_ratio": True, "fill_value": -1, **FIRST}),
    ):
        yield case(f"resizing_{tail}", one("Resizing", shape, height=4, width=4, **args), x(*shape))
    for tail, shape, height, width, args in (
        ("", (5, 6, 2), 2, 3, {}),
        ("_odd", (5, 4, 1), 4, 1, {}),
        ("_small", (3, 7, 1), 4, 5, {}),
        ("_smaller", (2, 2, 1), 5, 3, {}),
        ("_first", (2, 5, 4), 3, 3, FIRST),
        ("_small_first", (1, 2, 4), 3, 3, FIRST),
    ):
        yield case(f"center_crop{tail}", one("CenterCrop", shape, height=height, width=width, **args), x(*shape))


def networks():
    """Whole networks whose channels come first: what is transposed in between is seen by nobody.

    Nowhere is an image as wide as it has channels: this back end would add a bias along the width.
    """
    r = rng("inputs of networks with channels first")
    yield case(
        "network_first",
        chain(
            [2, 4, 6],
            {"Conv2D": {"filters": 3, "kernel_size": 3, "padding": "same", "activation": "tanh", "name": "a", **FIRST}},
            {"BatchNormalization": {"axis": 1, "name": "norm"}},
            {"MaxPooling2D": {"name": "pool", **FIRST}},
            {"Conv2D": {"filters": 3, "kernel_size": 2, "name": "b", **FIRST}},
            {"Activation": {"activation": "sigmoid", "name": "act"}},
            {"UpSampling2D": {"name": "up", **FIRST}},
            {"Flatten": {"name": "flat", **FIRST}},
            {"Dense": {"units": 2, "name": "out"}},
        ),
        {"x": normal(r, 3, 2, 4, 6)},
        training=True,
    )
    yield case(
        "network_first_sum",
        graph(
            {"x": (2, 4, 4)},
            [
                {"Conv2D": {"filters": 2, "kernel_size": 3, "padding": "same", "name": "a", **FIRST}},
                {"LeakyReLU": {"name": "leaky", "negative_slope": 0.25}},
                {"Add": {"inputs": ["leaky", "x"], "name": "sum"}},
                {"Concatenate": {"inputs": ["sum", "a"], "axis": 1, "name": "both"}},
                {"DepthwiseConv2D": {"kernel_size": 2, "name": "d", **FIRST}},
                {"GlobalAveragePooling2D": {"name": "mean", **FIRST}},
            ],
        ),
        {"x": normal(r, 2, 2, 4, 4)},
    )


def cases():
    yield from convolutions()
    yield from depthwise()
    yield from poolings()
    yield from borders()
    yield from resizings()
    yield from networks()
