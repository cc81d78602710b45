package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Lower is a loop over the steps around the kernels of the body. Every result lies
// in a buffer of its own, [n,Length,...] where it is stacked. Of a carried value of
// which all are needed one array holds Length+1, and every step reads one and
// stores the next; others have one place, in which the new value takes that of the
// old. What does not depend on the step is computed before the loop.
func (s *Scan) Lower(out Lowering, v *ir.Value) {
	l := &scanLowering{
		Lowering: out, scan: s, v: v, layout: s.layout(),
		views: map[*ir.Value]View{}, place: map[*ir.Value]View{}, moves: map[*loop.Buffer]int{},
		carried: make([]*carried, s.Carried), stacked: map[*ir.Value]View{},
	}
	l.use()
	l.bind()
	l.places()
	l.join()
	var inside []*ir.Value
	fixed := l.fixed()
	for _, w := range s.Body.Values {
		switch _, input := w.Op.(*Input); {
		case input || !l.need[w]:
		case fixed[w]:
			l.lower(w)
		default:
			inside = append(inside, w)
		}
	}
	l.inside = true
	for _, w := range inside {
		l.lower(w)
	}
	if l.failed {
		return
	}
	l.storeStacked()
	sums := l.addSums()
	l.storeCarried()
	l.inside = false
	for i, k := range l.steps {
		r := k.(*loop.Run)
		if around := loop.Turned(r.Kernel, l.moves); loop.Around(around) == 1 {
			l.steps[i] = &loop.Run{Layer: r.Layer, Pos: r.Pos, Kernel: around}
		} else {
			l.Errorf(v, "%s within a recurrence is not lowered by this version", r.Kernel.Family())
			return
		}
	}
	if len(l.steps) > 0 {
		out.Step(v, &loop.Loop{Axis: loop.Axis{Name: "t", N: s.Length}, Reverse: s.Reverse, Body: l.steps})
	}
	l.results(sums)
}

// scanLowering lowers one scan: it stands between the values of the body and the
// lowering of the graph around.
type scanLowering struct {
	Lowering
	scan   *Scan
	v      *ir.Value
	layout layout
	used   map[int]bool       // pieces of the result that are read, by offset
	packed bool               // the result is needed in one piece, too
	need   map[*ir.Value]bool // values of the body that are computed

	views   map[*ir.Value]View   // of the body
	place   map[*ir.Value]View   // where its values are to be stored
	moves   map[*loop.Buffer]int // how far a buffer's elements of a step lie from those of the next
	carried []*carried           // nil: not needed
	stacked map[*ir.Value]View   // [n,Length·size], of every step
	inside  bool
	failed  bool
	steps   []loop.Step
}

// carried is where a carried value lies.
type carried struct {
	buf   *loop.Buffer
	array bool // of Length+1
	size  int
}

// use finds out which pieces of the result are read, and what they depend on.
func (l *scanLowering) use() {
	s := l.scan
	l.used = map[int]bool{}
	readers, root := l.Readers(l.v)
	l.packed = root
	parts := l.pieces()
	for _, r := range readers {
		at := -1
		if o, ok := r.Op.(*Slice); ok {
			w := View{}
			for i, p := range parts {
				w.Parts = append(w.Parts, Part{p.offset, p.size(), View{Buf: &loop.Buffer{Port: i}, Strides: []int{0, 0}}})
			}
			if len(r.Args[0].Shape) == 1 {
				for i := range w.Parts {
					w.Parts[i].View.Strides = []int{0}
				}
			}
			if q := o.part(w); q.Buf != nil {
				at = q.Buf.Port
			}
		}
		if at < 0 {
			l.packed = true
		} else {
			l.used[parts[at].offset] = true
		}
	}
	if l.packed {
		for _, p := range parts {
			l.used[p.offset] = true
		}
	}
	l.need = map[*ir.Value]bool{}
	var mark func(w *ir.Value)
	mark = func(w *ir.Value) {
		if l.need[w] {
			return
		}
		l.need[w] = true
		for _, a := range w.Args {
			mark(a)
		}
		if i := slices.Index(s.Body.Inputs, w); i >= 0 && i < s.Carried {
			mark(s.Body.Outputs[i])
		}
	}
	for i, o := range s.Body.Outputs {
		switch k := i - s.Carried; {
		case k < 0:
			if l.reads(l.layout.finals, i) || l.reads(l.layout.kept, i) {
				mark(s.Body.Inputs[i])
			}
		case k < s.outputs():
			if l.reads(l.layout.stacked, k) {
				mark(o)
			}
		default:
			if l.reads(l.layout.sums, k-s.outputs()) {
				mark(o)
			}
		}
	}
}

