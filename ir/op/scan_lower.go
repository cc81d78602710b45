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
		Lowering: out, demand: demand{scan: s, layout: s.layout()}, v: v,
		views: map[*ir.Value]View{}, place: map[*ir.Value]View{}, moves: map[*loop.Buffer]int{},
		carried: make([]*carried, s.Carried), stacked: map[*ir.Value]stack{},
	}
	l.use(out, v)
	l.fix()
	l.bind()
	l.places()
	l.join()
	var inside []*ir.Value
	for _, w := range s.Body.Values {
		switch _, input := w.Op.(*Input); {
		case input || !l.need[w]:
		case l.fixed[w]:
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
			l.Errorf(v, "%s within a recurrence is not compiled by this version of nngen", r.Kernel.Family())
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
	demand
	v *ir.Value

	views   map[*ir.Value]View   // of the body
	place   map[*ir.Value]View   // where its values are to be stored
	moves   map[*loop.Buffer]int // how far a buffer's elements of a step lie from those of the next
	carried []*carried           // nil: not needed
	stacked map[*ir.Value]stack  // where results are stacked
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

// stack is where a result lies of every step.
type stack struct {
	buf          *loop.Buffer
	offset, step int // of step 0, and from there to the next
}

// at is where the result of the step is stored.
func (s stack) at(shape ir.Shape) View {
	strides := shape.Strides()
	strides[0] = s.buf.Row()
	return View{Buf: s.buf, Offset: s.offset, Strides: strides}
}

// lower lowers a value of the body.
func (l *scanLowering) lower(w *ir.Value) {
	o, ok := w.Op.(Lowerer)
	if _, again := w.Op.(*Scan); !ok || again {
		if again {
			l.Errorf(w, "a recurrence within every step of another is not compiled by this version of nngen; put all steps on one axis with Reshape, or see each step at once, as Conv1D and GlobalAveragePooling1D do")
		} else {
			l.Errorf(w, "%s within a recurrence is not compiled by this version of nngen", w.Op.Name())
		}
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
