"""Writes lookup.json.gz: what Keras's preprocessing layers make of hostile rows, `python lookup.py`.

Texts are bytes, written as Latin-1: a character for each byte.
"""

import gzip
import json
from pathlib import Path

import numpy as np

from env import keras, set_float, tf, versions

L = keras.layers
ROWS = 12  # of the data that every adapt is given


def raw(s):
    return (s if isinstance(s, bytes) else s.encode()).decode("latin-1")


WORDS = ["red", "green", "blue", "red", "", "Red", "ä", "z\0y", b"\xff\xfe", "🙂 smile", "[UNK]", "green"]
STRANGE = ["red", "nobody", "", b"\x80", "a\0", "ä", "a" * 70, " red", "[UNK]", "z\0y", "blue", "9"]
NUMBERS = [5, -3, 5, 2**62, 0, -(2**63), 7, 7, 7, -1, 2**63 - 1, 0]
OTHERS = [5, 6, -3, 0, -1, 2**62, 2**62 + 1, -(2**63), 2**63 - 1, 7, -8, 1000003]
IDS = [0, 1, 2, 3, 4, 5, 6, 100, -1, 2147483647, -2147483648, 2]
VALUES = [0.1, -5.5, 2.0, 1.5, 1.4999999, 1e30, -1e30, 0.0, -0.0, 7.25, 2.5, 3.0]
FLOATS = [0.5, 1.5, 2.5, float("nan"), float("inf"), float("-inf"), 1.4999999, 3e38, -7.0, 2.0, 0.0, 1e-40]
TEXTS = [
    "The film was great, great, GREAT!", "", "a  b\tc\nd", "it's — “quoted” ’", "Été ÉTÉ été", "a\0b c",
    "ends with punctuation...!", "un\u00a0broken\u3000space", "x" * 300, "great film the was", "3.14 (pi)", "🙂🙂 great",
]
STRANGE_TEXTS = [
    "the GREAT great film", "", "   ", "!!!", "nothing known here", "a\0b", "été", b"great \xff film", "a b c d e f", "was was was",
    "3.14", "🙂",
]


def blocks(values, size):
    """Rows of size values, the i-th beginning at i."""
    return [[values[(i + k) % len(values)] for k in range(size)] for i in range(len(values))]


def tensor(rows, of):
    if of == "string":
        return tf.constant([[x.encode() if isinstance(x, str) else x for x in r] for r in rows])
    return tf.constant(rows, of)


def written(x):
    if isinstance(x, (str, bytes)):
        return raw(x)
    if isinstance(x, float) and not np.isfinite(x):
        return str(x)
    return x


def case(name, kind, args, of, size, rows, train=None):
    """of, rows and train are lists: one for each input."""
    layer = getattr(L, kind)(**args)
    if train is not None:
        layer.adapt(tensor(train[0], of[0]))
    x = [tensor(r, o) for r, o in zip(rows, of)]
    y = np.asarray(layer(x if len(x) > 1 else x[0]))
    flat = y.reshape(len(y), -1)
    expected = [[raw(v) if isinstance(v, (bytes, str)) else v for v in r] for r in flat.tolist()]
    if flat.dtype == np.float32:
        expected = [[int(v) if v == int(v) else float(np.format_float_positional(v, unique=True)) for v in r] for r in flat]
    out = {"name": name, "layer": kind, "args": args, "of": of, "size": size, "shape": list(y.shape[1:])}
    out["rows"] = [[[written(v) for v in r] for r in part] for part in rows]
    if train is not None:
        out["train"] = [[[written(v) for v in r] for r in part] for part in train]
        assert len(train[0]) == ROWS
    out["expected"] = expected
    return out


