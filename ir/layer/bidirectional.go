package layer

import (
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "Bidirectional",
	Doc:  "Goes over a sequence both ways, with a recurrent layer each.",
	More: true,
	New:  func() Config { return &Bidirectional{MergeMode: &concat} },
})

var concat = "concat"

// Bidirectional goes over a sequence with a recurrent layer and with a second one
// backwards, and merges what both give. With return_sequences, steps that a mask
// passes over are 0. Source: Keras 3, layers/rnn/bidirectional.py; Schuster and
// Paliwal, 1997.
type Bidirectional struct {
	Layer         spec.Call `arg:"layer,required,of=layer" doc:"the recurrent layer: {LSTM: {units: 8}}"`
	MergeMode     *string   `arg:"merge_mode,oneof=concat|sum|mul|ave,null" doc:"how the outputs become one; null: the layer gives both, the second as name.backward"`
	BackwardLayer spec.Call `arg:"backward_layer,of=layer" doc:"the layer that goes backwards; null: one with the settings of layer"`
}

// direction is one of the two layers.
type direction struct {
	nested
	oneWay
	*sequential
}

// oneWay is a layer that goes over a sequence.
type oneWay interface {
	settings() *sequential
	// held are the names of its states.
	held() []string
	// run goes over the steps of x; see [sequential.run].
	run(c *Context, x *ir.Value, initial []*ir.Value) (y *ir.Value, finals []*ir.Value, ok bool)
}

// recurrentLayer is the settings of a layer with a cell.
type recurrentLayer interface {
	parts() (cell, *sequential, diag.List)
}

// overRows is a layer with a cell, whose steps are rows of features.
type overRows struct {
	cell
	*sequential
}

func (l overRows) settings() *sequential { return l.sequential }

func (l overRows) held() []string { return namesOf(l.states()) }

func (l overRows) run(c *Context, x *ir.Value, initial []*ir.Value) (y *ir.Value, finals []*ir.Value, ok bool) {
	if !steps(c, x) || !begins(c, l.states(), initial) {
		return nil, nil, false
	}
	y, finals = l.sequential.run(c, l.cell, x, initial)
	return y, finals, y.Valid()
}

// directions are the layers that go forwards and backwards.
func (b *Bidirectional) directions() (forward, backward direction, errs diag.List) {
	one := func(call spec.Call) (d direction) {
		n, found := nestedOf(call)
		if errs = append(errs, found...); len(errs) > 0 {
			return d
		}
		d.nested = n
		switch l := n.Config.(type) {
		case recurrentLayer:
			k, s, found := l.parts()
			errs = append(errs, found...)
			d.oneWay, d.sequential = overRows{k, s}, s
		case interface{ overImages() overImages }:
			d.oneWay = l.overImages()
			d.sequential = d.settings()
		default:
			errs.Add(call.Pos, "%s: Bidirectional takes a recurrent layer such as LSTM or ConvLSTM2D, not %s", call.Args.Owner, n.Name)
		}
		return d
	}
	forward = one(b.Layer)
	if len(errs) > 0 {
		return forward, backward, errs
	}
	call := b.BackwardLayer
	if call.Name == "" {
		call = b.Layer
		backward = one(call)
		backward.GoBackwards = true
	} else {
		backward = one(call)
	}
	if len(errs) > 0 {
		return forward, backward, errs
	}
	f, r := forward.sequential, backward.sequential
	switch {
	case f.GoBackwards == r.GoBackwards && b.BackwardLayer.Name == "":
		errs.Add(call.Pos, "%s: layer has go_backwards: true, which is the way of the second layer; take it out", call.Args.Owner)
	case f.GoBackwards == r.GoBackwards:
		errs.Add(call.Pos, "%s: layer and backward_layer go the same way; write go_backwards: true in one of them", call.Args.Owner)
	case f.ReturnSequences != r.ReturnSequences, f.ReturnState != r.ReturnState, f.Stateful != r.Stateful:
		errs.Add(call.Pos, "%s: layer and backward_layer have different return_sequences, return_state or stateful; they must be the same", call.Args.Owner)
	}
	f.ZeroOutputForMask, r.ZeroOutputForMask = f.ReturnSequences, r.ReturnSequences
	return forward, backward, errs
}

