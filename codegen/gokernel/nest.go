package gokernel

import (
	"fmt"

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
	vars := make([]string, 16)
	var ends []func()
	for i := range n.Outer {
		ends = append(ends, k.open(n.Outer, i, vars, accs))
	}
	for _, s := range n.Body {
		k.stmt(s, vars)
	}
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i]()
	}
	return k.Kernel
}

// shape is the form in which a nest is printed: that which layers share, of a
// large network, or its own.
func (e *Printer) shape(n *loop.Nest) (*shape.Shape, *loop.Nest) {
	if e.Share {
		if t, s, ok := shape.Nest(n, e.Machine); ok {
			return s, t
		}
	}
	return nil, ownLoops(n)
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

// values prints the sources of a statement at a point. uniform is the random
// number at hand, where one has been drawn.
func (k *nestKernel) values(s loop.Stmt, vars []string, uniform string) []string {
	args := make([]string, len(s.Srcs))
	for i, a := range s.Srcs {
		if !scalar.UsesArg(s.Value, i) {
			continue
		}
		pl := placed{a, k.Axes(s)}
		switch {
		case a.Buf.Class == loop.Random && uniform != "":
			args[i] = uniform
		case a.Buf.Class == loop.Random:
			row, elem := k.drawn(pl, vars)
			args[i] = k.el.convert(fmt.Sprintf("%s.Uniform(uint32(%s), uint32(%s))", k.param(a.Buf, "key").Name, row, elem), "float32")
		default:
			args[i] = k.at(pl, vars)
			if a.Buf.DType == loop.I32 {
				args[i] = k.el.float + "(" + args[i] + ")"
			}
		}
	}
	return args
}

// stmt prints one statement inside the common loops.
func (k *nestKernel) stmt(s loop.Stmt, vars []string) {
	accs := k.sources(s)
	if s.Reduce != loop.Store {
		k.reduce(s, accs, vars)
		return
	}
	axes := k.Axes(s)
	if k.zero(s, axes) || k.dropout(s, accs, vars) {
		return
	}
	var ends []func()
	for i := len(k.Outer); i < len(axes); i++ {
		if i == len(axes)-1 {
			accs = k.hoist(accs, i, vars, &ends)
		}
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	k.store(s, vars, "")
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i]()
	}
}

// store prints the assignment of one element.
func (k *nestKernel) store(s loop.Stmt, vars []string, uniform string) {
	args := k.values(s, vars, uniform)
	dst := placed{s.Dst, k.Axes(s)}
	op := "="
	if s.Accumulate {
		op = "+="
	}
	if s.Dst.Buf.Class == loop.Local && !k.defined[s.Dst.Buf] {
		k.defined[s.Dst.Buf] = true
		if a, ok := s.Value.(scalar.Apply); ok && a.Fn != "select" {
			op = ":="
		} else {
			k.line("var %s %s", k.local(s.Dst.Buf), k.el.float)
		}
	}
	k.assign(k.at(dst, vars), op, s.Value, args, s.Word)
}

// zero prints a store of 0 over all of a buffer as a call of clear.
func (k *nestKernel) zero(s loop.Stmt, axes []loop.Axis) bool {
	n, ok := s.Value.(scalar.Num)
	if !ok || n != 0 || s.Accumulate || len(k.Outer) > 0 || s.Dst.Buf.Class == loop.Local || s.Dst.Index != nil {
		return false
	}
	if loop.Points(axes, 3) != s.Dst.Buf.Len(3) || s.Dst.Offset != 0 || k.Shape != nil {
		return false
	}
	p := k.param(s.Dst.Buf, "y")
	if p.Form == Fixed {
		k.line("clear(%s[:])", p.Name)
		return true
	}
	k.Counted = true
	size := "n"
	if row := s.Dst.Buf.Row(); row != 1 {
		size = fmt.Sprintf("n*%d", row)
	}
	k.line("clear(%s[:%s])", p.Name, size)
	return true
}

// hoist takes the row that an id names out of the innermost loop: one check of
// the id for the row instead of one for each element.
func (k *nestKernel) hoist(accs []placed, inner int, vars []string, ends *[]func()) []placed {
	for _, a := range accs {
		if a.Index == nil || a.Index.Strides[inner] != 0 || a.Buf.Rows || a.Buf.Class == loop.Local {
			continue
		}
		p := k.param(a.Buf, "x")
		at, ok := split(a, p.Dims)
		if !ok || len(p.Dims) != 2 || len(at[0].terms) != 1 || at[0].offset != 0 {
			continue
		}
		index := k.at(placed{*a.Index, a.axes}, vars)
		name := k.names.Pick(p.Name + "i")
		k.line("%s := &%s[%s]", name, p.Name, index)
		key := rowKey{a.Buf, index}
		k.rows[key] = name
		*ends = append(*ends, func() {
			delete(k.names, name)
			delete(k.rows, key)
		})
	}
	return accs
}
