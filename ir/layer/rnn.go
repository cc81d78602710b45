package layer

import (
	"reflect"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "RNN",
	Doc:  "A recurrent layer of a cell, or of several on top of one another.",
	More: true,
	New:  func() Config { return &RNN{} },
})

// RNN goes over the steps of a sequence with a cell: [n, steps, features] to [n,
// units], or to [n, steps, units] with return_sequences. Of a list of cells, each
// takes the output of the one before at the same step. Source: Keras 3,
// layers/rnn/rnn.py and layers/rnn/stacked_rnn_cells.py.
type RNN struct {
	Cell spec.Value `arg:"cell,required,of=cell" doc:"the cell, {LSTMCell: {units: 8}}, or a list of cells"`
	sequential
}

// cells are those of Keras 3, layers/rnn.
var cells = Table[cell]{
	Kind: "cell",
	Entries: []Entry[cell]{
		{Name: "SimpleRNNCell", Doc: "the cell of SimpleRNN", New: func() cell { return &simpleRNNCell{defaultCell()} }},
		{Name: "LSTMCell", Doc: "the cell of LSTM", New: func() cell { c := defaultLSTMCell(); return &c }},
		{Name: "GRUCell", Doc: "the cell of GRU", New: func() cell { c := defaultGRUCell(); return &c }},
		{Name: "StackedRNNCells", Doc: "cells on top of one another", New: func() cell { return &stackedCells{} }},
	},
}

// cellOf finds the cell that a value describes and decodes its settings.
func cellOf(v spec.Value, owner string) (cell, diag.List) {
	if v.Kind == spec.List {
		s := &stackedCells{Cells: v}
		return s, s.resolve(owner, v.Pos)
	}
	call, errs := spec.CallOf(v, owner, "cell")
	if len(errs) > 0 {
		return nil, errs
	}
	if call.Name == "" {
		errs.Add(v.Pos, "%s: cell is null; write cell: {LSTMCell: {units: 8}}", owner)
		return nil, errs
	}
	var kept []spec.Arg
	for _, a := range call.Args.List {
		if a.Name != "name" { // that of its weights is the layer's
			kept = append(kept, a)
		}
	}
	call.Args.List = kept
	_, k, errs := cells.Resolve(call)
	if s, ok := k.(*stackedCells); ok && len(errs) == 0 {
		errs = s.resolve(owner, v.Pos)
	}
	return k, errs
}

func (l *RNN) parts() (cell, *sequential, diag.List) {
	k, errs := cellOf(l.Cell, "RNN")
	return k, &l.sequential, errs
}

// Build implements [Config].
func (l *RNN) Build(c *Context, in []*ir.Value) *ir.Value {
	k, errs := cellOf(l.Cell, c.Args.Owner)
	if len(errs) > 0 {
		c.report(errs)
		return c.poison()
	}
	return recurrent(c, k, &l.sequential, in)
}

// Results implements [Several].
func (l *RNN) Results() []string {
	k, _, errs := l.parts()
	if len(errs) > 0 {
		return nil
	}
	return l.results(k)
}

// canonicalCell is what the settings of a cell mean; see [Canonical].
func canonicalCell(k cell, training bool) any {
	if s, ok := k.(*stackedCells); ok {
		var list []any
		for _, one := range s.list {
			list = append(list, canonicalCell(one, training))
		}
		return list
	}
	i := slices.IndexFunc(cells.Entries, func(e Entry[cell]) bool { return reflect.TypeOf(e.New()) == reflect.TypeOf(k) })
	return map[string]any{cells.Entries[i].Name: Canonical(k, training)}
}
