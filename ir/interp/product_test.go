package interp

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// TestProduct compares BLAS with the rule of the primitive, for a product, both
// of its gradients and the product with an epilogue, in many layouts. BLAS takes
// all four where it can read the operands in place.
func TestProduct(t *testing.T) {
	for _, k := range []struct {
		spec  string
		x, y  ir.Shape
		taken int
	}{
		{"ni,io->no", ir.Shape{n, 7}, ir.Shape{7, 3}, 4},
		{"ni,io->no", ir.Shape{n, 1}, ir.Shape{1, 1}, 4},
		{"nti,io->nto", ir.Shape{n, 2, 7}, ir.Shape{7, 3}, 4},
		{"ni,oi->no", ir.Shape{n, 7}, ir.Shape{3, 7}, 4},
		{"io,ni->no", ir.Shape{7, 3}, ir.Shape{n, 7}, 4},
		{"ki,ko->io", ir.Shape{5, 7}, ir.Shape{5, 3}, 4},
		{"ik,ko->oi", ir.Shape{5, 7}, ir.Shape{7, 3}, 4},
		{"nqd,nkd->nqk", ir.Shape{n, 3, 4}, ir.Shape{n, 2, 4}, 4},
		{"nqk,nkd->nqd", ir.Shape{n, 3, 2}, ir.Shape{n, 2, 4}, 4},
		{"nqhd,nkhd->nhqk", ir.Shape{n, 3, 2, 4}, ir.Shape{n, 2, 2, 4}, 4},
		{"i,o->io", ir.Shape{4}, ir.Shape{5}, 4},
		{"i,i->", ir.Shape{4}, ir.Shape{4}, 4},
		{"i,io->o", ir.Shape{4}, ir.Shape{4, 5}, 4},
		{"oi,i->o", ir.Shape{5, 4}, ir.Shape{4}, 4},
		{"ni,o->no", ir.Shape{n, 4}, ir.Shape{5}, 4}, // i is summed first
	} {
		for _, rows := range []int{1, 5} {
			b := ir.NewBuilder("g")
			in := func(port string, shape ir.Shape) *ir.Value {
				return op.InputOf(b, op.Input{Port: port, Of: ir.Type{Shape: shape}})
			}
			v := op.Einsum(b, k.spec, in("x", k.x), in("y", k.y))
			v.Op.VJP(b, v, in("dy", v.Shape))
			withEpilogue := *v.Op.(*op.Contract)
			withEpilogue.Epilogue = scalar.Call("mul", scalar.Arg(0), scalar.Arg(1))
			b.Apply(&withEpilogue, v.Args[0], v.Args[1], op.Scalar(b, 3))
			if err := b.Errors.Err(); err != nil {
				t.Fatal(err)
			}
			taken := compare[float32](t, k.spec, b.Graph, rows, 1e-5)
			if again := compare[float64](t, k.spec, b.Graph, rows, 1e-13); taken != again {
				t.Errorf("%s: BLAS takes %d in single and %d in double precision", k.spec, taken, again)
			}
			if taken != k.taken && rows > 1 {
				t.Errorf("%s: BLAS takes %d, want %d", k.spec, taken, k.taken)
			}
		}
	}
}

func compare[F ir.Float](t *testing.T, spec string, g *ir.Graph, rows int, tolerance float64) int {
	t.Helper()
	c := &ir.Context[F]{Rows: rows, Feed: map[string]*ir.Tensor[F]{}}
	r := rand.New(rand.NewPCG(5, 6))
	for _, v := range g.Inputs {
		x := ir.NewTensor[F](v.Shape.Concrete(rows))
		for i := range x.F {
			x.F[i] = F(r.Float64() - 0.5)
		}
		c.Feed[v.Op.(*op.Input).Port] = x
	}
	values := map[*ir.Value]*ir.Tensor[F]{}
	taken := 0
	for _, v := range g.Values {
		args := make([]*ir.Tensor[F], len(v.Args))
		for i, a := range v.Args {
			args[i] = values[a]
		}
		values[v] = op.Eval(c, v, args)
		k, ok := v.Op.(*op.Contract)
		if !ok {
			continue
		}
		got := product(c, k, v, args)
		if got == nil {
			continue
		}
		taken++
		if !got.Shape.Equal(values[v].Shape) {
			t.Errorf("%s: %v has shape %v", spec, k, got.Shape)
		}
		for i, x := range values[v].F {
			if math.Abs(float64(x-got.F[i])) > tolerance {
				t.Fatalf("%s: %v, element %d is %v, want %v", spec, k, i, got.F[i], x)
			}
		}
	}
	return taken
}

// BenchmarkProduct is the first layer of an MNIST network at batch 128.
func BenchmarkProduct(b *testing.B) {
	g := ir.NewBuilder("g")
	x := op.InputOf(g, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{n, 784}}})
	w := op.ParamOf(g, op.Param{Segment: "w", Shape: ir.Shape{784, 512}})
	g.Graph.Outputs = []*ir.Value{op.MatMul(g, x, w)}
	m := New[float32](g.Graph)
	data := ir.NewTensor[float32](ir.Shape{128, 784})
	for i := range data.F {
		data.F[i] = 1 + float32(i%7) // BLAS skips zeros
	}
	batch := Batch[float32]{Rows: 128, Feed: map[string]*ir.Tensor[float32]{"x": data}}
	for b.Loop() {
		if _, err := m.Run(g.Graph, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(2*128*784*512*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
