package pass

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/internal/golden"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// reviews is a small network with what the passes are made for: a multi-hot
// encoding before a dense layer with a penalty, dropout, a softmax over classes
// and the loss that goes with it.
func reviews(name string, training, losses bool) *ir.Graph {
	b := ir.NewBuilder(name)
	layer := func(name string, line int) { b.At(name, diag.Pos{File: "reviews.yaml", Line: line, Col: 5}) }
	dense := func(name string, x *ir.Value, units int) *ir.Value {
		kernel := op.ParamOf(b, op.Param{Segment: name + "/kernel", Shape: ir.Shape{x.Shape[1], units}})
		bias := op.ParamOf(b, op.Param{Segment: name + "/bias", Shape: ir.Shape{units}})
		return b.Named(op.MapOf(b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", op.MatMul(b, x, kernel), bias), name+".pre")
	}
	layer("words", 3)
	words := op.InputOf(b, op.Input{Port: "words", Of: ir.Type{Shape: ir.Shape{ir.Batch, ir.Ragged}, DType: ir.I32}, Limit: 50})
	layer("encoding", 4)
	x := b.Named(op.OneHot(b, words, 50, true), "encoding")
	layer("hidden", 5)
	x = b.Named(op.Unary(b, "relu", dense("hidden", x, 8)), "hidden")
	if layer("dropout", 6); training {
		keep := op.Binary(b, "ge", op.Uniform(b, "dropout", x.Shape), op.Scalar(b, 0.5))
		x = b.Named(op.Select(b, keep, op.Binary(b, "mul", x, op.Scalar(b, 2)), op.Scalar(b, 0)), "dropout")
	}
	layer("head", 7)
	z := dense("head", x, 3)
	y := b.Named(op.Softmax(b, z, 1), "head")
	b.Graph.Outputs = append(b.Graph.Outputs, y)
	if !losses {
		return b.Graph
	}
	b.At("loss", diag.Pos{})
	class := op.InputOf(b, op.Input{Port: "head", Kind: op.Target, Of: ir.Type{Shape: ir.Shape{ir.Batch}, DType: ir.I32}, Limit: 3})
	weight := op.InputOf(b, op.Input{Port: "weight", Kind: op.Weight, Of: ir.Type{Shape: ir.Shape{ir.Batch}}})
	total := op.InputOf(b, op.Input{Port: "inv_total", Kind: op.InvTotal})
	share := op.InputOf(b, op.Input{Port: "share", Kind: op.Share})
	each := b.Named(op.Binary(b, "sub", op.LogSumExp(b, z, false, 1), op.GatherAlong(b, z, class, 1)), "loss.each")
	loss := b.Named(op.Sum(b, op.Binary(b, "mul", op.Binary(b, "mul", each, weight), total), false, 0), "loss.head")
	b.Graph.Losses = append(b.Graph.Losses, loss)
	w := b.Graph.Params[0]
	penalty := op.Binary(b, "mul", op.Sum(b, op.Binary(b, "mul", w, w), false, 0, 1), op.Binary(b, "mul", share, op.Scalar(b, 0.01)))
	b.Graph.Loss = b.Named(op.Binary(b, "add", loss, b.Named(penalty, "loss.penalty")), "loss")
	return b.Graph
}

func reviewsModel() *model {
	m := &model{header: loop.Program{Name: "reviews", File: "reviews.yaml", Batch: 32}}
	m.src = Source{Predict: reviews("predict", false, false), Evaluate: reviews("evaluate", false, true), Train: reviews("train", true, true)}
	m.describe(m.src.Train)
	return m
}

// The way of a network: as built, with its gradients, fused, and planned.
func TestStages(t *testing.T) {
	m := reviewsModel()
	var b strings.Builder
	stages := 0
	_, err := Compile(&m.header, m.src, Options{Dump: func(stage, text string) {
		stages++
		if slices.Contains([]string{"train/build", "train/autodiff", "train/fuse", "program"}, stage) {
			b.WriteString("== " + stage + "\n" + text)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := 3*(len(table)+1) + 1; stages != want {
		t.Errorf("%d stages were shown, want %d", stages, want)
	}
	golden.File(t, "testdata/stages.txt", b.String())
}

// Without the optional passes the program is longer, and still one.
func TestStagesOff(t *testing.T) {
	m := reviewsModel()
	off := map[string]bool{}
	for _, name := range Optional() {
		off[name] = true
	}
	long, err := Compile(&m.header, m.src, Options{Off: off})
	if err != nil {
		t.Fatal(err)
	}
	short, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l, s := len(long.Train.Forward)+len(long.Train.Backward), len(short.Train.Forward)+len(short.Train.Backward); l < 2*s {
		t.Errorf("a training step has %d kernels without the passes and %d with them", l, s)
	}
	if l, s := long.Train.ArenaFloats, short.Train.ArenaFloats; l <= s {
		t.Errorf("a training step takes %d floats without the passes and %d with them", l, s)
	}
	if long.Predict.ArenaFloats <= short.Predict.ArenaFloats {
		t.Errorf("a prediction takes %d floats without the passes and %d with them", long.Predict.ArenaFloats, short.Predict.ArenaFloats)
	}
}

// TestRecurrence shows what becomes of a recurrent layer: one product before the loop,
// in it the product of the state and one kernel for all that follows, and the gradients
// of the weights after it.
func TestRecurrence(t *testing.T) {
	b := ir.NewBuilder("train")
	b.At("gated", diag.Pos{File: "gated.yaml", Line: 3, Col: 5})
	const steps, units = 3, 2
	x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, steps, 4}}})
	kernel := op.ParamOf(b, op.Param{Segment: "gated/kernel", Shape: ir.Shape{4, 2 * units}})
	recurrent := op.ParamOf(b, op.Param{Segment: "gated/recurrent_kernel", Shape: ir.Shape{units, 2 * units}})
	finals, _ := op.Recur(b, op.Recurrence{
		Length: steps, Train: true, Initial: []*ir.Value{op.BroadcastTo(b, op.Scalar(b, 0), ir.Shape{ir.Batch, units})},
		Steps: []*ir.Value{b.Named(op.MatMul(b, x, kernel), "gated.projected")}, Captures: []*ir.Value{recurrent},
		Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			z := b.Named(op.Binary(b, "add", op.MatMul(b, carried[0], captures[0]), steps[0]), "gated.pre")
			keep := op.Unary(b, "sigmoid", op.SliceAxis(b, z, 1, 0, units))
			new := op.Unary(b, "tanh", op.SliceAxis(b, z, 1, units, units))
			h := op.Binary(b, "add", op.Binary(b, "mul", keep, carried[0]), new)
			return []*ir.Value{b.Named(h, "gated.state")}, nil
		},
	})
	y := b.Named(finals[0], "gated")
	b.Graph.Outputs = []*ir.Value{y}
	target := op.InputOf(b, op.Input{Port: "gated", Kind: op.Target, Of: ir.Type{Shape: ir.Shape{ir.Batch, units}}})
	b.At("loss", diag.Pos{})
	b.Graph.Loss = b.Named(op.Sum(b, op.Binary(b, "mul", y, target), false, 0, 1), "loss")
	b.Graph.Losses = []*ir.Value{b.Graph.Loss}
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	m := &model{header: loop.Program{Name: "gated", File: "gated.yaml", Batch: 8}}
	m.src = Source{Predict: Clone(b.Graph), Evaluate: b.Graph, Train: b.Graph}
	m.src.Predict.Loss, m.src.Predict.Losses = nil, nil
	m.describe(b.Graph)
	p, err := Compile(&m.header, m.src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "testdata/recurrence.txt", p.Predict.String()+p.Train.String())
}
