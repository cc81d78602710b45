package interp

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// differences estimates the gradient of the loss of g with respect to elements
// of one segment by central differences: (L(w+h) - L(w-h))/2h. The error is of
// the order of h² and 1e-16/h; h = 1e-5 balances them for values around 1.
func differences(m *Machine[float64], g *ir.Graph, b Batch[float64], segment string, elements []int, h float64) ([]float64, error) {
	p := m.Params[segment]
	if p == nil {
		return nil, fmt.Errorf("interp: graph %s has no parameter %q", g.Name, segment)
	}
	out := make([]float64, len(elements))
	for i, e := range elements {
		if e < 0 || e >= len(p.F) {
			return nil, fmt.Errorf("interp: parameter %q has %d elements, not element %d", segment, len(p.F), e)
		}
		old := p.F[e]
		at := func(w float64) (float64, error) {
			p.F[e] = w
			r, err := m.Run(g, b)
			p.F[e] = old
			if err != nil {
				return 0, err
			}
			return r.Loss, nil
		}
		up, err := at(old + h)
		if err != nil {
			return nil, err
		}
		down, err := at(old - h)
		if err != nil {
			return nil, err
		}
		out[i] = (up - down) / (2 * h)
	}
	return out, nil
}
