"""What a step of training costs in nngen and in Keras, on one thread: python epochs.py --data DIR [NAME ...]

The two take turns, each in a process of its own pinned to one core, and only the time that the processor spent on it counts,
so that a machine with other work gives much the same ratio. The first epoch of every run, in which TensorFlow traces the
network, does not count. Prints, for each example, the fastest epoch of either in milliseconds a step, and their ratio in
every turn. Linux only: the time of the trainer is read from /proc.
"""

import argparse
import json
import os
import pathlib
import re
import runpy
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
EPOCH = re.compile(rb"Epoch \d+/\d+ - (\d+)/\d+ ")


def family(pid):
    """The process and all that it has started, directly or not."""
    yield pid
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            yield from family(int(child))


def spent(pid):
    """Seconds that the processor gave to the process and all that it has started and that still run."""
    total = 0
    for member in family(pid):
        for path in pathlib.Path(f"/proc/{member}/task").glob("*/schedstat"):
            total += int(path.read_text().split()[0])
    return total / 1e9


def nngen(command, name, data, epochs):
    """Milliseconds a step in every epoch but the first, from one that ends to the next."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [command, "fit", HERE / (name + ".yaml"), "--data", data, "--seed", "1", "--epochs", str(epochs), "-o", folder]
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "GOMAXPROCS": "1"}) as run:
            ends = [(spent(run.pid), int(m[1])) for m in map(EPOCH.match, run.stderr) if m]
    if run.returncode or len(ends) != epochs:
        sys.exit(f"{name}: nngen ended with {run.returncode} after {len(ends)} epochs")
    return [1000 * (end - begin) / steps for (begin, _), (end, steps) in zip(ends, ends[1:])]


def keras(name, data, epochs):
    """The same of the script in keras/, in a process that runs it with another function run."""
    arguments = [sys.executable, __file__, "--keras", "--data", data, "--epochs", str(epochs), name]
    return json.loads(subprocess.run(arguments, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def inside(name, data, epochs):
    sys.path.insert(0, str(HERE / "keras"))
    sys.argv = [name, "--data", str(data)]
    import common

    def run(name, build, train, test, batch_size, **_):
        ends = []
        model = build()
        stop = common.keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.process_time()))
        model.fit(*train, epochs=epochs, batch_size=batch_size, verbose=0, callbacks=[stop])
        steps = -(-len(train[0]) // batch_size)
        print(json.dumps([1000 * (end - begin) / steps for begin, end in zip(ends, ends[1:])]))

    common.run = run
    runpy.run_path(str(HERE / "keras" / (name + ".py")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--nngen", default="nngen")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--keras", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="+")
    args = parser.parse_args()
    if args.keras:
        return inside(args.names[0], args.data, args.epochs)
    os.sched_setaffinity(0, {args.core})
    print("| | Keras | nngen | Keras / nngen, turn by turn |")
    print("|---|--:|--:|---|")
    for name in args.names:
        turns = [(min(nngen(args.nngen, name, args.data, args.epochs)), min(keras(name, args.data, args.epochs))) for _ in range(args.turns)]
        ours, theirs = (min(side) for side in zip(*turns))
        ratios = ", ".join(f"{k / n:.2f}" for n, k in turns)
        print(f"| [{name}]({name}.yaml) | {theirs:.2f} ms | {ours:.2f} ms | {ratios} |", flush=True)


main()
