"""Writes a small model with Keras in all its containers: python vectors.py vectors.zip

It was run with Keras 3.15.1. values.json has the weights of each file by group
and tensor, as Keras has them in memory.
"""
import json
import os
import sys
import tempfile
import zipfile

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

keras.utils.set_random_seed(3)
x = keras.Input((4, 3), name="x")
y = keras.layers.Bidirectional(keras.layers.LSTM(2), name="both")(x)
y = keras.layers.Dense(3, name="hidden")(y)
y = keras.layers.BatchNormalization(name="normal")(y)
inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="inside")], name="inner")
y = inner(y)
y = keras.layers.Dense(1, activation="sigmoid", name="chance")(y)
model = keras.Model(x, y, name="small")
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
model.fit(np.random.rand(8, 4, 3), np.random.randint(0, 2, (8, 1)), verbose=0)

text = keras.Sequential([keras.layers.TextVectorization(vocabulary=["ein", "wort"], output_mode="int", output_sequence_length=3, name="words"),
                         keras.layers.Embedding(5, 2, name="embed")], name="texts") if keras.backend.backend() == "tensorflow" else None

half = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype="bfloat16", name="half")], name="half")


def values(ws):
    return [{"shape": list(w.shape), "values": [float(v) for v in keras.ops.convert_to_numpy(keras.ops.cast(w, "float32")).ravel()]} for w in ws]


out = {}
dir = tempfile.mkdtemp()
for name, m in [("small", model), ("half", half)]:
    m.save(f"{dir}/{name}.keras")
    m.save_weights(f"{dir}/{name}.weights.h5")
    if name == "small":
        m.save(f"{dir}/{name}.h5")
        m.save_weights(f"{dir}/{name}_sharded.weights.json", max_shard_size=500 / 1024**3)
    # Order of the .h5 format: trainable weights before others.
    out[name] = {layer.name: values(layer.trainable_weights + layer.non_trainable_weights) for layer in m.layers}
    out[name]["optimizer"] = values(m.optimizer.variables) if m.optimizer else []
with open(f"{dir}/values.json", "w") as f:
    json.dump(out, f)
with zipfile.ZipFile(sys.argv[1], "w") as z:
    for name in sorted(os.listdir(dir)):
        with open(f"{dir}/{name}", "rb") as f:
            z.writestr(zipfile.ZipInfo(name), f.read(), zipfile.ZIP_DEFLATED, 9)
