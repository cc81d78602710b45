// Package irisprog holds a small compiled network, written by hand, for tests
// of code generation: Dense(16, relu), Dense(3, softmax), sparse categorical
// cross-entropy, RMSprop.
package irisprog

import (
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Batch is the micro-batch of the program.
const Batch = 32

type builder struct {
	plan *loop.Plan
	top  int
}

// rows adds a buffer with a row for each sample.
func (b *builder) rows(class loop.Class, name, layer string, grad bool, shape ...int) *loop.Buffer {
	return b.add(&loop.Buffer{Name: name, Layer: layer, Class: class, Rows: true, Grad: grad, Shape: shape})
}

func (b *builder) add(buf *loop.Buffer) *loop.Buffer {
	if buf.Class == loop.Arena {
		buf.Offset = b.top
		n := Batch
		if b.plan.PerRow {
			n = 1
		}
		b.top += buf.Len(n)
	}
	b.plan.Buffers = append(b.plan.Buffers, buf)
	return buf
}

func (b *builder) param(p *loop.Program, i int, grad bool) *loop.Buffer {
	s := p.Segments[i]
	class := loop.Param
	if grad {
		class = loop.Gradient
	}
	return b.add(&loop.Buffer{Name: s.Name, Layer: s.Layer, Class: class, Grad: grad, Shape: s.Shape, Segment: i, Offset: s.Offset})
}

func n() loop.Axis                    { return loop.Axis{Name: "n", N: 1, Rows: true} }
func ax(name string, e int) loop.Axis { return loop.Axis{Name: name, N: e} }
func at(b *loop.Buffer, strides ...int) loop.Access {
	return loop.Access{Buf: b, Strides: strides}
}

func (b *builder) run(layer string, k loop.Kernel) loop.Step {
	return &loop.Run{Layer: layer, Kernel: k}
}

var (
	biasRelu = scalar.Call("max", scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Num(0))
	bias     = scalar.Call("add", scalar.Arg(0), scalar.Arg(1))
)

// dense is y = epilogue(x·w + bias).
func (b *builder) dense(layer string, y, x, w, bs *loop.Buffer, in, out int, e scalar.Expr, word string) loop.Step {
	return b.run(layer, &loop.Contract{M: []loop.Axis{n()}, N: []loop.Axis{ax("o", out)}, K: []loop.Axis{ax("i", in)},
		Out: at(y, out, 1, 0), Lhs: at(x, in, 0, 1), Rhs: at(w, 0, 1, out), Epilogue: e, Extra: []loop.Access{at(bs, 0, 1, 0)}, Word: word})
}

// forward adds everything up to the probabilities.
func (b *builder) forward(p *loop.Program) (x, hidden, head *loop.Buffer) {
	width := p.Inputs[0].Shape[0]
	x = b.rows(loop.Input, "x", "x", false, width)
	w1, b1, w2, b2 := b.param(p, 0, false), b.param(p, 1, false), b.param(p, 2, false), b.param(p, 3, false)
	hidden = b.rows(loop.Arena, "hidden", "hidden", false, 16)
	logits := b.rows(loop.Arena, "head.pre", "head", false, 3)
	head = b.rows(loop.Arena, "head", "head", false, 3)
	local := func(name string) *loop.Buffer {
		return b.add(&loop.Buffer{Name: name, Layer: "head", Class: loop.Local, Rows: true})
	}
	top, total := local("head.max"), local("head.sum")
	b.plan.Forward = append(b.plan.Forward,
		b.dense("hidden", hidden, x, w1, b1, width, 16, biasRelu, "relu"),
		b.dense("head", logits, hidden, w2, b2, 16, 3, bias, ""),
		b.run("head", &loop.Nest{Outer: []loop.Axis{n()}, Body: []loop.Stmt{
			{Inner: []loop.Axis{ax("o", 3)}, Dst: at(top, 0, 0), Reduce: loop.Max, Value: scalar.Arg(0), Srcs: []loop.Access{at(logits, 3, 1)}},
			{Inner: []loop.Axis{ax("o", 3)}, Dst: at(head, 3, 1), Value: scalar.Call("exp", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), Srcs: []loop.Access{at(logits, 3, 1), at(top, 0, 0)}},
			{Inner: []loop.Axis{ax("o", 3)}, Dst: at(total, 0, 0), Reduce: loop.Sum, Value: scalar.Arg(0), Srcs: []loop.Access{at(head, 3, 1)}},
			{Inner: []loop.Axis{ax("o", 3)}, Dst: at(head, 3, 1), Value: scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), Srcs: []loop.Access{at(head, 3, 1), at(total, 0, 0)}, Word: "softmax"},
		}}))
	b.plan.Outputs = []*loop.Buffer{head}
	return x, hidden, head
}

