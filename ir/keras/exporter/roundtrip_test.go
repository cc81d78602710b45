package exporter

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

var saved = flag.String("keras", "", "folder of models that testdata/keras/roundtrip.py has saved; those that are exported go to exported in it")

// comment is the first line of a description that was imported, which says of what
// file.
var comment = regexp.MustCompile(`^#.*\n`)

// formatOf is the format that a name says.
func formatOf(name string) Format {
	switch {
	case strings.HasSuffix(name, ".weights.h5"):
		return Weights
	case strings.HasSuffix(name, ".h5"):
		return H5
	}
	return Keras
}

// export writes a model into a folder.
func export(t *testing.T, dir, name string, s Source) bool {
	t.Helper()
	s.Date = "2026-01-31@10:20:30"
	m, _, err := s.Model(formatOf(name))
	if err != nil {
		t.Error(err)
		return false
	}
	var b bytes.Buffer
	if formatOf(name) == Keras {
		err = m.WriteKeras(&b)
	} else {
		err = m.WriteH5(&b)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
	return err == nil
}

// write writes a model into a folder, and reads it back.
func write(t *testing.T, dir, name string, s Source) *importer.Model {
	t.Helper()
	if !export(t, dir, name, s) {
		return nil
	}
	back, err := importer.Open(filepath.Join(dir, name), nil)
	if err != nil {
		t.Errorf("%s is not imported: %v", name, err)
		return nil
	}
	return back
}

// same compares descriptions and weights byte for byte.
func same(t *testing.T, was, is *importer.Model) {
	t.Helper()
	a, b := comment.ReplaceAll(was.Report.Description, nil), comment.ReplaceAll(is.Report.Description, nil)
	if !bytes.Equal(a, b) {
		t.Errorf("the description is\n%s, want\n%s", b, a)
	}
	if len(was.Weights) != len(is.Weights) {
		t.Errorf("there are %d weights, want %d", len(is.Weights), len(was.Weights))
	}
	for name, w := range was.Weights {
		if !slices.EqualFunc(w, is.Weights[name], func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }) {
			t.Errorf("%s differs", name)
		}
	}
}

// segments are those of a network as optimizers have them.
func segments(n *build.Network) (list []nn.Segment) {
	for _, s := range n.Header.Segments {
		list = append(list, nn.Segment{Name: s.Name, Shape: s.Shape, Offset: s.Offset, Flags: map[block.Role]nn.Flags{block.Frozen: nn.Frozen, block.State: nn.State}[s.Role]})
	}
	return list
}

// optimizer is that of a description.
func optimizer(t *testing.T, n *build.Network) *optim.Optimizer {
	t.Helper()
	rule, err := build.Rule(n.Spec.Compile.Optimizer)
	if err != nil {
		t.Fatal(err)
	}
	o, err := optim.New(rule, segments(n))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// trainedState is the state of the optimizer in a .keras file that Keras has saved, read in
// the order of package keras: Keras and the exporter have to agree about it.
func trainedState(t *testing.T, path string, s Source) *optim.Optimizer {
	t.Helper()
	file, err := container.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	o := optimizer(t, s.Network)
	w := s.weights()
	var trained []nn.Segment
	for _, s := range w.trained(w.root) {
		trained = append(trained, nn.Segment{Name: s.Name, Shape: s.Shape})
	}
	of, values := o.State()
	variables := keras.OptimizerVariables(o.Rule, trained)
	var arrays []*container.Tensor
	for i := range variables {
		if a := file.Tensor("optimizer/vars/" + strconv.Itoa(i)); a != nil {
			arrays = append(arrays, a)
		}
	}
	if len(arrays) != len(variables) {
		t.Fatalf("the file has %d variables of the optimizer, want %d", len(arrays), len(variables))
	}
	for i, v := range variables {
		x, err := arrays[i].Float32s()
		switch {
		case err != nil:
			t.Fatal(err)
		case !slices.Equal(arrays[i].Shape, v.Shape):
			t.Fatalf("%s is %v in the file, want %v", v.Name, arrays[i].Shape, v.Shape)
		case v.Name == "iteration":
			o.Step = int(x[0])
		case v.Name == "learning_rate":
			o.Rule.Common().LearningRate = float64(x[0])
		case v.Name != "":
			s := of[slices.IndexFunc(of, func(s nn.Segment) bool { return s.Name == v.Name })]
			copy(s.Of(values), x)
		}
	}
	counted, now := o.State() // with the two counts
	for _, s := range counted[:2] {
		copy(s.Of(values), s.Of(now))
	}
	if err := o.Restore(of, values); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestSaved imports models that Keras has saved, exports them with the state of the
// optimizer, and imports what was written: the description and the weights are the same.
func TestSaved(t *testing.T) {
	if *saved == "" {
		t.Skip("a folder of models is given by -keras")
	}
	files, err := filepath.Glob(filepath.Join(*saved, "*.keras"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	out := filepath.Join(*saved, "exported")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".keras")
		t.Run(base, func(t *testing.T) {
			was, err := importer.Open(file, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := Source{Network: was.Network, Values: was.Weights}
			if w := s.weights(); was.Network.Spec.Compile != nil && len(w.trained(w.root)) > 0 {
				s.Optimizer = trainedState(t, file, s)
			}
			if is := write(t, out, base+".keras", s); is != nil {
				same(t, was, is)
			}
			old, err := importer.Open(filepath.Join(*saved, base+".h5"), nil)
			if err != nil {
				t.Error(err)
			} else if is := write(t, out, base+".h5", Source{Network: old.Network, Values: old.Weights}); is != nil {
				same(t, old, is)
			}
			export(t, out, base+".weights.h5", s)
		})
	}
}