def lookups():
    vocabulary = ["red", "green", "blue", "ä"]
    for mode, size in (("int", 1), ("int", 3), ("one_hot", 1), ("one_hot", 2), ("multi_hot", 3), ("count", 3)):
        yield case(f"string_{mode}_{size}", "StringLookup", {"vocabulary": vocabulary, "output_mode": mode}, ["string"], size, [blocks(STRANGE, size)])
        yield case(f"integer_{mode}_{size}", "IntegerLookup", {"vocabulary": [5, -3, 7], "output_mode": mode}, ["int64"], size, [blocks(OTHERS, size)])
    for mode in ("int", "count"):
        masked = {"mask_token": "", "num_oov_indices": 3, "output_mode": mode}
        yield case(f"string_masked_{mode}", "StringLookup", {"vocabulary": vocabulary, **masked}, ["string"], 2, [blocks(STRANGE, 2)])
        masked["mask_token"] = 0
        yield case(f"integer_masked_{mode}", "IntegerLookup", {"vocabulary": [5, -3, 7], **masked}, ["int64"], 2, [blocks(OTHERS, 2)])
    yield case("string_salted", "StringLookup", {"vocabulary": vocabulary, "num_oov_indices": 4, "salt": 133}, ["string"], 1, [blocks(STRANGE, 1)])
    yield case("string_special", "StringLookup", {"vocabulary": ["", "[UNK]", *vocabulary], "mask_token": ""}, ["string"], 1, [blocks(STRANGE, 1)])
    yield case("string_no_oov", "StringLookup", {"vocabulary": vocabulary, "num_oov_indices": 0}, ["string"], 2, [blocks(vocabulary, 2)])
    yield case("string_padded", "StringLookup", {"vocabulary": vocabulary, "output_mode": "multi_hot", "max_tokens": 8, "pad_to_max_tokens": True}, ["string"], 2, [blocks(STRANGE, 2)])
    weights = {"output_mode": "tf_idf", "idf_weights": [0.25, 0.75, 0.6, 0.1]}
    yield case("string_tf_idf", "StringLookup", {"vocabulary": vocabulary, **weights}, ["string"], 4, [blocks(STRANGE, 4)])
    yield case("string_tf_idf_padded", "StringLookup", {"vocabulary": vocabulary, **weights, "max_tokens": 7, "pad_to_max_tokens": True}, ["string"], 4, [blocks(STRANGE, 4)])
    yield case("integer_tf_idf", "IntegerLookup", {"vocabulary": [5, -3, 7, 0], "num_oov_indices": 2, **weights}, ["int64"], 4, [blocks(OTHERS, 4)])
    yield case("integer_hashed", "IntegerLookup", {"vocabulary": [5], "num_oov_indices": 5, "oov_method": "farmhash"}, ["int64"], 1, [blocks(OTHERS, 1)])
    yield case("integer_hashed_salted", "IntegerLookup", {"vocabulary": [5], "num_oov_indices": 5, "oov_method": "farmhash", "salt": [7, 9]}, ["int64"], 1, [blocks(OTHERS, 1)])
    yield case("integer_remainder", "IntegerLookup", {"vocabulary": [5], "num_oov_indices": 5}, ["int64"], 1, [blocks(OTHERS, 1)])
    yield case("integer_narrow", "IntegerLookup", {"vocabulary": [2, 100]}, ["int32"], 2, [blocks(IDS, 2)])
    yield case("integer_inverted", "IntegerLookup", {"vocabulary": [12, 36, 1138], "invert": True, "oov_token": 9}, ["int32"], 3, [blocks(IDS, 3)])
    yield case("integer_inverted_masked", "IntegerLookup", {"vocabulary": [12, 36, 1138], "invert": True, "mask_token": 4, "oov_token": 9}, ["int64"], 1, [blocks(IDS, 1)])
    # Learned. Keras's vocabulary is as short as it may be, where ours has max_tokens slots.
    for mode in ("int", "multi_hot", "tf_idf"):
        settings = {"max_tokens": 7, "output_mode": mode}
        yield case(f"string_learned_{mode}", "StringLookup", settings, ["string"], 2, [blocks(STRANGE, 2)], [blocks([w for w in WORDS if w != b"\xff\xfe"] + ["z"], 2)])
        yield case(f"integer_learned_{mode}", "IntegerLookup", settings, ["int64"], 2, [blocks(OTHERS, 2)], [blocks(NUMBERS, 2)])
    settings = {"max_tokens": 30, "mask_token": "", "num_oov_indices": 2}
    yield case("string_learned_masked", "StringLookup", settings, ["string"], 1, [blocks(STRANGE, 1)], [blocks([w for w in WORDS if w != b"\xff\xfe"] + ["z"], 1)])
    yield case("integer_learned_masked", "IntegerLookup", {**settings, "mask_token": 0}, ["int64"], 1, [blocks(OTHERS, 1)], [blocks(NUMBERS, 1)])


def hashes():
    for mode, size in (("int", 1), ("one_hot", 1), ("one_hot", 2), ("multi_hot", 3), ("count", 3)):
        yield case(f"hash_{mode}_{size}", "Hashing", {"num_bins": 6, "output_mode": mode}, ["string"], size, [blocks(STRANGE, size)])
    yield case("hash_many", "Hashing", {"num_bins": 997}, ["string"], 1, [blocks(STRANGE, 1)])
    yield case("hash_salted", "Hashing", {"num_bins": 997, "salt": [133, 137]}, ["string"], 1, [blocks(STRANGE, 1)])
    yield case("hash_salted_once", "Hashing", {"num_bins": 11, "salt": 7}, ["string"], 1, [blocks(STRANGE, 1)])
    yield case("hash_masked", "Hashing", {"num_bins": 5, "mask_value": ""}, ["string"], 1, [blocks(STRANGE, 1)])
    yield case("hash_one_bin", "Hashing", {"num_bins": 1, "mask_value": ""}, ["string"], 1, [blocks(STRANGE, 1)])
    for of, rows in (("int64", OTHERS), ("int32", IDS), ("float32", FLOATS)):
        yield case(f"hash_{of}", "Hashing", {"num_bins": 997}, [of], 1, [blocks(rows, 1)])
        yield case(f"hash_{of}_masked", "Hashing", {"num_bins": 7, "mask_value": 2, "salt": [133, 137]}, [of], 2, [blocks(rows, 2)])
    yield case("cross_int", "HashedCrossing", {"num_bins": 997}, ["string", "int64"], 1, [blocks(STRANGE, 1), blocks(OTHERS, 1)])
    yield case("cross_three", "HashedCrossing", {"num_bins": 6, "output_mode": "one_hot"}, ["int32", "string", "string"], 1, [blocks(IDS, 1), blocks(STRANGE, 1), blocks(WORDS, 1)])