// loss adds the mean of -log p[class], weighted.
func (b *builder) loss(head *loop.Buffer) (target, weight, inv *loop.Buffer) {
	target = b.add(&loop.Buffer{Name: "target", Class: loop.Target, DType: loop.I32, Rows: true})
	weight = b.rows(loop.Weight, "weight", "", false)
	inv = b.add(&loop.Buffer{Name: "inv_total", Class: loop.Scalar})
	loss := b.add(&loop.Buffer{Name: "loss", Layer: "loss", Class: loop.Arena})
	class := at(target, 1)
	value := scalar.Call("mul", scalar.Call("neg", scalar.Call("log", scalar.Arg(0))), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2)))
	b.plan.Forward = append(b.plan.Forward, b.run("loss", &loop.Nest{Body: []loop.Stmt{{Inner: []loop.Axis{n()}, Dst: at(loss, 0), Reduce: loop.Sum, Value: value,
		Srcs: []loop.Access{{Buf: head, Strides: []int{3}, Index: &class, IndexStride: 1}, at(weight, 1), at(inv, 0)}, Word: "sparse_categorical_crossentropy"}}}))
	b.plan.Loss, b.plan.Losses = loss, []*loop.Buffer{loss}
	return target, weight, inv
}

// Program is the network, unfused where the text would hide what a test wants
// to see.
func Program() *loop.Program { return Sized(4) }

// Sized is Program for an input of another width.
func Sized(width int) *loop.Program {
	first := 16 * width // floats of the first kernel
	p := &loop.Program{Name: "iris", File: "iris.yaml", Batch: Batch, ModelID: "5d8a0e6ab64af1f0", Hash: "c0ffee0123456789",
		Segments: []block.Segment{
			{Name: "hidden/kernel", Layer: "hidden", Shape: []int{width, 16}, Offset: 0, Init: block.Init{Kind: "glorot_uniform", FanIn: width, FanOut: 16}},
			{Name: "hidden/bias", Layer: "hidden", Shape: []int{16}, Offset: first, Init: block.Init{Kind: "zeros"}},
			{Name: "head/kernel", Layer: "head", Shape: []int{16, 3}, Offset: first + 16, Init: block.Init{Kind: "glorot_uniform", FanIn: 16, FanOut: 3}},
			{Name: "head/bias", Layer: "head", Shape: []int{3}, Offset: first + 64, Init: block.Init{Kind: "zeros"}},
		},
		Inputs:  []loop.Port{{Name: "x", Layer: "x", Shape: []int{width}}},
		Outputs: []loop.Port{{Name: "head", Layer: "head", Shape: []int{3}}},
		Targets: []loop.Port{{Name: "head", Layer: "head", DType: loop.I32, Limit: 3, Loss: "sparse_categorical_crossentropy"}},
		Classes: []string{"setosa", "versicolor", "virginica"},
		Answer:  loop.Answer{Kind: loop.Choice, Classes: 3, Probabilities: loop.Given},
		Layers: []loop.Layer{
			{Name: "hidden", Type: "Dense", Output: []int{16}, Params: first + 16, Trainable: true, Inputs: []string{"x"}},
			{Name: "head", Type: "Dense", Output: []int{3}, Params: 51, Trainable: true, Inputs: []string{"hidden"}},
		},
		Training: loop.Training{Optimizer: loop.Setting{Name: "rmsprop", Args: []loop.SettingArg{{Name: "learning_rate", Value: 0.01}}}, Losses: []string{"sparse_categorical_crossentropy"},
			Metrics: [][]loop.Setting{{{Name: "sparse_categorical_accuracy", As: "accuracy"}}}, BatchSize: Batch, Epochs: 40, Shuffle: true},
	}
	b := &builder{plan: &loop.Plan{Name: "predict", PerRow: true}}
	b.forward(p)
	p.Predict = b.done()

	b = &builder{plan: &loop.Plan{Name: "evaluate"}}
	_, _, head := b.forward(p)
	b.loss(head)
	p.Evaluate = b.done()

	b = &builder{plan: &loop.Plan{Name: "train"}}
	x, hidden, head := b.forward(p)
	target, weight, inv := b.loss(head)
	b.backward(p, x, hidden, head, target, weight, inv)
	p.Train = b.done()
	return p
}

