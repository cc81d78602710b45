package pass

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var at7, at8 = diag.Pos{File: "m.yaml", Line: 7, Col: 3}, diag.Pos{File: "m.yaml", Line: 8, Col: 3}

// built compiles a graph for prediction, described by itself.
func built(t *testing.T, b *ir.Builder, outputs ...*ir.Value) *loop.Program {
	t.Helper()
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	b.Graph.Outputs = outputs
	m := &model{header: loop.Program{Batch: 4}, src: Source{Predict: b.Graph}}
	m.describe(b.Graph)
	p, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Outputs that are views are copied to a place of their own; an output that is
// asked for twice is computed once.
func TestLowerViews(t *testing.T) {
	b := ir.NewBuilder("predict")
	b.At("l", at7)
	x := b.Named(feature(b, "x", 2, 3), "x")
	h := b.Named(op.Unary(b, "exp", x), "h")
	flat := b.Named(op.ReshapeTo(b, h, ir.Shape{ir.Batch, 6}), "flat")
	turned := b.Named(op.TransposeTo(b, h, 0, 2, 1), "turned")
	p := built(t, b, x, h, flat, turned, h)
	out := p.Predict.Outputs
	if out[1] != out[2] || out[1] != out[4] {
		t.Errorf("one value has the buffers %v, %v and %v", out[1], out[2], out[4])
	}
	if out[0].Name != "x.copy" || out[3].Name != "turned.copy" {
		t.Errorf("copies are called %v and %v", out[0], out[3])
	}
	check(t, texts(p.Predict.Forward), `nest [n:6n]
  h[n] = exp(x[n])  // exp
  x.copy[n] = x[n]  // copy
nest [n, t:3, i:2]
  turned.copy[6*n + 2*t + i] = h[6*n + 3*i + t]  // copy
`)
}

// The gradients of a parameter that is used as it is and of two that share a
// gradient still have places of their own.
func TestLowerGradients(t *testing.T) {
	build := func(name string) *ir.Graph {
		b := ir.NewBuilder(name)
		b.At("l", at7)
		x := feature(b, "x", 3)
		u, v := weight(b, "l/u", 3), weight(b, "l/v", 3)
		w := weight(b, "l/w", 1, 3)
		y := b.Named(op.Binary(b, "add", op.Binary(b, "add", x, u), op.Binary(b, "add", v, op.ReshapeTo(b, w, ir.Shape{3}))), "y")
		b.Graph.Outputs = []*ir.Value{y}
		if name != "predict" {
			b.At("loss", diag.Pos{})
			target := op.InputOf(b, op.Input{Port: "y", Kind: op.Target, Of: ir.Type{Shape: ir.Shape{ir.Batch, 3}}})
			b.Graph.Loss = b.Named(op.Sum(b, op.Binary(b, "mul", y, target), false, 0, 1), "loss")
			b.Graph.Losses = []*ir.Value{b.Graph.Loss}
		}
		if err := b.Errors.Err(); err != nil {
			t.Fatal(err)
		}
		return b.Graph
	}
	m := &model{header: loop.Program{Batch: 4}, src: Source{Predict: build("predict"), Evaluate: build("evaluate"), Train: build("train")}}
	m.describe(m.src.Train)
	p, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	check(t, texts(p.Train.Backward), `nest [i:3]
  ∂l/u[i] = sum over [n] of y.target[3*n + i]  // sum
nest [i:3]
  ∂l/v[i] = ∂l/u[i]  // gradient
nest [i:3]
  ∂l/w[i] = ∂l/u[i]  // gradient
`)
}

// The mean of one column is no sum.
func TestLowerPlain(t *testing.T) {
	b := ir.NewBuilder("predict")
	b.At("l", at7)
	mean := op.Mean(b, op.Unary(b, "exp", feature(b, "x", 1)), false, 1)
	p := built(t, b, b.Named(op.Unary(b, "sqrt", mean), "y"))
	check(t, texts(p.Predict.Forward), `nest [n]
  y[n] = sqrt(exp(x[n]))  // exp, mean, sqrt
`)
}

// An epilogue whose operand repeats along some axes would keep the loops of its
// contraction apart: five here, where a kernel has three. Fused or not, the
// network is compiled.
func TestLowerEpilogueApart(t *testing.T) {
	b := ir.NewBuilder("predict")
	b.At("l", at7)
	x := b.Named(feature(b, "x", 2, 3, 2, 4), "x")
	y := op.Einsum(b, "nabcdi,io->nabcdo", op.ReshapeTo(b, x, ir.Shape{ir.Batch, 2, 3, 2, 2, 2}), weight(b, "l/kernel", 2, 4))
	scale := weight(b, "l/scale", 2, 1, 2, 1, 1)
	y = b.Named(op.Unary(b, "relu", op.Binary(b, "mul", y, scale)), "y")
	p := built(t, b, y)
	check(t, texts(p.Predict.Forward), `contract m=[n:24n] n=[o:4] k=[i:2]
  y.sums[4*n + o] = sum(x[2*n + i] * l/kernel[4*i + o])
nest [n, a:2, b:3, c:2, e:8]
  y[96*n + 48*a + 16*b + 8*c + e] = max(y.sums[96*n + 48*a + 16*b + 8*c + e] * l/scale[2*a + c], 0)  // relu
`)
}

// Two kernels that need the same view as a buffer have one each, under two names.
func TestLowerCopiesTwice(t *testing.T) {
	b := ir.NewBuilder("predict")
	b.At("l", at7)
	ids := raggedIDs(b)
	table := op.TransposeTo(b, weight(b, "l/kernel", 4, 9), 1, 0)
	set := b.Apply(&op.GatherSum{Set: true}, ids, table)
	y := b.Named(op.Concatenate(b, 1, set, b.Apply(&op.GatherSum{Set: true, Epilogue: scalar.Call("neg", scalar.Arg(0)), Word: "neg"}, ids, table)), "y")
	p := built(t, b, y)
	check(t, texts(p.Predict.Forward), `nest [t:9, i:4]
  l.transpose.rows[4*t + i] = l/kernel[9*i + t]  // copy
gathersum [n, o:4]
  l.gathersum[4*n + o] = sum(l.transpose.rows[4*id + o] for id in set ids[n])
nest [t:9, i:4]
  l.transpose.rows2[4*t + i] = l/kernel[9*i + t]  // copy
gathersum [n, o:4]
  l.neg[4*n + o] = -sum(l.transpose.rows2[4*id + o] for id in set ids[n])  // neg
nest [n, i:4]
  y[8*n + i] = l.gathersum[4*n + i]  // concatenate
nest [n, i:4]
  y[8*n + i + 4] = l.neg[4*n + i]  // concatenate
`)
}

func TestLowerErrors(t *testing.T) {
	b := ir.NewBuilder("predict")
	b.At("band", at7)
	x := feature(b, "x", 6)
	// The kernel along the diagonal of a matrix.
	band := b.Apply(&op.Contract{
		Axes: []op.Axis{{Name: "n", Extent: ir.Batch}, {Name: "i", Extent: 6}},
		Lhs:  []op.Index{op.At(0), op.At(1)},
		Rhs:  []op.Index{op.At(1)}, Out: []op.Index{op.At(0), op.At(1), op.At(1)},
		Shape: ir.Shape{ir.Batch, 6, 6},
	}, x, weight(b, "band/kernel", 6))
	b.At("next", at8)
	next := op.Unary(b, "relu", op.MatMul(b, band, weight(b, "next/kernel", 6, 2)))
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	b.Graph.Outputs = []*ir.Value{next}
	m := &model{header: loop.Program{Batch: 4}, src: Source{Predict: b.Graph}}
	m.describe(b.Graph)
	_, err := Compile(&m.header, m.src, Options{})
	// One mistake, at its layer, and nothing about the layers that follow.
	if err == nil || !strings.HasPrefix(err.Error(), `m.yaml:7:3: layer "band": `) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a diagonal: got %v", err)
	}
	m.header.Segments = nil
	b.Graph.Outputs = []*ir.Value{op.MatMul(b, x, weight(b, "next/kernel", 6, 2))}
	_, err = Compile(&m.header, m.src, Options{})
	if err == nil || !strings.Contains(err.Error(), `parameter "next/kernel" is no segment of the program`) {
		t.Errorf("an unknown segment: got %v", err)
	}
}

