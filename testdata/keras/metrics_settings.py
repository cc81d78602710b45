"""Cases for runtime/metric/testdata/keras_settings.json: metrics with their arguments, in float32.

Float32, because there thresholds meet outputs as they do in a program: 0.3 is above 0.3 for nobody. Cases share
their batches, which stand in a table of their own: batches[data] is a list of {output, target, weight}.
"""

import json

import numpy as np

from env import keras, set_float, tf, versions
from vectors import HERE, encode, rng, short

WEIGHTED = (5, 8, 1, 6)


def batches(r, output, target, sizes=WEIGHTED, weight=True):
    out = []
    for i, n in enumerate(sizes):
        b = {"output": short(output(r, n)), "target": short(target(r, n))}
        if weight and i != 1:
            b["weight"] = short(r.uniform(0, 2, n))
            b["weight"][0] = 0 if i == 0 else 1
        out.append(b)
    return out


def hot(classes):
    return lambda r, n: np.eye(classes)[r.integers(0, classes, n)]


def softmax(classes):
    def draw(r, n):
        e = np.exp(r.normal(0, 1.5, (n, classes)))
        return e / e.sum(1, keepdims=True)

    return draw


def tables():
    r = rng("inputs of metrics with settings")
    uniform = lambda *s: lambda r, n: r.uniform(0, 1, (n, *s))
    normal = lambda *s: lambda r, n: r.normal(0, 1, (n, *s))
    zero_one = lambda *s: lambda r, n: r.integers(0, 2, (n, *s))
    edge = np.array([[0.0], [1.0], [0.5], [0.25], [0.75], [0.3], [0.1], [0.9], [1.0], [0.0], [0.7], [0.6]])
    yes = np.array([[0], [1], [1], [0], [1], [1], [0], [0], [0], [1], [1], [0]])
    ties = np.array([[0.4, 0.4, 0.2, 0.4], [0.25, 0.25, 0.25, 0.25], [0, 0, 0, 0], [0.1, 0.6, 0.1, 0.2]])
    return {
        "binary": batches(r, uniform(1), zero_one(1)),
        "logits": batches(r, lambda r, n: r.normal(0, 3, (n, 1)), zero_one(1)),
        "edge": [{"output": edge, "target": yes}],
        "all_yes": batches(r, uniform(1), lambda r, n: np.ones((n, 1)), (4, 2)),
        "all_no": batches(r, uniform(1), lambda r, n: np.zeros((n, 1)), (4, 2)),
        "weightless": [{"output": edge, "target": yes, "weight": np.zeros(12)}],
        "labels": batches(r, uniform(3), zero_one(3)),
        "softmax": batches(r, softmax(4), hot(4)),
        "scores": batches(r, normal(4), hot(4), (5, 3)),
        "sparse": batches(r, softmax(4), lambda r, n: r.integers(0, 4, (n, 1))),
        "sparse_scores": batches(r, normal(4), lambda r, n: r.integers(0, 4, (n, 1)), (5, 3)),
        "ties": [{"output": ties, "target": np.eye(4)[[1, 3, 0, 1]]}],
        "sparse_ties": [{"output": ties, "target": np.array([[1], [3], [0], [1]])}],
        "shares": batches(r, softmax(3), softmax(3)),
        "certain": [{"output": np.eye(3)[[0, 1, 2]], "target": np.eye(3)[[0, 2, 2]]}],
        "real": batches(r, normal(1), normal(1)),
        "real2": batches(r, normal(2), normal(2)),
        "positive": batches(r, lambda r, n: r.uniform(0, 5, (n, 2)), lambda r, n: r.integers(0, 4, (n, 2))),
        "negative": [{"output": np.array([[-2.0, 0.0], [3, -0.5]]), "target": np.array([[0.0, 0], [-1, 2]])}],
        "constant": [{"output": np.array([[1.0], [2], [3]]), "target": np.array([[2.0], [2], [2]])}],
        "one_row": [{"output": np.array([[1.5, 2.0]]), "target": np.array([[2.0, 1]])}],
        "far": [{"output": np.array([[90.0], [-80]]), "target": np.array([[1.0], [0]])}],
        "signs": batches(r, normal(2), lambda r, n: 2 * r.integers(0, 2, (n, 2)) - 1),
        "numbers": batches(r, lambda r, n: r.uniform(0, 5, (n, 1)), lambda r, n: r.integers(0, 4, (n, 1))),
    }


