package operation

import (
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// product is an operation of two operands that adds up products.
func product(name, class, doc string, f func() Function) Row {
	return Row{Name: name, Class: class, Doc: doc, Operands: []string{"x1", "x2"}, New: f}
}

var linear = []Row{
	product("matmul", "Matmul", "the matrix product of the last two axes, for each of the others", of(matmul)),
	product("dot", "Dot", "the sum of products along the last axis of x1 and the last but one of x2; one of both is written down", of(dot)),
	product("inner", "Inner", "the sum of products along the last axis of both; one of both is written down", of(inner)),
	product("tensordot", "Tensordot", "the sum of products along axes of both; one of both is written down", func() Function { return &tensordot{} }),
	{Name: "einsum", Class: "Einsum", Doc: "the sum of products that Einstein's notation says", Operands: []string{"operands..."}, New: func() Function { return &einsum{} }},
	product("cross", "Cross", "the cross product of vectors of three numbers along the last axis", of(cross)),
}

// letters name the axes of a product. There is no n: it is the batch.
const letters = "ijklmopqrstuvwxyzabcdefgh"

// maxRank bounds the axes of an operand of a product.
const maxRank = 8

// factor is an operand of a product, with a letter for each of its axes.
type factor struct {
	v       *ir.Value
	letters string
}

// contracted is Σ x·y over the letters that are not in out. An axis of length 1 is
// stretched. The batch must be the first axis of the result, and one and the same
// axis of both.
func (s *Site) contracted(x, y factor, out string) *ir.Value {
	shapes := s.what(x.v) + " gives " + x.v.Shape.String() + " and " + s.what(y.v) + " gives " + y.v.Shape.String()
	batch, size := "", map[byte]int{}
	for _, f := range []factor{x, y} {
		for i, d := range f.v.Shape {
			at := f.letters[i]
			if strings.IndexByte(f.letters, at) != i {
				return s.Fail("", "%s with one letter for two axes of an operand, a diagonal, is not supported; take it with Operation: diagonal", s.Row.Name)
			}
			if d == ir.Batch {
				if one := string(at); batch != "" && batch != one {
					return s.Fail("", "%s would join every row of the batch with every other, but rows are computed apart: %s", s.Row.Name, shapes)
				}
				batch = string(at)
			}
			if was, ok := size[at]; !ok || was == 1 && strings.Contains(out, string(at)) {
				size[at] = d
			} else if d != was && (d != 1 || !strings.Contains(out, string(at))) {
				return s.Fail("", "%s does not fit its operands: %s; axes of %s and %s elements stand against each other", s.Row.Name, shapes, extent(was), extent(d))
			}
		}
	}
	if !strings.HasPrefix(out, batch) || batch == "" || out == "" {
		return s.Fail("", "%s would take the batch, whose rows are computed apart, from the front of the result: %s", s.Row.Name, shapes)
	}
	for i := range len(out) {
		if _, ok := size[out[i]]; !ok || strings.IndexByte(out, out[i]) != i {
			return s.Fail("", "%s: axis %c of the result is of no operand, or there twice", s.Row.Name, out[i])
		}
	}
	// Axes that are stretched are left out of the operand where the other one has them.
	narrow := func(f factor) (*ir.Value, string) {
		shape, kept := ir.Shape{}, ""
		for i, d := range f.v.Shape {
			if d != 1 || size[f.letters[i]] == 1 {
				shape, kept = append(shape, d), kept+f.letters[i:i+1]
			}
		}
		return op.ReshapeTo(s.B, s.numbers(f.v), shape), kept
	}
	u, left := narrow(x)
	v, right := narrow(y)
	return op.Einsum(s.B, lettered(left+","+right+"->"+out, batch), u, v)
}

// lettered gives the batch its letter.
func lettered(spec, batch string) string {
	return strings.NewReplacer(batch, "n", "n", batch).Replace(spec)
}

func extent(d int) string { return strings.Trim(ir.Shape{d}.String(), "[]") }

// matmul is the product of matrices. Source: NumPy, matmul: an operand of one axis is a
// vector, of others the last two axes are the matrix.
func matmul(s *Site, in []*ir.Value) *ir.Value {
	x, y := in[0], in[1]
	nx, ny := len(x.Shape), len(y.Shape)
	if min(nx, ny) == 0 || max(nx, ny) > maxRank {
		return s.Fail("", "matmul takes vectors and matrices, not a number and not more than %d axes; write multiply", maxRank)
	}
	front := letters[3 : 3+max(nx, ny, 2)-2]
	left, right, out := front[len(front)-max(nx-2, 0):], front[len(front)-max(ny-2, 0):]+"k", front
	if nx > 1 {
		left, out = left+"i", out+"i"
	}
	if ny > 1 {
		right, out = right+"j", out+"j"
	}
	return s.contracted(factor{x, left + "k"}, factor{y, right}, out)
}

// alone gives operands letters of their own, but for the axes that are added up.
func (s *Site) alone(x, y *ir.Value, over [][2]int) *ir.Value {
	if len(x.Shape)+len(y.Shape) > 2*maxRank {
		return s.Fail("", "%s takes operands of at most %d axes", s.Row.Name, maxRank)
	}
	next, out := 0, ""
	names := [2][]byte{make([]byte, len(x.Shape)), make([]byte, len(y.Shape))}
	for _, pair := range over {
		names[0][pair[0]], names[1][pair[1]] = letters[next], letters[next]
		next++
	}
	for _, list := range names {
		for i, l := range list {
			if l == 0 {
				list[i] = letters[next]
				out += string(list[i])
				next++
			}
		}
	}
	return s.contracted(factor{x, string(names[0])}, factor{y, string(names[1])}, out)
}

// scaled reports that an operand is a number.
func scaled(in []*ir.Value) bool { return len(in[0].Shape) == 0 || len(in[1].Shape) == 0 }

func dot(s *Site, in []*ir.Value) *ir.Value {
	x, y := in[0], in[1]
	if scaled(in) {
		return op.Binary(s.B, "mul", x, y)
	}
	return s.alone(x, y, [][2]int{{len(x.Shape) - 1, max(0, len(y.Shape)-2)}})
}

func inner(s *Site, in []*ir.Value) *ir.Value {
	x, y := in[0], in[1]
	if scaled(in) {
		return op.Binary(s.B, "mul", x, y)
	}
	return s.alone(x, y, [][2]int{{len(x.Shape) - 1, len(y.Shape) - 1}})
}

type tensordot struct {
	Axes spec.Value `arg:"axes" doc:"how many of the last axes of x1 and the first ones of x2 (2 where it is not said), or those of x1 and those of x2: [[1], [0]]"`
}

// pairs are the axes that are added up.
func (f *tensordot) pairs(x, y *ir.Value) (pairs [][2]int, ok bool) {
	nx, ny := len(x.Shape), len(y.Shape)
	v := f.Axes
	if n, whole := v.Whole(); whole || v.Kind == spec.Null {
		if !whole {
			n = 2
		}
		if n < 0 || n > int64(min(nx, ny)) {
			return nil, false
		}
		for i := range int(n) {
			pairs = append(pairs, [2]int{nx - int(n) + i, i})
		}
		return pairs, true
	}
	lists := [2][]spec.Value{}
	if len(v.List) != 2 {
		return nil, false
	}
	for i, e := range v.List {
		if lists[i] = e.List; e.Kind == spec.Int {
			lists[i] = []spec.Value{e}
		}
	}
	if len(lists[0]) != len(lists[1]) {
		return nil, false
	}
	for i, e := range lists[0] {
		p, fits := place(e, nx)
		q, fits2 := place(lists[1][i], ny)
		for _, o := range pairs {
			fits = fits && o[0] != p && o[1] != q
		}
		if !fits || !fits2 {
			return nil, false
		}
		pairs = append(pairs, [2]int{p, q})
	}
	return pairs, true
}

// place is an axis of a tensor of that rank.
func place(v spec.Value, rank int) (int, bool) {
	at, ok := v.Whole()
	if at < 0 {
		at += int64(rank)
	}
	return int(at), ok && at >= 0 && at < int64(rank)
}

// Build implements [Function].
func (f *tensordot) Build(s *Site, in []*ir.Value) *ir.Value {
	pairs, ok := f.pairs(in[0], in[1])
	if !ok {
		return s.Fail("axes", "axes is a number of axes, or lists of as many axes of both, none of them twice, not %s of %v and %v", f.Axes.Brief(), in[0].Shape, in[1].Shape)
	}
	return s.alone(in[0], in[1], pairs)
}

type einsum struct {
	Subscripts string `arg:"subscripts,required" doc:"a letter for every axis of every operand, and those of the result: 'bqd,bkd->bqk'"`
}

// terms takes the notation apart: letters for every axis, those that '...' stands for
// being capital ones of its own.
func (f *einsum) terms(in []*ir.Value) (terms []string, out, problem string) {
	text := strings.ReplaceAll(f.Subscripts, " ", "")
	text, out, said := strings.Cut(text, "->")
	terms = strings.Split(text, ",")
	if len(terms) != len(in) {
		return nil, "", "is of another number of operands than there are"
	}
	const others = "ABCDEFGH"
	most := 0
	for i, t := range terms {
		front, back, dots := strings.Cut(t, "...")
		if n := len(in[i].Shape) - len(front) - len(back); dots && n >= 0 && n <= len(others) {
			t, most = front+others[len(others)-n:]+back, max(most, n)
		}
		if len(t) != len(in[i].Shape) || strings.ContainsFunc(front+back, func(r rune) bool { return r < 'a' || r > 'z' }) {
			return nil, "", "does not have a small letter for every axis of " + in[i].Shape.String()
		}
		terms[i] = t
	}
	if said {
		return terms, strings.ReplaceAll(out, "...", others[len(others)-most:]), ""
	}
	all := strings.Join(terms, "")
	out = others[len(others)-most:]
	for l := 'a'; l <= 'z'; l++ {
		if strings.Count(all, string(l)) == 1 {
			out += string(l)
		}
	}
	return terms, out, ""
}

// Build implements [Function]. Of more than two operands the first two are joined
// first, keeping the axes that are needed later.
func (f *einsum) Build(s *Site, in []*ir.Value) *ir.Value {
	terms, out, problem := f.terms(in)
	if problem != "" {
		return s.Fail("subscripts", "subscripts %q %s", f.Subscripts, problem)
	}
	// Letters for the contraction, which has small ones alone.
	all, renamed := strings.Join(terms, "")+out, map[rune]rune{}
	for _, l := range all {
		if _, ok := renamed[l]; !ok {
			if len(renamed) == len(letters) {
				return s.Fail("subscripts", "subscripts %q has more than %d letters", f.Subscripts, len(letters))
			}
			renamed[l] = rune(letters[len(renamed)])
		}
	}
	small := func(t string) string { return strings.Map(func(r rune) rune { return renamed[r] }, t) }
	x := factor{in[0], small(terms[0])}
	out = small(out)
	if len(in) == 1 {
		return s.rearranged(x, out)
	}
	for i, v := range in[1:] {
		y := factor{v, small(terms[i+1])}
		kept := out
		if i+2 < len(in) {
			later := out + small(strings.Join(terms[i+2:], ""))
			kept = ""
			for _, l := range x.letters + y.letters {
				if strings.ContainsRune(later, l) && !strings.ContainsRune(kept, l) {
					kept += string(l)
				}
			}
			kept = batchFirst(kept, x, y)
		}
		z := s.contracted(x, y, kept)
		if !z.Valid() {
			return z
		}
		x = factor{s.Name(z, "part"), kept}
	}
	return x.v
}

// rearranged is x summed over the letters that are not in out, in the order of out.
func (s *Site) rearranged(x factor, out string) *ir.Value {
	var axes []int
	kept := ""
	for i := range len(x.letters) {
		switch l := x.letters[i : i+1]; {
		case strings.Count(x.letters, l) > 1 || strings.Count(out, l) > 1:
			return s.Fail("", "einsum with one letter for two axes of an operand, a diagonal, is not supported; take it with Operation: diagonal")
		case strings.Contains(out, l):
			kept += l
		default:
			axes = append(axes, i)
		}
	}
	if len(kept) != len(out) {
		return s.Fail("", "einsum: an axis of the result is not of %s, which gives %v", s.what(x.v), x.v.Shape)
	}
	if !strings.HasPrefix(out, x.letters[:1]) {
		return s.Fail("", "einsum would take the batch, whose rows are computed apart, from the front of the result: %s gives %v", s.what(x.v), x.v.Shape)
	}
	y := s.numbers(x.v)
	if len(axes) > 0 {
		y = s.Name(op.Sum(s.B, y, false, axes...), "sum")
	}
	perm := make([]int, len(out))
	for i := range len(out) {
		perm[i] = strings.IndexByte(kept, out[i])
	}
	return op.TransposeTo(s.B, y, perm...)
}

// batchFirst puts the letter of the batch in front.
func batchFirst(kept string, list ...factor) string {
	for _, f := range list {
		if f.v.Shape.Batched() && strings.Contains(kept, f.letters[:1]) {
			return f.letters[:1] + strings.Replace(kept, f.letters[:1], "", 1)
		}
	}
	return kept
}

// cross is x₂y₃-x₃y₂, x₃y₁-x₁y₃, x₁y₂-x₂y₁.
func cross(s *Site, in []*ir.Value) *ir.Value {
	if !s.aligned(in...) {
		return s.bad()
	}
	for _, v := range in {
		if len(v.Shape) == 0 || v.Shape[len(v.Shape)-1] != 3 {
			return s.Fail("", "cross takes vectors of three numbers along the last axis, but %s gives %v", s.what(v), v.Shape)
		}
	}
	at := func(v *ir.Value, i int) *ir.Value { return op.SliceAxis(s.B, s.numbers(v), -1, i%3, 1) }
	var parts []*ir.Value
	for i := range 3 {
		e := call("sub", call("mul", a, b), call("mul", c, d))
		parts = append(parts, s.Name(op.MapOf(s.B, e, "cross", at(in[0], i+1), at(in[1], i+2), at(in[0], i+2), at(in[1], i+1)), "part"))
	}
	return op.Concatenate(s.B, -1, parts...)
}
