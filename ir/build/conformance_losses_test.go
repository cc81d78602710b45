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
	vectors(t, "losses", 260, lossLikeKeras)
	vectors(t, "ctc", 9, lossLikeKeras)
	vectors(t, "sequences", 10, func(t *testing.T, v *vector, m *spec.Model) {
		if v.Evaluate != nil {
			lossLikeKeras(t, v, m)
		}
	})
}

func lossLikeKeras(t *testing.T, v *vector, m *spec.Model) {
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
	r := e.run(g, v.batch)
	agree(t, "loss", []float64{r.Loss}, []float64{v.Loss})
	for name, want := range v.Outputs {
		agree(t, "output "+name, r.Outputs[0].F, want.Data)
	}
	sameGrads(t, r, v, asked)
	agree(t, "loss of evaluation", []float64{e.run(n.Evaluate, v.batch).Loss}, []float64{v.Loss})
}
