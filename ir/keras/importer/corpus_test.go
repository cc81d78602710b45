package importer

import (
	"cmp"
	"flag"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

var corpus = flag.String("corpus", "", "a folder with files of Keras at any depth, and for some predictions in NAME_inputs_and_outputs.h5, of which TestCorpus makes a table")

// TestCorpus imports all files of a folder: a table says of each what became of it, and
// the predictions are compared with those of the Keras that wrote it.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("there is no -corpus folder")
	}
	counts := map[string]int{}
	reasons := map[string]int{}
	err := filepath.WalkDir(*corpus, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !isKeras(path) || strings.Contains(path, "inputs_and_outputs") {
			return err
		}
		name, _ := filepath.Rel(*corpus, path)
		m, err := Open(path, nil)
		if err != nil {
			if shapes := hinted(err); shapes != nil {
				counts["given a shape"]++
				m, err = Open(path, shapes)
			} else if config := beside(path); config != "" && strings.Contains(err.Error(), "the file has weights alone") {
				counts["with a configuration beside"]++
				m, err = Options{Config: config}.Open(path)
			}
		}
		switch {
		case err != nil && strings.Contains(err.Error(), "the file has weights alone"):
			counts["weights alone"]++
			return nil
		case err != nil:
			counts["refused"]++
			reasons[reason(err)]++
			t.Logf("refused   %s: %v", name, strings.ReplaceAll(err.Error(), "\n", " | "))
			return nil
		}
		counts["imported"]++
		if m.Optimizer != nil {
			counts["with the state of the optimizer"]++
		}
		for _, left := range m.Left {
			t.Logf("left out  %s: %s", name, left)
		}
		ending := regexp.MustCompile(`(_model)?\.\w+$`)
		predictions := ending.ReplaceAllString(path, "_inputs_and_outputs.h5")
		if _, err := os.Stat(predictions); err != nil {
			return nil
		}
		counts["with predictions"]++
		worst, size := m.recorded(t, predictions)
		if !(worst <= 1e-5*max(size, 1)) {
			counts["differ"]++
			t.Errorf("%s differs: %.2g of %.2g", name, worst, size)
		} else {
			t.Logf("same      %s: %.2g of %.2g", name, worst, size)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for why, n := range reasons {
		t.Logf("%4d refused: %s", n, why)
	}
	t.Log(counts)
}

var hint = regexp.MustCompile(`--shape ([^=]+)=(\d+(?:,\d+)*)`)

// hinted are the shapes that an error proposes for what a file leaves open.
func hinted(err error) map[string][]int {
	var shapes map[string][]int
	for _, m := range hint.FindAllStringSubmatch(err.Error(), -1) {
		if shapes == nil {
			shapes = map[string][]int{}
		}
		for n := range strings.SplitSeq(m[2], ",") {
			extent, _ := strconv.Atoi(n)
			shapes[m[1]] = append(shapes[m[1]], extent)
		}
	}
	return shapes
}

// beside is the configuration of weights alone: a.json or a_config.json of
// a_small_weights.h5.
func beside(path string) string {
	base := strings.TrimSuffix(path, filepath.Ext(path))
	for {
		for _, name := range []string{base + ".json", base + "_config.json"} {
			if _, err := os.Stat(name); err == nil {
				return name
			}
		}
		i := strings.LastIndexByte(filepath.Base(base), '_')
		if i < 0 {
			return ""
		}
		base = base[:len(base)-len(filepath.Base(base))+i]
	}
}

// isKeras reports a file with the signature of HDF5 or of zip, whatever it is called.
func isKeras(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4)
	n, _ := f.Read(head)
	return string(head[:n]) == "\x89HDF" || string(head[:n]) == "PK\x03\x04"
}

var quoted = regexp.MustCompile(`"[^"]*"|\d+`)

// reason is an error without names and numbers, of the first of several.
func reason(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	_, text, _ = strings.Cut(text, ": ")
	return quoted.ReplaceAllString(text, "_")
}

// recorded compares with the predictions in a file of deeplearning4j's tests: rows of
// inputs/NAME, and predictions/NAME for each output.
func (m *Model) recorded(t *testing.T, path string) (worst, size float64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Open(strings.NewReader(string(b)), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	arrays := func(group string) (names []string, values [][]float64, rows int) {
		g, err := root.Group(group)
		if err != nil {
			t.Fatal(err)
		}
		names = slices.Clone(g.Names())
		slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
		for _, name := range names {
			d, err := g.Dataset(name)
			if err != nil {
				t.Fatal(err)
			}
			v, err := d.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			values, rows = append(values, v), d.Shape()[0]
		}
		return names, values, rows
	}
	names, given, rows := arrays("inputs")
	inputs := map[string][]float64{}
	for i, in := range m.Network.Spec.Inputs {
		at := slices.Index(names, in.Name)
		if at < 0 && len(names) == 1 {
			at = i
		}
		if at < 0 {
			t.Fatalf("%s: no rows for input %s, but %q", path, in.Name, names)
		}
		inputs[in.Name] = given[at]
	}
	_, want, _ := arrays("predictions")
	got := predict(t, m, rows, inputs)
	if len(got) != len(want) {
		return math.Inf(1), 0
	}
	for i := range got {
		w, s := distance(got[i], want[i])
		worst, size = max(worst, w), max(size, s)
	}
	return worst, size
}