func (b *builder) backward(p *loop.Program, x, hidden, head, target, weight, inv *loop.Buffer) {
	dLogits := b.rows(loop.Arena, "head.pre", "head", true, 3)
	dHidden := b.rows(loop.Arena, "hidden", "hidden", true, 16)
	g1, gb1, g2, gb2 := b.param(p, 0, true), b.param(p, 1, true), b.param(p, 2, true), b.param(p, 3, true)
	w2 := b.plan.Buffers[3]
	class := at(target, 1)
	scale := scalar.Call("mul", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2)))
	minus := scalar.Call("neg", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)))
	columns := func(dst, src *loop.Buffer, width int) *loop.Nest {
		return &loop.Nest{Outer: []loop.Axis{ax("o", width)}, Body: []loop.Stmt{{Inner: []loop.Axis{n()}, Dst: at(dst, 1, 0), Reduce: loop.Sum, Value: scalar.Arg(0),
			Srcs: []loop.Access{at(src, 1, width)}, Word: "bias gradient"}}}
	}
	gradW := func(g, x, dy *loop.Buffer, in, out int) *loop.Contract {
		return &loop.Contract{M: []loop.Axis{ax("i", in)}, N: []loop.Axis{ax("o", out)}, K: []loop.Axis{n()},
			Out: at(g, out, 1, 0), Lhs: at(x, 1, 0, in), Rhs: at(dy, 0, 1, out)}
	}
	mask := scalar.Call("select", scalar.Call("gt", scalar.Arg(1), scalar.Num(0)), scalar.Arg(0), scalar.Num(0))
	b.plan.Backward = []loop.Step{
		b.run("loss", &loop.Nest{Outer: []loop.Axis{n()}, Body: []loop.Stmt{
			{Inner: []loop.Axis{ax("o", 3)}, Dst: at(dLogits, 3, 1), Value: scale, Srcs: []loop.Access{at(head, 3, 1), at(weight, 1, 0), at(inv, 0, 0)}},
			{Dst: loop.Access{Buf: dLogits, Strides: []int{3}, Index: &class, IndexStride: 1}, Accumulate: true, Value: minus,
				Srcs: []loop.Access{at(weight, 1), at(inv, 0)}, Word: "softmax and cross-entropy gradient"},
		}}),
		b.run("head", gradW(g2, hidden, dLogits, 16, 3)),
		b.run("head", columns(gb2, dLogits, 3)),
		b.run("head", &loop.Contract{M: []loop.Axis{n()}, N: []loop.Axis{ax("i", 16)}, K: []loop.Axis{ax("o", 3)},
			Out: at(dHidden, 16, 1, 0), Lhs: at(dLogits, 3, 0, 1), Rhs: at(w2, 0, 3, 1), Epilogue: mask, Extra: []loop.Access{at(hidden, 16, 1, 0)}, Word: "relu gradient"}),
		b.run("hidden", gradW(g1, x, dHidden, p.Inputs[0].Shape[0], 16)),
		b.run("hidden", columns(gb1, dHidden, 16)),
	}
}

func (b *builder) done() *loop.Plan {
	b.plan.ArenaFloats = b.top
	return b.plan
}
