package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

const n = ir.Batch

// kase is one use of a primitive, held to every rule that it has.
type kase struct {
	name  string
	build func(b *ir.Builder) *ir.Value
	// want is the value of one element, computed without the primitive.
	want func(e env, at ...int) float64
	// refuses is what Lower reports instead of kernels.
	refuses string
	// refusesGrad is the same for the gradient.
	refusesGrad string
	// flat marks a result that has no gradient at all.
	flat bool
}

// env is what a case was fed.
type env struct {
	rows int
	in   map[string]*ir.Tensor[float64]
}

func (e env) at(name string, at ...int) float64 {
	t := e.in[name]
	i := 0
	for j, s := range t.Shape.Strides() {
		i += at[j] * s
	}
	return t.F[i]
}

// inside is at, and 0 outside of the tensor.
func (e env) inside(name string, at ...int) float64 {
	for j, d := range e.in[name].Shape {
		if at[j] < 0 || at[j] >= d {
			return 0
		}
	}
	return e.at(name, at...)
}

// ids are the ids of a row.
func (e env) ids(name string, row int) []int32 { return rowIDs(e.in[name], row, false) }

// f32 declares a leaf of random numbers: an input where it has a batch axis, a
// parameter elsewhere.
func f32(b *ir.Builder, name string, shape ...int) *ir.Value {
	if ir.Shape(shape).Batched() {
		return InputOf(b, Input{Port: name, Of: ir.Type{Shape: shape}})
	}
	return ParamOf(b, Param{Segment: name, Shape: shape})
}

// i32 declares ids below limit.
func i32(b *ir.Builder, name string, limit int, shape ...int) *ir.Value {
	return InputOf(b, Input{Port: name, Limit: limit, Of: ir.Type{Shape: shape, DType: ir.I32}})
}

// leaves are the values of a graph that are fed.
func leaves(g *ir.Graph) []*ir.Value {
	var out []*ir.Value
	for _, v := range g.Values {
		switch v.Op.(type) {
		case *Param, *Input:
			out = append(out, v)
		}
	}
	return out
}

func title(v *ir.Value) string {
	switch o := v.Op.(type) {
	case *Param:
		return o.Segment
	case *Input:
		return o.Port
	}
	return ""
}

// feed fills the leaves of a graph, the same way every time.
func feed(g *ir.Graph, rows int) env {
	r := rand.New(rand.NewPCG(7, uint64(rows)))
	e := env{rows: rows, in: map[string]*ir.Tensor[float64]{}}
	for _, v := range leaves(g) {
		t := &ir.Tensor[float64]{Shape: v.Shape.Concrete(rows)}
		limit := 0
		if in, ok := v.Op.(*Input); ok {
			limit = in.Limit
		}
		switch {
		case v.Shape.Ragged():
			t.Offsets = []int{0}
			for row := range rows {
				for i := range []int{0, 4, 1, 7}[row%4] {
					id := int32(r.IntN(limit))
					if i == 2 {
						id = t.I[len(t.I)-1] // a duplicate for certain
					}
					t.I = append(t.I, id)
				}
				t.Offsets = append(t.Offsets, len(t.I))
			}
		case v.DType == ir.I32:
			t.I = make([]int32, t.Shape.Elements())
			for i := range t.I {
				t.I[i] = int32(r.IntN(limit))
			}
		default:
			t = ir.NewTensor[float64](t.Shape)
			for i := range t.F {
				t.F[i] = 4*r.Float64() - 2
			}
		}
		e.in[title(v)] = t
	}
	return e
}

// context hands an environment to the rules in the precision asked for.
func context[F ir.Float](e env) *ir.Context[F] {
	c := &ir.Context[F]{Rows: e.rows, Seed: 3, Step: 5, First: 2, Feed: map[string]*ir.Tensor[F]{}, Params: map[string]*ir.Tensor[F]{}}
	for name, t := range e.in {
		u := &ir.Tensor[F]{Shape: t.Shape, I: t.I, Offsets: t.Offsets}
		for _, x := range t.F {
			u.F = append(u.F, F(x))
		}
		c.Feed[name], c.Params[name] = u, u
	}
	return c
}

// gradients extends the graph by the gradient of Σ seed·v for every f32 leaf,
// the seed being one more input.
func gradients(b *ir.Builder, v *ir.Value) map[*ir.Value]*ir.Value {
	inputs := leaves(b.Graph)
	values := append([]*ir.Value(nil), b.Graph.Values...)
	seed := InputOf(b, Input{Port: "seed", Of: v.Type})
	parts := map[*ir.Value][]*ir.Value{v: {seed}}
	for i := len(values) - 1; i >= 0; i-- {
		u := values[i]
		if len(parts[u]) == 0 {
			continue
		}
		dy := parts[u][0]
		for _, p := range parts[u][1:] {
			dy = Binary(b, "add", dy, p)
		}
		parts[u] = []*ir.Value{dy}
		for j, g := range u.Op.VJP(b, u, dy) {
			if g != nil {
				parts[u.Args[j]] = append(parts[u.Args[j]], g)
			}
		}
	}
	out := map[*ir.Value]*ir.Value{}
	for _, x := range inputs {
		if x.DType == ir.F32 && len(parts[x]) > 0 {
			out[x] = parts[x][0]
		}
	}
	return out
}

