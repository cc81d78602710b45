"""Times ONNX files in packages and in ONNX Runtime, in turns, on one thread.

python speed.py NNGEN FOLDER: .onnx files, each with a .npz whose "meta" binds extents.
Medians over 15 rounds. Needs numpy, onnxruntime.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

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
	if len(in) != int(unsafe.Sizeof(*x)) { panic("size") }
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


def fed(session, npz):
    """Inputs of one row, and flags."""
    bound = {k.split("=")[0]: v for k, v in json.loads(str(npz["meta"]))["bind"].items()}
    feed, flags = {}, []
    for i, p in enumerate(session.get_inputs()):
        shape = [d if isinstance(d, int) and d > 0 else bound[f"{p.name}[{a}]"] if a else 1 for a, d in enumerate(p.shape)]
        flags += [x for d, n in list(zip(p.shape, shape))[1:] if isinstance(d, str) for x in ("--bind", f"{d}={n}")]
        kind = {"tensor(float)": np.float32, "tensor(int64)": np.int64}.get(p.type, np.int32)
        given = npz[f"in_{i}"] if f"in_{i}" in npz else np.random.default_rng(i).standard_normal(shape)
        feed[p.name] = np.resize(given, shape).astype(kind)
    return feed, flags


def row(file, dir):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, o)
    feed, flags = fed(session, np.load(file.with_suffix(".npz")))
    run = lambda *a: subprocess.run(a, cwd=dir, check=True, capture_output=True, text=True)
    run(nngen, "generate", file, "--predict-only", "-op", "-pp", *flags)
    name, result = re.search(r"func \(m \*Model\) (Predict\w*)\(.*?\)(.*?)\{", (dir / "p/predict.go").read_text()).groups()
    (dir / "main.go").write_text(main.replace("CALL", calls[name, "error" in result]))
    (dir / "go.mod").write_text("module speed\n\ngo 1.24\n")
    (dir / "in").write_bytes(b"".join(a.astype(np.int32 if a.dtype == np.int64 else a.dtype).tobytes() for a in feed.values()))
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

    n = max(1, int(5e7 / max(ours(3), theirs(3))))
    rounds = np.array([(ours(n), theirs(n)) for _ in range(15)])
    it.stdin.close()
    got, want = np.fromfile(dir / "out", np.float32), np.concatenate([np.ravel(o) for o in session.run(None, feed)])
    off = np.abs(got - want).max() / np.abs(want).max()
    return "%.2f | %.2f" % tuple(np.median(rounds, 0) / 1e3) + f" | {np.median(rounds[:, 1] / rounds[:, 0]):.2f} | {off:.0e}"


print("| file | nngen, µs | ONNX Runtime, µs | ratio | off by |\n|---|--:|--:|--:|--:|")
for file in sorted(folder.glob("*.onnx")):
    with tempfile.TemporaryDirectory() as d:
        try:
            said = row(file, pathlib.Path(d))
        except Exception as e:
            said = (getattr(e, "stderr", "") or str(e)).strip().splitlines()[0][:90] + " | | |"
    print(f"| {file.stem} | {said} |", flush=True)
