package conformance

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/runtime/nn"
)

var onnxTests = flag.String("onnx", "", "pattern of folders laid out as ONNX's backend tests: their packages are compiled, and what they predict and differentiate is compared")

// TestONNX compiles the packages of ONNX files: outputs are those of the folder, and the
// gradient with respect to inputs and weights is that of float64.
func TestONNX(t *testing.T) {
	if *onnxTests == "" {
		t.Skip("with -onnx and a pattern of folders of ONNX's backend tests")
	}
	dirs, err := filepath.Glob(*onnxTests)
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no folders: %v", err)
	}
	// Of half a gigabyte of weights there are several copies, and as much garbage otherwise.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(3 << 30))
	count := map[string]int{}
	for _, f := range fates(t, dirs) {
		f.report(t)
		switch {
		case f.Refused != "":
			count["refused"]++
		case f.good(levels()):
			count["good"]++
			count["gradient: "+f.Gradient]++
		}
		for _, level := range levels() {
			if l := f.Levels[level.String()]; l != nil && len(dirs) <= inOneBinary {
				t.Logf("%-36s %-4v output %.1e, gradient %.1e, that of the interpreter %.1e", f.name(), level, l.Far, l.GradientFar, l.InterpreterFar)
			}
		}
	}
	t.Logf("of %d: %v, at %v", len(dirs), count, levels())
}

