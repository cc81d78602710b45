package conformance

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

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

// report fails the test by what is wrong of a case.
func (f *fate) report(t *testing.T) {
	t.Helper()
	switch {
	case f.Wrong:
		t.Errorf("%s: %s", f.name(), f.Refused)
	case f.Refused != "":
		t.Logf("%s: refused: %.300s", f.name(), f.Refused)
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
