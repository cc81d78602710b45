"""Checks and runs models laid out as ONNX's backend tests, by onnx and ONNX Runtime.

    python verify.py DIR      # DIR/*/model.onnx, DIR/*/test_data_set_0/{input,output}_*.pb

Every model must pass the checker with full_check, and give the outputs to 1e-5, or to what tolerance.txt says.
"""
import glob
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def tensors(folder, kind):
    count = len(glob.glob(f"{folder}/test_data_set_0/{kind}_*.pb"))
    for i in range(count):
        with open(f"{folder}/test_data_set_0/{kind}_{i}.pb", "rb") as f:
            yield numpy_helper.to_array(onnx.TensorProto.FromString(f.read()))


def verify(folder):
    file = os.path.join(folder, "model.onnx")
    onnx.checker.check_model(onnx.load(file), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 2
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    got = session.run(None, dict(zip([x.name for x in session.get_inputs()], tensors(folder, "input"))))
    want = list(tensors(folder, "output"))
    if len(got) != len(want):
        raise ValueError(f"{len(got)} outputs, not {len(want)}")
    tolerance = 1e-5
    if os.path.exists(folder + "/tolerance.txt"):
        tolerance = float(open(folder + "/tolerance.txt").read())
    for i, (a, b) in enumerate(zip(got, want)):
        if a.shape != b.shape:
            raise ValueError(f"output {i} is {a.shape}, not {b.shape}")
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=f"output {i}")


def main():
    folders = sorted(glob.glob(sys.argv[1] + "/*"))
    wrong = 0
    for folder in folders:
        try:
            verify(folder)
        except Exception as e:
            wrong += 1
            print(os.path.basename(folder), " ".join(str(e).split())[:300])
    print(f"{len(folders)} folders, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
