package driver

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Index is a place in an operand: a sum, and up to where its terms count.
type Index struct {
	gotree.Sum
	most []int // -1: unknown
}

// Plus adds a variable of at most most times a stride.
func (x Index) Plus(of gotree.Expr, stride gotree.Number, most int) Index {
	n := len(x.Terms)
	if x.Sum = x.Sum.Plus(of, stride); len(x.Terms) > n {
		x.most = append(x.most[:n:n], most)
	}
	return x
}

// Step is Plus of a known stride.
func (x Index) Step(of gotree.Expr, stride, most int) Index {
	return x.Plus(of, gotree.Literal(stride), most)
}

// Ahead is the place so many elements on.
func (x Index) Ahead(n int) Index {
	x.Offset = x.Offset.Plus(gotree.Literal(n))
	return x
}

// From is the place that many elements on, or as many as a variable holds, which
// comes before the others.
func (x Index) From(begin gotree.Expr) Index {
	if n, ok := begin.(gotree.Number); ok {
		return x.Ahead(n.Value)
	}
	x.Terms = slices.Insert(slices.Clone(x.Terms), 0, gotree.Term{Of: begin, Times: gotree.Literal(1)})
	x.most = slices.Insert(slices.Clone(x.most), 0, -1)
	return x
}

// Of is the element of a slice there.
func (x Index) Of(slice gotree.Expr) gotree.Expr { return gotree.At(slice, x.Expr()) }

// Var is the parameter in Go.
func (o Operand) Var() gotree.Expr { return gotree.Word(o.Name) }

// flat reports a slice, which has one index.
func (o Operand) flat() bool { return o.Buf.Rows || len(o.Dims) == 0 }

// Pointer is the address of element index of a slice, or of the first element of an
// array: "&y[r*512]", "&w[0][0]".
func (o Operand) Pointer(index gotree.Expr) gotree.Expr {
	list := []gotree.Expr{index}
	if !o.flat() {
		list = slices.Repeat([]gotree.Expr{gotree.Int(0)}, len(o.Dims))
	}
	return gotree.Ref(gotree.At(o.Var(), list...))
}

// Start is the address of the first element.
func (o Operand) Start() gotree.Expr { return o.Pointer(gotree.Int(0)) }

// Address is a pointer to an element of an operand.
func (o Operand) Address(at Index) gotree.Expr { return gotree.Ref(o.Element(at)) }

// Element is an element of an operand. Of an array, it has an index for each
// dimension, where every variable moves along one of them and none leaves it; others
// are found by division.
func (o Operand) Element(at Index) gotree.Expr {
	if o.flat() {
		return at.Of(o.Var())
	}
	strides := o.strides()
	sums, least, most, ok := o.spread(at, strides)
	places := make([]gotree.Expr, len(strides))
	for i, s := range sums {
		places[i] = s.Expr()
		ok = ok && least[i] >= 0 && most[i] < o.Dims[i]
	}
	if ok {
		return gotree.At(o.Var(), places...)
	}
	for i, s := range strides {
		places[i] = gotree.Paren{X: at.Expr()}
		if s > 1 {
			places[i] = gotree.Op(places[i], "/", gotree.Int(s))
		}
		if i > 0 {
			places[i] = gotree.Op(places[i], "%", gotree.Int(o.Dims[i]))
		}
	}
	return gotree.At(o.Var(), places...)
}

// Places is the address of an element that is found at one of several offsets, which
// it distributes over the dimensions of an array. f gives those of a dimension: a
// number, or what holds them.
func (o Operand) Places(at Index, offsets []int, f func(dim int, values []int) gotree.Expr) (gotree.Expr, bool) {
	if o.flat() {
		return nil, false
	}
	strides := o.strides()
	sums, _, far, ok := o.spread(at.Ahead(-at.Offset.Value), strides)
	if !ok {
		return nil, false
	}
	rest := slices.Clone(offsets)
	places := make([][]int, len(strides))
	for j := range rest {
		rest[j] += at.Offset.Value
		for i, s := range strides {
			n := rest[j] / s
			places[i] = append(places[i], n)
			if rest[j] %= s; n < 0 || n+far[i] >= o.Dims[i] {
				return nil, false
			}
		}
	}
	list := make([]gotree.Expr, len(sums))
	for i, s := range sums {
		list[i] = Index{Sum: s}.From(f(i, places[i])).Expr()
	}
	return gotree.Ref(gotree.At(o.Var(), list...)), true
}

// strides are how far apart the elements of an array's dimensions lie.
func (o Operand) strides() []int {
	strides := make([]int, len(o.Dims))
	n := 1
	for i := len(o.Dims) - 1; i >= 0; i-- {
		strides[i] = n
		n *= o.Dims[i]
	}
	return strides
}

// spread gives every dimension the terms of an index that move along it, and says
// between which elements they move.
func (o Operand) spread(at Index, strides []int) (sums []gotree.Sum, least, most []int, ok bool) {
	sums, least, most = make([]gotree.Sum, len(strides)), make([]int, len(strides)), make([]int, len(strides))
	rest := at.Offset.Value
	if rest < 0 {
		return nil, nil, nil, false
	}
	for i, s := range strides {
		sums[i].Offset, least[i], most[i] = gotree.Literal(rest/s), rest/s, rest/s
		rest %= s
	}
	for j, t := range at.Terms {
		i, stride := 0, t.Times.Value
		for i < len(strides)-1 && stride%strides[i] != 0 {
			i++
		}
		if stride%strides[i] != 0 || at.most[j] < 0 {
			return nil, nil, nil, false
		}
		sums[i] = sums[i].Plus(t.Of, gotree.Literal(stride/strides[i]))
		if far := stride / strides[i] * at.most[j]; far < 0 {
			least[i] += far
		} else {
			most[i] += far
		}
	}
	return sums, least, most, true
}
