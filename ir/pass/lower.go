package pass

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// lower turns the values of the graph into kernels over buffers. What the
// results of the forward pass depend on is the forward phase, the rest
// backward; the gradient of a parameter is written where the runtime wants it.
func lower(u *unit) error {
	g := u.graph
	l := &lowering{
		unit:     u,
		views:    map[*ir.Value]op.View{},
		forward:  forwardSet(g),
		gradient: map[*ir.Value]*ir.Value{},
		adopted:  map[*loop.Buffer]bool{},
		segments: map[string]int{},
		readers:  map[*ir.Value][]*ir.Value{},
		roots:    map[*ir.Value]bool{},
	}
	for _, v := range g.Values {
		for _, a := range v.Args {
			l.readers[a] = append(l.readers[a], v)
		}
	}
	for _, v := range g.Roots() {
		l.roots[v] = true
	}
	for i, s := range u.header.Segments {
		l.segments[s.Name] = i
	}
	for _, gr := range g.Grads {
		// A reshaped result is written in place as well.
		v := gr.Value
		for {
			if _, ok := v.Op.(*op.Reshape); !ok {
				break
			}
			v = v.Args[0]
		}
		if l.gradient[v] == nil && !l.forward[v] {
			l.gradient[v] = gr.Param
		}
	}
	for _, v := range g.Values {
		l.lower(v)
	}
	l.results()
	if err := l.errs.Err(); err != nil {
		return err
	}
	collect(u.plan)
	distinguish(u.plan)
	return nil
}

// forwardSet is what outputs, losses and state updates depend on.
func forwardSet(g *ir.Graph) map[*ir.Value]bool {
	roots := slices.Concat(g.Outputs, g.Losses)
	if g.Loss != nil {
		roots = append(roots, g.Loss)
	}
	for _, u := range g.Updates {
		roots = append(roots, u.New)
	}
	return ancestors(roots)
}

// lowering implements op.Lowering.
type lowering struct {
	*unit
	views   map[*ir.Value]op.View
	forward map[*ir.Value]bool
	// gradient maps a value to the parameter whose gradient it is.
	gradient map[*ir.Value]*ir.Value
	adopted  map[*loop.Buffer]bool
	segments map[string]int // of the header, by name
	readers  map[*ir.Value][]*ir.Value
	roots    map[*ir.Value]bool // what is asked for
	errs     diag.List
}

func (l *lowering) lower(v *ir.Value) {
	o, ok := v.Op.(op.Lowerer)
	if !ok {
		l.Errorf(v, "%s is not lowered by this version", v.Op.Name())
		return
	}
	for _, a := range v.Args {
		if _, ok := l.views[a]; !ok {
			return // an operand has failed, and has been reported
		}
	}
	o.Lower(l, v)
}

// View is where an operand can be read.
func (l *lowering) View(v *ir.Value) op.View { return l.views[v] }

// Alias makes v a view. The buffer of a leaf, seen for the first time, learns its
// place in the program.
func (l *lowering) Alias(v *ir.Value, w op.View) {
	if len(v.Args) == 0 && !l.adopted[w.Buf] {
		l.adopt(v, w.Buf)
	}
	l.views[v] = w
}

// Result plans a dense buffer for v.
func (l *lowering) Result(v *ir.Value) op.View {
	b := &loop.Buffer{
		Name:  v.Name,
		Grad:  v.GradOf != nil,
		Layer: v.Layer,
		Rows:  v.Shape.Batched(),
		Shape: slices.Clone(v.Shape.Row()),
	}
	if v.DType == ir.I32 {
		b.DType = loop.I32
	}
	if p := l.gradient[v]; p != nil {
		b.Class, b.Grad, b.Layer, b.Shape = loop.Gradient, true, p.Layer, slices.Clone(p.Shape)
		l.segment(p, b)
	}
	l.adopted[b] = true
	w := op.View{Buf: b, Strides: v.Shape.Strides()}
	l.views[v] = w
	return w
}

// Emit appends a kernel to the phase that v belongs to.
func (l *lowering) Emit(v *ir.Value, k loop.Kernel) {
	l.Step(v, &loop.Run{Layer: v.Layer, Pos: v.Pos, Kernel: k})
}

// Step appends a step to the phase that v belongs to.
func (l *lowering) Step(v *ir.Value, s loop.Step) {
	if l.forward[v] {
		l.plan.Forward = append(l.plan.Forward, s)
	} else {
		l.plan.Backward = append(l.plan.Backward, s)
	}
}

// Readers are the values that read v, and whether it is asked for itself.
func (l *lowering) Readers(v *ir.Value) (list []*ir.Value, root bool) {
	return l.readers[v], l.roots[v]
}

// Errorf reports that v cannot be lowered.
func (l *lowering) Errorf(v *ir.Value, format string, args ...any) {
	l.errs.Add(v.Pos, "layer %s: %s", diag.Quote(v.Layer), fmt.Sprintf(format, args...))
}

