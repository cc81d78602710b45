"""results.json: for each example what every engine reached, one line for each run."""

import json
import pathlib
import statistics

RESULTS = pathlib.Path(__file__).parent.parent / "results.json"


def load():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def summarize(runs):
    """Mean and standard deviation of the sample, for everything but the seed and the time."""
    out = {}
    for key in runs[0]:
        if key not in ("seed", "fit_seconds"):
            values = [r[key] for r in runs]
            out[key] = {"mean": float(f"{statistics.mean(values):.6g}"), "stdev": float(f"{statistics.stdev(values):.3g}")}
    return out


def store(name, engine, head, runs):
    """Puts the runs of an example into the file, with their summary."""
    results = load()
    results.setdefault(name, {})[engine] = {**head, **summarize(runs), "runs": runs}
    lines = []
    for example in sorted(results):
        engines = []
        for key, entry in sorted(results[example].items()):
            head = json.dumps({k: v for k, v in entry.items() if k != "runs"})[:-1]
            body = ",\n    ".join(json.dumps(r) for r in entry["runs"])
            engines.append(f'  "{key}": {head}, "runs": [\n    {body}]}}')
        lines.append(f'"{example}": {{\n' + ",\n".join(engines) + "}")
    RESULTS.write_text("{" + ",\n".join(lines) + "}\n")
