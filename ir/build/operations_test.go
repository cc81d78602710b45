package build_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestOperationPrograms compiles every case of keras.ops: what prediction computes is
// what Keras does, and after a layer with weights there is a program of training.
func TestOperationPrograms(t *testing.T) {
	vectors(t, "operations", 270, func(t *testing.T, v *vector, m *spec.Model) {
		p := program(t, m)
		plan := p.Predict
		mem := &looptest.Memory{Floats: make([]float64, v.rows()*plan.ArenaFloats), Ints: make([]int32, v.rows()*plan.ArenaInts), PerRow: plan.PerRow}
		for i := range mem.Floats {
			mem.Floats[i] = math.NaN()
		}
		for _, b := range plan.Buffers {
			if b.Class == loop.Input {
				x := v.Inputs[p.Inputs[b.Port].Name]
				mem.Set(b, looptest.Block{F: x.Data, I: x.ids(nil).I})
			}
		}
		if err := looptest.Run(plan.Forward, mem, v.rows()); err != nil {
			t.Fatalf("%v\n%v", err, plan)
		}
		for name, want := range v.Outputs {
			got := mem.Block(plan.Outputs[0], v.rows()).F
			for i := range want.Data {
				if !(math.Abs(got[i]-want.Data[i]) <= 1e-6*(1+math.Abs(want.Data[i]))) { // constants are float32
					t.Fatalf("%s[%d] is %v, Keras's %v\n%v", name, i, got[i], want.Data[i], plan)
				}
			}
		}
		if len(v.InputGrads) == 0 {
			return
		}
		// A PReLU for every input that has a gradient.
		text := spec.WriteJSON(m)
		front := []byte(`"layers": [`)
		for name := range v.InputGrads {
			text = bytes.ReplaceAll(text, []byte(`"`+name+`"`), []byte(`"`+name+`_p"`))
			text = bytes.Replace(text, []byte(`"`+name+`_p":`), []byte(`"`+name+`":`), 1)
			front = append(front, []byte(`{"PReLU": {"name": "`+name+`_p", "inputs": ["`+name+`"]}}, `)...)
		}
		text = bytes.Replace(text, []byte(`"layers": [`), front, 1)
		text = bytes.Replace(text, []byte(`"layers"`), []byte(`"compile": {"loss": "mean_squared_error"}, "layers"`), 1)
		trained, err := spec.Parse("trained.json", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if p := program(t, trained); p.Train == nil || len(p.Train.Backward) == 0 {
			t.Errorf("nothing is trained in\n%s", text)
		}
	})
}

// rows are the rows of the inputs.
func (v *vector) rows() int {
	for _, x := range v.Inputs {
		return x.rows()
	}
	return 0
}

// program compiles a description.
func program(t *testing.T, m *spec.Model) *loop.Program {
	t.Helper()
	n, err := build.Build(m)
	if err != nil {
		t.Fatalf("%v\n%s", err, spec.WriteJSON(m))
	}
	p, err := pass.Compile(n.Header, pass.Source{Predict: n.Predict, Step: n.Step, Evaluate: n.Evaluate, Train: n.Train}, pass.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, spec.WriteJSON(m))
	}
	return p
}
