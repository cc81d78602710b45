"""The networks of the table in Keras, for any backend, which is chosen before this is imported."""
import keras

import peer

L = keras.layers


def mlp():
    return [L.Dense(512, activation="relu"), L.Dense(10, activation="softmax")]


def cnn():
    return [
        L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2),
        L.Conv2D(64, 3, activation="relu"), L.MaxPooling2D(2),
        L.Flatten(), L.Dropout(0.5), L.Dense(10, activation="softmax"),
    ]  # fmt: skip


def iris():
    return [L.Dense(16, activation="relu"), L.Dense(3, activation="softmax")]


def reviews():
    return [L.Dense(16, activation="relu"), L.Dense(16, activation="relu"), L.Dense(1, activation="sigmoid")]


def lstm():
    return [L.LSTM(128), L.Dense(10, activation="softmax")]


def gru():
    return [L.GRU(128), L.Dense(10, activation="softmax")]


def transformer():
    x = keras.Input((128, 128))
    n = L.LayerNormalization()(x)
    attended = L.Add()([x, L.MultiHeadAttention(num_heads=4, key_dim=32)(n, n)])
    wide = L.Dense(512, activation="gelu")(L.LayerNormalization()(attended))
    block = keras.Model(x, L.Add()([attended, L.Dense(128)(wide)]))
    return [block, L.GlobalAveragePooling1D(), L.Dense(10, activation="softmax")]


def text():
    x = keras.Input((200,), dtype="int32")
    words = L.Embedding(10000, 64, mask_zero=True)(x)
    return [keras.Model(x, L.Bidirectional(L.LSTM(64))(words)), L.Dense(10, activation="softmax")]


def build(name, stack, shape, dtype="float32"):
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *stack])
    model.set_weights(peer.layers(name))
    return model


def every(add):
    """Calls add(name, stack, shape, batch, optimizer, dtype) for every network that has training steps."""
    adam = keras.optimizers.Adam
    add("mnist", mlp, (784,), 128, lambda: keras.optimizers.RMSprop(0.001))
    add("mnistcnn", cnn, (28, 28, 1), 128, lambda: adam(0.001))
    add("iris", iris, (4,), 16, lambda: adam(0.01))
    add("lstm", lstm, (100, 64), 64, lambda: adam(0.001))
    add("gru", gru, (100, 64), 64, lambda: adam(0.001))
    add("transformer", transformer, (128, 128), 32, lambda: adam(0.001))
    add("text", text, (200,), 32, lambda: adam(0.001), "int32")


def samples(name, shape, batch, dtype):
    """All rows of a network and their classes, in batches."""
    read = {"float32": peer.floats, "int32": peer.ints}[dtype]
    return read(f"{name}.x").reshape(peer.BATCHES, batch, *shape), peer.ints(f"{name}.y").reshape(peer.BATCHES, batch)
