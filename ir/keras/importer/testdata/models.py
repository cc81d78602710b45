"""Writes small models and what Keras predicts with them, for the tests:

    python models.py

functional.keras is zipped again, compressed, and legacy.h5.gz is compressed as well.
"""
import gzip
import json
import os
import tempfile
import zipfile

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)
folder = os.path.dirname(os.path.abspath(__file__))


def rounded(*shape):
    return rng.normal(size=shape).round(3).astype("f4")


def functional():
    """What counts in places: layers of one class, models in models, states."""
    x = keras.Input((3,), name="x")
    words = keras.Input((4,), name="words", dtype="int32")
    normal = layers.Normalization(name="scale")
    normal.adapt(rounded(20, 3) * 3 + 1)
    h = layers.Dense(4, activation="tanh", name="first")(normal(x))
    tower = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="dense"), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(4, name="out")], name="tower")
    h = tower(h)
    e = layers.Embedding(5, 2, name="vectors")(words)
    e = layers.Bidirectional(layers.GRU(2, return_sequences=True), name="both")(e)
    e = layers.MultiHeadAttention(2, 2, name="attend")(e, e)
    e = layers.LSTM(3, name="last")(e)
    y = layers.Dense(2, activation="softmax", name="y")(layers.Concatenate()([h, e]))
    m = keras.Model([x, words], y, name="small")
    m.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    inputs = {"x": rounded(16, 3), "words": rng.integers(0, 5, (16, 4)).astype("i4")}
    m.fit(inputs, rng.integers(0, 2, 16), epochs=2, verbose=0)
    return m, {"x": inputs["x"][:3], "words": inputs["words"][:3]}


def legacy():
    """A model in a model, of which some layers are not trained: their weights come
    after those of all others."""
    x = keras.Input((6, 3), name="x")
    h = layers.Conv1D(4, 2, name="conv")(x)
    i = keras.Input((5, 4))
    j = layers.TimeDistributed(layers.Dense(3), name="each")(i)
    j = layers.BatchNormalization(name="bn_fixed", trainable=False)(j)
    j = layers.LSTM(3, return_sequences=True, name="lstm", trainable=False)(j)
    j = layers.BatchNormalization(name="bn")(j)
    j = layers.GRU(2, name="gru")(j)
    inner = keras.Model(i, j, name="inner")
    m = keras.Model(x, layers.Dense(1, name="y")(inner(h)), name="old")
    m.compile("sgd", "mse")
    inputs = {"x": rounded(16, 6, 3)}
    m.fit(inputs["x"], rounded(16, 1), epochs=2, verbose=0)
    for name in "bn_fixed", "bn":
        for w in inner.get_layer(name).weights:
            w.assign(rng.uniform(0.5, 1.5, w.shape))
    return m, {"x": inputs["x"][:3]}


expected = {}
with tempfile.TemporaryDirectory() as tmp:
    for name, build in {"functional.keras": functional, "legacy.h5": legacy}.items():
        model, inputs = build()
        path = os.path.join(tmp, name)
        model.save(path)
        y = model.predict(inputs if len(inputs) > 1 else inputs["x"], verbose=0)
        expected[name] = {"Inputs": {k: {"Shape": v.shape, "Data": v.ravel().tolist()} for k, v in inputs.items()}, "Output": y.ravel().astype(float).tolist()}
        if name.endswith(".keras"):
            with zipfile.ZipFile(path) as source, zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
                for member in source.namelist():
                    out.writestr(zipfile.ZipInfo(member), source.read(member), zipfile.ZIP_DEFLATED, 9)
        else:
            with open(path, "rb") as f, open(os.path.join(folder, name + ".gz"), "wb") as out:
                out.write(gzip.compress(f.read(), 9, mtime=0))
with open(os.path.join(folder, "models.json"), "w") as f:
    json.dump(expected, f)
    f.write("\n")
