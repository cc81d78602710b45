"""Puts the files that the descriptions read into one folder: python prepare.py SOURCE DIR

SOURCE is searched, folders in it too, for the files as their publishers name them (see README.md). Files are copied where
they can be read as they are; the two house price tables are cut into training and test rows, and the reviews unpacked.
"""

import csv
import pathlib
import random
import shutil
import sys
import tarfile

import numpy as np

BOSTON = "crim zn indus chas nox rm age dis rad tax ptratio b lstat medv".split()


def find(source, *names):
    for name in names:
        for path in sorted(source.rglob(name)):
            return path
    print(f"not in {source}: {' or '.join(names)}", file=sys.stderr)
    return None


def write(path, head, rows):
    with open(path, "w", newline="") as f:
        table = csv.writer(f, lineterminator="\n")
        table.writerow(head)
        table.writerows(rows)


def boston(path, out):
    """The order and the fifth for testing of keras.datasets.boston_housing.load_data()."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    order = np.arange(len(rows))
    np.random.RandomState(113).shuffle(order)
    rows = [rows[i] for i in order]
    cut = int(len(rows) * 0.8)
    write(out / "boston_train.csv", BOSTON, rows[:cut])
    write(out / "boston_test.csv", BOSTON, rows[cut:])


def california(path, out):
    """A random fifth for testing: the file goes from place to place."""
    with open(path, newline="") as f:
        head, *rows = csv.reader(f)
    random.Random(1).shuffle(rows)
    cut = int(len(rows) * 0.8)
    write(out / "california_train.csv", head, rows[:cut])
    write(out / "california_test.csv", head, rows[cut:])


def shakespeare(path, out):
    """Stretches of 100 letters, each with the letters that follow; the last tenth of the text for testing."""
    text = path.read_text()
    place = {letter: i for i, letter in enumerate(sorted(set(text)))}
    ids = np.array([place[letter] for letter in text], "int32")
    count = (len(ids) - 1) // 100
    x, y = (ids[shift : shift + 100 * count].reshape(count, 100) for shift in (0, 1))
    cut = count - count // 10
    np.savez(out / "shakespeare_train.npz", letters=x[:cut], next=y[:cut])
    np.savez(out / "shakespeare_test.npz", letters=x[cut:], next=y[cut:])


def chorales(path, out):
    """Stretches of 32 chords, each with the chords that follow: ones for the notes (36 to 81) of the four voices."""
    with tarfile.open(path) as tar:
        for part in ("train", "test"):
            x, y = [], []
            for member in sorted((m for m in tar if f"/{part}/" in m.name and m.name.endswith(".csv")), key=lambda m: m.name):
                rows = list(csv.reader(tar.extractfile(member).read().decode().splitlines()))[1:]
                roll = np.zeros((len(rows), 46), "float32")
                for chord, row in enumerate(rows):
                    for note in map(int, row):
                        if note:  # 0 is silence
                            roll[chord, note - 36] = 1
                for at in range(0, len(roll) - 32, 32):
                    x.append(roll[at : at + 32])
                    y.append(roll[at + 1 : at + 33])
            np.savez(out / f"chorales_{part}.npz", chords=np.stack(x), next=np.stack(y))


def main(source, out):
    source, out = pathlib.Path(source), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for target, names in {
        "adult-train.csv": ["adult-train.csv", "adult.data"],
        "adult-test.csv": ["adult-test.csv", "adult.test"],
        "titanic.csv": ["titanic/train.csv", "titanic.csv"],
        "pima-indians-diabetes.csv": ["pima-indians-diabetes.csv"],
        "airline-passengers.csv": ["airline-passengers.csv"],
        **{f"imdb_keras_{part}.txt.gz": [f"imdb_keras_{part}.txt.gz"] for part in ("train", "test")},
        **{f"{part}-ubyte.gz": [f"*fashion*/{part}-ubyte.gz"] for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")},
    }.items():
        if path := find(source, *names):
            shutil.copyfile(path, out / target)
    if path := find(source, "housing.data"):
        boston(path, out)
    if path := find(source, "housing/housing.csv", "california*.csv"):
        california(path, out)
    if path := find(source, "tinyshakespeare/input.txt"):
        shakespeare(path, out)
    if path := find(source, "jsb_chorales.tgz"):
        chorales(path, out)
    if path := find(source, "aclImdb*.tar.gz"):
        with tarfile.open(path) as tar:
            tar.extractall(out, filter="data")


main(*sys.argv[1:])
