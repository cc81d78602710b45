"""What the Python peers share: the data files and the protocol (see peer/peer.go)."""
import json
import os
import sys
import time

import numpy as np

FOLDER = sys.argv[1]
BATCHES = 32


def floats(name):
    return np.fromfile(f"{FOLDER}/{name}", dtype="<f4")


def ints(name):
    return np.fromfile(f"{FOLDER}/{name}", dtype="<i4")


def weights(model):
    """The parameters of a model by name, in the order of its layers (safetensors)."""
    with open(f"{FOLDER}/{model}.safetensors", "rb") as f:
        head = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        body = f.read()
    head.pop("__metadata__", None)
    tensors = {}
    for name, t in sorted(head.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = t["data_offsets"]
        tensors[name] = np.frombuffer(body[first:last], dtype="<f4").reshape(t["shape"])
    return tensors


def layers(model):
    """What a model has learned, in the order of Keras's get_weights: [kernel, bias, kernel, bias, ...]."""
    return [t.copy() for name, t in weights(model).items() if name.endswith(("kernel", "bias", "/gamma", "/beta", "/embeddings"))]


def reviews():
    """The distinct ids of every review, one list after the other, where each begins, and the labels."""
    return ints("imdb.ids"), ints("imdb.offsets"), ints("imdb.y")


def times(run):
    """A work that calls run count times."""

    def work(count):
        for _ in range(count):
            run()

    return work


def serve(version, works, outputs):
    """Says hello and answers until standard input ends."""
    outputs = {model: [float(v) for v in np.asarray(out).ravel()] for model, out in outputs.items()}
    print(json.dumps({"version": version, "works": sorted(works), "outputs": outputs}), flush=True)
    for line in sys.stdin:
        what, count = line.split()
        work, count = works[what], int(count)
        start = time.perf_counter_ns()
        work(count)
        print(time.perf_counter_ns() - start, flush=True)
    os._exit(0)  # taking the frameworks down in good order lasts a minute
