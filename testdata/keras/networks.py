"""Writes networks.json.gz: whole networks of keras.applications, and a cut of each for quick tests.

Weights, inputs and targets are a formula of a tensor's path and the index of an element, here in `noise` and
`weight`, which codegen/conformance/harness/formula.go computes as well. So the file holds no tensor, only
norms and probes of the results.
"""

import gzip
import json
import sys
import time
import zlib

import numpy as np

from env import keras, set_float, tf, versions
from vectors import HERE
import build

CLASSES = 7

# The kernels that give the classes.
TOPS = ("predictions/kernel", "conv_preds/kernel", "logits/kernel")

# By name: the function of keras.applications, its arguments, the rows of the batch, and the layer after which
# a cut ends.
NETWORKS = {
    "vgg16": ("VGG16", {"input_shape": (64, 64, 3)}, 2, None),
    "resnet50": ("ResNet50", {"input_shape": (64, 64, 3)}, 2, None),
    "densenet121": ("DenseNet121", {"input_shape": (64, 64, 3)}, 2, None),
    "inceptionv3": ("InceptionV3", {"input_shape": (96, 96, 3)}, 4, None),
    "xception": ("Xception", {"input_shape": (71, 71, 3)}, 2, None),
    "mobilenet": ("MobileNet", {"input_shape": (64, 64, 3), "dropout": 0.0}, 2, None),
    "vgg16cut": ("VGG16", {"input_shape": (32, 32, 3)}, 2, "block3_pool"),
    "resnet50cut": ("ResNet50", {"input_shape": (33, 35, 3)}, 2, "conv3_block2_out"),
    "densenet121cut": ("DenseNet121", {"input_shape": (37, 32, 3)}, 2, "pool2_pool"),
    "inceptionv3cut": ("InceptionV3", {"input_shape": (75, 75, 3)}, 2, "mixed3"),
    "xceptioncut": ("Xception", {"input_shape": (71, 71, 3)}, 2, "block3_pool"),
    "mobilenetcut": ("MobileNet", {"input_shape": (64, 64, 3), "dropout": 0.0, "alpha": 0.25}, 2, None),
}

# What a description says of a layer, and the default that it leaves out.
ARGUMENTS = {
    "Conv2D": {"filters": 0, "kernel_size": 0, "strides": 1, "padding": "valid", "use_bias": True, "activation": "linear"},
    "DepthwiseConv2D": {"kernel_size": 0, "strides": 1, "padding": "valid", "use_bias": True, "activation": "linear"},
    "SeparableConv2D": {
        "filters": 0, "kernel_size": 0, "strides": 1, "padding": "valid", "use_bias": True, "activation": "linear",
    },
    "Dense": {"units": 0, "activation": "linear"},
    "BatchNormalization": {"momentum": 0.99, "epsilon": 0.001, "scale": True, "center": True},
    "Activation": {"activation": ""},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "ZeroPadding2D": {"padding": 1},
    "MaxPooling2D": {"pool_size": 0, "strides": None, "padding": "valid"},
    "AveragePooling2D": {"pool_size": 0, "strides": None, "padding": "valid"},
    "GlobalAveragePooling2D": {"keepdims": False},
    "Reshape": {"target_shape": None},
    "Dropout": {"rate": None},
    "Flatten": {},
    "Add": {},
    "Concatenate": {"axis": -1},
}


def noise(path, n, first=0):
    """n numbers of [-1, 1), from the one numbered first: an integer hash of the path's CRC-32 and the index."""
    x = np.arange(first, first + n, dtype="uint32") * np.uint32(2654435761) + np.uint32(zlib.crc32(path.encode()))
    for shift, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
        x ^= x >> np.uint32(shift)
        x *= np.uint32(factor)
    x ^= x >> np.uint32(15)
    return x.astype("float64") / 2.0**31 - 1


def weight(path, shape):
    """A weight by its path: kernels have variance 2 (depthwise ones 1) over the number of their inputs.

    A beta well above 0 keeps most of a relu's inputs above 0: deep networks of BatchNormalization otherwise
    multiply the rounding errors of float32 until gradients have no digit in common with float64's.
    """
    u = noise(path, int(np.prod(shape)))
    kind = path.rsplit("/", 1)[1]
    if kind == "depthwise_kernel" or kind == "kernel" and len(shape) == 4 and shape[3] == 1:
        u *= np.sqrt(3 / (shape[0] * shape[1]))
    elif kind.endswith("kernel"):
        u *= np.sqrt(6 / np.prod(shape[:-1]))
        if path.endswith(TOPS) or path.endswith("_head_dense/kernel"):
            u *= 0.25  # or one class is certain
        if len(shape) == 1:  # a LayerScale
            u = 0.75 + 0.25 * noise(path, len(u))
    elif kind == "gamma":
        u = 0.75 + 0.25 * u
    elif kind == "beta":
        u = 0.75 + 0.25 * u
    elif kind in ("mean", "variance", "count"):  # of a Normalization that does nothing
        u = u * 0 + (kind != "mean")
    elif kind == "moving_variance":
        u = 1.5 + 0.5 * u
    else:  # bias, moving_mean
        u *= 0.125
    return u.astype("float32").reshape(shape)


def network(function, args, cut):
    keras.utils.clear_session()
    model = getattr(keras.applications, function)(weights=None, classes=CLASSES, **args)
    if cut:
        x = keras.layers.GlobalAveragePooling2D(name="pool")(model.get_layer(cut).output)
        model = keras.Model(model.input, keras.layers.Dense(CLASSES, "softmax", name="predictions")(x))
    model.compile(keras.optimizers.SGD(0.01), keras.losses.SparseCategoricalCrossentropy())
    return model


