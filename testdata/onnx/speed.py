"""Times ONNX files in packages, ONNX Runtime and, where it is installed, OpenVINO (f32), in turns, on one thread.

python speed.py NNGEN FOLDER [TABLE]: .onnx files, each with a .npz whose "meta" binds extents, or folders of exports.py.
Medians over 15 rounds. Rows that TABLE holds are not measured again; its last line counts. Needs numpy, onnxruntime.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

try:
    import openvino
except ImportError:
    openvino = None

nngen, folder = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
main = """package main
import ("fmt"; "os"; "time"; "unsafe"; "speed/p")
func check(err error) { if err != nil { panic(err) } }
func main() {
	m, err := p.Embedded()
	check(err)
	x, y := new(p.Input), new(p.Output)
	in, err := os.ReadFile("in")
	check(err)
	if len(in) > int(unsafe.Sizeof(*x)) { panic("size") } // what is left is for random numbers
	copy(unsafe.Slice((*byte)(unsafe.Pointer(x)), len(in)), in)
	CALL
	check(os.WriteFile("out", unsafe.Slice((*byte)(unsafe.Pointer(y)), unsafe.Sizeof(*y)), 0o666))
	for n := 0; ; {
		if _, err := fmt.Scan(&n); err != nil { return }
		start := time.Now()
		for range n { CALL }
		fmt.Println(time.Since(start).Nanoseconds())
	}
}
"""
calls = {("Predict", 0): "*y = m.Predict(x)", ("Predict", 1): "{ var err error; *y, err = m.Predict(x); check(err) }",
         ("PredictInto", 0): "m.PredictInto(y, x)", ("PredictInto", 1): "check(m.PredictInto(y, x))"}


def fed(session, file):
    """Inputs of one row, and flags."""
    npz, bound = {}, {}
    if file.with_suffix(".npz").exists():
        npz = np.load(file.with_suffix(".npz"))
        bound = {k.split("=")[0]: v for k, v in json.loads(str(npz["meta"]))["bind"].items()}
    elif (file.parent / "bind.txt").exists():
        said = dict(l.split("=") for l in (file.parent / "bind.txt").read_text().split())
        bound = {f"{p.name}[{a}]": int(said[d]) for p in session.get_inputs() for a, d in enumerate(p.shape) if d in said}
    feed, flags = {}, []
    for i, p in enumerate(session.get_inputs()):
        shape = [d if isinstance(d, int) and d > 0 else bound[f"{p.name}[{a}]"] if a else 1 for a, d in enumerate(p.shape)]
        flags += [x for d, n in list(zip(p.shape, shape))[1:] if isinstance(d, str) for x in ("--bind", f"{d}={n}")]
        kind = {"tensor(float)": np.float32, "tensor(int64)": np.int64}.get(p.type, np.int32)
        r = np.random.default_rng(i)
        given = npz[f"in_{i}"] if f"in_{i}" in npz else r.standard_normal(shape) if kind is np.float32 else r.integers(0, 10, shape)
        kind = bool if p.type == "tensor(bool)" else kind
        feed[p.name] = np.resize(given, shape).astype(kind)
    return feed, flags


def kinds(source, name):
    """Types of the elements of Input or Output, by field."""
    text = re.search(rf"^type {name} (struct {{.*?^}}|.*?$)", source, re.M | re.S)[1]
    return [np.dtype(k) for k in re.findall(r"\b(float32|int32)(?: +//.*)?$", text, re.M)]


def row(file, dir):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = 1
    if file.with_suffix(".ext").is_dir():  # data that belongs beside it
        shutil.copytree(file.with_suffix(".ext"), dir / "m")
        beside, file = file, pathlib.Path(shutil.copy(file, dir / "m"))
        shutil.copy(beside.with_suffix(".npz"), dir / "m")
    session = onnxruntime.InferenceSession(file, o)
    feed, flags = fed(session, file)
    run = lambda *a: subprocess.run(a, cwd=dir, check=True, capture_output=True, text=True)
    run(nngen, "generate", file, "--predict-only", "-op", "-pp", *flags)
    name, result = re.search(r"func \(m \*Model\) (Predict\w*)\(.*?\)(.*?)\{", (dir / "p/predict.go").read_text()).groups()
    (dir / "main.go").write_text(main.replace("CALL", calls[name, "error" in result]))
    (dir / "go.mod").write_text("module speed\n\ngo 1.24\n")
    source = (dir / "p/model.go").read_text()
    (dir / "in").write_bytes(b"".join(a.astype(k).tobytes() for a, k in zip(feed.values(), kinds(source, "Input"))))
    run("go", "build", "-o", "it", ".")
    it = subprocess.Popen([dir / "it"], cwd=dir, stdin=-1, stdout=-1, text=True, env={"GOMAXPROCS": "1"})

    def ours(n):
        print(n, file=it.stdin, flush=True)
        return int(it.stdout.readline()) / n

    def theirs(n):
        start = time.perf_counter_ns()
        for _ in range(n):
            session.run(None, feed)
        return (time.perf_counter_ns() - start) / n

    other = None
    if openvino:
        try:
            core = openvino.Core()
            model = core.read_model(file)
            model.reshape({k: list(a.shape) for k, a in feed.items()})
            how = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
            request = core.compile_model(model, "CPU", how).create_infer_request()
            request.infer(feed)
            other = request
        except Exception:  # it does not run the file
            pass

    def others(n):
        start = time.perf_counter_ns()
        for _ in range(n):
            other.infer(feed)
        return (time.perf_counter_ns() - start) / n

    n = max(1, int(5e7 / max(ours(3), theirs(3))))
    rounds = np.array([(ours(n), theirs(n), others(n) if other else np.nan) for _ in range(15)])
    it.stdin.close()
    want = session.run(None, feed)
    if isinstance(want[-1], list):  # a classifier of skl2onnx; a package gives what it says of the classes
        want = [np.array(list(want[-1][0].values()))]
    want = [o for o in want if o.size]
    given, got, at, off = kinds(source, "Output"), (dir / "out").read_bytes(), 0, 0.0
    if len(given) != len(want) or len(got) != 4 * sum(o.size for o in want):
        raise ValueError(f"the package gives {len(given)} outputs of {len(got)} bytes, ONNX Runtime {[o.shape for o in want]}")
    for o, kind in zip(want, given):
        mine, at = np.frombuffer(got, kind, o.size, at).astype(float), at + 4 * o.size
        o = o.ravel().astype(float)
        with np.errstate(invalid="ignore"):
            apart = np.where((mine == o) | np.isnan(mine) & np.isnan(o), 0, np.abs(mine - o))
        off = max(off, apart.max() / max(np.abs(o[np.isfinite(o)]).max(initial=0), 1e-30))
    mid = np.median(rounds, 0) / 1e3
    ratio = np.median(rounds[:, 1:] / rounds[:, :1], 0)
    cells = [f"{v:.2f}" if v == v else "-" for v in (*mid, *ratio)]
    return " | ".join(cells) + f" | {off:.0e}"


head = "| file | nngen, µs | ONNX Runtime, µs | OpenVINO, µs | ratio | to OpenVINO | off by |\n|---|--:|--:|--:|--:|--:|--:|\n"
table = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
done = {l.split(" | ")[0][2:]: l for l in table.read_text().splitlines()} if table and table.exists() else {}
print(head, end="")
if table and not done:
    table.write_text(head)
ratios = []
for file in sorted(folder.glob("*.onnx")) + sorted(folder.glob("*/model.onnx")):
    name = file.parent.name if file.stem == "model" else file.stem
    line = done.get(name)
    if line is None:
        with tempfile.TemporaryDirectory() as d:
            try:
                said = row(file, pathlib.Path(d))
            except Exception as e:
                said = (getattr(e, "stderr", "") or str(e)).strip().splitlines()[0][:90].replace("|", "/") + " | | | | |"
        line = f"| {name} | {said} |"
        if table:
            with table.open("a") as f:
                f.write(line + "\n")
    print(line, flush=True)
    cells = line.split(" | ")
    if len(cells) > 4 and re.fullmatch(r"[\d.]+", cells[4]):
        ratios.append(float(cells[4]))
print(f"{sum(r > 1 for r in ratios)} of {len(ratios)} ahead of ONNX Runtime")
