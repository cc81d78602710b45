package interp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// slid is a convolution over a number of space axes.
type slid struct {
	in, size, stride, dilation, before, out []int
	channels, groups, filters               int // of one group
	depthwise                               bool
}

// contract builds the convolution of image and kernel.
func (s slid) contract() (k *op.Contract, image, kernel ir.Shape) {
	k = &op.Contract{}
	axis := func(name string, extent int) int {
		k.Axes = append(k.Axes, op.Axis{Name: name, Extent: extent})
		return len(k.Axes) - 1
	}
	within := func(block, size, i int) op.Index {
		return op.Index{Terms: []op.Term{{Axis: block, Coef: size}, {Axis: i, Coef: 1}}}
	}
	rows := axis("n", n)
	k.Lhs, k.Out = []op.Index{op.At(rows)}, []op.Index{op.At(rows)}
	k.Shape, image = ir.Shape{n}, ir.Shape{n}
	for i := range s.in {
		p, t := axis(fmt.Sprint("p", i), s.out[i]), axis(fmt.Sprint("t", i), s.size[i])
		k.Lhs = append(k.Lhs, op.Index{Terms: []op.Term{{Axis: p, Coef: s.stride[i]}, {Axis: t, Coef: s.dilation[i]}}, Offset: -s.before[i]})
		k.Rhs, k.Out = append(k.Rhs, op.At(t)), append(k.Out, op.At(p))
		k.Shape, image, kernel = append(k.Shape, s.out[i]), append(image, s.in[i]), append(kernel, s.size[i])
	}
	c, o := axis("c", s.channels), axis("o", s.filters)
	switch {
	case s.depthwise:
		k.Lhs, k.Rhs, k.Out = append(k.Lhs, op.At(c)), append(k.Rhs, op.At(c), op.At(o)), append(k.Out, within(c, s.filters, o))
		return with(k, s.channels*s.filters), append(image, s.channels), append(kernel, s.channels, s.filters)
	case s.groups == 1:
		k.Lhs, k.Rhs, k.Out = append(k.Lhs, op.At(c)), append(k.Rhs, op.At(c), op.At(o)), append(k.Out, op.At(o))
	default:
		g := axis("g", s.groups)
		k.Lhs, k.Rhs, k.Out = append(k.Lhs, within(g, s.channels, c)), append(k.Rhs, op.At(c), within(g, s.filters, o)), append(k.Out, within(g, s.filters, o))
	}
	return with(k, s.groups*s.filters), append(image, s.groups*s.channels), append(kernel, s.channels, s.groups*s.filters)
}

func with(k *op.Contract, last int) *op.Contract {
	k.Shape = append(k.Shape, last)
	return k
}

// drawn is a convolution with random settings, padded by at most a kernel.
func drawn(r *rand.Rand) slid {
	s := slid{channels: 1 + r.IntN(5), groups: 1 + r.IntN(3), filters: 1 + r.IntN(4), depthwise: r.IntN(3) == 0}
	for range 1 + r.IntN(2) {
		in, size, stride, dilation := 1+r.IntN(9), 1+r.IntN(4), 1+r.IntN(3), 1+r.IntN(3)
		span := (size-1)*dilation + 1
		before, after := r.IntN(span), r.IntN(span)
		after = max(after, span-in-before) // one position at least
		s.in, s.size, s.stride, s.dilation = append(s.in, in), append(s.size, size), append(s.stride, stride), append(s.dilation, dilation)
		s.before, s.out = append(s.before, before), append(s.out, (in+before+after-span)/stride+1)
	}
	return s
}

// TestConvolution compares the engine's convolutions and both their gradients
// with the rule of the primitive, for many shapes in both precisions.
func TestConvolution(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 400 {
		s := drawn(r)
		k, image, kernel := s.contract()
		b := ir.NewBuilder("g")
		in := func(port string, shape ir.Shape) *ir.Value {
			return op.InputOf(b, op.Input{Port: port, Of: ir.Type{Shape: shape}})
		}
		if i%2 == 0 {
			k.Epilogue, k.Word = scalar.Call("mul", scalar.Arg(0), scalar.Num(3)), "scaled"
		}
		v := b.Apply(k, in("x", image), in("w", kernel))
		v.Op.VJP(b, v, in("dy", v.Shape))
		if err := b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		rows := 1 + r.IntN(4)
		convolved[float32](t, s, b.Graph, rows, 1e-4)
		convolved[float64](t, s, b.Graph, rows, 1e-12)
	}
}

func convolved[F ir.Float](t *testing.T, s slid, g *ir.Graph, rows int, tolerance float64) {
	t.Helper()
	p := newPool[F]()
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
		// Memory that was used before is not zero.
		for _, list := range p.free {
			for _, m := range list {
				for i := range m {
					m[i] = F(math.NaN())
				}
			}
		}
		got := convolution(c, &p, k, v, args)
		if got == nil {
			if product(c, k, v, args) == nil {
				t.Fatalf("%+v: %v is left to the rule", s, k)
			}
			continue
		}
		for i, x := range values[v].F {
			if !(math.Abs(float64(x-got.F[i])) <= tolerance*(1+math.Abs(float64(x)))) {
				t.Fatalf("%+v: %v, element %d is %v, want %v", s, k, i, got.F[i], x)
			}
		}
		if len(p.lent) > 0 {
			t.Fatalf("%v keeps %d buffers", k, len(p.lent))
		}
	}
}

// BenchmarkConvolution is the second convolution of an MNIST network with both
// gradients, 32 images: by the engine, and by the rule of the primitive.
func BenchmarkConvolution(b *testing.B) {
	s := slid{in: []int{13, 13}, size: []int{3, 3}, stride: []int{1, 1}, dilation: []int{1, 1}, before: []int{0, 0}, out: []int{11, 11}, channels: 32, groups: 1, filters: 64}
	k, image, kernel := s.contract()
	g := ir.NewBuilder("g")
	in := func(port string, shape ir.Shape) *ir.Value {
		return op.InputOf(g, op.Input{Port: port, Of: ir.Type{Shape: shape}})
	}
	v := g.Apply(k, in("x", image), in("w", kernel))
	g.Graph.Outputs = append([]*ir.Value{v}, k.VJP(g, v, in("dy", v.Shape))...)
	const rows = 32
	c := &ir.Context[float32]{Rows: rows, Feed: map[string]*ir.Tensor[float32]{}}
	for _, v := range g.Graph.Inputs {
		x := ir.NewTensor[float32](v.Shape.Concrete(rows))
		for i := range x.F {
			x.F[i] = 1 + float32(i%7) // BLAS skips zeros
		}
		c.Feed[v.Op.(*op.Input).Port] = x
	}
	flops := 3 * 2 * float64(rows*11*11*64*3*3*32)
	m := New[float32](g.Graph)
	b.Run("engine", func(b *testing.B) {
		for b.Loop() {
			if _, err := m.Run(g.Graph, Batch[float32]{Rows: rows, Feed: c.Feed}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
	b.Run("rule", func(b *testing.B) {
		for b.Loop() {
			for _, v := range g.Graph.Outputs {
				op.Eval(c, v, []*ir.Tensor[float32]{c.Feed[v.Args[0].Name], c.Feed[v.Args[1].Name]})
			}
		}
		b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
}
