package idle

import (
	"slices"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// turn is a turn in which the mask is 0, kernel by kernel.
type turn struct {
	*finder
	loop    *loop.Loop
	mask    condition
	known   map[spot]spot // what is stored so far
	written map[spot]bool
	carried map[*loop.Buffer]bool // of which a turn reads what was there before it
	left    []*remainder
}

// remainder is what is left of a statement: a store, a reduction or a product.
type remainder struct {
	run   *loop.Run
	stmt  loop.Stmt
	outer []loop.Axis
	sum   *loop.Contract // a product that is left, else nil
}

// run takes the next kernel; false: what it does cannot be followed.
func (t *turn) run(r *loop.Run) bool {
	switch k := r.Kernel.(type) {
	case *loop.Nest:
		for _, s := range k.Body {
			if !t.statement(r, k, s) {
				return false
			}
		}
		return true
	case *loop.Contract:
		return t.contract(r, k)
	}
	return false
}

func (t *turn) statement(r *loop.Run, k *loop.Nest, s loop.Stmt) bool {
	axes := k.Axes(s)
	if s.Accumulate || s.Dst.Index != nil {
		return false
	}
	args := t.operands(s.Srcs, axes)
	s.Value = scalar.Substitute(s.Value, args)
	outer, nothing := axes, s.Value == scalar.Num(0)
	if s.Reduce != loop.Store {
		outer = k.Outer
		if nothing && s.Reduce != loop.ArgMax { // the sum of zeros, and the largest
			if s.Finish != nil {
				s.Value = scalar.Substitute(s.Finish, []scalar.Expr{s.Value})
			}
			s.Reduce, s.Finish, s.Srcs, s.Inner = loop.Store, nil, nil, nil
			s.Dst.Strides = slices.Clone(s.Dst.Strides[:1+len(outer)])
		}
	}
	return t.store(&remainder{run: r, stmt: s, outer: k.Outer}, outer)
}

func (t *turn) contract(r *loop.Run, k *loop.Contract) bool {
	if k.Accumulate {
		return false
	}
	outer := slices.Concat(k.B, k.M, k.N)
	args := []scalar.Expr{scalar.Arg(0)}
	for _, x := range t.operands([]loop.Access{k.Lhs, k.Rhs}, k.Axes()) {
		if x == scalar.Num(0) {
			args[0] = x
		}
	}
	for i, x := range t.operands(k.Extra, k.Axes()) {
		if x != scalar.Num(0) {
			x = scalar.Arg(1 + i)
		}
		args = append(args, x)
	}
	value := args[0]
	if k.Epilogue != nil {
		value = scalar.Substitute(k.Epilogue, args)
	}
	without := func(a loop.Access) loop.Access {
		a.Strides = slices.Clone(a.Strides[:1+len(outer)])
		return a
	}
	s := loop.Stmt{Dst: without(k.Out), Word: k.Word}
	left := &remainder{run: r, outer: outer}
	if scalar.UsesArg(value, 0) {
		left.sum, s.Value, s.Srcs = k, value, slices.Concat([]loop.Access{k.Lhs, k.Rhs}, k.Extra)
	} else {
		moved := []scalar.Expr{scalar.Num(0)}
		for i, a := range k.Extra {
			moved, s.Srcs = append(moved, scalar.Arg(i)), append(s.Srcs, without(a))
		}
		s.Value = scalar.Substitute(value, moved)
	}
	left.stmt = s
	return t.store(left, outer)
}

// operands are the operands of an expression, and 0 where they are.
func (t *turn) operands(srcs []loop.Access, axes []loop.Axis) []scalar.Expr {
	args := make([]scalar.Expr, len(srcs))
	for i, a := range srcs {
		args[i] = scalar.Arg(i)
		at, ok := spots(a, axes)
		if !ok {
			t.carried[a.Buf] = true
			continue
		}
		all := true
		for _, p := range at {
			t.carried[a.Buf] = t.carried[a.Buf] || !t.written[p]
			all = all && t.holds(p) == zero
		}
		if all {
			args[i] = scalar.Num(0)
		}
	}
	return args
}

// holds is what a spot holds.
func (t *turn) holds(p spot) spot {
	if v, ok := t.known[p]; ok {
		return v
	}
	return p
}

// store notes what is left of a statement, which stores at the points of some axes.
func (t *turn) store(r *remainder, axes []loop.Axis) bool {
	s := &r.stmt
	dst := s.Dst
	if dst.Buf.Class != loop.Local && len(dst.Strides) > 1+len(axes) {
		dst.Strides = dst.Strides[:1+len(axes)]
	}
	to, ok := spots(dst, axes)
	if !ok {
		return false
	}
	content := func(int) spot { return anything }
	if r.sum == nil && s.Reduce == loop.Store {
		if s.Value == scalar.Num(0) {
			content = func(int) spot { return zero }
		} else if i, copies := s.Value.(scalar.Arg); copies && s.Dst.Buf.Class != loop.Local {
			if from, ok := spots(s.Srcs[i], axes); ok && len(from) == len(to) {
				content = func(i int) spot { return t.holds(from[i]) }
			}
		}
	}
	same := true
	values := make([]spot, len(to))
	for i, p := range to {
		values[i] = content(i)
		same = same && values[i] == t.holds(p) && values[i] != anything && p.buf.Class != loop.Local
	}
	for i, p := range to {
		t.known[p], t.written[p] = values[i], true
	}
	if !same { // else it holds that already
		t.left = append(t.left, r)
	}
	return true
}

// moves reports a buffer of which every turn has a part of its own.
func (t *turn) moves(b *loop.Buffer) bool {
	for _, a := range t.loop.AllWrites() {
		if a.Buf == b {
			return a.Strides[0] != 0
		}
	}
	return false
}

// passing reports what only the turn itself reads.
func (t *turn) passing(b *loop.Buffer) bool {
	if b.Class == loop.Local {
		return true
	}
	return !t.moves(b) && !t.carried[b] && len(t.readers(b)) == 0
}

// settle drops what nobody asks for, and reports whether what is left is worth it.
func (t *turn) settle() bool {
	void, drop := map[*loop.Buffer]bool{}, map[*loop.Buffer]bool{}
	for _, r := range t.left {
		b := r.stmt.Dst.Buf
		if !t.moves(b) {
			continue
		}
		if unread, finite := t.unread(b); unread {
			void[b], drop[b] = true, !finite
			r.nothing()
		}
	}
	live := map[*loop.Buffer]bool{}
	var list []*remainder
	for _, r := range slices.Backward(t.left) {
		if b := r.stmt.Dst.Buf; drop[b] || t.passing(b) && !live[b] {
			continue
		}
		list = append(list, r)
		for i, a := range r.stmt.Srcs {
			if r.sum != nil || scalar.UsesArg(r.stmt.Value, i) {
				live[a.Buf] = true
			}
		}
	}
	slices.Reverse(list)
	t.left = list
	work := 0
	for _, r := range list {
		if r.sum != nil {
			return false
		}
		work += (&loop.Nest{Outer: r.outer, Body: []loop.Stmt{r.stmt}}).Flops(1)
	}
	for b := range void {
		if live[b] {
			return false
		}
	}
	all := 0
	for _, r := range runs(t.loop) {
		all += r.Kernel.Flops(1)
	}
	return work*worth <= all
}

// nothing makes a remainder store 0.
func (r *remainder) nothing() {
	s := &r.stmt
	if r.sum == nil && s.Reduce != loop.Store {
		s.Dst.Strides = slices.Clone(s.Dst.Strides[:1+len(r.outer)])
		s.Reduce, s.Finish, s.Inner = loop.Store, nil, nil
	}
	r.sum, s.Value, s.Srcs = nil, scalar.Num(0), nil
}

// steps are the kernels of what is left.
func (t *turn) steps() (list []loop.Step) {
	locals := map[*loop.Buffer]*loop.Buffer{}
	for i := 0; i < len(t.left); {
		first := t.left[i]
		nest := &loop.Nest{Outer: first.outer}
		for ; i < len(t.left) && t.left[i].run == first.run; i++ {
			nest.Body = append(nest.Body, t.left[i].stmt)
		}
		k := loop.Copy(canonical.Kernel(nest))
		loop.EachAccess(k, func(a *loop.Access) {
			if a.Buf.Class != loop.Local {
				return
			}
			if locals[a.Buf] == nil {
				b := *a.Buf
				b.Name += ".idle"
				locals[a.Buf] = &b
			}
			a.Buf = locals[a.Buf]
		})
		list = append(list, &loop.Run{Layer: first.run.Layer, Pos: first.run.Pos, Kernel: k})
	}
	return list
}
