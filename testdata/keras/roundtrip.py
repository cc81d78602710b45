"""Models through Keras, nngen and Keras again, for the test TestSaved in ../../ir/keras/exporter:

    python roundtrip.py make DIR            # saves the models, TensorFlow
    go test ./ir/keras/exporter -run TestSaved -keras DIR
    KERAS_BACKEND=jax python roundtrip.py check DIR
    python roundtrip.py applications DIR NNGEN [NAME...]

make builds networks of the reference vectors, takes two steps, saves them as .keras, .h5 and .weights.h5, and notes what
they predict and their next three steps. check loads what the test has exported, and compares. applications does all of it
with networks of keras.applications and the command nngen: predictions and weights are the same, and the export imports as
the file did.
"""

import json
import os
import pathlib
import subprocess
import sys
import warnings

BACKEND = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
END = os.environ.get("END", "")  # of the files that check loads: .keras
FILES = os.environ.get("FILES", "*.json.gz")  # of networks that make reads
EVERY = int(os.environ.get("EVERY", "1"))  # of the networks below

import gzip  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402

HERE = pathlib.Path(__file__).parent
ROWS = 8


def cases():
    """Networks by name, of every file and kind of layer; those that draw random numbers in a step are left out."""
    seen = set()
    for file in sorted(HERE.glob(FILES)):
        for case in json.load(gzip.open(file))["cases"]:
            model = case.get("model")
            if not isinstance(model, dict) or "layers" not in model:
                continue
            text = json.dumps(model["layers"])
            kinds = frozenset(k for k in KINDS if f'"{k}"' in text)
            if kinds - seen and not any(w in text for w in ("ropout", "Noise", '"Random', "seed", "stateful")):
                seen |= kinds
                yield f"{file.name.split('.')[0]}_{case['name']}", model


KINDS = [n for n in vars(keras.layers) if n[:1].isupper()] + [
    "op", "Model", "Shared", "outputs", "trainable", "return_state", "return_sequences", "go_backwards", "mask_zero", "use_bias",
    "activation", "kernel_regularizer", "kernel_constraint", "kernel_initializer", "activity_regularizer", "dilation_rate", "strides",
    "padding", "axis", "merge_mode", "backward_layer", "initial_state", "use_causal_mask", "attention_mask", "return_attention_scores",
]
OPTIMIZERS = [
    lambda o: o.Adam(0.01), lambda o: o.SGD(0.05, momentum=0.9, nesterov=True), lambda o: o.RMSprop(0.01, momentum=0.5, centered=True),
    lambda o: o.AdamW(0.01, amsgrad=True, clipnorm=1.0), lambda o: o.Nadam(0.01), lambda o: o.Adafactor(0.01), lambda o: o.Adamax(0.01),
    lambda o: o.Lion(0.001), lambda o: o.Ftrl(0.05), lambda o: o.Adagrad(0.05), lambda o: o.Adadelta(0.5), lambda o: o.Lamb(0.01),
    lambda o: o.Adam(o.schedules.CosineDecay(0.01, 20, warmup_steps=3, warmup_target=0.02), use_ema=True),
    lambda o: o.SGD(o.schedules.ExponentialDecay(0.05, 2, 0.9), gradient_accumulation_steps=2),
]


def data(model, rng):
    """Rows that the inputs take, and targets as the outputs have them."""
    x = []
    for i in model.inputs:
        shape = (ROWS, *i.shape[1:])
        x.append(rng.integers(0, 2, shape).astype("int32") if "int" in i.dtype else rng.normal(size=shape).astype("float32"))
    y = [rng.uniform(0.1, 0.9, (ROWS, *o.shape[1:])).astype("float32") for o in model.outputs]
    return x if len(x) > 1 else x[0], y if len(y) > 1 else y[0]


def predictions(model, x):
    return [np.asarray(keras.ops.convert_to_numpy(v)) for v in keras.tree.flatten(model(x, training=False))]


def steps(model, x, y, n):
    model.run_eagerly = True  # small networks take longer to compile than to run
    return [np.atleast_1d(model.train_on_batch(x, y))[0] for _ in range(n)]


def make(folder):
    sys.path.insert(0, str(HERE))
    from build import LAYERS, build

    LAYERS |= {k: v for k, v in vars(keras.layers).items() if isinstance(v, type) and k not in LAYERS}
    folder.mkdir(parents=True, exist_ok=True)
    for k, (name, description) in enumerate(cases()):
        if k % EVERY:
            continue
        keras.utils.clear_session()
        keras.utils.set_random_seed(k)
        try:
            model = build({key: value for key, value in description.items() if key != "compile"})
            rng = np.random.default_rng(k)
            x, y = data(model, rng)
            model.compile(OPTIMIZERS[k % len(OPTIMIZERS)](keras.optimizers), ["mean_squared_error"] * len(model.outputs) if len(model.outputs) > 1 else "mean_squared_error")
            steps(model, x, y, 2)
            for end in (".keras", ".h5"):
                model.save(folder / (name + end))
            model.save_weights(folder / (name + ".weights.h5"))
            arrays = {f"x{i}": v for i, v in enumerate(x if isinstance(x, list) else [x])}
            arrays |= {f"y{i}": v for i, v in enumerate(y if isinstance(y, list) else [y])}
            arrays |= {f"p{i}": v for i, v in enumerate(predictions(model, x))}
            np.savez(folder / (name + ".npz"), steps=steps(model, x, y, 3), **arrays)
            print("made", name)
        except Exception as e:  # what this back end cannot do
            print("not made", name, str(e).strip().split("\n")[0][:150])


