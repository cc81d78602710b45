"""Writes what networks of keras.applications compute, by the configurations that Keras saves them with.

    python applications.py                      # applications.json.gz: small networks of the families
    python applications.py --whole DIR [name]   # DIR/name.json: each family's smallest published network

Weights, inputs and targets are the formula of networks.py, so that no file holds a tensor.
"""

import argparse
import gzip
import json
import pathlib

import numpy as np

from env import keras, set_float, tf, versions
from vectors import HERE
import build
from networks import digits, distance, images, probes, timed, weight

ROWS = 2
CLASSES = 10

# By name: the function of keras.applications and its arguments.
WHOLE = {
    "convnexttiny": ("ConvNeXtTiny", {"input_shape": (64, 64, 3)}),
    "densenet121": ("DenseNet121", {"input_shape": (64, 64, 3)}),
    "efficientnetb0": ("EfficientNetB0", {"input_shape": (64, 64, 3)}),
    "efficientnetv2b0": ("EfficientNetV2B0", {"input_shape": (64, 64, 3)}),
    "inceptionv3": ("InceptionV3", {"input_shape": (80, 80, 3)}),
    # At 80 pixels it ends in one pixel: a BatchNormalization of two values, whose gradients have no digit right.
    "inceptionresnetv2": ("InceptionResNetV2", {"input_shape": (128, 128, 3)}),
    "mobilenet": ("MobileNet", {"input_shape": (64, 64, 3)}),
    "mobilenetv2": ("MobileNetV2", {"input_shape": (64, 64, 3)}),
    "mobilenetv3small": ("MobileNetV3Small", {"input_shape": (64, 64, 3)}),
    "mobilenetv3large": ("MobileNetV3Large", {"input_shape": (64, 64, 3)}),
    "nasnetmobile": ("NASNetMobile", {"input_shape": (64, 64, 3)}),
    "resnet50": ("ResNet50", {"input_shape": (64, 64, 3)}),
    "resnet50v2": ("ResNet50V2", {"input_shape": (64, 64, 3)}),
    "vgg16": ("VGG16", {"input_shape": (64, 64, 3)}),
    "vgg19": ("VGG19", {"input_shape": (64, 64, 3)}),
    "xception": ("Xception", {"input_shape": (80, 80, 3)}),
}

# These are generated and built, and compute nothing.
LARGE = {
    "resnet152": ("ResNet152", {"input_shape": (64, 64, 3)}),
    "densenet201": ("DenseNet201", {"input_shape": (64, 64, 3)}),
    "efficientnetb7": ("EfficientNetB7", {"input_shape": (64, 64, 3)}),
}

# The last images of these have four pixels, each with relus in many branches: one that float32 has on the other
# side of 0 moves gradients by some 1e-3.
COARSE = ("nasnetmobile",)


def convnext():
    """A ConvNeXt of one block in each of four stages."""
    from keras.src.applications.convnext import ConvNeXt

    return ConvNeXt(depths=[1, 1, 1, 1], projection_dims=[4, 6, 8, 10], name="cnx", weights=None, input_shape=(32, 32, 3), classes=CLASSES)


def efficientnet():
    """An EfficientNet with every block once, and few channels."""
    from keras.src.applications.efficientnet import DEFAULT_BLOCKS_ARGS, EfficientNet

    blocks = [dict(b, filters_in=8, filters_out=8, repeats=1 + (i == 1)) for i, b in enumerate(DEFAULT_BLOCKS_ARGS[:2])]
    return EfficientNet(0.25, 1.0, 32, blocks_args=blocks, name="effnet", weights=None, input_shape=(32, 32, 3), classes=CLASSES, weights_name="")


def inception_resnet():
    """A residual block of InceptionResNetV2, with a sum that is scaled."""
    from keras.src.applications.inception_resnet_v2 import conv2d_bn, inception_resnet_block

    x = inputs = keras.Input((9, 9, 3))
    x = conv2d_bn(x, 8, 3, name="first")
    x = inception_resnet_block(x, 0.17, "block35", 1)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(CLASSES, "softmax", name="predictions")(x), name="inception_resnet")