// pieces are those of the value that is lowered.
func (l *scanLowering) pieces() []piece {
	sums := slices.DeleteFunc(slices.Clone(l.layout.sums), func(p piece) bool { return p.shape.Batched() == l.scan.Shared })
	if l.scan.Shared {
		return sums
	}
	return slices.Concat(l.layout.finals, l.layout.stacked, sums, l.layout.kept)
}

// reads reports that a piece is read.
func (l *scanLowering) reads(list []piece, i int) bool {
	if i >= len(list) || list != nil && l.scan.Shared == list[i].shape.Batched() {
		return false
	}
	return l.used[list[i].offset]
}

// fixed are the values that are the same in every step.
func (l *scanLowering) fixed() map[*ir.Value]bool {
	s := l.scan
	fixed := map[*ir.Value]bool{}
	for _, c := range s.Body.Inputs[s.Carried+s.Steps:] {
		fixed[c] = true
	}
	for _, w := range s.Body.Values {
		if _, input := w.Op.(*Input); !input {
			fixed[w] = !slices.ContainsFunc(w.Args, func(a *ir.Value) bool { return !fixed[a] })
		}
	}
	return fixed
}

// lower lowers a value of the body.
func (l *scanLowering) lower(w *ir.Value) {
	o, ok := w.Op.(Lowerer)
	if _, again := w.Op.(*Scan); !ok || again {
		l.Errorf(w, "%s within a recurrence is not lowered by this version", w.Op.Name())
		return
	}
	for _, a := range w.Args {
		if _, ok := l.views[a]; !ok {
			return // an operand has failed, and has been reported
		}
	}
	o.Lower(l, w)
}

// View is where an operand can be read.
func (l *scanLowering) View(v *ir.Value) View {
	if w, ok := l.views[v]; ok {
		return w
	}
	return l.Lowering.View(v)
}

// Alias makes v a view. Constants are those of the graph around.
func (l *scanLowering) Alias(v *ir.Value, w View) {
	if _, leaf := v.Op.(*Const); leaf {
		l.Lowering.Alias(v, w)
	}
	l.views[v] = w
}

// Result is where v is wanted, or a buffer of its own.
func (l *scanLowering) Result(v *ir.Value) View {
	w, ok := l.place[v]
	if !ok {
		b := l.buffer(v.Name, v.Shape)
		if v.DType == ir.I32 {
			b.DType = loop.I32
		}
		w = View{Buf: b, Strides: v.Shape.Strides()}
	}
	l.views[v] = w
	return w
}

// buffer is a new one for a value of some shape.
func (l *scanLowering) buffer(name string, shape ir.Shape) *loop.Buffer {
	return &loop.Buffer{Name: name, Grad: l.v.GradOf != nil, Layer: l.v.Layer, Rows: shape.Batched(), Shape: slices.Clone(shape.Row())}
}

// Emit appends a kernel to the loop, or to what comes before it.
func (l *scanLowering) Emit(v *ir.Value, k loop.Kernel) {
	if l.inside {
		l.steps = append(l.steps, &loop.Run{Layer: v.Layer, Pos: v.Pos, Kernel: k})
	} else {
		l.Lowering.Emit(l.v, k)
	}
}

// Errorf reports that a value cannot be lowered.
func (l *scanLowering) Errorf(v *ir.Value, format string, args ...any) {
	l.failed = true
	l.Lowering.Errorf(v, format, args...)
}

// copy copies between views of a shape.
func (l *scanLowering) copy(v *ir.Value, to, from View, shape ir.Shape, word string) {
	store(l, v, to, shape, scalar.Arg(0), []loop.Access{access(from, shape, shape)}, word)
}