def difference(a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    return float(np.max(np.abs(a - b)) / max(np.max(np.abs(b)), 1e-6)) if a.size else 0.0


def unlike(ours, theirs, path=""):
    """Where two configurations differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in ("shared_object_id", "seed"):
                yield from unlike(ours.get(key, "-"), theirs.get(key, "-"), f"{path}.{key}")
    elif isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)) and len(ours) == len(theirs):
        for i, (a, b) in enumerate(zip(ours, theirs)):
            yield from unlike(a, b, f"{path}[{i}]")
    elif ours != theirs:
        yield f"{path}: {ours!r:.60} for {theirs!r:.60}"


def check(folder):
    import h5py
    import zipfile

    failed = 0
    for file in sorted(folder.glob("exported/*" + END)):
        base = file.name.removesuffix(".keras").removesuffix(".weights.h5").removesuffix(".h5")
        if not (folder / (base + ".npz")).exists():  # this back end could not save all of it
            continue
        saved = np.load(folder / (base + ".npz"))
        x, y, p = ([saved[k] for k in saved.files if k[0] == c and k[1:].isdigit()] for c in "xyp")
        x, y = x if len(x) > 1 else x[0], y if len(y) > 1 else y[0]
        keras.utils.clear_session()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.filterwarnings("ignore", category=DeprecationWarning)
                warnings.filterwarnings("ignore", message=".*(legacy|truth value|complex).*")
                if file.name.endswith(".weights.h5"):
                    model = keras.models.load_model(folder / "exported" / (base + ".keras"))
                    for v in model.weights:
                        v.assign(v * 0)
                    model.load_weights(file)
                else:
                    model = keras.models.load_model(file)
            worst = max(difference(a, b) for a, b in zip(predictions(model, x), p))
            if BACKEND != "tensorflow":  # Keras's own file, for back ends differ
                own = keras.models.load_model(folder / (base + ".keras"))
                worst = max(difference(a, b) for a, b in zip(predictions(model, x), predictions(own, x)))
            result = [f"predictions {worst:.1e}"]
            bad = worst > 1e-6
            if model.optimizer and file.suffix == ".keras":
                after = difference(steps(model, x, y, 3), saved["steps"] if BACKEND == "tensorflow" else steps(own, x, y, 3))
                result.append(f"steps {after:.1e}")
                bad |= after > 1e-5
            if file.suffix == ".keras" and BACKEND == "tensorflow":
                ours = json.loads(zipfile.ZipFile(file).read("config.json"))
                result += unlike(ours["config"], json.loads(json.dumps(model.get_config())))
            failed += bad
            print("FAILED" if bad else "passed", file.name, *result, sep="; ")
        except Exception as e:
            failed += 1
            print("FAILED", file.name, type(e).__name__, " ".join(str(e).split())[:400], sep="; ")
    print(failed, "failed")
    return failed


SIDES = {"MobileNetV2": 64, "MobileNetV3Small": 64, "EfficientNetB0": 64, "ResNet50V2": 64, "DenseNet121": 64, "NASNetMobile": 64,
         "ConvNeXtTiny": 64, "Xception": 80, "InceptionV3": 80, "VGG16": 64}


def imported(nngen, file, folder):
    """What an import writes, by the ends of the files."""
    nngen("import", file, "-o", folder)
    return {f.suffix: f.read_bytes() for f in folder.iterdir()}


def applications(folder, command, *names):
    def nngen(*args):
        subprocess.run([command, *args, "--force"], check=True, capture_output=True, text=True)

    failed = 0
    for name in names or SIDES:
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        side, there = SIDES[name], folder / name
        (there / "back").mkdir(parents=True, exist_ok=True)
        model = getattr(keras.applications, name)(weights=None, classes=10, input_shape=(side, side, 3))
        for v in model.weights:  # none at 0 or 1 as it begins
            if v.path.endswith(("moving_mean", "beta", "bias")):
                v.assign(np.random.normal(size=v.shape) * 0.1)
            elif v.path.endswith(("moving_variance", "gamma")):
                v.assign(v * np.random.uniform(0.8, 1.2, v.shape))
        x = np.random.uniform(0, 255, (2, side, side, 3)).astype("float32")
        model.save(there / "model.keras")
        try:
            first = imported(nngen, there / "model.keras", there / "first")
            nngen("export", there / "first/model.yaml", "--weights", there / "first/weights.safetensors", "-o", there / "back/model.keras")
            back = keras.models.load_model(there / "back/model.keras")
            worst = difference(predictions(back, x), predictions(model, x))
            same = [v.numpy().tobytes() for v in back.weights] == [v.numpy().tobytes() for v in model.weights]
            again = imported(nngen, there / "back/model.keras", there / "again") == first
            good, result = worst <= 1e-6 and same and again, [f"predictions {worst:.1e}", f"weights {same}", f"imported again {again}"]
        except subprocess.CalledProcessError as e:
            good, result = False, [e.stderr[:400]]
        failed += not good
        print("passed" if good else "FAILED", name, f"{model.count_params()} weights", *result, sep="; ", flush=True)
    print(failed, "failed")
    return failed


if __name__ == "__main__":
    modes = {"make": make, "check": check, "applications": applications}
    sys.exit(modes[sys.argv[1]](pathlib.Path(sys.argv[2]), *sys.argv[3:]))
