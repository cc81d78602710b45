"""Writes runtime/metric/testdata/report.json: confusion matrices and what scikit-learn's classification_report says of them."""

import json

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix
import sklearn

from vectors import HERE, rng


def case(name, classes, target, predicted):
    names = [f"class {i}" for i in range(classes)]
    labels = list(range(classes))
    report = classification_report(target, predicted, labels=labels, target_names=names, output_dict=True, zero_division=0)
    return {
        "name": name,
        "classes": names,
        "target": [int(x) for x in target],
        "predicted": [int(x) for x in predicted],
        "matrix": confusion_matrix(target, predicted, labels=labels).tolist(),
        "accuracy": report["accuracy"],
        "report": [[r["precision"], r["recall"], r["f1-score"], r["support"]] for r in (report[n] for n in names + ["macro avg", "weighted avg"])],
    }


def main():
    r = rng("reports")
    ten = r.integers(0, 10, 80)
    cases = [
        case("two", 2, [0, 0, 1, 1, 1, 0, 1], [0, 1, 1, 1, 0, 0, 1]),
        case("ten", 10, ten, np.where(r.uniform(0, 1, 80) < 0.7, ten, r.integers(0, 10, 80))),
        case("one class alone", 3, [1, 1, 1], [1, 1, 2]),
        case("never predicted", 3, [0, 1, 2, 2], [0, 0, 0, 0]),
        case("all right", 2, [0, 1, 1], [0, 1, 1]),
    ]
    path = HERE.parent.parent / "runtime/metric/testdata/report.json"
    path.write_text(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


main()
