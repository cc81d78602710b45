package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// stackOf is a shape with room for so many in every row.
func stackOf(shape ir.Shape, count int) ir.Shape {
	return slices.Insert(slices.Clone(shape), 1, count)
}

// at are the strides of one element of a stack of values of a shape.
func at(shape ir.Shape, count int) []int {
	strides := shape.Strides()
	strides[0] *= count
	return strides
}

// before and after are where, in an array of Length+1, a carried value lies that
// goes into step t and that comes out of it.
func (l *scanLowering) before(c *carried) int {
	if c.array && l.scan.Reverse {
		return c.size
	}
	return 0
}

func (l *scanLowering) after(c *carried) int {
	if c.array && !l.scan.Reverse {
		return c.size
	}
	return 0
}

// view is a carried value at an offset.
func (c *carried) view(shape ir.Shape, offset int) View {
	return View{Buf: c.buf, Offset: offset, Strides: at(shape, c.buf.Row()/c.size)}
}

// bind gives the inputs of the body their places, and the carried values their first.
func (l *scanLowering) bind() {
	s := l.scan
	in := s.Body.Inputs
	for i, x := range in[s.Carried+s.Steps:] {
		w := l.Lowering.View(l.v.Args[s.Carried+s.Steps+i])
		l.views[x] = w
		l.moves[w.Buf] = 0
	}
	for i, x := range in[s.Carried : s.Carried+s.Steps] {
		if !l.need[x] {
			continue
		}
		operand := l.v.Args[s.Carried+i]
		w := l.Lowering.View(operand)
		move, known := l.moves[w.Buf]
		if stride := w.Strides[1]; w.Buf.Class == loop.Random || known && move != stride || !w.Buf.Rows && stride != 0 {
			if operand.DType != ir.F32 {
				l.Errorf(l.v, "steps of ids that are also read as a whole are not lowered by this version")
				return
			}
			b := l.buffer(operand.Name+".steps", operand.Shape)
			to := View{Buf: b, Strides: operand.Shape.Strides()}
			l.copy(l.v, to, w, operand.Shape, "copy")
			w = to
		}
		l.moves[w.Buf] = w.Strides[1]
		l.views[x] = View{Buf: w.Buf, Offset: w.Offset, Strides: slices.Delete(slices.Clone(w.Strides), 1, 2)}
	}
	for i, x := range in[:s.Carried] {
		if !l.need[x] {
			continue
		}
		c := &carried{size: x.Shape.Elements()}
		for k, o := range s.Body.Outputs[s.Carried : s.Carried+s.outputs()] {
			c.array = c.array || o == s.Body.Outputs[i] && o != x && l.reads(l.layout.stacked, k)
		}
		shape, first := x.Shape, 0
		if c.array = c.array || l.reads(l.layout.kept, i); c.array {
			shape = stackOf(shape, s.Length+1)
			if s.Reverse {
				first = s.Length * c.size
			}
		}
		c.buf = l.buffer(l.title(i), shape)
		if l.carried[i] = c; c.array {
			l.moves[c.buf] = c.size
		}
		l.views[x] = c.view(x.Shape, l.before(c))
		if !c.array && !l.isRead(x) {
			continue
		}
		value, srcs := operandsOf(l.Lowering, scalar.Arg(0), l.v.Args[i:i+1], x.Shape)
		store(l, l.v, c.view(x.Shape, first), x.Shape, value, srcs, "initial value")
	}
}

// title is what a result is called: as the value of the body.
func (l *scanLowering) title(i int) string {
	if name := l.scan.Body.Outputs[i].Name; name != "" {
		return name
	}
	return fmt.Sprintf("%s.%d", l.v.Name, i)
}