// adopt ties the buffer of a leaf to the segment or port that it stands for.
func (l *lowering) adopt(v *ir.Value, b *loop.Buffer) {
	l.adopted[b] = true
	b.Name, b.Layer = v.Name, v.Layer
	switch o := v.Op.(type) {
	case *op.Param:
		b.Class = loop.Param
		l.segment(v, b)
	case *op.Random:
		b.Class, b.Name = loop.Random, o.Stream
	case *op.Const:
		b.Class = loop.Const
	case *op.Input:
		l.port(o, b)
		for _, w := range l.graph.Values {
			// Set mode needs lists without repetitions; gatherSum has seen to it
			// that all readers agree.
			switch s := w.Op.(type) {
			case *op.GatherSum:
				b.Unique = b.Unique || s.Set && w.Args[0] == v
			case *op.ScatterSum:
				b.Unique = b.Unique || s.Set && w.Args[0] == v
			}
		}
	}
}

func (l *lowering) port(o *op.Input, b *loop.Buffer) {
	switch o.Kind {
	case op.Feature:
		b.Class, b.Port = loop.Input, o.Index
	case op.Target:
		b.Class, b.Port = loop.Target, o.Index
	case op.State:
		b.Class, b.Port = loop.State, o.Index
	case op.Weight:
		b.Class, b.Name = loop.Weight, "weight"
	case op.InvTotal:
		b.Class, b.Name = loop.Scalar, "inv_total"
	case op.Share:
		b.Class, b.Name = loop.Scalar, "share"
	}
	b.Ragged = o.Of.Shape.Ragged()
}

// segment gives a buffer the place of a parameter.
func (l *lowering) segment(p *ir.Value, b *loop.Buffer) {
	name := p.Op.(*op.Param).Segment
	b.Name = name
	var known bool
	if b.Segment, known = l.segments[name]; !known {
		l.Errorf(p, "parameter %s is no segment of the program", diag.Quote(name))
		return
	}
	b.Offset = l.header.Segments[b.Segment].Offset
}

// results finds the buffers that the plan leaves its results in, and copies
// where a value is a mere view.
func (l *lowering) results() {
	g := l.graph
	for _, v := range g.Outputs {
		l.plan.Outputs = append(l.plan.Outputs, l.settle(v))
	}
	for _, v := range g.Losses {
		l.plan.Losses = append(l.plan.Losses, l.settle(v))
	}
	if g.Loss != nil {
		l.plan.Loss = l.settle(g.Loss)
	}
	for _, u := range g.Updates {
		l.plan.Updates = append(l.plan.Updates, loop.StateUpdate{State: l.views[u.State].Buf, New: l.settle(u.New)})
	}
	for _, gr := range g.Grads {
		w, ok := l.views[gr.Value]
		if ok && w.Buf.Class == loop.Gradient && l.header.Segments[w.Buf.Segment].Name == gr.Param.Op.(*op.Param).Segment && dense(gr.Value, w) {
			continue
		}
		c := l.copyOf(gr.Value, "gradient")
		c.Layer, c.Pos = gr.Param.Layer, gr.Param.Pos
		l.gradient[c] = gr.Param
		l.lower(c)
	}
}

// settle is the buffer that holds v alone, in order.
func (l *lowering) settle(v *ir.Value) *loop.Buffer {
	w, ok := l.views[v]
	if !ok {
		return nil
	}
	if !l.stays(w.Buf) || !dense(v, w) {
		c := l.copyOf(v, "copy")
		l.forward[c] = true
		l.lower(c)
		w = l.views[c]
		l.views[v] = w
	}
	return w.Buf
}

// stays reports that a result may be left where it is: in the arena, in a state that
// is written in place, or, of what reaches a layer that is adapted, in an input.
func (l *lowering) stays(b *loop.Buffer) bool {
	return b.Class == loop.Arena || b.Class == loop.State || b.Class == loop.Input && b.DType == loop.F32 && strings.HasPrefix(l.plan.Name, adaptPlan)
}

// copyOf is a value of its own with the content of v.
func (l *lowering) copyOf(v *ir.Value, word string) *ir.Value {
	return &ir.Value{
		ID: -1, Op: &op.Map{Expr: scalar.Arg(0), Word: word}, Args: []*ir.Value{v}, Type: v.Type,
		Name: v.Name + "." + word, GradOf: v.GradOf, Layer: v.Layer, Pos: v.Pos,
	}
}

// dense reports whether a view is all of its buffer, in row-major order.
func dense(v *ir.Value, w op.View) bool {
	if w.Offset != 0 || w.Buf.Rows != v.Shape.Batched() || w.Buf.Row() != v.Shape.Elements() {
		return false
	}
	for i, s := range v.Shape.Strides() {
		if v.Shape[i] != 1 && w.Strides[i] != s {
			return false
		}
	}
	return true
}