// A plan to adapt a layer is compiled into a copy of its description.
func TestAdapt(t *testing.T) {
	graph := func(name string) *ir.Graph {
		b := ir.NewBuilder(name)
		b.At("norm", at7)
		b.Graph.Outputs = []*ir.Value{b.Named(op.Binary(b, "mul", feature(b, "x", 3), op.Scalar(b, 2)), "norm.input")}
		return b.Graph
	}
	m := &model{header: loop.Program{Batch: 4, Adapts: []*loop.Adapt{{Layer: "norm", Width: 3}}}, src: Source{Predict: graph("predict"), Adapts: []*ir.Graph{graph("adapt")}}}
	m.describe(m.src.Predict)
	p, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a := p.Adapts[0]; a.Width != 3 || a.Plan.Name != "adapt norm" || len(a.Plan.Outputs) != 1 {
		t.Errorf("got %+v", a)
	}
	if m.header.Adapts[0].Plan != nil || m.header.Predict != nil {
		t.Error("the header was changed")
	}
}

// A value that a map has for its shape alone is not computed.
func TestLowerUnread(t *testing.T) {
	b := ir.NewBuilder("predict")
	b.At("l", at7)
	x := b.Named(feature(b, "x", 1), "x")
	h := b.Named(op.Unary(b, "exp", x), "h")
	none := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2))
	y := op.MapOf(b, none, "row", h, op.Scalar(b, 0), op.ConstOf(b, ir.Shape{2}, []float64{3, 4}))
	p := built(t, b, b.Named(y, "y"))
	if got := texts(p.Predict.Forward); strings.Contains(got, "exp") || !strings.Contains(got, "y[2*n + i]") {
		t.Errorf("got\n%s", got)
	}
}