def bins():
    bounds = {"bin_boundaries": [-1.0, 0.0, 1.5, 2.5]}
    for mode, size in (("int", 1), ("one_hot", 1), ("one_hot", 2), ("multi_hot", 3), ("count", 3)):
        yield case(f"bins_{mode}_{size}", "Discretization", {**bounds, "output_mode": mode}, ["float32"], size, [blocks(FLOATS, size)])
    yield case("bins_int32", "Discretization", bounds, ["int32"], 1, [blocks(IDS, 1)])
    yield case("bins_learned", "Discretization", {"num_bins": 4}, ["float32"], 1, [blocks(FLOATS, 1)], [blocks(VALUES, 1)])
    yield case("bins_learned_coarse", "Discretization", {"num_bins": 3, "epsilon": 0.2, "output_mode": "one_hot"}, ["float32"], 2, [blocks(FLOATS, 2)], [blocks(VALUES, 2)])


def texts():
    words = ["great", "film", "the", "été"]
    rows = [[t] for t in STRANGE_TEXTS]
    train = [[t] for t in TEXTS]
    length = {"output_sequence_length": 5}
    yield case("text_int", "TextVectorization", {"vocabulary": words, **length}, ["string"], 1, [rows])
    yield case("text_special", "TextVectorization", {"vocabulary": ["", "[UNK]", *words], **length}, ["string"], 1, [rows])
    yield case("text_count", "TextVectorization", {"vocabulary": words, "output_mode": "count"}, ["string"], 1, [rows])
    yield case("text_padded", "TextVectorization", {"vocabulary": words, "output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True}, ["string"], 1, [rows])
    weights = {"output_mode": "tf_idf", "idf_weights": [0.25, 0.75, 0.6, 0.1]}
    yield case("text_tf_idf", "TextVectorization", {"vocabulary": words, **weights}, ["string"], 1, [rows])
    yield case("text_whole", "TextVectorization", {"vocabulary": ["the great great film", "a\0b"], "split": None, **length}, ["string"], 1, [rows])
    yield case("text_whole_as_it_is", "TextVectorization", {"vocabulary": ["3.14", "🙂"], "split": None, "standardize": None, "output_mode": "count"}, ["string"], 1, [rows])
    yield case("text_runs", "TextVectorization", {"vocabulary": ["great film", "a b c"], "ngrams": (2, 3), "output_sequence_length": 9}, ["string"], 1, [rows])
    yield case("text_learned", "TextVectorization", {"max_tokens": 9, **length}, ["string"], 1, [rows], [train])
    yield case("text_learned_characters", "TextVectorization", {"max_tokens": 9, "split": "character", "output_mode": "count"}, ["string"], 1, [rows], [train])
    yield case("text_learned_tf_idf", "TextVectorization", {"max_tokens": 9, "output_mode": "tf_idf", "ngrams": 2}, ["string"], 1, [rows], [train])


def quantiles():
    """Boundaries of values ((i·7919) mod 10007)/100 - 30, in one array and in batches."""
    out = []
    for n, count, epsilon, batch in (
        (1, 3, 0.01, 0), (2, 4, 0.01, 0), (10, 3, 0.01, 0), (99, 10, 0.01, 0), (100, 7, 0.01, 0), (101, 49, 0.01, 0), (250, 4, 0.01, 0),
        (1000, 10, 0.01, 0), (12345, 100, 0.01, 0), (12345, 5, 0.3, 0), (20000, 10, 0.001, 0), (1000, 10, 0.01, 100), (12345, 8, 0.05, 1000),
    ):
        x = np.array([(i * 7919 % 10007) / 100 - 30 for i in range(n)], "float32")
        layer = L.Discretization(num_bins=count, epsilon=epsilon)
        layer.adapt(tf.data.Dataset.from_tensor_slices(x).batch(batch) if batch else x)
        out.append({"n": n, "bins": count, "epsilon": epsilon, "batch": batch, "boundaries": layer.bin_boundaries})
    return out


def fingerprints():
    """Hashes of 0 to 200 bytes, the i-th of them 31·i mod 251."""
    texts = [bytes(31 * i % 251 for i in range(n)) for n in (*range(70), 95, 96, 127, 128, 129, 191, 192, 193, 200)]
    big = 2**62
    return {
        "lengths": [len(t) for t in texts],
        "farm": [int(x) for x in tf.strings.to_hash_bucket_fast(texts, big)],
        "sip": [int(x) for x in tf.strings.to_hash_bucket_strong(texts, big, key=[133, 137])],
    }


def main():
    set_float("float32")
    cases = [c for part in (lookups, hashes, bins, texts) for c in part()]
    head = {**versions(), "quantiles": quantiles(), "fingerprints": fingerprints()}
    text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n"
    path = Path(__file__).with_name("lookup.json.gz")
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(len(cases), path.stat().st_size)


main()
