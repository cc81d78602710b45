"""What a step of training costs in nngen and in Keras, on one thread: python epochs.py --data DIR NAME ...

The two take turns, each in a process of its own pinned to one core, and only the time that the processor spent on it counts,
so that a machine with other work gives much the same ratio. Every run goes through the first rows alone, so many that they make
--steps steps or the whole data set where that is shorter, again and again until that many steps are timed. The epoch before
these, in which TensorFlow traces the network, does not count. Prints, for each example, the fewest milliseconds a step of either,
and their ratio in every turn. Linux only: the time of the trainer is read from /proc.
"""

import argparse
import gzip
import itertools
import json
import os
import pathlib
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).parent
EPOCH = re.compile(rb"Epoch \d+/\d+ - (\d+)/\d+ ")
FILES = re.compile(r"\{(?:csv|npz|tokens): ([^,}]+)")


def shorten(name, data, folder, steps):
    """Puts the first rows of the example's files into a folder: as many as so many steps take. Tables stay whole."""
    text = (HERE / (name + ".yaml")).read_text()
    rows = steps * int(re.search(r"batch_size: (\d+)", text)[1])
    for file in FILES.findall(text):
        if file.endswith(".npz"):
            np.savez(folder / file, **{k: v[:rows] for k, v in np.load(data / file).items()})
        elif file.endswith(".gz"):
            with gzip.open(data / file, "rb") as whole, gzip.open(folder / file, "wb") as part:
                part.writelines(itertools.islice(whole, rows))
        else:
            shutil.copyfile(data / file, folder / file)


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


def nngen(command, name, data, steps):
    """Milliseconds a step from the end of the first epoch to that of the last."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [command, "fit", HERE / (name + ".yaml"), "--data", data, "--seed", "1", "-o", folder, "--epochs"]
        epochs, limit = 1, 2
        while epochs < limit:  # the first run is one of two epochs, which says how many steps one has
            epochs = limit
            with subprocess.Popen([*arguments, str(epochs)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "GOMAXPROCS": "1"}) as run:
                ends = [(spent(run.pid), int(m[1])) for m in map(EPOCH.match, run.stderr) if m]
            if run.returncode or len(ends) != epochs:
                sys.exit(f"{name}: nngen ended with {run.returncode} after {len(ends)} epochs")
            limit = 1 + -(-steps // ends[0][1])
    return 1000 * (ends[-1][0] - ends[0][0]) / sum(count for _, count in ends[1:])


def keras(name, data, steps):
    """The same of the script in keras/, in a process that runs it with another function run."""
    arguments = [sys.executable, __file__, "--keras", "--data", data, "--steps", str(steps), name]
    return json.loads(subprocess.run(arguments, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def inside(name, data, steps):
    sys.path.insert(0, str(HERE / "keras"))
    sys.argv = [name, "--data", str(data)]
    import common

    def run(name, build, train, test, batch_size, **_):
        ends = []
        model = build()
        stop = common.keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.process_time()))
        count = -(-len(train[0]) // batch_size)
        epochs = 1 + -(-steps // count)
        model.fit(*train, epochs=epochs, batch_size=batch_size, verbose=0, callbacks=[stop])
        print(json.dumps(1000 * (ends[-1] - ends[0]) / (count * (epochs - 1))))

    common.run = run
    runpy.run_path(str(HERE / "keras" / (name + ".py")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--nngen", default="nngen")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--steps", type=int, default=100, help="steps to time in every turn")
    parser.add_argument("--keras", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="+")
    args = parser.parse_args()
    if args.keras:
        return inside(args.names[0], args.data, args.steps)
    os.sched_setaffinity(0, {args.core})
    print("| | Keras | nngen | Keras / nngen, turn by turn |")
    print("|---|--:|--:|---|")
    for name in args.names:
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder)
            shorten(name, args.data, data, args.steps)
            turns = [(nngen(args.nngen, name, data, args.steps), keras(name, data, args.steps)) for _ in range(args.turns)]
        ours, theirs = (min(side) for side in zip(*turns))
        ratios = ", ".join(f"{k / n:.2f}" for n, k in turns)
        print(f"| [{name}]({name}.yaml) | {theirs:.2f} ms | {ours:.2f} ms | {ratios} |", flush=True)


main()
