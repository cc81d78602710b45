package build_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestKerasLosses holds every loss to Keras, with and without sample weights:
// its value, and its gradient with respect to the input and the weights.
func TestKerasLosses(t *testing.T) {
	vectors(t, "losses", 60, func(t *testing.T, v *vector, m *spec.Model) {
		n, err := build.Build(m)
		if err != nil {
			t.Fatal(err)
		}
		e := newEngine(t, v.Weights, n.Header.Segments)
		g := pass.Clone(n.Train)
		asked := differentiateInputs(g, e, v)
		if err := pass.Autodiff(g); err != nil {
			t.Fatal(err)
		}
		r := e.run(g, v.batch, v.Target.rows())
		agree(t, "loss", r[g.Loss].F, []float64{v.Loss})
		for name, want := range v.Outputs {
			agree(t, "output "+name, r[g.Outputs[0]].F, want.Data)
		}
		grads := r.grads(g)
		for name, want := range v.WeightGrads {
			agree(t, "gradient of "+name, grads[name], want.Data)
		}
		for segment, input := range asked {
			agree(t, "gradient of input "+input, grads[segment], v.InputGrads[input].Data)
		}
		if len(grads) != len(v.WeightGrads)+len(v.InputGrads) {
			t.Errorf("%d gradients, Keras's %d", len(grads), len(v.WeightGrads)+len(v.InputGrads))
		}
		for segment := range asked {
			delete(e.params, segment)
		}
		evaluated := e.run(n.Evaluate, v.batch, v.Target.rows())
		agree(t, "loss of evaluation", evaluated[n.Evaluate.Loss].F, []float64{v.Loss})
	})
}
