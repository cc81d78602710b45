"""Keras on TensorFlow, compiled by XLA with the argument "xla" (Keras's default where it can)."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

import keras_networks as networks
import peer

THREADS = len(os.sched_getaffinity(0))
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)
XLA = "xla" in sys.argv[2:]


def predicting(model, rows):
    """The forward pass in one graph: model.predict would add milliseconds of its own."""
    rows = tf.constant(rows)
    run = tf.function(lambda x: model(x, training=False), jit_compile=XLA)
    return peer.times(lambda: run(rows)), lambda: run(rows).numpy()


def add(works, outputs, name, stack, shape, batch, optimizer, dtype="float32"):
    x, y = networks.samples(name, shape, batch, dtype)
    model = networks.build(name, stack(), shape, dtype)
    works[f"{name}/predict1"], first = predicting(model, x[0, :1])
    works[f"{name}/predict{batch}"], _ = predicting(model, x[0])
    outputs[name] = first()

    # Keras's own training function, on batches that are there already, 32 steps
    # to a call: fit would add milliseconds for each epoch.
    def trainer(steps):
        learner = networks.build(name, stack(), shape, dtype)
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
    model = networks.build("imdb", networks.reviews(), (10000,))
    works["imdb/predict1"], first = predicting(model, x[:1])
    outputs["imdb"] = first()
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", jit_compile=XLA)
    works["imdb/epoch"] = lambda count: model.fit(x, labels, batch_size=512, epochs=count, verbose=0)


def main():
    works, outputs = {}, {}
    networks.every(lambda *network: add(works, outputs, *network))
    add_reviews(works, outputs)
    peer.serve(f"{keras.__version__}, TensorFlow {tf.__version__}", works, outputs)


main()
