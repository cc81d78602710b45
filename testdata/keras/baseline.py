"""Trains the published networks in Keras and stores what they reach: on full data, the convolutional one on what ships.

    python baseline.py --data DIR        DIR holds imdb/ and mnist/ (see README.md)
    python baseline.py --mnistcnn        that one alone, on ../models; the other results stay

Everything is Keras's default where the protocol says nothing: Glorot uniform kernels, RMSprop at 0.001,
fit shuffles the training rows.
"""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("KERAS_REFERENCE_THREADS", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import numpy as np  # noqa: E402

from env import keras, set_float, versions  # noqa: E402
from vectors import HERE, encode  # noqa: E402

WORDS, OUT_OF_VOCABULARY = 10000, 2
MODELS = HERE.parent / "models"


def reviews(path):
    """Multi-hot rows and labels from lines of `label<TAB>id id ...`."""
    labels, rows = [], []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            label, ids = line.split("\t")
            ids = np.fromiter((int(i) for i in ids.split()), "int64")
            row = np.zeros(WORDS, "uint8")
            row[np.where(ids < WORDS, ids, OUT_OF_VOCABULARY)] = 1
            rows.append(row)
            labels.append(float(label))
    return np.stack(rows), np.array(labels, "float32")


def idx(path):
    raw = gzip.open(path).read()
    sizes = np.frombuffer(raw, ">i4", raw[3], 4)
    return np.frombuffer(raw, "uint8", offset=4 + 4 * raw[3]).reshape(sizes)


def imdb_model():
    model = keras.Sequential([
        keras.Input((WORDS,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def mnist_model():
    model = keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def mnistcnn_model():
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(name, make, data, seeds, **fit):
    """One protocol over its seeds: the test loss and accuracy of each, and their means."""
    x, y, test_x, test_y = data
    runs = []
    for seed in range(1, seeds + 1):
        keras.utils.clear_session()
        keras.utils.set_random_seed(seed)
        model = make()
        start = time.monotonic()
        history = model.fit(x, y, verbose=0, **fit).history
        seconds = time.monotonic() - start
        test = model.evaluate(test_x, test_y, batch_size=512, verbose=0, return_dict=True)
        run = {
            "seed": seed,
            "accuracy": round(test["accuracy"], 5),
            "loss": round(test["loss"], 5),
            "fit_seconds": round(seconds, 1),
            "history": {k: [round(v, 5) for v in values] for k, values in history.items()},
        }
        print(name, {k: v for k, v in run.items() if k != "history"}, flush=True)
        runs.append(run)
    out = {"name": name, "fit": fit}
    for key in ("accuracy", "loss"):
        values = [r[key] for r in runs]
        out[key] = {
            "mean": round(statistics.mean(values), 5),
            "stdev": round(statistics.stdev(values), 5),
            "mean_of_first_5": round(statistics.mean(values[:5]), 5),
        }
    print(name, "mean", out["accuracy"], out["loss"], flush=True)
    return {**out, "runs": runs}


MNIST = [f"{part}-ubyte.gz" for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")]


def full(folder):
    """The dense networks on the full data."""
    files = [folder / "imdb" / f"imdb_keras_{part}.txt.gz" for part in ("train", "test")]
    files += [folder / "mnist" / name for name in MNIST]
    imdb = (*reviews(files[0]), *reviews(files[1]))
    yield train("imdb_split", imdb_model, imdb, 20, batch_size=512, epochs=4, validation_split=0.2)
    yield train("imdb_all", imdb_model, imdb, 20, batch_size=512, epochs=4)
    del imdb
    images, labels, test_images, test_labels = (idx(f) for f in files[2:])
    flat = lambda a: a.reshape(len(a), 784).astype("float32") / 255  # noqa: E731
    mnist = (flat(images), labels.astype("int32"), flat(test_images), test_labels.astype("int32"))
    yield train("mnist", mnist_model, mnist, 5, batch_size=128, epochs=5)


def convolutional():
    """The convolutional network on the rows of MNIST that ship."""
    images, labels, test_images, test_labels = (idx(MODELS / name) for name in MNIST)
    deep = lambda a: a[..., None].astype("float32")  # noqa: E731
    rows = (deep(images), labels.astype("int32"), deep(test_images), test_labels.astype("int32"))
    yield train("mnistcnn", mnistcnn_model, rows, 5, batch_size=128, epochs=5, validation_split=0.1)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, help="folder with imdb/ and mnist/")
    options.add_argument("--mnistcnn", action="store_true", help="the convolutional network alone")
    args = options.parse_args()
    if not args.data and not args.mnistcnn:
        options.error("--data or --mnistcnn is wanted")
    set_float("float32")

    path = HERE / "baseline.json"
    stored = json.loads(path.read_text()) if path.exists() else {"sha256": {}, "protocols": []}
    digests, results = stored["sha256"], {r["name"]: r for r in stored["protocols"]}
    files = [MODELS / name for name in MNIST]
    if args.data:
        files += [args.data / "imdb" / f"imdb_keras_{part}.txt.gz" for part in ("train", "test")]
        files += [args.data / "mnist" / name for name in MNIST]
        results.update((r["name"], r) for r in full(args.data))
    results.update((r["name"], r) for r in convolutional())
    digests.update((f"{f.parent.name}/{f.name}", hashlib.sha256(f.read_bytes()).hexdigest()) for f in files)

    head = encode({**versions(), "sha256": digests})[1:-1]
    body = ",\n".join(encode(r) for r in results.values())
    path.write_text("{" + head + ',"protocols":[\n' + body + "\n]}\n")


main()