PLAN = [
    ("TopKCategoricalAccuracy", {"k": 2}, "softmax ties"),
    ("TopKCategoricalAccuracy", {}, "ties"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "sparse sparse_ties"),
    ("SparseTopKCategoricalAccuracy", {"k": 1}, "sparse_scores"),
    ("BinaryAccuracy", {"threshold": 0.3}, "binary edge"),
    ("TruePositives", {}, "binary edge weightless labels"),
    ("FalsePositives", {}, "binary edge"),
    ("TrueNegatives", {}, "binary edge"),
    ("FalseNegatives", {}, "binary edge"),
    ("TruePositives", {"thresholds": [0.7, 0.3]}, "binary edge"),
    ("FalsePositives", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, "binary edge"),
    ("TrueNegatives", {"thresholds": [0.25, 0.5, 1.0]}, "edge"),
    ("FalseNegatives", {"thresholds": 0.25}, "edge"),
    ("Precision", {}, "binary edge all_yes all_no weightless labels softmax"),
    ("Precision", {"thresholds": [0.2, 0.8]}, "binary edge"),
    ("Precision", {"top_k": 2}, "softmax ties"),
    ("Precision", {"top_k": 2, "thresholds": 0.3}, "softmax ties"),
    ("Precision", {"class_id": 0}, "labels softmax"),
    ("Precision", {"class_id": 2, "top_k": 2}, "softmax ties"),
    ("Recall", {}, "binary edge all_yes all_no weightless labels"),
    ("Recall", {"thresholds": [0.5, 0.0, 1.0]}, "binary edge"),
    ("Recall", {"top_k": 1}, "softmax ties"),
    ("Recall", {"class_id": 3, "top_k": 3}, "softmax"),
    ("Recall", {"class_id": 1, "thresholds": 0.25}, "labels"),
    ("AUC", {}, "binary edge all_yes all_no weightless labels softmax"),
    ("AUC", {"curve": "PR"}, "binary edge all_yes all_no weightless labels"),
    ("AUC", {"curve": "PRGAIN"}, "binary edge"),
    ("AUC", {"summation_method": "minoring"}, "binary edge"),
    ("AUC", {"summation_method": "majoring"}, "binary edge"),
    ("AUC", {"curve": "PR", "summation_method": "minoring"}, "binary edge"),
    ("AUC", {"curve": "PR", "summation_method": "majoring"}, "binary edge"),
    ("AUC", {"num_thresholds": 11}, "binary edge"),
    ("AUC", {"num_thresholds": 2}, "binary"),
    ("AUC", {"thresholds": [0.7, 0.2]}, "binary edge"),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75], "curve": "PR"}, "binary edge"),
    ("AUC", {"multi_label": True, "num_labels": 3}, "labels"),
    ("AUC", {"multi_label": True, "num_labels": 3, "label_weights": [0.5, 2, 1]}, "labels"),
    ("AUC", {"multi_label": True, "num_labels": 3, "curve": "PR", "label_weights": [0.5, 2, 1]}, "labels"),
    ("AUC", {"multi_label": True, "num_labels": 3, "thresholds": [0.4, 0.9]}, "labels"),
    ("AUC", {"label_weights": [0.5, 2, 1]}, "labels"),
    ("AUC", {"from_logits": True}, "logits far"),
    ("SensitivityAtSpecificity", {"specificity": 0.5}, "binary edge all_yes all_no"),
    ("SensitivityAtSpecificity", {"specificity": 0.4, "num_thresholds": 1}, "binary"),
    ("SensitivityAtSpecificity", {"specificity": 0.6, "num_thresholds": 5, "class_id": 1}, "labels"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5}, "binary edge all_yes"),
    ("PrecisionAtRecall", {"recall": 0.6}, "binary edge all_no"),
    ("RecallAtPrecision", {"precision": 0.6}, "binary edge all_yes"),
    ("RecallAtPrecision", {"precision": 0.7, "num_thresholds": 2}, "binary"),
    ("F1Score", {}, "softmax ties labels"),
    ("F1Score", {"average": "micro"}, "softmax labels"),
    ("F1Score", {"average": "macro", "threshold": 0.5}, "softmax binary edge all_no"),
    ("F1Score", {"average": "weighted"}, "softmax ties weightless"),
    ("F1Score", {"threshold": 0.25}, "labels edge"),
    ("FBetaScore", {"beta": 2.0, "average": "macro"}, "softmax labels"),
    ("FBetaScore", {"beta": 0.5, "average": "weighted", "threshold": 0.4}, "labels"),
    ("FBetaScore", {"beta": 2.0}, "softmax"),
    ("MeanAbsolutePercentageError", {}, "real2 positive negative"),
    ("MeanSquaredLogarithmicError", {}, "positive negative"),
    ("RootMeanSquaredError", {}, "real real2 one_row"),
    ("CosineSimilarity", {}, "real2 softmax negative"),
    ("LogCoshError", {}, "real2 far"),
    ("R2Score", {}, "real real2 constant"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "real2"),
    ("R2Score", {"class_aggregation": None}, "real2"),
    ("R2Score", {"num_regressors": 2}, "real2"),
    ("PearsonCorrelation", {}, "softmax real2 labels"),
    ("ConcordanceCorrelation", {}, "softmax real2 labels"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2], "sparse_y_pred": False}, "sparse sparse_ties"),
    ("IoU", {"num_classes": 4, "target_class_ids": [1, 3], "sparse_y_pred": False, "ignore_class": 0}, "sparse"),
    ("MeanIoU", {"num_classes": 4}, "numbers"),
    ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False}, "sparse"),
    ("MeanIoU", {"num_classes": 4, "sparse_y_true": False, "sparse_y_pred": False}, "softmax ties"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 3]}, "softmax ties"),
    ("OneHotMeanIoU", {"num_classes": 4, "ignore_class": 1}, "softmax"),
    ("BinaryIoU", {}, "binary edge all_yes"),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, "binary edge"),
    ("KLDivergence", {}, "shares certain"),
    ("Poisson", {}, "positive"),
    ("Hinge", {}, "binary signs real2"),
    ("SquaredHinge", {}, "binary signs"),
    ("CategoricalHinge", {}, "softmax scores"),
    ("BinaryCrossentropy", {}, "binary labels edge"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "binary"),
    ("BinaryCrossentropy", {"from_logits": True}, "logits far"),
    ("CategoricalCrossentropy", {}, "softmax certain shares"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "softmax"),
    ("CategoricalCrossentropy", {"from_logits": True}, "scores"),
    ("SparseCategoricalCrossentropy", {}, "sparse"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "sparse_scores"),
]