// check holds a case to its rules for several row counts.
func check(t *testing.T, k kase) {
	t.Helper()
	for _, rows := range []int{1, 4} {
		b := ir.NewBuilder("case")
		v := k.build(b)
		if err := b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		b.Graph.Outputs = []*ir.Value{v}
		if err := ir.Verify(b.Graph); err != nil {
			t.Fatal(err)
		}
		e := feed(b.Graph, rows)
		checkValue(t, k, v, e)
		checkSingle(t, b.Graph, v, e)
		t.Run(fmt.Sprintf("lower/%d", rows), func(t *testing.T) { checkLower(t, b.Graph, e, k.refuses) })
		if v.DType != ir.F32 {
			continue
		}
		grads := gradients(b, v)
		if err := b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		for _, g := range grads {
			b.Graph.Outputs = append(b.Graph.Outputs, g)
		}
		if err := ir.Verify(b.Graph); err != nil {
			t.Fatal(err)
		}
		if k.flat != (len(grads) == 0) {
			t.Fatalf("the case is flat: %v, and has %d gradients", k.flat, len(grads))
		}
		e = feed(b.Graph, rows)
		checkGradients(t, v, grads, e)
		if !k.flat && k.refuses == "" {
			t.Run(fmt.Sprintf("lower gradient/%d", rows), func(t *testing.T) { checkLower(t, b.Graph, e, k.refusesGrad) })
		}
	}
}

func checkValue(t *testing.T, k kase, v *ir.Value, e env) {
	t.Helper()
	if k.want == nil {
		t.Fatal("the case says nothing about the value")
	}
	got := run(context[float64](e), closure(v))[v]
	if !got.Shape.Equal(v.Shape.Concrete(e.rows)) {
		t.Fatalf("shape %v, want %v", got.Shape, v.Shape.Concrete(e.rows))
	}
	flat := numbers(got)
	i := 0
	points(got.Shape, func(at []int) {
		if want := k.want(e, at...); !near(flat[i], want, 1e-12) {
			t.Errorf("%d rows: element %v is %v, want %v", e.rows, at, flat[i], want)
		}
		i++
	})
}

// checkSingle compares single with double precision.
func checkSingle(t *testing.T, g *ir.Graph, v *ir.Value, e env) {
	t.Helper()
	got, want := run(context[float32](e), closure(v))[v], run(context[float64](e), closure(v))[v]
	x, y := numbers(got), numbers(want)
	for i := range y {
		if !near(float64(x[i]), y[i], 1e-4) {
			t.Errorf("element %d is %v in single and %v in double precision", i, x[i], y[i])
		}
	}
}

// checkGradients compares every gradient with central differences; of a large
// one it takes a sample.
func checkGradients(t *testing.T, v *ir.Value, grads map[*ir.Value]*ir.Value, e env) {
	t.Helper()
	seed := e.in["seed"].F
	loss := func() float64 {
		sum := 0.0
		for i, y := range run(context[float64](e), closure(v))[v].F {
			sum += y * seed[i]
		}
		return sum
	}
	for x, g := range grads {
		got := run(context[float64](e), closure(g))[g]
		data := e.in[title(x)]
		if !got.Shape.Equal(data.Shape) {
			t.Errorf("gradient of %s has shape %v, want %v", title(x), got.Shape, data.Shape)
			continue
		}
		const enough = 80 // elements, spread over the whole
		for i := 0; i < len(data.F); i += 1 + len(data.F)/enough {
			const h = 1e-5
			old := data.F[i]
			data.F[i] = old + h
			up := loss()
			data.F[i] = old - h
			down := loss()
			data.F[i] = old
			if want := (up - down) / (2 * h); !near(got.F[i], want, 1e-7) {
				t.Errorf("%d rows: gradient of %s[%d] is %v, by differences %v", e.rows, title(x), i, got.F[i], want)
			}
		}
	}
}

// closure is v and all that it depends on, in order.
func closure(v *ir.Value) []*ir.Value {
	var out []*ir.Value
	seen := map[*ir.Value]bool{}
	var visit func(v *ir.Value)
	visit = func(v *ir.Value) {
		if seen[v] {
			return
		}
		seen[v] = true
		for _, a := range v.Args {
			visit(a)
		}
		out = append(out, v)
	}
	visit(v)
	return out
}

// points calls f with every index of a tensor in order.
func points(s ir.Shape, f func(at []int)) {
	at := make([]int, len(s))
	var walk func(i int)
	walk = func(i int) {
		if i == len(s) {
			f(at)
			return
		}
		for at[i] = 0; at[i] < s[i]; at[i]++ {
			walk(i + 1)
		}
	}
	walk(0)
}

// near compares relative to 1 or to the larger number.
func near(x, y, tolerance float64) bool {
	if x == y || math.IsNaN(x) && math.IsNaN(y) {
		return true
	}
	return math.Abs(x-y) <= tolerance*math.Max(1, math.Max(math.Abs(x), math.Abs(y)))
}

// num shortens expressions in cases.
func num(v float64) scalar.Expr { return scalar.Num(v) }