def description(name, model, rows):
    """The model in nngen's words, written from the configurations that Keras gives."""
    layers, before = [], "x"
    names = {model.input._keras_history.operation.name: "x"}
    for layer in model.layers[1:]:
        config, kind = layer.get_config(), type(layer).__name__
        args = {"name": layer.name}
        for key, default in ARGUMENTS[kind].items():
            value = config[key]
            if kind == "ZeroPadding2D":
                value = value if len(set(sum(value, ()))) > 1 else value[0][0]
            elif key in ("kernel_size", "strides", "pool_size") and value[0] == value[1]:
                value = value[0]
            if value != default and not (key == "strides" and value == config.get("pool_size", [0])[0]):
                args[key] = value
        inputs = [names.get(s, s) for s in (t._keras_history.operation.name for t in layer._inbound_nodes[0].input_tensors)]
        if inputs != [before]:
            args["inputs"] = inputs if len(inputs) > 1 else inputs[0]
        layers.append({kind: args})
        before = layer.name
    return {
        "name": name,
        "inputs": {"x": {"shape": list(model.input.shape[1:])}},
        "layers": layers,
        "compile": {"optimizer": {"sgd": 0.01}, "loss": "sparse_categorical_crossentropy"},
        "fit": {"batch_size": rows},
    }


def images(rows, shape):
    """Sixteen patches of colour for each image, with a quarter as much noise: [rows, height, width, channels]."""
    height, width, channels = shape
    patch = np.arange(height)[:, None] * 4 // height * 4 + np.arange(width) * 4 // width
    colour = noise("patches", rows * 16 * channels).reshape(rows, 16, channels)[:, patch]
    return (0.75 * colour + 0.25 * noise("x", colour.size).reshape(colour.shape)).astype("float32")


def classes(rows):
    return np.array([(3 * r + 1) % CLASSES for r in range(rows)], "int32")


def run(model, rows, times):
    """Predictions, the loss of a training batch, its gradients, the moving statistics after it, and the seconds.

    The first call compiles and is not counted.
    """
    x = tf.convert_to_tensor(images(rows, model.input.shape[1:]), keras.config.floatx())
    y = classes(rows)
    variables = build.weights(model)
    for path, v in variables.items():
        v.assign(weight(path, v.shape))

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            loss = model.loss(y, model(x, training=True))
        return loss, tape.gradient(loss, [v.value for v in model.trainable_variables])

    outputs, predict = timed(tf.function(lambda: model(x, training=False)), times)
    loss, grads = gradients()
    state = {p: v.numpy() for p, v in variables.items() if "moving" in p}
    _, step = timed(gradients, times)
    names = {id(v): p for p, v in variables.items()}
    grads = {names[id(v)]: g.numpy() for v, g in zip(model.trainable_variables, grads)}
    return outputs.numpy(), float(loss), grads, state, {"predict": predict, "step": step}


def timed(work, times):
    """The result of work, and the shortest of so many calls after it, in seconds."""
    result, took = work(), []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return result, round(min(took, default=0), 4)


def digits(x, n=9):
    return float(f"{x:.{n - 1}e}")


def probes(path, value):
    """The norm of a tensor, and two of its elements."""
    flat = value.astype("float64").ravel()
    at = ((noise("probe " + path, 2) + 1) / 2 * flat.size).astype(int)
    return [digits(np.linalg.norm(flat))] + [digits(v) for v in flat[at]]


def distance(a, b):
    """|a-b| over |b|."""
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    return digits(np.linalg.norm(a - b) / max(np.linalg.norm(b), 1e-300), 2)


def case(name, function, args, rows, cut):
    set_float("float32")
    model = network(function, args, cut)
    single = run(model, rows, 3)
    set_float("float64")
    model = network(function, args, cut)
    outputs, loss, grads, state, _ = run(model, rows, 0)
    out = {
        "name": name,
        "model": description(name, model, rows),
        "rows": rows,
        "outputs": [[digits(v) for v in row] for row in outputs],
        "loss": digits(loss),
        "gradients": {p: probes(p, g) for p, g in grads.items()},
        "state": {p: probes(p, s) for p, s in state.items()},
        "float32": {
            "outputs": distance(single[0], outputs),
            "loss": distance(single[1], loss),
            "gradients": {p: distance(single[2][p], g) for p, g in grads.items()},
            "state": {p: distance(single[3][p], s) for p, s in state.items()},
            **single[4],
        },
    }
    errors = sorted(out["float32"]["gradients"].values())
    print(
        f"{name}: {len(model.layers)} layers, {model.count_params()} parameters, loss {loss:.6g}, outputs {outputs.round(3).tolist()}; float32: "
        f"outputs {out['float32']['outputs']}, gradients {errors[len(errors) // 2]} to {errors[-1]}; seconds: {single[4]}",
        flush=True,
    )
    return out


def main(names):
    cases = [case(name, *NETWORKS[name]) for name in names or NETWORKS]
    head = json.dumps(versions())[1:-1]
    body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    text = "{" + head + ',"cases":[\n' + body + "\n]}\n"
    path = HERE / "networks.json.gz"
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as f:
        f.write(text.encode())
    print(f"{path.name}: {len(cases)} cases, {len(text)} bytes, {path.stat().st_size} compressed")


if __name__ == "__main__":
    main(sys.argv[1:])
