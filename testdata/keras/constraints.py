"""Writes ../../runtime/nn/testdata/keras_constraints.json: tensors before and after each constraint, in float64."""

import json
import pathlib

from env import keras, set_float
from vectors import encode, normal, rng, versions

CONSTRAINTS = {
    "max_norm max_value=1.5 axis=0": lambda: keras.constraints.MaxNorm(1.5, axis=0),
    "max_norm max_value=2 axis=0 axis=1": lambda: keras.constraints.MaxNorm(axis=[0, 1]),
    "unit_norm axis=1": lambda: keras.constraints.UnitNorm(axis=1),
    "min_max_norm min_value=0.5 max_value=1 rate=1 axis=0": lambda: keras.constraints.MinMaxNorm(0.5, 1.0),
    "min_max_norm min_value=1.5 max_value=1.75 rate=0.3 axis=1": lambda: keras.constraints.MinMaxNorm(1.5, 1.75, rate=0.3, axis=1),
    "non_neg": lambda: keras.constraints.NonNeg(),
}


def main():
    set_float("float64")
    cases = []
    for name, make in CONSTRAINTS.items():
        for shape in ((3, 2), (2, 3, 4), (5, 1)):
            w = normal(rng(name + str(shape)), *shape)
            w[0] = 0
            held = make()(keras.ops.convert_to_tensor(w)).numpy()
            cases.append({"constraint": name, "shape": list(shape), "before": w, "after": held})
    text = "{" + encode(versions())[1:-1] + ',"cases":[\n' + ",\n".join(encode(c) for c in cases) + "\n]}\n"
    json.loads(text)
    path = pathlib.Path(__file__).parent / "../../runtime/nn/testdata/keras_constraints.json"
    path.write_text(text)


main()
