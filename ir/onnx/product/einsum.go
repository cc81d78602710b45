package product

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var einsumRows = map[string]node.Row{
	"Einsum": {Least: 1, Most: 16, All: true, Graph: einsum},
	"Det":    {Least: 1, Most: 1, Graph: determinant},
}

// equation is an einsum whose letters stand for one axis each: an ellipsis has become
// capital letters.
type equation struct {
	in  []string
	out string
}

// equationOf reads the equation of a node. Without a result, that has the letters that
// are there once, in the order of the alphabet, after those of an ellipsis. Source: ONNX
// 1.22, Einsum.
func equationOf(n *node.Node) (equation, bool) {
	text := strings.ReplaceAll(n.Text("equation", ""), " ", "")
	left, out, explicit := strings.Cut(text, "->")
	e := equation{in: strings.Split(left, ",")}
	if len(e.in) != len(n.In) {
		n.Errorf("equation %q of %d operands", text, len(n.In))
		return e, false
	}
	const ellipsis = "..."
	widest := 0
	for i, s := range e.in {
		if strings.Contains(s, ellipsis) {
			widest = max(widest, n.In[i].Rank()-len(s)+len(ellipsis))
		}
	}
	if widest > 8 {
		n.Errorf("equation %q of %d axes in an ellipsis", text, widest)
		return e, false
	}
	spare := "ABCDEFGH"[:widest]
	uses := map[rune]int{}
	for i, s := range e.in {
		if own := n.In[i].Rank() - len(s) + len(ellipsis); strings.Contains(s, ellipsis) && own >= 0 {
			s = strings.Replace(s, ellipsis, spare[widest-own:], 1)
		}
		if e.in[i] = s; len(s) != n.In[i].Rank() || strings.Contains(s, ".") {
			n.Errorf("equation %q of an operand %v", text, n.In[i].Shape)
			return e, false
		}
		for _, r := range s {
			uses[r]++
		}
	}
	if e.out = strings.Replace(out, ellipsis, spare, 1); !explicit {
		e.out = spare
		for r := 'a'; r <= 'z'; r++ {
			if uses[r] == 1 {
				e.out += string(r)
			}
		}
	}
	for i, r := range e.out {
		if uses[r] == 0 || strings.ContainsRune(e.out[:i], r) {
			n.Errorf("equation %q: the letter %c of the result", text, r)
			return e, false
		}
	}
	for r := range uses {
		if (r < 'a' || r > 'z') && !strings.ContainsRune(spare, r) {
			n.Errorf("equation %q: the letter %c", text, r)
			return e, false
		}
	}
	return e, true
}

// einsum multiplies its operands from the first to the last: what no later one and not the
// result has is added up on the way.
func einsum(n *node.Node) []*node.Value {
	e, ok := equationOf(n)
	if !ok {
		return nil
	}
	x, letters := n.X(0), e.in[0]
	for i := 1; i < len(n.In); i++ {
		rest := e.out + strings.Join(e.in[i+1:], "")
		to := kept(letters+e.in[i], rest)
		if i == len(n.In)-1 {
			to = e.out
		}
		x, letters = Contracted(n, x, letters, n.X(i), e.in[i], to), to
	}
	if len(n.In) == 1 {
		x = Contracted(n, x, letters, op.Scalar(n.B, 1), "", e.out)
	}
	if !x.Valid() {
		return n.Errorf("its operands are not valid")
	}
	return node.One(n.Computed(x, n.In[0].Type))
}

// kept are the letters of s that rest has too, each once.
func kept(s, rest string) string {
	out := ""
	for _, r := range s {
		if strings.ContainsRune(rest, r) && !strings.ContainsRune(out, r) {
			out += string(r)
		}
	}
	return out
}

// Contracted is the sum of products of two operands over the letters that out has not. An
// axis of one element is stretched.
func Contracted(n *node.Node, x *ir.Value, left string, y *ir.Value, right, out string) *ir.Value {
	if !x.Valid() || !y.Valid() {
		return n.Bad()
	}
	extent := map[rune]int{}
	for _, side := range []struct {
		v       *ir.Value
		letters string
	}{{x, left}, {y, right}} {
		for i, r := range side.letters {
			d := side.v.Shape[node.Front(side.v)+i]
			if have, ok := extent[r]; ok && have != d && have != 1 && d != 1 {
				return n.B.Errorf("the letter %c is an axis of %d and of %d", r, have, d)
			}
			extent[r] = max(extent[r], d)
		}
	}
	c := &op.Contract{}
	if node.Front(x)+node.Front(y) > 0 {
		c.Axes, c.Out, c.Shape = append(c.Axes, op.Axis{Name: "rows", Extent: ir.Batch}), append(c.Out, op.At(0)), append(c.Shape, ir.Batch)
	}
	place := map[rune]int{}
	for _, r := range out + left + right {
		if _, ok := place[r]; !ok {
			place[r] = len(c.Axes)
			c.Axes = append(c.Axes, op.Axis{Name: string(r), Extent: extent[r]})
		}
	}
	read := func(v *ir.Value, letters string) (list []op.Index) {
		if node.Front(v) == 1 {
			list = append(list, op.At(0))
		}
		for i, r := range letters {
			at := op.At(place[r])
			if v.Shape[node.Front(v)+i] < extent[r] {
				at = op.Index{}
			}
			list = append(list, at)
		}
		return list
	}
	c.Lhs, c.Rhs = read(x, left), read(y, right)
	for _, r := range out {
		c.Out, c.Shape = append(c.Out, op.At(place[r])), append(c.Shape, extent[r])
	}
	return n.B.Apply(c, x, y)
}

// determinant is the sum over all orders of the columns, of small matrices. Source: ONNX
// 1.22, Det.
func determinant(n *node.Node) []*node.Value {
	v := n.In[0]
	rank := v.Rank()
	if rank < 2 || v.Shape[rank-1] != v.Shape[rank-2] || v.Shape[rank-1] > 4 {
		return n.Errorf("%v; square matrices of at most 4 rows are supported", v.Shape)
	}
	d := v.Shape[rank-1]
	var elements []*node.Value
	for i := range d {
		for j := range d {
			e := node.PartFrom(n, node.PartFrom(n, v, rank-2, i, i+1, 1), rank-1, j, j+1, 1)
			elements = append(elements, node.ShapedAs(n, e, v.Shape[:rank-2]))
		}
	}
	if n.Failed {
		return nil
	}
	sum := scalar.Expr(scalar.Num(0))
	for _, p := range orders(d) {
		product := scalar.Expr(scalar.Num(p.sign))
		for i, j := range p.columns {
			product = scalar.Call("mul", product, scalar.Arg(i*d+j))
		}
		sum = scalar.Call("add", sum, product)
	}
	return node.One(n.Then(sum, "determinant", v.Type, elements...))
}

// order is a permutation, of an even or an odd number of exchanges.
type order struct {
	columns []int
	sign    float64
}

// orders are all permutations of d columns.
func orders(d int) []order {
	if d == 0 {
		return []order{{sign: 1}}
	}
	var out []order
	for _, p := range orders(d - 1) {
		for at := range d {
			q := order{columns: slices.Insert(slices.Clone(p.columns), at, d-1), sign: p.sign}
			if (d-1-at)%2 == 1 {
				q.sign = -q.sign
			}
			out = append(out, q)
		}
	}
	return out
}
