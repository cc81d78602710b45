"""Fashion-MNIST, as fashion.yaml has it."""

import gzip

from common import arguments, keras, np, run


def idx(path):
    raw = gzip.decompress(path.read_bytes())
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, "uint8", offset=4 + 4 * len(shape)).reshape(shape)


def build():
    model = keras.Sequential(
        [
            keras.layers.Flatten(),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


data = arguments().data
train, test = ((idx(data / f"{part}-images-idx3-ubyte.gz"), idx(data / f"{part}-labels-idx1-ubyte.gz")) for part in ("train", "t10k"))
run("fashion", build, train, test, batch_size=32, epochs=10)
