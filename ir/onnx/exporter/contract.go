package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// products writes contractions.
type products struct{ *exporter }

// biased writes a sum of a contraction and a constant for every column or filter as one
// node, where nothing else reads the contraction.
func (e products) biased(v *ir.Value, m *op.Map) bool {
	if len(v.Args) != 2 || !scalar.Equal(m.Expr, scalar.Call("add", scalar.Arg(0), scalar.Arg(1))) {
		return false
	}
	x, bias := e.of(v.Args[0]), e.of(v.Args[1])
	k, ok := x.Op.(*op.Contract)
	if !ok || e.free(x) || e.uses[x] != 1 || !e.free(bias) || k.Epilogue != nil {
		return false
	}
	channels := v.Shape[len(v.Shape)-1]
	if bias.Shape.Elements() != channels || bias.Shape[len(bias.Shape)-1] != channels || !x.Shape.Equal(v.Shape) {
		return false
	}
	return e.contract(v, k, bias)
}

// contract writes the contraction that x or, with a bias added, v is; with a bias it
// reports whether one node does both.
func (e products) contract(v *ir.Value, k *op.Contract, bias *ir.Value) bool {
	args := v.Args
	if bias != nil {
		args = e.of(v.Args[0]).Args
	}
	if s, ok := slidingOf(k, args[1].Shape); ok && k.Epilogue == nil && e.free(args[1]) {
		if _, _, fits := s.operator(s.image(args[0].Shape)); fits || s.transposed {
			return e.convolution(v, args, s, bias)
		}
	}
	in, eq, ok := e.equation(v, k, args)
	switch {
	case bias != nil && (!ok || !eq.matrix() || !e.free(args[1])):
		return false
	case !ok:
		return false
	case bias != nil:
		e.set(v, "Gemm", append(in, e.constant(bias, nil, ir.Shape{bias.Shape.Elements()})))
		return true
	case k.Epilogue != nil:
		names := []string{e.like(eq.kind(), in, inner(title(v), "product"), eq.attributes()...)}
		names[0] = e.widened(names[0], k, v)
		for _, a := range args[2:] {
			names = append(names, e.value(a))
		}
		e.last[v] = mapping(e).expression(v, k.Epilogue, names, e.called(v, ""))
		return true
	}
	if len(eq.out) < len(k.Shape) {
		product := e.like(eq.kind(), in, inner(title(v), "product"), eq.attributes()...)
		e.setLike(v, "Reshape", []string{product, e.ints(extents(k.Shape)...)})
		return true
	}
	e.setLike(v, eq.kind(), in, eq.attributes()...)
	return true
}

// widened is a product with the axes of extent 1 of its contraction.
func (e products) widened(name string, k *op.Contract, v *ir.Value) string {
	if !slices.ContainsFunc(k.Out, func(x op.Index) bool { return len(x.Terms) == 0 }) {
		return name
	}
	return e.reshaped(name, extents(k.Shape), inner(title(v), "widened"))
}

// equation is a contraction of axes alone, a letter each.
type equation struct{ left, right, out string }

// equation names the axes, and gives the operands as they have them: without those of
// extent 1 that no axis goes along, and with several for one along which several go.
func (e products) equation(v *ir.Value, k *op.Contract, args []*ir.Value) (in []string, eq equation, ok bool) {
	if len(k.Axes) > 26 || slices.ContainsFunc(k.Out, func(x op.Index) bool { return !isPlain(x) && len(x.Terms)+x.Offset > 0 }) || !covers(k, k.Out, k.Shape) {
		e.errorf(v, "the contraction %v adds to places of its result that overlap, which neither a product nor a convolution of ONNX does", k)
		return nil, eq, false
	}
	letters := lettersOf(k)
	for i, list := range [][]op.Index{k.Lhs, k.Rhs} {
		x, text := e.operand(v, k, args[i], list, letters)
		if x == "" {
			return nil, eq, false
		}
		in = append(in, x)
		if i == 0 {
			eq.left = text
		} else {
			eq.right = text
		}
	}
	for _, x := range k.Out {
		if len(x.Terms) > 0 {
			eq.out += letters[x.Terms[0].Axis]
		}
	}
	return in, eq, true
}

// whole reports that every index goes over all of its axis, as letters do.
func whole(k *op.Contract, args []*ir.Value) bool {
	return covers(k, k.Lhs, args[0].Shape) && covers(k, k.Rhs, args[1].Shape) && covers(k, k.Out, k.Shape)
}

func covers(k *op.Contract, list []op.Index, shape ir.Shape) bool {
	for i, x := range list {
		d := 1
		if len(x.Terms) > 0 {
			d = k.Axes[x.Terms[0].Axis].Extent
		}
		if d != shape[i] {
			return false
		}
	}
	return true
}

// lettersOf are those of the axes: their own names where these are single letters.
func lettersOf(k *op.Contract) []string {
	out := make([]string, len(k.Axes))
	used := map[string]bool{}
	for i, a := range k.Axes {
		if len(a.Name) == 1 && a.Name[0] >= 'a' && a.Name[0] <= 'z' && !used[a.Name] {
			out[i], used[a.Name] = a.Name, true
		}
	}
	next := byte('a')
	for i := range out {
		for out[i] == "" {
			if letter := string(rune(next)); !used[letter] && next <= 'z' {
				out[i], used[letter] = letter, true
			} else if next++; next > 'z' {
				break
			}
		}
	}
	return out
}

// product reports a product of matrices: rows of the left, the last axis of both, and
// columns of the right, with as many axes before them on both sides, or none on the right.
func (q equation) product() bool {
	l, r := len(q.left), len(q.right)
	if l < 2 || r < 2 || q.left[l-1] != q.right[r-2] || q.out != q.left[:l-1]+q.right[r-1:] {
		return false
	}
	return r == 2 || l == r && q.left[:l-2] == q.right[:r-2]
}

// matrix reports a product of two matrices.
func (q equation) matrix() bool { return q.product() && len(q.left) == 2 && len(q.right) == 2 }

func (q equation) kind() string {
	if q.product() {
		return "MatMul"
	}
	return "Einsum"
}

func (q equation) attributes() []*attribute {
	if q.product() {
		return nil
	}
	return []*attribute{stringOf("equation", q.left+","+q.right+"->"+q.out)}
}
