package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/codegen/overlay"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/nn"
)

// network is one description compiled as far as both engines need it.
type network struct {
	name string // of the emitted package
	*build.Network
	streams bool   // the emitted package takes steps
	soFar   bool   // a step goes over the steps so far, in blocks
	whole   string // what the package says where it does not
}

// compileJSON reads and builds a description in its JSON form.
func compileJSON(name string, src []byte) (*network, error) {
	m, err := spec.Parse(name+".json", src)
	if err != nil {
		return nil, err
	}
	net, err := build.Build(m)
	if err != nil {
		return nil, err
	}
	return &network{name: name, Network: net}, nil
}

var shareBound = regexp.MustCompile(`const (train|predict)Share = \d+`)

// emit writes the package of a network into the scratch module.
func (n *network) emit(dir string, o pass.Options) error {
	src := pass.Source{Predict: n.Predict, Step: n.Step, Evaluate: n.Evaluate, Train: n.Train}
	for _, a := range n.Adapts {
		src.Adapts = append(src.Adapts, a.Graph)
	}
	p, err := pass.Compile(n.Header, src, o)
	if err != nil {
		return err
	}
	initial, err := n.initial()
	if err != nil {
		return err
	}
	files, err := codegen.Generate(p, codegen.Config{Package: n.name, Machine: o.Machine, Initial: initial})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, n.name), 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name, "_test.go") {
			continue
		}
		n.streams = n.streams || f.Name == "step.go"
		n.soFar = n.soFar || strings.Contains(string(f.Data), "// steps so far, in blocks\n")
		if _, why, ok := strings.Cut(string(f.Data), "Sequences are given as a whole: "); ok {
			n.whole, _, _ = strings.Cut(why, "\n")
		}
		// Small models are shared out among workers here, which does not pay.
		text := shareBound.ReplaceAll(f.Data, []byte("const ${1}Share = 1"))
		if err := os.WriteFile(filepath.Join(dir, n.name, f.Name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// parallel calls work for 0 to n-1 from as many goroutines as there are cores, and
// ends the test with the first error.
func parallel(t *testing.T, n int, work func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = work(i)
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// link makes one binary of all packages. Flags are those of the compiler.
func link(t *testing.T, dir string, packages []string, flags ...string) {
	t.Helper()
	module, err := filepath.Abs("../../runtime")
	if err != nil {
		t.Fatal(err)
	}
	var main strings.Builder
	main.WriteString("package main\n\nimport (\n\t\"os\"\n\t\"runtime\"\n\n\t\"scratch/harness\"\n")
	for _, p := range packages {
		fmt.Fprintf(&main, "\t\"scratch/%s\"\n", p)
	}
	main.WriteString(")\n\nfunc main() {\n")
	for _, p := range packages {
		fmt.Fprintf(&main, "\tharness.Register(%q, func() any { return %[1]s.New(%[1]s.Seed(1), %[1]s.Workers(runtime.GOMAXPROCS(0))) }, %[1]s.WeightedSlices)\n", p)
	}
	main.WriteString("\tif err := harness.Serve(os.Stdin, os.Stdout); err != nil {\n\t\tpanic(err)\n\t}\n}\n")
	files := map[string]string{
		"go.mod":  "module scratch\n\ngo 1.24\n\nrequire github.com/nngen-go/nngen/runtime v0.0.0\n\nreplace github.com/nngen-go/nngen/runtime => " + module + "\n",
		"main.go": main.String(),
	}
	for _, name := range []string{"harness/harness.go", "harness/block.go", "harness/formula.go", "harness/measure.go", "harness/numbers.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(source)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	at := place(t)
	seen, err := overlay.Write(dir, at)
	if err != nil {
		t.Fatal(err)
	}
	// Without tables for a debugger, which take an eighth of the time. Several packages
	// are compiled at the same time, so that threads within one (-c) only cost.
	goBuild := exec.Command("go", "build", "-overlay", seen, "-gcflags=scratch/...="+strings.Join(append(flags, "-dwarf=false", "-c=1"), " "), "-ldflags=-s -w", "-o", filepath.Join(dir, "scratch.exe"), ".")
	goBuild.Dir = at
	goBuild.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := goBuild.CombinedOutput(); err != nil {
		t.Fatalf("the emitted packages do not build: %v\n%s", err, head(out))
	}
	t.Logf("%d packages take %.1f s of processor time to build", len(packages), seconds(goBuild))
}

// seconds are those of processor time that a command and those it started have taken.
func seconds(c *exec.Cmd) float64 {
	return (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
}

// place is the folder in which the go command sees the module. It stays, so that
// packages which are as they were the last time are not compiled again.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = t.TempDir()
	}
	return filepath.Join(dir, "nngen-test", "conformance")
}

// levels are the sets of instructions that this computer can run kernels in:
// the Go bodies always, AVX2 and AVX-512 where it has them.
func levels() []nn.Level {
	var list []nn.Level
	for l := nn.Go; l <= nn.CPU(); l++ {
		list = append(list, l)
	}
	return list
}

// drive runs the cases through the binary that link has built, with kernels of
// one level, and gives the results in their order.
func drive(t *testing.T, dir string, cases []harness.Case, level nn.Level, env ...string) []harness.Result {
	t.Helper()
	var in, out bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, c := range cases {
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(filepath.Join(dir, "scratch.exe"))
	run.Env = append(append(os.Environ(), "NNGEN_CPU="+level.String(), "GOGC=400", "GOMEMLIMIT=off"), env...)
	var stderr bytes.Buffer
	run.Stdin, run.Stdout, run.Stderr = &in, &out, &stderr
	if err := run.Run(); err != nil {
		t.Fatalf("the emitted packages fail: %v\n%s", err, head(stderr.Bytes()))
	}
	t.Logf("%d cases take %.1f s of processor time at level %s", len(cases), seconds(run), level)
	var results []harness.Result
	dec := json.NewDecoder(&out)
	for range cases {
		var r harness.Result
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	return results
}

// head is the beginning of a long output.
func head(out []byte) []byte {
	const most = 6000
	if len(out) > most {
		return append(out[:most:most], "..."...)
	}
	return out
}

// block lays named tensors out as the network's parameter block.
func (n *network) block(tensors map[string][]float64) ([]float32, error) {
	var out []float32
	for _, s := range n.Header.Segments {
		data, ok := tensors[s.Name]
		if !ok || len(data) != s.Len() {
			return nil, fmt.Errorf("segment %s has %d elements, given %d", s.Name, s.Len(), len(data))
		}
		for _, v := range data {
			out = append(out, float32(v))
		}
	}
	return out, nil
}

// largest is ‖a-b‖∞ and ‖b‖∞.
func largest(a []float32, b []float64) (difference, size float64) {
	for i := range b {
		d := float64(a[i]) - b[i]
		difference = max(difference, d, -d)
		size = max(size, b[i], -b[i])
	}
	return difference, size
}