// Results implements [Several].
func (b *Bidirectional) Results() []string {
	forward, backward, errs := b.directions()
	if len(errs) > 0 {
		return nil
	}
	var names []string
	if b.MergeMode == nil {
		names = append(names, "backward")
	}
	if forward.ReturnState {
		names = append(append(names, forward.named("forward")...), backward.named("backward")...)
	}
	return names
}

// named are the states under the name of the way: forward_h, forward_c.
func (d direction) named(way string) []string {
	var names []string
	for _, name := range d.held() {
		names = append(names, way+strings.TrimPrefix("_"+name, "_state"))
	}
	return names
}

// overImages reports a layer whose steps are images.
func (d direction) overImages() bool {
	_, rows := d.oneWay.(overRows)
	return !rows
}

// Build implements [Config].
func (b *Bidirectional) Build(c *Context, in []*ir.Value) *ir.Value {
	forward, backward, errs := b.directions()
	if len(errs) > 0 {
		c.report(errs)
		return c.poison()
	}
	half := len(in[1:]) / 2
	if len(in[1:])%2 != 0 {
		return c.Errorf("Bidirectional begins with the states of both layers, %s, but inputs names %d after the sequence",
			strings.Join(append(forward.named("forward"), backward.named("backward")...), ", "), len(in[1:]))
	}
	y, states, ok := forward.oneWay.run(forward.context(c, "forward_"), in[0], in[1:1+half])
	if !ok {
		return c.poison()
	}
	z, others, ok := backward.oneWay.run(backward.context(c, "backward_"), in[0], in[1+half:])
	if !ok {
		return c.poison()
	}
	if forward.ReturnState {
		for i, name := range forward.named("forward") {
			c.Result(name, states[i])
		}
		for i, name := range backward.named("backward") {
			c.Result(name, others[i])
		}
	}
	// Keras turns what a layer that goes backwards gives, and what the second gives,
	// which for a second that goes backwards is its own order.
	if forward.ReturnSequences && forward.GoBackwards {
		y, z = op.Flip(c.B, y, 1), op.Flip(c.B, z, 1)
	}
	return b.merge(c, y, z)
}

// merge joins the outputs of both layers.
func (b *Bidirectional) merge(c *Context, y, z *ir.Value) *ir.Value {
	if b.MergeMode == nil {
		c.Result("backward", z)
		return y
	}
	alike, what := y.Shape.Equal(z.Shape), "the same units or filters"
	if last := len(y.Shape) - 1; *b.MergeMode == concat {
		alike, what = len(z.Shape) == last+1 && y.Shape[:last].Equal(z.Shape[:last]), "the same padding, strides and kernel_size"
	}
	if !alike {
		return c.ErrorAt("merge_mode", "layer gives %v and backward_layer %v, which merge_mode: %s cannot join; give both %s", y.Shape, z.Shape, *b.MergeMode, what)
	}
	switch *b.MergeMode {
	case "sum":
		return op.Binary(c.B, "add", y, z)
	case "mul":
		return op.Binary(c.B, "mul", y, z)
	case "ave":
		return op.MapOf(c.B, scalar.Call("div", scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Num(2)), "average", y, z)
	}
	return op.Concatenate(c.B, -1, y, z)
}

// ComputeMask implements [Masker].
func (b *Bidirectional) ComputeMask(c *Context, in []*ir.Value, _ *ir.Value) *ir.Value {
	forward, _, errs := b.directions()
	if len(errs) > 0 || !forward.ReturnSequences {
		return nil
	}
	m := c.Masks[in[0]]
	if second := c.Results["backward"]; second != nil {
		c.Masks[second] = m
	}
	return m
}
