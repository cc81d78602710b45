"""Keras on TensorFlow, compiled by XLA with the argument "xla" (Keras's default where it can)."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

import peer

THREADS = len(os.sched_getaffinity(0))
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)
XLA = "xla" in sys.argv[2:]
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


def build(name, stack, shape):
    model = keras.Sequential([keras.Input(shape), *stack])
    model.set_weights(peer.layers(name))
    return model


def predicting(model, rows):
    """The forward pass in one graph: model.predict would add milliseconds of its own."""
    rows = tf.constant(rows)
    run = tf.function(lambda x: model(x, training=False), jit_compile=XLA)
    return peer.times(lambda: run(rows)), lambda: run(rows).numpy()


def add(works, outputs, name, stack, shape, batch, optimizer):
    x = peer.floats(f"{name}.x").reshape(peer.BATCHES, batch, *shape)
    y = peer.ints(f"{name}.y").reshape(peer.BATCHES, batch)
    model = build(name, stack(), shape)
    works[f"{name}/predict1"], first = predicting(model, x[0, :1])
    works[f"{name}/predict{batch}"], _ = predicting(model, x[0])
    outputs[name] = first()

    # Keras's own training function, on batches that are there already, 32 steps
    # to a call: fit would add milliseconds for each epoch.
    def trainer(steps):
        learner = build(name, stack(), shape)
        learner.compile(
            optimizer=optimizer(), loss="sparse_categorical_crossentropy", jit_compile=XLA, steps_per_execution=steps
        )
        learner.make_train_function()
        step = learner.train_function
        data = iter(tf.data.Dataset.from_tensor_slices((x, y)).repeat())
        return lambda: step(data)

    several, one = trainer(peer.BATCHES), trainer(1)

    def training(count):
        for _ in range(count // peer.BATCHES):
            several()
        for _ in range(count % peer.BATCHES):
            one()

    works[f"{name}/train{batch}"] = training


def add_reviews(works, outputs):
    ids, offsets, labels = peer.reviews()
    x = np.zeros((len(labels), 10000), "float32")  # multi-hot, 800 MB
    for i in range(len(labels)):
        x[i, ids[offsets[i] : offsets[i + 1]]] = 1
    model = build("imdb", reviews(), (10000,))
    works["imdb/predict1"], first = predicting(model, x[:1])
    outputs["imdb"] = first()
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", jit_compile=XLA)
    works["imdb/epoch"] = lambda count: model.fit(x, labels, batch_size=512, epochs=count, verbose=0)


def main():
    works, outputs = {}, {}
    add(works, outputs, "mnist", mlp, (784,), 128, lambda: keras.optimizers.RMSprop(0.001))
    add(works, outputs, "mnistcnn", cnn, (28, 28, 1), 128, lambda: keras.optimizers.Adam(0.001))
    add(works, outputs, "iris", iris, (4,), 16, lambda: keras.optimizers.Adam(0.01))
    add(works, outputs, "lstm", lstm, (100, 64), 64, lambda: keras.optimizers.Adam(0.001))
    add(works, outputs, "gru", gru, (100, 64), 64, lambda: keras.optimizers.Adam(0.001))
    add(works, outputs, "transformer", transformer, (128, 128), 32, lambda: keras.optimizers.Adam(0.001))
    add_reviews(works, outputs)
    peer.serve(f"{keras.__version__}, TensorFlow {tf.__version__}", works, outputs)


main()
