package gokernel

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// nest prints elementwise and reducing loops.
func (e *Printer) nest(n *loop.Nest) *Kernel {
	sh, n := e.shape(n)
	var accs []placed
	for _, s := range n.Body {
		axes := n.Axes(s)
		accs = append(accs, placed{s.Dst, axes})
		for i, a := range s.Srcs {
			if scalar.UsesArg(s.Value, i) {
				accs = append(accs, placed{a, axes})
			}
		}
	}
	k := &nestKernel{writer: e.newWriter(accs...), Nest: n}
	k.Shape, k.Planned = sh, n
	k.exposed = len(n.Body) > 1 || len(n.Axes(n.Body[0])) == 0
	k.nameParams()
	sh.Name(n, func(b *loop.Buffer) string { return k.param(b, "x").Name })
	(&nestDoc{nestKernel: k}).title()
	if overBatch(n) {
		for _, s := range n.Body {
			k.columnSums(s)
		}
		return k.Kernel
	}
	vars := make([]gotree.Expr, 16)
	k.loops(n.Outer, 0, len(n.Outer), vars, accs, func() {
		for _, s := range n.Body {
			k.stmt(s, vars)
		}
	})
	return k.Kernel
}

// shape is the form in which a nest is printed: that which layers share, of a
// large network, or its own. What a step of a recurrent layer does is its own: in
// machine code there is one pointer for all that lies side by side in a row, which
// sizes that are known at run time alone would not allow. What a step does with those
// before it is its own but for their number.
func (e *Printer) shape(n *loop.Nest) (*shape.Shape, *loop.Nest) {
	if s := shape.SoFar(n); s != nil {
		return s, n
	}
	if e.Share && !(len(n.Body) > 1 && inTurn(n)) {
		if t, s, ok := shape.Nest(n, e.Machine); ok {
			return s, t
		}
	}
	return nil, ownLoops(n)
}

// inTurn reports a nest that is a part of a loop over time.
func inTurn(n *loop.Nest) bool {
	found := false
	loop.EachAccess(n, func(a *loop.Access) { found = found || a.Buf.Reach > 0 })
	return found
}

// nestKernel is the kernel of a nest in the making.
type nestKernel struct {
	*writer
	*loop.Nest
}

// nameParams names what is written y, z and what is read x, v, u, in order.
// Where a gradient is written it is dx (or g, of a parameter), and what flows
// in is dy.
func (k *nestKernel) nameParams() {
	back := k.Body[len(k.Body)-1].Dst.Buf.Grad
	name := func(b *loop.Buffer, pool string) {
		if b.Class == loop.Local {
			return
		}
		for _, c := range pool {
			wish := string(c)
			if b.Grad && b.Class != loop.Gradient {
				wish = "d" + wish
			}
			if !k.names.Has(wish) {
				k.param(b, wish)
				return
			}
		}
		k.param(b, "x")
	}
	for _, s := range k.Body {
		switch b := s.Dst.Buf; {
		case b.Class == loop.Gradient:
			name(b, "gh")
		case back:
			name(b, "xvuz")
		default:
			name(b, "yzgh")
		}
	}
	for _, s := range k.Body {
		if s.Dst.Index != nil {
			name(s.Dst.Index.Buf, "idx")
		}
		for _, src := range s.Srcs {
			for _, a := range withIndices([]placed{{src, nil}}) {
				if a.Buf.Grad && back {
					name(a.Buf, "yzuv")
				} else {
					name(a.Buf, "xvuwabefgh")
				}
			}
		}
	}
}

func (k *nestKernel) sources(s loop.Stmt) []placed {
	list := []placed{{s.Dst, k.Axes(s)}}
	for i, a := range s.Srcs {
		if scalar.UsesArg(s.Value, i) {
			list = append(list, placed{a, k.Axes(s)})
		}
	}
	return list
}

// values are the sources of a statement at a point. uniform is the random number at
// hand, where one has been drawn.
func (k *nestKernel) values(s loop.Stmt, vars []gotree.Expr, uniform gotree.Expr) []gotree.Expr {
	args := make([]gotree.Expr, len(s.Srcs))
	for i, a := range s.Srcs {
		if !scalar.UsesArg(s.Value, i) {
			continue
		}
		pl := placed{a, k.Axes(s)}
		switch {
		case a.Buf.Class == loop.Random && uniform != nil:
			args[i] = uniform
		case a.Buf.Class == loop.Random:
			row, elem := k.drawn(pl, vars)
			args[i] = k.el.converted(k.draw(a.Buf, "Uniform", row, elem), "float32")
		default:
			args[i] = k.at(pl, vars)
			if a.Buf.DType == loop.I32 {
				args[i] = gotree.CallOf(k.el.float, args[i])
			}
		}
	}
	return args
}