// TestONNXSamples compiles the packages of some of the samples that ship.
func TestONNXSamples(t *testing.T) {
	t.Parallel()
	z, err := zip.OpenReader("../../testdata/onnx/samples.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	root := t.TempDir()
	if err := os.CopyFS(root, z); err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, name := range []string{"attention_4d", "cast_FLOAT_to_FLOAT8E4M3FN", "clip_example", "convtranspose_pads", "gru_batchwise", "slice_neg_steps", "top_k", "where_example"} {
		dirs = append(dirs, filepath.Join(root, "test_"+name))
	}
	smooth := 0
	for _, f := range fates(t, dirs) {
		if f.report(t); f.Refused != "" || !f.good(levels()) {
			t.Errorf("%s is not good", f.name())
		}
		if f.Gradient == agrees {
			smooth++
		}
	}
	if smooth < 5 {
		t.Errorf("%d have a gradient", smooth)
	}
}

// inOneBinary is how many packages are linked into a binary.
const inOneBinary = 100

// fates runs tests, so many packages at a time.
func fates(t *testing.T, dirs []string) (all []*fate) {
	t.Helper()
	known := readFates(t)
	for part := range slices.Chunk(dirs, inOneBinary) {
		var rest []string
		for _, dir := range part {
			if f := known[dir]; f != nil {
				all = append(all, f)
			} else {
				rest = append(rest, dir)
			}
		}
		made := together(t, rest)
		writeFates(t, made)
		all = append(all, made...)
		t.Logf("%d of %d", len(all), len(dirs))
	}
	return all
}

// together runs tests in one binary.
func together(t *testing.T, dirs []string) []*fate {
	t.Helper()
	scratch, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(scratch)
	list, folders := make([]*fate, len(dirs)), make([]*folder, len(dirs))
	parallel(t, len(dirs), func(i int) error {
		list[i] = &fate{Dir: dirs[i], Gradient: noPath, Levels: map[string]*atLevel{}}
		folders[i] = list[i].prepare(fmt.Sprintf("o%04d", i), scratch)
		return nil
	})
	flags := []string{"-N", "-l"}
	var names, env []string
	var cases []harness.Case
	for i, f := range folders {
		if f == nil {
			continue
		}
		names = append(names, f.network.name)
		if f.large() {
			flags, env, cases = nil, []string{"GOGC=50"}, append(cases, f.compact(scratch))
			continue
		}
		cases = append(cases, f.inputs)
		if list[i].Gradient == agrees {
			cases = append(cases, f.slope.point(f.network))
		}
	}
	if len(names) == 0 {
		return list
	}
	link(t, scratch, names, flags...)
	for _, level := range levels() {
		results := drive(t, scratch, cases, level, env...)
		for i, f := range folders {
			if f == nil {
				continue
			}
			seen := &atLevel{}
			list[i].Levels[level.String()] = seen
			got := results[0]
			results = results[1:]
			seen.Output = text(f.check(got, seen))
			if list[i].Gradient != agrees {
				continue
			}
			if !f.large() {
				got, results = results[0], results[1:]
			} else if got.Error == "" {
				if got.Grads, err = harness.ReadBlock(f.compact(scratch).GradFile, len(f.inputs.Params)); err != nil {
					t.Fatal(err)
				}
			}
			seen.Gradient = text(f.checkSlope(got, rand.New(rand.NewPCG(uint64(i), 4)), seen))
		}
	}
	return list
}

// text is the message of an error; empty: none.
func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// prepare writes the package of a test and finds a point where it is smooth; nil where
// there is none to compile.
func (t *fate) prepare(name, scratch string) *folder {
	f, err := openFolder(name, t.Dir)
	if err != nil {
		_, t.Wrong = err.(backend.Wrong)
		if f == nil {
			t.Refused = err.Error()
		} else {
			t.Failed = err.Error()
		}
		return nil
	}
	if err := f.emit(scratch, pass.Options{}); err != nil {
		t.Failed = err.Error()
		return nil
	}
	if f.slope, err = newSlope(f.network, f.inputs, f.large()); err != nil || f.slope == nil {
		t.Failed = text(err)
		return f
	}
	if f.large() {
		t.Gradient = agrees
		return f
	}
	path, err := f.slope.Verdict(rand.New(rand.NewPCG(uint64(len(name)), 5)), f.slope.names)
	switch {
	case errors.Is(err, backend.ErrRough):
		t.Gradient = rough
	case err != nil:
		t.Failed = err.Error()
	case path:
		t.Gradient = agrees
	}
	return f
}

var fateFile = flag.String("fates", "", "file that keeps what became of ONNX's backend tests: those that it has are not run again")

// fate is what became of a test. Texts are errors; empty: there is none.
type fate struct {
	Dir      string
	Refused  string `json:",omitempty"` // by the interpreter
	Wrong    bool   `json:",omitempty"` // what the interpreter gives
	Failed   string `json:",omitempty"` // to become a package
	Gradient string // agrees, noPath or rough
	Levels   map[string]*atLevel
}

// What the gradient of a network is in float64.
const (
	agrees = "agrees"  // with differences
	noPath = "no path" // 0 everywhere
	rough  = "rough"   // not smooth near the point
)

// atLevel is what the package gives with the instructions of a level.
type atLevel struct {
	Output, Gradient string `json:",omitempty"` // what is wrong with it
	// Far is how far outputs are from those expected, as a part of the largest that is
	// a number; GradientFar that of the gradient from float64, of the tensor where it
	// matters most, and InterpreterFar that of the interpreter in float32 there.
	Far, GradientFar, InterpreterFar float64
}

func (f *fate) name() string { return filepath.Base(f.Dir) }

// good reports that the package is right at the given levels.
func (f *fate) good(levels []nn.Level) bool {
	for _, level := range levels {
		l := f.Levels[level.String()]
		if l == nil || l.Output != "" || l.Gradient != "" {
			return false
		}
	}
	return f.Refused == "" && f.Failed == ""
}

// empty are the outputs that the interpreter gives and no package has: of no elements, or
// of whole numbers that are known and beyond float32.
var empty = regexp.MustCompile(`output ".*" of model.onnx has (no elements|-?\d+, which no float32 holds)$`)

// report fails the test by what is wrong of a case.
func (f *fate) report(t *testing.T) {
	t.Helper()
	switch {
	case f.Wrong:
		t.Errorf("%s: %s", f.name(), f.Refused)
	case f.Refused != "":
		t.Logf("%s: refused: %.300s", f.name(), f.Refused)
	case empty.MatchString(f.Failed):
		t.Logf("%s: no package: %.300s", f.name(), f.Failed)
	case f.Failed != "":
		t.Errorf("%s: no package: %.400s", f.name(), f.Failed)
	}
	for level, l := range f.Levels {
		if l.Output != "" {
			t.Errorf("%s: %s: %.400s", level, f.name(), l.Output)
		}
		if l.Gradient != "" {
			t.Errorf("%s: %s: gradient: %.400s", level, f.name(), l.Gradient)
		}
	}
}

// readFates are those of the file, by folder.
func readFates(t *testing.T) map[string]*fate {
	t.Helper()
	known := map[string]*fate{}
	if *fateFile == "" {
		return known
	}
	file, err := os.Open(*fateFile)
	if os.IsNotExist(err) {
		return known
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for dec := json.NewDecoder(file); dec.More(); {
		f := &fate{}
		if err := dec.Decode(f); err != nil {
			t.Fatal(err)
		}
		known[f.Dir] = f
	}
	return known
}

// writeFates appends to the file.
func writeFates(t *testing.T, made []*fate) {
	t.Helper()
	if *fateFile == "" {
		return
	}
	file, err := os.OpenFile(*fateFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	enc := json.NewEncoder(file)
	for _, f := range made {
		if err := enc.Encode(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
