package layer

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// stackedCells is a cell made of several, each of which takes the output of the one
// before. Source: Keras 3, layers/rnn/stacked_rnn_cells.py.
type stackedCells struct {
	Cells spec.Value `arg:"cells,required" doc:"the cells, the first one lowest"`
	list  []cell
}

// resolve finds the cells.
func (s *stackedCells) resolve(owner string, pos diag.Pos) (errs diag.List) {
	if s.Cells.Kind != spec.List || len(s.Cells.List) == 0 {
		errs.Add(pos, "%s: a stack takes a list of cells: [{LSTMCell: {units: 8}}, {LSTMCell: {units: 8}}]", owner)
		return errs
	}
	s.list = nil
	for _, v := range s.Cells.List {
		k, found := cellOf(v, owner)
		if _, stack := k.(*stackedCells); stack && len(found) == 0 {
			errs.Add(v.Pos, "%s: a stack of cells holds no stack; write all cells in one list", owner)
		}
		errs = append(errs, found...)
		s.list = append(s.list, k)
	}
	return errs
}

// states are those of all cells, the lowest first: cell_0_h, cell_0_c, cell_1_h.
func (s *stackedCells) states() []state {
	var all []state
	for i, k := range s.list {
		for _, st := range k.states() {
			all = append(all, state{fmt.Sprintf("cell_%d_%s", i, strings.TrimPrefix(st.name, "state_")), st.units})
		}
	}
	return all
}

func (s *stackedCells) output() int {
	last := s.list[len(s.list)-1]
	return len(s.states()) - len(last.states()) + last.output()
}

func (s *stackedCells) weights(c *Context, features int) weights {
	var all []weights
	for i, k := range s.list {
		inner := *c
		inner.Part += fmt.Sprintf("cell_%d_", i)
		all = append(all, k.weights(&inner, features))
		features = k.states()[k.output()].units
	}
	w := all[0]
	w.above = all[1:]
	return w
}

func (s *stackedCells) project(c *Context, w weights, x *ir.Value) *ir.Value {
	return s.list[0].project(c, w, x)
}

func (s *stackedCells) step(c *Context, w weights, x *ir.Value, states []*ir.Value) []*ir.Value {
	var next []*ir.Value
	for i, k := range s.list {
		own := w
		if i > 0 {
			own = w.above[i-1]
			x = k.project(c, own, x)
		}
		n := len(k.states())
		after := k.step(c, own, x, states[:n])
		x, states, next = after[k.output()], states[n:], append(next, after...)
	}
	return next
}
