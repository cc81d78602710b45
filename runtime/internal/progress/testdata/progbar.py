"""Writes progbar.json: what Keras's Progbar prints on a terminal, at times made up.

Run with Keras 3.15.1:  python progbar.py > progbar.json
"""

import json

import keras
from keras.src.utils import io_utils, progbar

now = 0.0
printed = []
progbar.time.time = lambda: now
io_utils.print_msg = lambda message, line_break=True: printed.append(message)


def case(target, *updates):
    """Each update is (seconds, step, values), the last one the end of an epoch."""
    global now
    now = 1000.0
    bar = keras.utils.Progbar(target, stateless_metrics=set())
    bar._dynamic_display = True
    out = {"target": target or -1, "updates": []}
    for i, (seconds, step, values) in enumerate(updates):
        now = 1000.0 + seconds
        last = i == len(updates) - 1
        if last and target is None:
            bar.target = step
        del printed[:]
        bar.update(step, list(values.items()), finalize=last)
        out["updates"].append([seconds, step, list(values.items()), "".join(printed).lstrip("\b")])
    return out


figures = {"accuracy": 0.80123, "loss": 0.5}
print(
    json.dumps(
        [
            case(30, (0.4, 1, figures), (0.41, 2, figures), (3.1, 17, figures), (6, 30, {**figures, "val_loss": 0.00054, "val_accuracy": 0.0})),
            case(2000, (2, 1, {"loss": 12.25}), (200, 100, {"loss": -1.5}), (2600, 1300, {"loss": 1e-3}), (4400, 2000, {"loss": 1234.5})),
            case(100000, (1.5, 1, {}), (70, 20, {"loss": 1.0}), (80, 21, {"loss": 9e-4}), (90, 100000, {"loss": 2.0})),
            case(None, (0.2, 1, {"loss": 0.25}), (1.3, 12, {"loss": 0.5}), (2.2, 20, {"loss": 0.125})),
            case(1, (0.00025, 1, {"loss": 0.25}), (0.00031, 1, {"loss": 0.25})),
        ],
        indent=1,
        ensure_ascii=False,
    )
)
