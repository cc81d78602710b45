"""OpenVINO on the ONNX models, in float32, which it leaves for bfloat16 where a processor has it; it predicts only."""
import glob
import os
import re

import numpy as np
import openvino as ov

import peer

CORE = ov.Core()
SETTINGS = {
    "INFERENCE_PRECISION_HINT": "f32",
    "PERFORMANCE_HINT": "LATENCY",
    "INFERENCE_NUM_THREADS": len(os.sched_getaffinity(0)),
}


def rows(model, shape):
    """The first rows of a model's samples, in the shape that its file takes."""
    if model == "imdb":
        return peer.ints("imdb.ids")[: shape[0]]
    if model == "text":
        return peer.ints("text.x")[: np.prod(shape)].reshape(shape)
    x = peer.floats(f"{model}.x")[: np.prod(shape)]
    if model in ("lstm", "gru"):  # steps first
        return np.ascontiguousarray(x.reshape(shape[1], shape[0], shape[2]).swapaxes(0, 1))
    return x.reshape(shape)


def main():
    works, outputs = {}, {}
    for file in sorted(glob.glob(f"{peer.FOLDER}/*.onnx")):
        model, count = re.fullmatch(r"(\w+)\.(\d+)\.onnx", os.path.basename(file)).groups()
        compiled = CORE.compile_model(file, "CPU", SETTINGS)
        request = compiled.create_infer_request()
        for given in compiled.inputs:  # x, and the states that a step begins with
            shape = list(given.shape)
            data = rows(model, shape) if given.any_name == "x" else np.zeros(shape, "float32")
            request.set_tensor(given, ov.Tensor(data))
        works[f"{model}/predict{count}"] = peer.times(request.infer)
        if count == "1":
            request.infer()
            outputs[model] = request.get_tensor(compiled.output("out")).data.copy()
    peer.serve(ov.__version__, works, outputs)


main()
