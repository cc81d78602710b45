package op

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// affine is the index Σ coefficient·axis + offset.
func affine(offset int, terms ...int) Index {
	x := Index{Offset: offset}
	for i := 0; i < len(terms); i += 2 {
		x.Terms = append(x.Terms, Term{Coef: terms[i], Axis: terms[i+1]})
	}
	return x
}

// convolution is a 1-D convolution of x [n, in, c] and a kernel [taps, c, o].
func convolution(in, out, taps, channels, filters, stride, dilation, pad int) *Contract {
	return &Contract{
		Axes:  []Axis{{"n", n}, {"x", out}, {"o", filters}, {"k", taps}, {"c", channels}},
		Lhs:   []Index{At(0), affine(-pad, stride, 1, dilation, 3), At(4)},
		Rhs:   []Index{At(3), At(4), At(2)},
		Out:   []Index{At(0), At(1), At(2)},
		Shape: ir.Shape{n, out, filters},
	}
}

func convolved(e env, taps, channels, stride, dilation, pad int, at []int) float64 {
	return over(taps, func(k int) float64 {
		return over(channels, func(c int) float64 {
			return e.inside("x", at[0], at[1]*stride+k*dilation-pad, c) * e.at("w", k, c, at[2])
		})
	})
}

var contractCases = []kase{
	{
		name:  "matrix product",
		build: func(b *ir.Builder) *ir.Value { return MatMul(b, f32(b, "x", n, 3), f32(b, "w", 3, 4)) },
		want: func(e env, at ...int) float64 {
			return over(3, func(i int) float64 { return e.at("x", at[0], i) * e.at("w", i, at[1]) })
		},
	},
	{
		name:  "matrix product over time",
		build: func(b *ir.Builder) *ir.Value { return MatMul(b, f32(b, "x", n, 2, 3), f32(b, "w", 3, 4)) },
		want: func(e env, at ...int) float64 {
			return over(3, func(i int) float64 { return e.at("x", at[0], at[1], i) * e.at("w", i, at[2]) })
		},
	},
	{
		name: "matrix product of a transposed view over time",
		build: func(b *ir.Builder) *ir.Value {
			return MatMul(b, TransposeTo(b, f32(b, "x", n, 3, 2), 0, 2, 1), TransposeTo(b, f32(b, "w", 4, 3), 1, 0))
		},
		want: func(e env, at ...int) float64 {
			return over(3, func(i int) float64 { return e.at("x", at[0], i, at[1]) * e.at("w", at[2], i) })
		},
	},
	{
		name:  "matrix product of a vector",
		build: func(b *ir.Builder) *ir.Value { return MatMul(b, f32(b, "v", 3), f32(b, "w", 3, 4)) },
		want: func(e env, at ...int) float64 {
			return over(3, func(i int) float64 { return e.at("v", i) * e.at("w", i, at[0]) })
		},
	},
	{
		name:  "matrix product over space",
		build: func(b *ir.Builder) *ir.Value { return MatMul(b, f32(b, "x", n, 2, 2, 3), f32(b, "w", 3, 1)) },
		want: func(e env, at ...int) float64 {
			return over(3, func(i int) float64 { return e.at("x", at[0], at[1], at[2], i) * e.at("w", i, 0) })
		},
	},
	{
		name: "an operand with gaps along every axis",
		build: func(b *ir.Builder) *ir.Value {
			half := &Slice{Starts: make([]int, 5), Sizes: []int{n, 2, 2, 2, 2}, Steps: []int{1, 2, 2, 2, 1}}
			return MatMul(b, b.Apply(half, f32(b, "x", n, 5, 4, 4, 2)), f32(b, "w", 2, 3))
		},
		want: func(e env, at ...int) float64 {
			return over(2, func(i int) float64 { return e.at("x", at[0], 2*at[1], 2*at[2], 2*at[3], i) * e.at("w", i, at[4]) })
		},
	},
	{
		name: "dense layer in one",
		build: func(b *ir.Builder) *ir.Value {
			x := f32(b, "x", n, 3)
			y := MatMul(b, x, f32(b, "w", 3, 4))
			c := *y.Op.(*Contract)
			c.Epilogue = scalar.Call("mul", scalar.Call("sigmoid", scalar.Call("add", arg(0), arg(1))), arg(2))
			c.Word = "sigmoid"
			return b.Apply(&c, y.Args[0], y.Args[1], f32(b, "bias", 4), Scalar(b, 3))
		},
		want: func(e env, at ...int) float64 {
			z := e.at("bias", at[1]) + over(3, func(i int) float64 { return e.at("x", at[0], i) * e.at("w", i, at[1]) })
			return 3 / (1 + math.Exp(-z))
		},
	},
	{
		name: "an epilogue whose derivative needs the sum, with a residual",
		build: func(b *ir.Builder) *ir.Value {
			x := f32(b, "x", n, 3)
			c := *MatMul(b, x, f32(b, "w", 3, 3)).Op.(*Contract)
			c.Epilogue = scalar.Call("add", scalar.Call("mul", arg(0), scalar.Call("tanh", arg(0))), arg(1))
			return b.Apply(&c, x, f32(b, "w", 3, 3), x)
		},
		want: func(e env, at ...int) float64 {
			z := over(3, func(i int) float64 { return e.at("x", at[0], i) * e.at("w", i, at[1]) })
			return z*math.Tanh(z) + e.at("x", at...)
		},
	},
	{
		name: "an epilogue over space and columns",
		build: func(b *ir.Builder) *ir.Value {
			c := *MatMul(b, f32(b, "x", n, 2, 3), f32(b, "w", 3, 4)).Op.(*Contract)
			c.Epilogue = scalar.Call("mul", scalar.Call("add", arg(0), arg(1)), arg(2))
			return b.Apply(&c, b.Graph.Values[0], b.Graph.Values[1], f32(b, "bias", 4), f32(b, "mask", n, 2, 1))
		},
		want: func(e env, at ...int) float64 {
			z := e.at("bias", at[2]) + over(3, func(i int) float64 { return e.at("x", at[0], at[1], i) * e.at("w", i, at[2]) })
			return z * e.at("mask", at[0], at[1], 0)
		},
	},
	{
		name: "an epilogue that keeps the loops of the product apart",
		build: func(b *ir.Builder) *ir.Value {
			c := *MatMul(b, f32(b, "x", n, 2, 2, 2, 3), f32(b, "w", 3, 4)).Op.(*Contract)
			c.Epilogue = scalar.Call("mul", scalar.Call("tanh", arg(0)), arg(1))
			return b.Apply(&c, b.Graph.Values[0], b.Graph.Values[1], f32(b, "e", n, 1, 2, 1, 1))
		},
		want: func(e env, at ...int) float64 {
			z := over(3, func(i int) float64 { return e.at("x", at[0], at[1], at[2], at[3], i) * e.at("w", i, at[4]) })
			return math.Tanh(z) * e.at("e", at[0], 0, at[2], 0, 0)
		},
	},
	{
		name: "attention scores",
		build: func(b *ir.Builder) *ir.Value {
			return Einsum(b, "nhqd,nhkd->nhqk", f32(b, "q", n, 2, 3, 4), f32(b, "k", n, 2, 2, 4))
		},
		want: func(e env, at ...int) float64 {
			return over(4, func(d int) float64 { return e.at("q", at[0], at[1], at[2], d) * e.at("k", at[0], at[1], at[3], d) })
		},
	},
	{
		name: "heads kept apart by strides",
		build: func(b *ir.Builder) *ir.Value {
			return Einsum(b, "nqhd,nkhd->nhqk", f32(b, "q", n, 3, 2, 4), f32(b, "k", n, 2, 2, 4))
		},
		want: func(e env, at ...int) float64 {
			return over(4, func(d int) float64 { return e.at("q", at[0], at[2], at[1], d) * e.at("k", at[0], at[3], at[1], d) })
		},
	},
	{
		name:  "sum over the batch",
		build: func(b *ir.Builder) *ir.Value { return Einsum(b, "ni,no->io", f32(b, "x", n, 2), f32(b, "y", n, 3)) },
		want: func(e env, at ...int) float64 {
			return over(e.rows, func(r int) float64 { return e.at("x", r, at[0]) * e.at("y", r, at[1]) })
		},
	},
	{
		name:  "product of two vectors",
		build: func(b *ir.Builder) *ir.Value { return Einsum(b, "i,i->", f32(b, "v", 3), f32(b, "u", 3)) },
		want: func(e env, _ ...int) float64 {
			return over(3, func(i int) float64 { return e.at("v", i) * e.at("u", i) })
		},
	},
	{
		name:  "an axis of one operand summed alone",
		build: func(b *ir.Builder) *ir.Value { return Einsum(b, "nij,o->nio", f32(b, "x", n, 2, 3), f32(b, "u", 4)) },
		want: func(e env, at ...int) float64 {
			return e.at("u", at[2]) * over(3, func(j int) float64 { return e.at("x", at[0], at[1], j) })
		},
	},
	{
		name:  "two scalars",
		build: func(b *ir.Builder) *ir.Value { return Einsum(b, ",->", f32(b, "s"), f32(b, "t")) },
		want:  func(e env, _ ...int) float64 { return e.at("s") * e.at("t") },
	},
	{
		name: "convolution",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(convolution(7, 5, 3, 2, 4, 1, 1, 0), f32(b, "x", n, 7, 2), f32(b, "w", 3, 2, 4))
		},
		want: func(e env, at ...int) float64 { return convolved(e, 3, 2, 1, 1, 0, at) },
	},
	{
		name: "convolution with stride and dilation",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(convolution(9, 3, 3, 2, 2, 2, 2, 0), f32(b, "x", n, 9, 2), f32(b, "w", 3, 2, 2))
		},
		want: func(e env, at ...int) float64 { return convolved(e, 3, 2, 2, 2, 0, at) },
	},
	{
		name: "convolution with padding",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(convolution(5, 5, 3, 1, 2, 1, 1, 1), f32(b, "x", n, 5, 1), f32(b, "w", 3, 1, 2))
		},
		want: func(e env, at ...int) float64 { return convolved(e, 3, 1, 1, 1, 1, at) },
	},
	{
		name: "convolution with stride, dilation, padding and an activation",
		build: func(b *ir.Builder) *ir.Value {
			c := convolution(8, 4, 3, 2, 2, 2, 2, 2)
			c.Epilogue = scalar.Call("tanh", scalar.Call("add", arg(0), arg(1)))
			return b.Apply(c, f32(b, "x", n, 8, 2), f32(b, "w", 3, 2, 2), f32(b, "bias", 2))
		},
		want: func(e env, at ...int) float64 {
			return math.Tanh(convolved(e, 3, 2, 2, 2, 2, at) + e.at("bias", at[2]))
		},
	},
	{
		name: "convolution with two space axes",
		build: func(b *ir.Builder) *ir.Value {
			return b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"y", 3}, {"x", 2}, {"o", 2}, {"r", 2}, {"k", 3}, {"c", 2}},
				Lhs:   []Index{At(0), affine(-1, 1, 1, 1, 4), affine(-1, 2, 2, 1, 5), At(6)},
				Rhs:   []Index{At(4), At(5), At(6), At(3)},
				Out:   []Index{At(0), At(1), At(2), At(3)},
				Shape: ir.Shape{n, 3, 2, 2},
			}, f32(b, "x", n, 3, 4, 2), f32(b, "w", 2, 3, 2, 2))
		},
		want: func(e env, at ...int) float64 {
			return over(2, func(r int) float64 {
				return over(3, func(k int) float64 {
					return over(2, func(c int) float64 {
						return e.inside("x", at[0], at[1]+r-1, 2*at[2]+k-1, c) * e.at("w", r, k, c, at[3])
					})
				})
			})
		},
	},
	{
		name: "grouped convolution",
		build: func(b *ir.Builder) *ir.Value { // two groups of two channels
			return b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"x", 3}, {"g", 2}, {"o", 3}, {"k", 2}, {"c", 2}},
				Lhs:   []Index{At(0), affine(0, 1, 1, 1, 4), affine(0, 2, 2, 1, 5)},
				Rhs:   []Index{At(4), At(5), affine(0, 3, 2, 1, 3)},
				Out:   []Index{At(0), At(1), At(2), At(3)},
				Shape: ir.Shape{n, 3, 2, 3},
			}, f32(b, "x", n, 4, 4), f32(b, "w", 2, 2, 6))
		},
		want: func(e env, at ...int) float64 {
			return over(2, func(k int) float64 {
				return over(2, func(c int) float64 { return e.at("x", at[0], at[1]+k, 2*at[2]+c) * e.at("w", k, c, 3*at[2]+at[3]) })
			})
		},
	},
	{
		name: "depthwise convolution, stored by a computed index",
		build: func(b *ir.Builder) *ir.Value { // depth multiplier 2: the result is [n, x, 2c+m]
			return b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"x", 4}, {"c", 3}, {"m", 2}, {"k", 3}},
				Lhs:   []Index{At(0), affine(-1, 1, 1, 1, 4), At(2)},
				Rhs:   []Index{At(4), At(2), At(3)},
				Out:   []Index{At(0), At(1), affine(0, 2, 2, 1, 3)},
				Shape: ir.Shape{n, 4, 6},
			}, f32(b, "x", n, 4, 3), f32(b, "w", 3, 3, 2))
		},
		want: func(e env, at ...int) float64 {
			return over(3, func(k int) float64 { return e.inside("x", at[0], at[1]+k-1, at[2]/2) * e.at("w", k, at[2]/2, at[2]%2) })
		},
	},
	{
		name: "transposed convolution with a flipped index",
		build: func(b *ir.Builder) *ir.Value { // out[2x - k + 2] += x[x]·w[k]
			return b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"x", 3}, {"k", 3}},
				Lhs:   []Index{At(0), At(1)},
				Rhs:   []Index{At(2)},
				Out:   []Index{At(0), affine(2, 2, 1, -1, 2)},
				Shape: ir.Shape{n, 6},
			}, f32(b, "x", n, 3), f32(b, "w", 3))
		},
		want: func(e env, at ...int) float64 {
			return over(9, func(i int) float64 {
				return truth(2*(i/3)-i%3+2 == at[1]) * e.at("x", at[0], i/3) * e.at("w", i%3)
			})
		},
	},
	{
		name: "a contraction that leaves zeros",
		build: func(b *ir.Builder) *ir.Value { // the diagonal of a matrix
			return b.Apply(&Contract{
				Axes:  []Axis{{"n", n}, {"i", 3}},
				Lhs:   []Index{At(0), At(1)},
				Out:   []Index{At(0), At(1), At(1)},
				Shape: ir.Shape{n, 3, 4},
			}, f32(b, "x", n, 3), Scalar(b, 2))
		},
		want:    func(e env, at ...int) float64 { return truth(at[1] == at[2]) * 2 * e.inside("x", at[0], at[2]) },
		refuses: "stores by axis i on two axes of its result",
	},
}

