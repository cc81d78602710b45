"""Writes ../../ir/support/keras.txt.gz: every public name of Keras that a description could have, with its arguments.

A line is `kind.Name argument argument=default ...`; of operations, `ops.name Class argument ...`, the class being that of
the operation in a saved model, or "-".
"""

import gzip
import inspect
import pathlib

from env import keras
from keras.src.ops.operation import Operation

KINDS = {
    "layers": (keras.layers, keras.layers.Layer),
    "losses": (keras.losses, keras.losses.Loss),
    "metrics": (keras.metrics, keras.metrics.Metric),
    "initializers": (keras.initializers, keras.initializers.Initializer),
    "regularizers": (keras.regularizers, keras.regularizers.Regularizer),
    "constraints": (keras.constraints, keras.constraints.Constraint),
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    "callbacks": (keras.callbacks, keras.callbacks.Callback),
}


def arguments(function):
    """The arguments with their defaults, without those that every function of the kind may be given."""
    out = []
    for p in inspect.signature(function).parameters.values():
        if p.name == "self" or p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL):
            continue
        out.append(p.name)
    return out


def classes():
    """The classes of operations, by their names in small letters."""
    found = {}
    for module in ("numpy", "nn", "math", "core", "linalg", "image"):
        for name, value in vars(getattr(keras.src.ops, module)).items():
            if isinstance(value, type) and issubclass(value, Operation):
                found[name.lower()] = name
    return found


def lines():
    for kind, (module, base) in KINDS.items():
        for name, value in sorted(vars(module).items()):
            if isinstance(value, type) and issubclass(value, base) and name == value.__name__:
                yield " ".join([f"{kind}.{name}", *arguments(value.__init__)])
    for name, value in sorted(vars(keras.activations).items()):
        if inspect.isfunction(value) and name not in ("get", "serialize", "deserialize"):
            yield " ".join([f"activations.{name}", *arguments(value)[1:]])
    known = classes()
    for prefix, module in (("", keras.ops), ("image.", keras.ops.image)):
        for name, value in sorted(vars(module).items()):
            if inspect.isfunction(value):
                yield " ".join([f"ops.{prefix}{name}", known.get(name.replace("_", ""), "-"), *arguments(value)])


text = "".join(line + "\n" for line in lines())
with open(pathlib.Path(__file__).parent / "../../ir/support/keras.txt.gz", "wb") as raw:
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as f:
        f.write(text.encode())
print(f"keras.txt.gz: {text.count(chr(10))} names of Keras {keras.__version__}")