// places says where results of the body are stored as they are computed. The first
// of several places is that of the value, which is copied to the others.
func (l *scanLowering) places() {
	s := l.scan
	for i, c := range l.carried {
		if o := s.Body.Outputs[i]; c != nil && c.array && l.stacked[o].buf == nil && !isInput(o) {
			l.settle(o, c.view(o.Shape, l.after(c)))
			l.stacked[o] = stack{c.buf, l.after(c), c.size}
		}
	}
	// What only the gradient reads lies side by side: a step finds all of a row in one
	// place.
	together := l.buffer(l.v.Name+".saved", ir.Shape{ir.Batch, s.Length, 0})
	var saved []*ir.Value
	for k, o := range s.Body.Outputs[s.Carried : s.Carried+s.outputs()] {
		if !l.reads(l.layout.stacked, k) || l.stacked[o].buf != nil {
			continue
		}
		if size := o.Shape.Elements(); l.shaped[l.layout.stacked[k].offset] && s.Keep {
			l.stacked[o] = stack{together, together.Shape[1], 0}
			together.Shape[1] += size
			saved = append(saved, o)
			continue
		}
		b := l.buffer(l.title(s.Carried+k), stackOf(o.Shape, s.Length))
		l.stacked[o] = stack{b, 0, o.Shape.Elements()}
		l.moves[b] = o.Shape.Elements()
		l.settle(o, l.stacked[o].at(o.Shape))
	}
	for _, o := range saved {
		at := l.stacked[o]
		at.step = together.Shape[1]
		l.stacked[o], l.moves[together] = at, at.step
		l.settle(o, at.at(o.Shape))
	}
}

// join has what is concatenated stored where it is wanted.
func (l *scanLowering) join() {
	for _, v := range slices.Backward(l.scan.Body.Values) {
		k, ok := v.Op.(*Concat)
		if !ok || !l.need[v] || l.fixed[v] || v.DType != ir.F32 {
			continue
		}
		to, placed := l.place[v]
		if !placed {
			to = View{Buf: l.buffer(v.Name, v.Shape), Strides: v.Shape.Strides()}
			l.place[v] = to
		}
		for _, x := range v.Args {
			if _, placed := l.place[x]; !placed {
				l.settle(x, to)
			}
			to.Offset += x.Shape[k.Axis] * to.Strides[k.Axis]
		}
	}
}

func isInput(v *ir.Value) bool {
	_, ok := v.Op.(*Input)
	return ok
}

// settle has a value stored in a place, if its operation stores where it is told.
func (l *scanLowering) settle(o *ir.Value, w View) {
	switch op := o.Op.(type) {
	case *Map, *Contract, *Concat, *Pad:
	case *Reduce:
		if op.KeepDims {
			return
		}
	default:
		return
	}
	if !l.fixed[o] {
		l.place[o] = w
	}
}

// storeStacked copies results that were not stored in their places.
func (l *scanLowering) storeStacked() {
	s := l.scan
	done := map[*ir.Value]bool{}
	for k, o := range s.Body.Outputs[s.Carried : s.Carried+s.outputs()] {
		if _, placed := l.place[o]; placed || done[o] || !l.reads(l.layout.stacked, k) {
			continue
		}
		done[o] = true
		if to := l.stacked[o].at(o.Shape); !l.isCarried(to.Buf) {
			l.copy(l.v, to, l.views[o], o.Shape, "stacked")
		}
	}
}

func (l *scanLowering) isCarried(b *loop.Buffer) bool {
	return slices.ContainsFunc(l.carried, func(c *carried) bool { return c != nil && c.buf == b })
}

// addSums adds what is summed over the steps, and gives the sums.
func (l *scanLowering) addSums() map[int]View {
	s := l.scan
	sums := map[int]View{}
	from := s.Carried + s.outputs()
	for k, o := range s.Body.Outputs[from:] {
		if !l.reads(l.layout.sums, k) {
			continue
		}
		sum := View{Buf: l.buffer(l.title(from+k)+".sum", o.Shape), Strides: o.Shape.Strides()}
		l.inside = false
		store(l, l.v, sum, o.Shape, scalar.Num(0), nil, "from zero")
		l.inside = true
		list := []loop.Access{access(sum, o.Shape, o.Shape), access(l.views[o], o.Shape, o.Shape)}
		store(l, l.v, sum, o.Shape, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), list, "sum over the steps")
		sums[k] = sum
	}
	return sums
}