// stmt writes one statement inside the common loops.
func (k *nestKernel) stmt(s loop.Stmt, vars []gotree.Expr) {
	switch {
	case s.Reduce != loop.Store:
		k.reduce(s, vars)
	case !k.zero(s) && !k.dropout(s, vars):
		k.within(s, vars, func() { k.store(s, vars, nil) })
	}
}

// within writes the loops of a statement's own.
func (k *nestKernel) within(s loop.Stmt, vars []gotree.Expr, body func()) {
	axes, accs := k.Axes(s), k.sources(s)
	if len(axes) == len(k.Outer) {
		body()
		return
	}
	last := len(axes) - 1
	k.loops(axes, len(k.Outer), last, vars, accs, func() {
		k.hoisted(accs, last, vars, func() { k.loop(axes, last, vars, accs, body) })
	})
}

// store writes the assignment of one element.
func (k *nestKernel) store(s loop.Stmt, vars []gotree.Expr, uniform gotree.Expr) {
	args := k.values(s, vars, uniform)
	dst := placed{s.Dst, k.Axes(s)}
	op := "="
	if s.Accumulate {
		op = "+="
	}
	if s.Dst.Buf.DType == loop.I32 {
		k.storeID(s, dst, vars, args)
		return
	}
	if s.Dst.Buf.Class == loop.Local && !k.defined[s.Dst.Buf] {
		k.defined[s.Dst.Buf] = true
		if a, ok := s.Value.(scalar.Apply); ok && a.Fn != "select" {
			op = ":="
		} else {
			k.Add(gotree.Zero{Vars: []*gotree.Var{k.local(s.Dst.Buf)}, Type: k.Float()})
		}
	}
	k.assign(k.at(dst, vars), op, s.Value, args, s.Word)
}

// storeID writes the assignment of one id: the whole part of a number.
func (k *nestKernel) storeID(s loop.Stmt, dst placed, vars, args []gotree.Expr) {
	k.whole(s.Value, args, func(value gotree.Expr) gotree.Stmt {
		value = gotree.CallOf("int32", value)
		if s.Dst.Buf.Class == loop.Local && !k.defined[s.Dst.Buf] {
			k.defined[s.Dst.Buf] = true
			return gotree.Let(k.local(s.Dst.Buf), value)
		}
		return gotree.Set(k.at(dst, vars), "=", value)
	})
}

// zero writes a store of 0 over all of a buffer as a call of clear.
func (k *nestKernel) zero(s loop.Stmt) bool {
	n, ok := s.Value.(scalar.Num)
	if !ok || n != 0 || s.Accumulate || len(k.Outer) > 0 || s.Dst.Buf.Class == loop.Local || s.Dst.Index != nil {
		return false
	}
	if loop.Points(k.Axes(s), 3) != s.Dst.Buf.Len(3) || s.Dst.Offset != 0 || k.Shape != nil {
		return false
	}
	p := k.param(s.Dst.Buf, "y")
	all := gotree.Slice{X: p.v}
	if p.Form != Fixed {
		k.Counted = true
		all.To = gotree.Number{As: gotree.Word("n")}.Times(gotree.Literal(s.Dst.Buf.Row()))
	}
	k.Add(gotree.Run("clear", all))
	return true
}

// hoisted takes the rows that ids name out of the innermost loop, which body writes:
// one check of the id for the row instead of one for each element.
func (k *nestKernel) hoisted(accs []placed, inner int, vars []gotree.Expr, body func()) {
	for _, a := range accs {
		if a.Index == nil || a.Index.Strides[inner] != 0 || a.Buf.Rows || a.Buf.Class == loop.Local {
			continue
		}
		p := k.param(a.Buf, "x")
		if len(p.Dims) != 2 {
			continue
		}
		id := k.at(placed{*a.Index, a.axes}, vars)
		at, ok := a.split(p.Dims, vars, id)
		if !ok || len(at[0].Terms) != 1 || at[0].Offset.Value != 0 {
			continue
		}
		row, key := k.named(p.Name+"i"), rowKey{a.Buf, id.String()}
		k.Add(gotree.Let(row, gotree.Unary{Op: "&", X: gotree.At(p.v, id)}))
		k.rows[key] = row
		defer func() {
			k.free(row)
			delete(k.rows, key)
		}()
	}
	body()
}
