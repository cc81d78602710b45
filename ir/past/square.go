package past

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// squares looks for kernels over matrices of as many queries as keys of which what lies
// after the query's own step counts for nothing.
type squares struct {
	plan  *loop.Plan
	steps int
	whole map[*loop.Buffer]bool // read otherwise than row by row, up to the diagonal
	known map[*loop.Buffer]square
	cuts  map[*loop.Run]cut
	dim   map[*loop.Buffer]bool // a mask may have made elements low
	sure  map[*loop.Buffer]bool // of those, maxima of what counts: they are not low
}

// square is how far the queries of a matrix lie apart and its keys, and what those
// elements hold of which the key comes after the query.
type square struct {
	row, far int
	after    content
}

// cut says how a kernel goes over a matrix: the number of the axis of queries, and of
// that of keys for each of its statements, or its only one; -1: it has none. Across, a
// turn takes some keys, and the queries from them on.
type cut struct {
	query  int
	keys   []int
	across bool
}

// newSquares finds the kernels that can be cut.
func newSquares(p *loop.Plan, steps int) *squares {
	f := &squares{plan: p, steps: steps, whole: map[*loop.Buffer]bool{}, dim: dimmed(p)}
	for !f.follow() {
	}
	return f
}

// dimmed are the buffers that a mask may have made low somewhere, or that are computed
// from one.
func dimmed(p *loop.Plan) map[*loop.Buffer]bool {
	dim := map[*loop.Buffer]bool{}
	marks := func(list []loop.Access) (args []bool) {
		for _, a := range list {
			args = append(args, dim[a.Buf])
		}
		return args
	}
	runs, _ := p.Flat()
	for range 2 { // what a turn of a loop leaves is read in the next
		for _, r := range runs {
			switch k := r.Kernel.(type) {
			case *loop.Contract:
				sum := dim[k.Lhs.Buf] || dim[k.Rhs.Buf]
				if k.Epilogue != nil {
					sum = isDim(k.Epilogue, append([]bool{sum}, marks(k.Extra)...))
				}
				dim[k.Out.Buf] = dim[k.Out.Buf] || sum
			case *loop.Nest:
				for _, s := range k.Body {
					v := isDim(s.Value, marks(s.Srcs))
					if s.Finish != nil {
						v = isDim(s.Finish, []bool{v})
					}
					dim[s.Dst.Buf] = dim[s.Dst.Buf] || v
				}
			default:
				for _, w := range k.Writes() {
					dim[w.Buf] = dim[w.Buf] || slices.Contains(marks(k.Reads()), true)
				}
			}
		}
	}
	return dim
}

// follow goes through the plan. It reports whether no buffer has turned out to be read
// in full of which a part would be all that is computed.
func (f *squares) follow() bool {
	f.known, f.cuts, f.sure = map[*loop.Buffer]square{}, map[*loop.Run]cut{}, map[*loop.Buffer]bool{}
	fine := true
	for _, s := range slices.Concat(f.plan.Forward, f.plan.Backward) {
		if r, ok := s.(*loop.Run); ok && r.Steps == nil && loop.SharingOf(r.Kernel) == loop.ByRows {
			before := maps.Clone(f.known)
			c, ok := f.cut(r.Kernel)
			if ok && c.turn(r.Kernel, loop.StepBlock) != nil {
				f.cuts[r] = c
				continue
			}
			f.known = before
		}
		runs, _ := (&loop.Plan{Forward: []loop.Step{s}}).Flat()
		for _, r := range runs {
			for _, a := range r.Kernel.Reads() {
				if _, has := f.known[a.Buf]; has && !f.whole[a.Buf] {
					f.whole[a.Buf], fine = true, false
				}
			}
			for _, a := range r.Kernel.Writes() {
				delete(f.known, a.Buf)
			}
		}
	}
	return fine
}

func (f *squares) cut(k loop.Kernel) (cut, bool) {
	switch k := k.(type) {
	case *loop.Contract:
		return f.contract(k)
	case *loop.Nest:
		return f.nest(k)
	}
	return cut{}, false
}

// may reports that a result need not be stored in full.
func (f *squares) may(b *loop.Buffer) bool {
	return b.Class == loop.Arena && !f.whole[b] && !slices.Contains(f.plan.Results(), b)
}

// along is the axes of queries and of keys of the matrices among some operands, -1 if
// there is none. It is false where they differ in that.
func (f *squares) along(axes []loop.Axis, srcs []loop.Access, look func(b *loop.Buffer) (square, bool)) (query, key int, ok bool) {
	query, key = -1, -1
	for _, a := range srcs {
		s, has := look(a.Buf)
		if !has {
			continue
		}
		q, x := -1, -1
		for i, axis := range axes {
			switch {
			case a.Strides[i] == s.far && axis.N == f.steps && !axis.Rows:
				x = i
			case a.Strides[i] == s.row && axis.N%f.steps == 0:
				q = i
			}
		}
		if q < 0 || x < 0 || a.Index != nil || a.Offset != 0 || query >= 0 && (query != q || key != x) {
			return -1, -1, false
		}
		query, key = q, x
	}
	return query, key, true
}

// contents are those of some operands where the key comes after the query.
func (f *squares) contents(srcs []loop.Access, axes []loop.Axis, query, key int, look func(b *loop.Buffer) (square, bool)) contents {
	c := contents{args: make([]content, len(srcs)), positions: make([]bool, len(srcs)), numbers: make([]bool, len(srcs)), dim: make([]bool, len(srcs))}
	for i, a := range srcs {
		c.dim[i] = f.dim[a.Buf] && !f.sure[a.Buf]
		if s, has := look(a.Buf); has {
			c.args[i] = s.after
		}
		c.positions[i] = axes[query].N == f.steps && counts(a, axes, query)
		c.numbers[i] = counts(a, axes, key)
	}
	return c
}

