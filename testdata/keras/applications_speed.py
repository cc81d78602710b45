"""Times networks of keras.applications elsewhere: Keras on PyTorch, ONNX Runtime and OpenVINO, on one thread.

    KERAS_BACKEND=torch python applications_speed.py mobilenetv2 convnexttiny ...

Predictions of two images and training steps (forward, backward, SGD) on them, the shortest of several. nngen's
times are those that `go test ./codegen/conformance -run Applications -v -applications DIR` logs, for the same
networks and rows; on a machine that does something else as well, take both several times, in turn.
"""

import io
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "torch"
os.environ.setdefault("OMP_NUM_THREADS", "1")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from keras.src.applications.nasnet import NASNet  # noqa: E402

torch.set_num_threads(1)

ROWS, CLASSES, TURNS = 2, 10, 7

# By name: the function of keras.applications and the height of a square image.
NETWORKS = {
    "convnexttiny": ("ConvNeXtTiny", 64),
    "densenet121": ("DenseNet121", 64),
    "efficientnetb0": ("EfficientNetB0", 64),
    "efficientnetv2b0": ("EfficientNetV2B0", 64),
    "inceptionv3": ("InceptionV3", 80),
    "inceptionresnetv2": ("InceptionResNetV2", 128),
    "mobilenet": ("MobileNet", 64),
    "mobilenetv2": ("MobileNetV2", 64),
    "mobilenetv3small": ("MobileNetV3Small", 64),
    "mobilenetv3large": ("MobileNetV3Large", 64),
    "nasnetmobile": ("NASNetMobile", 64),
    "resnet50": ("ResNet50", 64),
    "resnet50v2": ("ResNet50V2", 64),
    "vgg16": ("VGG16", 64),
    "vgg19": ("VGG19", 64),
    "xception": ("Xception", 80),
}


def shortest(work):
    work()
    took = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return min(took)


def predicting(model, x):
    """Seconds of a prediction, by runtime; one that cannot take the network is left out, with the reason."""
    t = torch.from_numpy(x)
    model.eval()

    def plain():
        with torch.no_grad():
            model(t, training=False)

    yield "PyTorch", shortest(plain)
    try:
        import onnxruntime

        file = io.BytesIO()
        torch.onnx.export(model, (t,), file, dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: x}
        yield "ONNX Runtime", shortest(lambda: session.run(None, feed))
    except Exception as e:
        print(f"  ONNX Runtime: {type(e).__name__}: {str(e)[:200]}")
    try:
        import openvino

        core = openvino.Core()
        compiled = core.compile_model(openvino.convert_model(model, example_input=t), "CPU", {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"})
        request = compiled.create_infer_request()
        yield "OpenVINO", shortest(lambda: request.infer([x]))
    except Exception as e:
        print(f"  OpenVINO: {type(e).__name__}: {str(e)[:200]}")


def step(model, x):
    """Seconds of a training step on PyTorch."""
    t, y = torch.from_numpy(x), torch.from_numpy(np.array([(3 * r + 1) % CLASSES for r in range(ROWS)]))
    model.train()
    weights = [v.value for v in model.trainable_variables]
    optimizer = torch.optim.SGD(weights, 0.01)

    def once():
        optimizer.zero_grad()
        out = model(t, training=True)
        torch.nn.functional.nll_loss(torch.log(out.clamp_min(1e-7)), y).backward()
        optimizer.step()

    return shortest(once)


def network(function, size):
    shape = {"weights": None, "classes": CLASSES, "input_shape": (size, size, 3)}
    if function == "NASNetMobile":  # which Keras does not offer on PyTorch, where a test of it fails: its own arguments
        return NASNet(penultimate_filters=1056, num_blocks=4, stem_block_filters=32, skip_reduction=False, filter_multiplier=2, default_size=224, **shape)
    return getattr(keras.applications, function)(**shape)


def main(names):
    for name in names or NETWORKS:
        function, size = NETWORKS[name]
        keras.utils.clear_session()
        model = network(function, size)
        x = np.random.default_rng(1).uniform(-1, 1, (ROWS, size, size, 3)).astype("float32")
        times = dict(predicting(model, x))
        print(f"{name}: predict " + ", ".join(f"{k} {v:.4f} s" for k, v in times.items()) + f"; step PyTorch {step(model, x):.4f} s", flush=True)


main(sys.argv[1:])