// TestContractNests checks that a layer over time is one plain product: the
// batch and the time are one loop.
func TestContractNests(t *testing.T) {
	b := ir.NewBuilder("g")
	y := MatMul(b, f32(b, "x", n, 5, 3), f32(b, "w", 3, 4))
	gradients(b, y)
	l := &lowering{views: map[*ir.Value]View{}}
	var got []*loop.Contract
	for _, v := range b.Graph.Values {
		v.Op.(Lowerer).Lower(l, v)
	}
	for _, s := range l.steps {
		got = append(got, s.(*loop.Run).Kernel.(*loop.Contract))
	}
	rows := loop.Axis{Name: "n", N: 5, Rows: true}
	i, o := loop.Axis{Name: "i", N: 3}, loop.Axis{Name: "o", N: 4}
	for j, want := range []loop.Contract{
		{M: []loop.Axis{rows}, N: []loop.Axis{o}, K: []loop.Axis{i}},
		{M: []loop.Axis{rows}, N: []loop.Axis{i}, K: []loop.Axis{o}},
		{M: []loop.Axis{i}, N: []loop.Axis{o}, K: []loop.Axis{rows}},
	} {
		for _, nest := range [][2][]loop.Axis{{got[j].B, want.B}, {got[j].M, want.M}, {got[j].N, want.N}, {got[j].K, want.K}} {
			if len(nest[0]) != len(nest[1]) || len(nest[0]) > 0 && nest[0][0] != nest[1][0] {
				t.Errorf("contraction %d: %+v, want %+v", j, nest[0], nest[1])
			}
		}
	}
}

func TestContractString(t *testing.T) {
	c := convolution(7, 4, 3, 2, 4, 2, 1, 1)
	c.Epilogue, c.Word = scalar.Call("max", arg(0), num(0)), "relu"
	const want = "contract[n x=4 o=4 k=3 c=2: (n,2x+k-1,c)(k,c,o)->(n,x,o); relu: max($0, 0)]"
	if c.String() != want {
		t.Errorf("%v\nwant %s", c, want)
	}
}

// TestEinsumErrors checks what is said of specifications that do not fit.
func TestEinsumErrors(t *testing.T) {
	b := ir.NewBuilder("g")
	x, w := f32(b, "x", n, 3), f32(b, "w", 3, 4)
	for _, spec := range []string{"ni,io", "ni->no", "ni,iox->no", "ni,io->nq", "no,io->ni"} {
		before := len(b.Errors)
		if Einsum(b, spec, x, w).Valid() || len(b.Errors) != before+1 {
			t.Errorf("%q is accepted", spec)
		}
	}
	for _, v := range []*ir.Value{MatMul(b, w, w), MatMul(b, x, x), MatMul(b, f32(b, "s"), w)} {
		if v.Valid() {
			t.Error("a product of matrices that do not fit is accepted")
		}
	}
}
