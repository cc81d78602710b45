package ir

import (
	"fmt"
	"maps"

	"github.com/nngen-go/nngen/ir/diag"
)

// Builder appends values to a graph. A mistake is recorded with the position
// of the layer being built and yields an invalid value, on which everything
// later is silently invalid, so that one mistake is reported once and the rest
// of the model is still checked.
type Builder struct {
	Graph  *Graph
	Errors diag.List

	layer string
	pos   diag.Pos
	param map[string]*Value // of the graph, by segment
	drawn map[string]*Value // see Drawn
}

// NewBuilder builds a new graph.
func NewBuilder(name string) *Builder { return &Builder{Graph: &Graph{Name: name}} }

// At makes what is built from now on belong to the named layer, written at pos.
func (b *Builder) At(layer string, pos diag.Pos) { b.layer, b.pos = layer, pos }

// Errorf records a mistake at the current position.
func (b *Builder) Errorf(format string, args ...any) *Value {
	b.Errors.Add(b.pos, format, args...)
	return invalid
}

var invalid = &Value{ID: -1, Name: "invalid"}

// Param gives the parameter of the graph that has the name of a segment: the one
// found before, or what add makes, which joins the graph's parameters.
func (b *Builder) Param(segment string, add func() *Value) *Value {
	if v, ok := b.param[segment]; ok {
		return v
	}
	v := add()
	if v.Valid() {
		if b.param == nil {
			b.param = map[string]*Value{}
		}
		b.param[segment] = v
		b.Graph.Params = append(b.Graph.Params, v)
	}
	return v
}

// Segments gives the parameters by segment.
func (b *Builder) Segments() map[string]*Value { return maps.Clone(b.param) }

// Given makes values those of parameters, by segment, and of random numbers, by the
// text of the operation, in place of all that the graph has: a body of a loop has its
// operands for them.
func (b *Builder) Given(params, drawn map[string]*Value) { b.param, b.drawn = params, drawn }

// Drawn is the operand that a body of a loop has for random numbers; nil: none.
func (b *Builder) Drawn(text string) *Value { return b.drawn[text] }

// Valid reports whether v was built without a mistake.
func (v *Value) Valid() bool { return v != invalid }

// Apply appends the application of op to args.
func (b *Builder) Apply(op Op, args ...*Value) *Value {
	types := make([]Type, len(args))
	for i, a := range args {
		if !a.Valid() {
			return invalid
		}
		types[i] = a.Type
	}
	t, err := op.Infer(types)
	if err == nil {
		err = t.Shape.Check()
	}
	if err != nil {
		where := ""
		if b.layer != "" {
			where = fmt.Sprintf("layer %s: ", diag.Quote(b.layer))
		}
		return b.Errorf("%s%v", where, err)
	}
	v := &Value{ID: len(b.Graph.Values), Op: op, Args: args, Type: t, Layer: b.layer, Pos: b.pos}
	b.Graph.Values = append(b.Graph.Values, v)
	return v
}

// Named gives v the name that dumps and emitted code use. A value keeps the
// first name it is given.
func (b *Builder) Named(v *Value, name string) *Value {
	if v.Valid() && v.Name == "" {
		v.Name = name
	}
	return v
}
