package op

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Pairs compares each row of a batch, which must be a whole one, with all others: of a
// term for every pair, a scalar expression of the product of both vectors, it takes the
// logarithm of the sum of exponentials,
//
//	out[r,0] = log Σ exp(Terms[0](x[r]·x[q]))   over q with labels[q] = labels[r]
//	out[r,1] = log Σ exp(Terms[1](x[r]·x[q]))   over q with labels[q] ≠ labels[r]
//
// where row r is one of those of its own label only if Itself is set. A sum over no
// rows is loop.NoRows. Operands: x [n,D], labels [n] of integers.
type Pairs struct {
	Terms  [2]scalar.Expr // of Arg(0), the product
	Itself bool
}

// Name is "pairs".
func (*Pairs) Name() string { return "pairs" }

func (p *Pairs) String() string { return "pairs[" + p.text() + "]" }

func (p *Pairs) text() string {
	which := "others"
	if p.Itself {
		which = "all"
	}
	return fmt.Sprintf("%s same: %s; rest: %s", which, p.Terms[0], p.Terms[1])
}

// Infer is [n,2].
func (p *Pairs) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("pairs", args, 2); err != nil {
		return ir.Type{}, err
	}
	if err := p.check("pairs", args); err != nil {
		return ir.Type{}, err
	}
	return ir.Type{Shape: ir.Shape{ir.Batch, 2}}, nil
}

// check looks at the vectors and the labels.
func (p *Pairs) check(name string, args []ir.Type) error {
	if err := numeric(name, args[:1]); err != nil {
		return err
	}
	if x, labels := args[0], args[1]; len(x.Shape) != 2 || !x.Shape.Batched() || labels.DType != ir.I32 || !labels.Shape.Equal(ir.Shape{ir.Batch}) {
		return fmt.Errorf("%s of rows %v with labels %v", name, x, labels)
	}
	for _, e := range p.Terms {
		if err := arguments(name, e, 1); err != nil {
			return err
		}
	}
	return nil
}

// Eval32 is the rule in single precision.
func (p *Pairs) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalPairs(c, p, v, args)
}

// Eval64 is the rule in double precision.
func (p *Pairs) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalPairs(c, p, v, args)
}

// evalPairs takes the largest term of a sum off first.
func evalPairs[F ir.Float](c *ir.Context[F], p *Pairs, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	for r := range c.Rows {
		var terms [2][]float64
		p.each(r, c.Rows, dots(args[0]), args[1].I, func(_, i int, product float64) {
			terms[i] = append(terms[i], scalar.Eval(p.Terms[i], []float64{product}, c.Rows))
		})
		for i, list := range terms {
			out.F[2*r+i] = F(logSumExp(list))
		}
	}
	return out
}

// dots are the products of the rows of a matrix.
func dots[F ir.Float](x *ir.Tensor[F]) func(r, q int) float64 {
	width := x.Shape[1]
	return func(r, q int) float64 {
		sum := 0.0
		for i := range width {
			sum += float64(x.F[r*width+i]) * float64(x.F[q*width+i])
		}
		return sum
	}
}

// each calls f for every row q that row r is compared with: in which of both sums the
// pair is, and the product.
func (p *Pairs) each(r, n int, product func(r, q int) float64, labels []int32, f func(q, i int, product float64)) {
	for q := range n {
		switch {
		case labels[q] != labels[r]:
			f(q, 1, product(r, q))
		case q != r || p.Itself:
			f(q, 0, product(r, q))
		}
	}
}

func logSumExp(list []float64) float64 {
	if len(list) == 0 {
		return loop.NoRows
	}
	top, sum := math.Inf(-1), 0.0
	for _, x := range list {
		top = max(top, x)
	}
	for _, x := range list {
		sum += math.Exp(x - top)
	}
	return top + math.Log(sum)
}

// VJP is PairsGrad. Labels have no gradient.
func (p *Pairs) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	return []*ir.Value{b.Apply(&PairsGrad{*p}, v.Args[0], v.Args[1], v, dy), nil}
}

// Lower is one kernel.
func (p *Pairs) Lower(l Lowering, v *ir.Value) {
	l.Emit(v, p.kernel(l, v, l.Result(v).Buf))
}

func (p *Pairs) kernel(l Lowering, v *ir.Value, out *loop.Buffer) *loop.Pairs {
	x := v.Args[0]
	return &loop.Pairs{X: wholeBuffer(l, v, x), Labels: l.View(v.Args[1]).Buf, Out: out, Width: x.Shape[1], Terms: p.Terms, Itself: p.Itself}
}

// PairsGrad is the gradient of Pairs with respect to x: a row is in its own sums and in
// those of others, whose terms for it are the same. Operands: x, labels, what Pairs
// gives, and the gradient of that.
type PairsGrad struct{ Pairs }

// Name is "pairsgrad".
func (*PairsGrad) Name() string { return "pairsgrad" }

func (p *PairsGrad) String() string { return "pairsgrad[" + p.text() + "]" }

// Infer is the shape of x.
func (p *PairsGrad) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("pairsgrad", args, 4); err != nil {
		return ir.Type{}, err
	}
	if err := p.check("pairsgrad", args); err != nil {
		return ir.Type{}, err
	}
	for _, a := range args[2:] {
		if a.DType != ir.F32 || !a.Shape.Equal(ir.Shape{ir.Batch, 2}) {
			return ir.Type{}, fmt.Errorf("pairsgrad of sums %v", a)
		}
	}
	return args[0], nil
}

// Eval32 is the rule in single precision.
func (p *PairsGrad) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalPairsGrad(c, p, v, args)
}

// Eval64 is the rule in double precision.
func (p *PairsGrad) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalPairsGrad(c, p, v, args)
}

// evalPairsGrad adds for every pair what it does to both of its rows.
func evalPairsGrad[F ir.Float](c *ir.Context[F], p *PairsGrad, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	width := v.Shape[1]
	slopes := p.slopes()
	for r := range c.Rows {
		p.each(r, c.Rows, dots(args[0]), args[1].I, func(q, i int, product float64) {
			at := []float64{product}
			share := math.Exp(scalar.Eval(p.Terms[i], at, c.Rows) - float64(args[2].F[2*r+i]))
			w := F(float64(args[3].F[2*r+i]) * share * scalar.Eval(slopes[i], at, c.Rows))
			for j := range width {
				out.F[r*width+j] += w * args[0].F[q*width+j]
				out.F[q*width+j] += w * args[0].F[r*width+j]
			}
		})
	}
	return out
}

// slopes are the derivatives of the terms.
func (p *PairsGrad) slopes() [2]scalar.Expr {
	return [2]scalar.Expr{scalar.Diff(p.Terms[0], 0), scalar.Diff(p.Terms[1], 0)}
}

// VJP is not needed: nobody differentiates gradients.
func (p *PairsGrad) VJP(b *ir.Builder, v, _ *ir.Value) []*ir.Value {
	b.Errorf("the gradient of a gradient between rows is not supported")
	return make([]*ir.Value, len(v.Args))
}

// Lower is one kernel.
func (p *PairsGrad) Lower(l Lowering, v *ir.Value) {
	k := p.kernel(l, v, wholeBuffer(l, v, v.Args[2]))
	l.Emit(v, &loop.PairsGrad{Pairs: *k, Slopes: p.slopes(), DOut: wholeBuffer(l, v, v.Args[3]), DX: l.Result(v).Buf})
}
