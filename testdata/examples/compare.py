"""Trains the descriptions with nngen beside what keras/ has stored: python compare.py --data DIR [NAME ...]

Stores the runs in results.json and prints the table of README.md: the mean of the test metric over the seeds with its
standard error, and the difference of the means in standard errors of that difference. `--table` prints the table alone.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "keras"))
from results import load, store  # noqa: E402

METRICS = ("accuracy", "mae")
OTHERS = {"shakespeare_gru": "bits per letter", "shakespeare_decoder": "bits per letter", "chorales": "loss"}
ORDER = ["adult", "titanic", "pima", "boston", "california", "fashion", "airline", "imdb_text", "airline_lstm", "imdb_bilstm", "imdb_transformer", "shakespeare_gru", "shakespeare_decoder", "chorales"]


def train(nngen, name, data, seed):
    """One training in a process of its own; the time is that of generating and compiling the package too."""
    with tempfile.TemporaryDirectory() as folder:
        command = [nngen, "fit", HERE / (name + ".yaml"), "--data", data, "--seed", str(seed), "-o", folder, "-q", "--json"]
        begin = time.monotonic()
        out = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        seconds = time.monotonic() - begin
    result = {"mae" if k == "mean_absolute_error" else k: float(f"{v:.6g}") for k, v in sorted(out["test"].items())}
    return {"seed": seed, **result, "fit_seconds": round(seconds, 1)}


def table(results):
    print("| | metric | Keras | nngen | difference |")
    print("|---|---|--:|--:|--:|")
    for name in ORDER:
        engines = results.get(name)
        if not engines:
            continue
        metric = OTHERS.get(name) or next(m for m in METRICS if m in next(iter(engines.values())))
        unit = math.log(2) if metric == "bits per letter" else 1
        cells, means, errors = [], [], []
        for engine in ("keras", "nngen"):
            if engine not in engines:
                cells.append("")
                continue
            value = engines[engine]["loss" if name in OTHERS else metric]
            means.append(value["mean"] / unit)
            errors.append(value["stdev"] / unit / math.sqrt(len(engines[engine]["runs"])))
            digits = 4 if metric in ("accuracy", "loss") else 3 if unit != 1 else 0 if means[0] > 1000 else 2
            cells.append(f"{means[-1]:,.{digits}f} ± {errors[-1]:,.{digits}f}")
        gap = f"{(means[1] - means[0]) / math.hypot(*errors):+.1f}" if len(means) == 2 else ""
        print(f"| [{name}]({name}.yaml) | {metric} | {cells[0]} | {cells[1]} | {gap} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--nngen", default="nngen")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("names", nargs="*", default=ORDER)
    args = parser.parse_args()
    for name in () if args.table else args.names:
        runs = []
        for seed in range(1, args.seeds + 1):
            runs.append(train(args.nngen, name, args.data, seed))
            print(name, json.dumps(runs[-1]), file=sys.stderr, flush=True)
        summary = json.loads(subprocess.run([args.nngen, "summary", HERE / (name + ".yaml"), "--json"], check=True, stdout=subprocess.PIPE).stdout)
        store(name, "nngen", {"parameters": summary["params"]}, runs)
    table(load())


main()
