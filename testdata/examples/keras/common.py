"""What the scripts share: reading columns, Keras's preprocessing layers over them, five seeds, the results file.

Import this before keras: the thread count is read once, at import.
"""

import argparse
import csv
import json
import math
import os
import pathlib
import statistics
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from results import store, summarize  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--seeds", type=int, default=5)
    return parser.parse_args()


def table(path, header=None):
    """The columns of a CSV file, as lists of texts without the spaces around them."""
    with open(path, newline="") as f:
        rows = [[cell.strip() for cell in row] for row in csv.reader(f, skipinitialspace=True) if row]
    head = header or rows.pop(0)
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


def cut(columns, fraction):
    """Without the last fraction of the rows, and that fraction alone, as validation_split cuts them."""
    n = len(next(iter(columns.values())))
    at = math.floor(n * (1 - fraction))
    return {k: v[:at] for k, v in columns.items()}, {k: v[at:] for k, v in columns.items()}


class Number:
    """A column of numbers through keras.layers.Normalization, its missing values replaced first."""

    def __init__(self, missing=None, log1p=False):
        self.missing, self.log1p = missing, log1p

    def read(self, texts):
        return np.array([float(t) if t != "" else np.nan for t in texts])

    def scale(self, values):
        return np.log1p(values) if self.log1p else values

    def adapt(self, texts):
        values = self.read(texts)
        values = values[~np.isnan(values)]
        if self.missing == "median":
            self.missing = np.median(values)
        self.layer = keras.layers.Normalization(axis=None)
        self.layer.adapt(self.scale(values).astype("float32"))

    def __call__(self, texts):
        values = self.read(texts)
        if self.missing is not None:
            values = np.where(np.isnan(values), self.missing, values)
        return self.layer(self.scale(values).astype("float32")[:, None]).numpy()


class Category:
    """A column of categories, one-hot, through keras.layers.StringLookup; what stands for a missing one is unknown."""

    def __init__(self, size=None, vocabulary=None, missing=None):
        self.size, self.vocabulary, self.missing = size, vocabulary, missing

    def adapt(self, texts):
        texts = [t for t in texts if t not in ("", "?")]
        if self.missing == "most_frequent":
            self.missing = statistics.mode(texts)
        if self.vocabulary:
            self.layer = keras.layers.StringLookup(vocabulary=self.vocabulary, num_oov_indices=0, output_mode="one_hot")
        else:
            self.layer = keras.layers.StringLookup(max_tokens=self.size, output_mode="one_hot", pad_to_max_tokens=True)
            self.layer.adapt(texts)

    def __call__(self, texts):
        texts = [(self.missing or "[UNK]") if t in ("", "?") else t for t in texts]
        return self.layer(texts).numpy()


def encoded(features, validation_split, train, *others):
    """Feature columns side by side, adapted to the training rows that validation_split leaves."""
    learned, _ = cut(train, validation_split)
    for name, feature in features.items():
        feature.adapt(learned[name])
    return [np.concatenate([f(columns[name]) for name, f in features.items()], 1) for columns in (train, *others)]


def target(columns, name, positive=None):
    """A column of numbers, or 1 where the class is the positive one."""
    return np.array([float(t in positive) if positive else float(t) for t in columns[name]], "float32")[:, None]


def archives(name, x):
    """The inputs and targets of both parts of a data set that prepare.py has put into archives."""
    parts = (np.load(arguments().data / f"{name}_{part}.npz") for part in ("train", "test"))
    return [(a[x], a["next"]) for a in parts]


class Adam(keras.optimizers.Adam):
    """Adam as its definition has it where ids repeat.

    TensorFlow gives the gradient of an Embedding as one slice for each id that was read. Keras squares the slices before it
    adds up those of one id: of four equal ones its second moment is a quarter of the square of their sum.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply([tf.convert_to_tensor(g) for g in grads], trainable_variables)


class PositionEmbedding(keras.layers.Layer):
    """Trained embeddings of the positions, with the initial values of the layer of this name in keras_hub."""

    def __init__(self, sequence_length):
        super().__init__()
        self.sequence_length = sequence_length

    def build(self, shape):
        self.table = self.add_weight(shape=(self.sequence_length, shape[-1]), initializer="glorot_uniform")

    def call(self, x):
        return keras.ops.broadcast_to(self.table, keras.ops.shape(x))


def rows(x, y, seed, batch_size, validation_split=0):
    """The rows that validation_split leaves, in a new order in every epoch.

    Under set_random_seed fit takes arrays in the same order in every epoch: the tf.random.shuffle in array_data_adapter.py
    starts anew with each iterator. Without a seed it does not.
    """
    n = math.floor(len(x) * (1 - validation_split))
    return tf.data.Dataset.from_tensor_slices((x[:n], y[:n])).shuffle(n, seed, reshuffle_each_iteration=True).batch(batch_size)


def run(name, build, train, test, epochs, batch_size, validation_split=0):
    """Trains once for each seed, prints what the test rows give, and stores it in results.json."""
    runs = []
    for seed in range(1, arguments().seeds + 1):
        keras.utils.clear_session()
        keras.utils.set_random_seed(seed)
        model = build()
        begin = time.monotonic()
        model.fit(rows(*train, seed, batch_size, validation_split), epochs=epochs, shuffle=False, verbose=0)
        seconds = time.monotonic() - begin
        result = model.evaluate(*test, batch_size=batch_size, verbose=0, return_dict=True)
        runs.append({"seed": seed, **{k: float(f"{v:.6g}") for k, v in sorted(result.items())}, "fit_seconds": round(seconds, 1)})
        print(json.dumps(runs[-1]), flush=True)
    print(json.dumps({"name": name, **summarize(runs)}))
    store(name, "keras", {"version": keras.__version__, "parameters": model.count_params()}, runs)