func (f *squares) look(b *loop.Buffer) (square, bool) {
	s, ok := f.known[b]
	return s, ok
}

// contract is how a product goes over a matrix: it computes one, or it sums what one is
// multiplied by over the keys, or over the queries.
func (f *squares) contract(k *loop.Contract) (cut, bool) {
	axes := k.Axes()
	srcs := slices.Concat([]loop.Access{k.Lhs, k.Rhs}, k.Extra)
	if len(k.Clip) > 0 || k.Accumulate || k.Out.Index != nil {
		return cut{}, false
	}
	m, n := len(k.B), len(k.B)+len(k.M)
	sum := n + len(k.N)
	query, key, ok := f.along(axes, srcs, f.look)
	if !ok {
		return cut{}, false
	}
	_, factor := f.known[k.Lhs.Buf]
	if _, other := f.known[k.Rhs.Buf]; other {
		return cut{}, false
	}
	if factor {
		if f.known[k.Lhs.Buf].after != zero || len(k.Extra) > 0 && slices.ContainsFunc(k.Extra, func(a loop.Access) bool { _, has := f.known[a.Buf]; return has }) {
			return cut{}, false
		}
		switch {
		case key >= sum && query >= m && query < n:
			return cut{query: query, keys: []int{key}}, true
		case query >= sum && key >= m && key < n:
			return cut{query: query, keys: []int{key}, across: true}, true
		}
		return cut{}, false
	}
	if key = f.only(axes, n, sum, func(i int) bool { return k.Out.Strides[i] == 1 }); key < 0 || !f.may(k.Out.Buf) {
		return cut{}, false
	}
	q := f.only(axes, m, n, func(i int) bool { return k.Out.Strides[i] > 0 })
	if q < 0 || query >= 0 && query != q || k.Lhs.Strides[key] != 0 || k.Rhs.Strides[q] != 0 {
		return cut{}, false
	}
	after := anything
	if k.Epilogue != nil {
		c := f.contents(srcs, axes, q, key, f.look)
		c.args = append([]content{anything}, c.args[2:]...)
		c.positions, c.numbers = shifted(c.positions), shifted(c.numbers)
		c.dim = append([]bool{c.dim[0] || c.dim[1]}, c.dim[2:]...)
		after = c.of(k.Epilogue)
	}
	f.known[k.Out.Buf] = square{k.Out.Strides[q], 1, after}
	return cut{query: q, keys: []int{key}}, true
}

// only is the one axis of a nest that has as many points as there are steps, and for
// which something holds; -1: there is none, or several are.
func (f *squares) only(axes []loop.Axis, from, to int, holds func(i int) bool) int {
	at := -1
	for i := from; i < to; i++ {
		if axes[i].N != f.steps || axes[i].Rows || !holds(i) {
			continue
		}
		if at >= 0 {
			return -1
		}
		at = i
	}
	return at
}

// nest is how loops go over a matrix, the queries being an axis around all statements.
func (f *squares) nest(k *loop.Nest) (cut, bool) {
	c, ok := f.statements(k, -1)
	if i := slices.IndexFunc(c.keys, func(x int) bool { return x >= 0 && x < len(k.Outer) }); ok && i >= 0 {
		return f.statements(k, c.keys[i]) // all of them are in that loop
	}
	return c, ok
}

// statements is nest for statements that are all in a loop over the keys, or, with an
// outer of -1, are not known to be.
func (f *squares) statements(k *loop.Nest, outer int) (cut, bool) {
	c := cut{query: -1}
	stored := map[*loop.Buffer]square{}
	look := func(b *loop.Buffer) (square, bool) {
		if s, ok := stored[b]; ok {
			return s, true
		}
		return f.look(b)
	}
	for _, s := range k.Body {
		axes := k.Axes(s)
		query, key, ok := f.along(axes, s.Srcs, look)
		if !ok || s.Accumulate || s.Dst.Index != nil || query >= 0 && (query >= len(k.Outer) || c.query >= 0 && c.query != query) {
			return c, false
		}
		if outer >= 0 && key < 0 {
			key = outer
		}
		if c.keys = append(c.keys, key); query < 0 {
			if outer >= 0 {
				return c, false
			}
			continue
		}
		c.query = query
		v := f.contents(s.Srcs, axes, query, key, look).of(s.Value)
		inside := key >= len(k.Outer)
		switch {
		case outer >= 0 && key != outer:
			return c, false
		case inside && s.Reduce != loop.Store:
			if !(s.Reduce == loop.Sum && v == zero || s.Reduce == loop.Max && v == low) {
				return c, false
			}
			f.sure[s.Dst.Buf] = s.Reduce == loop.Max && s.Finish == nil
		case s.Reduce != loop.Store:
			return c, false
		case s.Dst.Buf.Class == loop.Local: // of one element
		case s.Dst.Strides[key] <= 0 || s.Dst.Strides[query] <= 0 || s.Dst.Offset != 0 || !f.may(s.Dst.Buf):
			return c, false
		default:
			stored[s.Dst.Buf] = square{s.Dst.Strides[query], s.Dst.Strides[key], v}
		}
	}
	maps.Copy(f.known, stored)
	return c, c.query >= 0
}