def quiet(model):
    """The model without dropout: rates are 0, whatever drops."""
    config = json.loads(model.to_json())

    def walk(v):
        for e in v.values() if isinstance(v, dict) else v if isinstance(v, list) else ():
            walk(e)
        if isinstance(v, dict) and v.get("class_name") in ("Dropout", "StochasticDepth"):
            for key in ("rate", "drop_path_rate"):
                if key in v["config"]:
                    v["config"][key] = 0.0

    walk(config)
    model = keras.models.model_from_json(json.dumps(config), custom_objects=OWN)
    model.compile(keras.optimizers.SGD(0.01), keras.losses.SparseCategoricalCrossentropy())
    return model


def own():
    from keras.src.applications import convnext, inception_resnet_v2

    return {"LayerScale": convnext.LayerScale, "StochasticDepth": convnext.StochasticDepth, "CustomScaleLayer": inception_resnet_v2.CustomScaleLayer}


OWN = own()


def whole(function, args):
    return getattr(keras.applications, function)(weights=None, classes=CLASSES, **args)


def weights(model):
    """By nngen's names: the only weight of a LayerScale is a kernel there."""
    named = {}
    for path, v in build.weights(model).items():
        layer, name = path.rsplit("/", 1)
        named[layer + "/kernel" if layer.endswith("_layer_scale") else path] = v
    return named


def scale(model):
    """What inputs of [-1, 1) are multiplied by: networks with a Rescaling take colours up to 255."""
    return 127.5 if any(isinstance(lay, keras.layers.Rescaling) for lay in model.layers) else 1.0


def run(model, times):
    x = tf.convert_to_tensor(images(ROWS, model.input.shape[1:]) * np.float32(scale(model)), keras.config.floatx())
    y = np.array([(3 * r + 1) % CLASSES for r in range(ROWS)], "int32")
    variables = weights(model)
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


def slim(v):
    """A configuration without what says nothing: nulls, empty objects and the types of float32."""
    if isinstance(v, dict):
        v = {k: slim(e) for k, e in v.items() if e is not None and k not in ("build_config", "dtype", "registered_name", "shared_object_id", "shape")}
        return v
    return [slim(e) for e in v] if isinstance(v, list) else v


def case(name, make, smaller):
    set_float("float32")
    model = quiet(make())
    config = json.loads(model.to_json())
    single = run(model, 3)
    set_float("float64")
    model = quiet(make())
    outputs, loss, grads, state, _ = run(model, 0)
    out = {
        "name": name,
        "config": slim(config) if smaller else config,
        "keras": keras.__version__,
        "rows": ROWS,
        "scale": scale(model),
        "parameters": model.count_params(),
        "outputs": [[digits(v) for v in row] for row in outputs],
        "loss": digits(loss),
        "coarse": name in COARSE,
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--whole", metavar="DIR", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if args.whole:
        args.whole.mkdir(exist_ok=True)
        for name in args.names or [*WHOLE, *LARGE]:
            path = args.whole / (name + ".json")
            if name in WHOLE:
                path.write_text(json.dumps(case(name, lambda: whole(*WHOLE[name]), False)))
            else:
                set_float("float32")
                model = quiet(whole(*LARGE[name]))
                path.write_text(json.dumps({"name": name, "keras": keras.__version__, "rows": ROWS, "parameters": model.count_params(), "config": json.loads(model.to_json())}))
        return
    cases = [case(f.__name__, f, True) for f in (convnext, efficientnet, inception_resnet)]
    head = json.dumps(versions())[1:-1]
    body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    text = "{" + head + ',"cases":[\n' + body + "\n]}\n"
    path = HERE / "applications.json.gz"
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as f:
        f.write(text.encode())
    print(f"{path.name}: {len(cases)} cases, {len(text)} bytes, {path.stat().st_size} compressed")


main()