def values(metric):
    """The figures of a metric; null stands for what JSON has no number for."""
    return [float(v) if np.isfinite(v) else None for v in np.ravel(metric.result().numpy())]


def run(kind, args, table):
    """The metric, and its figures after every batch, without and with weights, and after the first without any weight."""
    plain, weighted, weightless = (getattr(keras.metrics, kind)(**args) for _ in range(3))
    running, running_weighted = [], []
    for b in table:
        output = tf.constant(b["output"], "float32")
        target = tf.constant(b["target"], "int32" if kind.startswith("Sparse") else "float32")
        if kind.startswith("SparseTop"):
            target = target[:, 0]
        if b is table[0]:
            weightless.update_state(target, output, tf.zeros(len(b["output"]), "float32"))
        plain.update_state(target, output)
        weight = b.get("weight")
        weighted.update_state(target, output, None if weight is None else tf.constant(weight, "float32"))
        running.append(values(plain))
        running_weighted.append(values(weighted))
    return plain, running, running_weighted, values(weightless)


def trimmed(x):
    """Nested lists of numbers, which are float32: their shortest decimals."""
    if isinstance(x, dict):
        return {k: trimmed(v) for k, v in x.items()}
    if isinstance(x, np.ndarray):
        return [trimmed(v) for v in x]
    if isinstance(x, (float, np.floating)):
        return np.float32(x) if x is not None else None
    if isinstance(x, (list, tuple)):
        return [trimmed(v) for v in x]
    return x


def main():
    set_float("float32")
    data = tables()
    cases = []
    for kind, args, names in PLAN:
        for name in names.split():
            keras.utils.clear_session()
            metric, running, weighted, weightless = run(kind, args, data[name])
            direction = getattr(metric, "_direction", None) or ""
            case = {"metric": kind, "args": args, "data": name, "name": metric.name, "direction": direction, "running": trimmed(running)}
            if any(v != 0 for v in weightless):
                case["weightless"] = trimmed(weightless)
            if weighted != running:
                case["running_weighted"] = trimmed(weighted)
            cases.append(case)
    path = HERE.parent.parent / "runtime/metric/testdata/keras_settings.json"
    lines = ",\n".join(f"{json.dumps(k)}: {encode(trimmed(v))}" for k, v in data.items())
    text = encode(versions())[:-1] + ',"batches":{\n' + lines + '\n},"cases":[\n' + ",\n".join(map(encode, cases)) + "\n]}\n"
    json.loads(text)
    path.write_text(text)
    print(f"{path.name}: {len(cases)} cases, {len(text)} bytes")


main()
