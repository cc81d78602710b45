package importer

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
)

var trained = flag.String("trained", "", "a folder that testdata/trained.py has written, for TestTrained")

// TestTrained goes on with trainings of Keras: three steps more make the weights that
// Keras has after them, with every optimizer, from the .keras and from the .h5 file.
func TestTrained(t *testing.T) {
	if *trained == "" {
		t.Skip("there is no -trained folder")
	}
	arrays, err := filepath.Glob(filepath.Join(*trained, "*.npz"))
	if err != nil || len(arrays) < 20 {
		t.Fatal("no files in ", *trained, err)
	}
	for _, path := range arrays {
		name := strings.TrimSuffix(path, ".npz")
		after, err := Open(name+"_after.keras", nil)
		if err != nil {
			t.Error(err)
			continue
		}
		files, err := filepath.Glob(name + ".h5") // Keras cannot write all of them as .h5
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range append(files, name+".keras") {
			m, err := Open(file, nil)
			if err != nil {
				t.Error(err)
				continue
			}
			if m.Optimizer == nil || m.Optimizer.Step != 4 {
				t.Errorf("%s: the state of the optimizer is not there: %q", file, m.Left)
				continue
			}
			most := 0.0
			for name, worst := range m.train(t, path, after) {
				if name == "attend/key/bias" {
					continue // softmax takes no notice of it: its gradient is what rounding leaves
				}
				if most = max(most, worst); !(worst <= 2e-5) { // Keras computes in float32
					t.Errorf("%s: %s differs by %.2g of its largest element", file, name, worst)
				}
			}
			t.Logf("%s: %s, at most %.1g of a weight's largest element %v", filepath.Base(file), m.Optimizer.Rule.Name(), most, m.Left)
		}
	}
}

// train takes the steps of a .npz file, and gives how much the weights differ from those
// of a model after them, relative to the largest of each.
func (m *Model) train(t *testing.T, path string, after *Model) map[string]float64 {
	t.Helper()
	g := pass.Clone(m.Network.Train)
	if err := pass.Autodiff(g); err != nil {
		t.Fatal(err)
	}
	machine := interp.New[float64](g)
	block := m.block()
	var segments []nn.Segment
	trainable := 0 // elements
	for _, s := range m.Network.Header.Segments {
		segments = append(segments, nn.Segment{Name: s.Name, Shape: s.Shape, Offset: s.Offset})
		if s.Role == 0 {
			trainable += s.Len()
		}
	}
	steps, err := data.OpenNPZ(path, "x", "y")
	if err != nil {
		t.Fatal(err)
	}
	for k := range steps[0].Len() {
		for _, s := range segments {
			copy(machine.Params[s.Name].F, doubles(s.Of(block)))
		}
		gradients := make([]float32, trainable)
		if _, err := machine.Train(g, rowsOf(g, steps, k), func(segment string, _, grad []float64) {
			i := slices.IndexFunc(segments, func(s nn.Segment) bool { return s.Name == segment })
			for j, v := range grad {
				segments[i].Of(gradients)[j] = float32(v)
			}
		}); err != nil {
			t.Fatal(err)
		}
		for _, s := range segments {
			if s.Offset >= trainable { // states of BatchNormalization
				for j, v := range machine.Params[s.Name].F {
					s.Of(block)[j] = float32(v)
				}
			}
		}
		if err := m.Optimizer.Apply(block[:trainable], gradients); err != nil {
			t.Fatal(err)
		}
	}
	worst := map[string]float64{}
	for _, s := range segments {
		got, want := doubles(s.Of(block)), doubles(after.Weights[s.Name])
		d, size := distance(got, want)
		worst[s.Name] = d / max(size, 1e-30)
	}
	return worst
}

// rowsOf is a batch for a training graph with one input, x, and one target.
func rowsOf(g *ir.Graph, steps []*data.NPY, k int) interp.Batch[float64] {
	batch := interp.Batch[float64]{Rows: steps[0].Shape[1], Feed: map[string]*ir.Tensor[float64]{}}
	for _, v := range g.Inputs {
		x := ir.NewTensor[float64](v.Shape.Concrete(batch.Rows))
		for _, a := range steps {
			if len(x.F) == a.Width() { // neither the weights of the rows nor how many they are
				row := make([]float32, a.Width())
				a.Row(k, row)
				copy(x.F, doubles(row))
				batch.Feed[v.Op.(*op.Input).Port] = x
			}
		}
	}
	return batch
}

// block is the parameter block.
func (m *Model) block() []float32 {
	var block []float32
	for _, s := range m.Network.Header.Segments {
		block = append(block, m.Weights[s.Name]...)
	}
	return block
}

func doubles(list []float32) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = float64(v)
	}
	return out
}