// storeCarried makes the new carried values those of the next step.
func (l *scanLowering) storeCarried() {
	type move struct {
		c        *carried
		v        *ir.Value
		from, to View
	}
	var moves []move
	for i, c := range l.carried {
		if c == nil {
			continue
		}
		o := l.scan.Body.Outputs[i]
		to, from := c.view(o.Shape, l.after(c)), l.views[o]
		switch {
		case from.Buf == to.Buf && from.Offset == to.Offset && slices.Equal(from.Strides, to.Strides):
		case !c.array && from.Offset == to.Offset && slices.Equal(from.Strides, to.Strides) && l.inPlace(c.buf, from.Buf):
		default:
			moves = append(moves, move{c, o, from, to})
		}
	}
	// Carried values that change places are all read before one is stored.
	if len(moves) > 1 {
		for i, m := range moves {
			if l.isCarried(m.from.Buf) {
				b := l.buffer(l.title(slices.Index(l.carried, m.c))+".next", m.v.Shape)
				next := View{Buf: b, Strides: m.v.Shape.Strides()}
				l.copy(l.v, next, m.from, m.v.Shape, "next value")
				moves[i].from = next
			}
		}
	}
	for _, m := range moves {
		l.copy(l.v, m.to, m.from, m.v.Shape, "next value")
	}
}

// inPlace has the one kernel that computes the next carried value, from, store it in
// the place of the old one, if nothing reads that afterwards.
func (l *scanLowering) inPlace(to, from *loop.Buffer) bool {
	writer := -1
	for i, s := range l.steps {
		for _, w := range s.(*loop.Run).Kernel.Writes() {
			if w.Buf == from && writer >= 0 {
				return false
			}
			if w.Buf == from {
				writer = i
			}
		}
	}
	if writer < 0 || l.isCarried(from) || l.moves[from] != 0 {
		return false
	}
	for _, s := range l.steps[writer+1:] {
		k := s.(*loop.Run).Kernel
		if slices.ContainsFunc(slices.Concat(k.Reads(), k.Writes()), func(a loop.Access) bool { return a.Buf == to }) {
			return false
		}
	}
	k := l.steps[writer].(*loop.Run).Kernel
	reads := slices.ContainsFunc(k.Reads(), func(a loop.Access) bool { return a.Buf == to })
	if from.Row() != to.Row() || from.Rows != to.Rows || reads && !loop.CanOverlay(k, from, to) {
		return false
	}
	for _, s := range l.steps {
		loop.EachAccess(s.(*loop.Run).Kernel, func(a *loop.Access) {
			if a.Buf == from {
				a.Buf = to
			}
		})
	}
	for v, w := range l.views {
		if w.Buf == from {
			w.Buf = to
			l.views[v] = w
		}
	}
	return true
}

// results says where the pieces of the value are, and packs them where they are
// needed in one.
func (l *scanLowering) results(sums map[int]View) {
	s := l.scan
	var parts []Part
	add := func(p piece, buf *loop.Buffer, offset int) {
		if buf == nil || p.shape.Batched() == s.Shared {
			return
		}
		w := View{Buf: buf, Offset: offset, Strides: []int{1}}
		if p.shape.Batched() {
			w.Strides = []int{buf.Row(), 1}
		}
		parts = append(parts, Part{Offset: p.offset, Size: p.size(), View: w})
	}
	for i, c := range l.carried {
		if c == nil {
			continue
		}
		final, kept := 0, l.before(c)
		if c.array && !s.Reverse {
			final = s.Length * c.size
		}
		add(l.layout.finals[i], c.buf, final)
		if s.Keep && l.reads(l.layout.kept, i) {
			add(l.layout.kept[i], c.buf, kept)
		}
	}
	for k, o := range s.Body.Outputs[s.Carried : s.Carried+s.outputs()] {
		if p, at := l.layout.stacked[k], l.stacked[o]; !l.reads(l.layout.stacked, k) {
			continue
		} else if at.step == o.Shape.Elements() {
			add(p, at.buf, at.offset)
		} else {
			strides := slices.Insert(at.at(o.Shape).Strides, 1, at.step)
			parts = append(parts, Part{p.offset, p.size(), View{Buf: at.buf, Offset: at.offset, Strides: strides}, p.shape})
		}
	}
	for k, w := range sums {
		add(l.layout.sums[k], w.Buf, 0)
	}
	if !l.packed {
		l.Lowering.Alias(l.v, View{Parts: parts})
		return
	}
	to := l.Lowering.Result(l.v)
	for _, p := range parts {
		shape := ir.Shape{p.Size}
		if !s.Shared {
			shape = ir.Shape{ir.Batch, p.Size}
		}
		dst := View{Buf: to.Buf, Offset: to.Offset + p.Offset, Strides: to.Strides}
		if p.Shape != nil {
			shape, dst.Strides = p.Shape, slices.Concat(to.Strides[:1], p.Shape.Strides()[1:])
		}
		l.copy(l.v, dst, p.View, shape, "packed")
	}
}
