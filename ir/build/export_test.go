package build

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/spec"
)

// Forward is the graph of all layers without a loss, in either mode, and the sum
// of the penalties, nil where there are none.
func Forward(m *spec.Model, training bool) (*ir.Graph, *ir.Value, error) {
	p := newPlan(lift(m))
	p.resolveLayers()
	g := p.graph("forward", training)
	penalty := summed(g.net, g.net.Penalties, "penalty", "penalties")
	return g.net.B.Graph, penalty, p.errs.Err()
}
