package ir_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
)

const n = ir.Batch

// tiny is a layer and a loss with everything that a graph can be asked for.
func tiny(t *testing.T) *ir.Graph {
	t.Helper()
	b := ir.NewBuilder("train")
	b.At("x", diag.Pos{})
	x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{n, 3}}})
	b.At("hidden", diag.Pos{File: "m.yaml", Line: 4, Col: 5})
	w := b.Named(op.ParamOf(b, op.Param{Segment: "hidden/kernel", Shape: ir.Shape{3, 2}}), "hidden.kernel")
	seen := op.ParamOf(b, op.Param{Segment: "hidden/seen", Shape: ir.Shape{}, Role: block.State})
	h := b.Named(op.Unary(b, "relu", b.Named(op.MatMul(b, x, w), "hidden.pre")), "hidden")
	b.At("loss", diag.Pos{})
	loss := b.Named(op.Sum(b, h, false, 0, 1), "loss")
	g := b.Graph
	g.Outputs, g.Losses, g.Loss = []*ir.Value{h}, []*ir.Value{loss}, loss
	g.Updates = []ir.Update{{State: seen, New: op.Binary(b, "add", seen, op.Scalar(b, 1))}}
	ones := op.BroadcastTo(b, op.Scalar(b, 1), ir.Shape{n, 2})
	dh := b.Graph.Values[len(b.Graph.Values)-1]
	dh.Name, dh.GradOf = "hidden", h
	g.Grads = []ir.Grad{{Param: w, Value: op.Einsum(b, "ni,no->io", x, ones)}}
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestText compares the text form, by which names are told apart from numbers
// and gradients from what they are gradients of.
func TestText(t *testing.T) {
	const want = `graph train
  %0 x: f32[n,3] = input["x" feature 0]  # "x"
  %1 hidden.kernel: f32[3,2] = param["hidden/kernel" trainable]  # "hidden"
  %2: f32[] = param["hidden/seen" state]  # "hidden"
  %3 hidden.pre: f32[n,2] = contract[n o=2 i=3: (n,i)(i,o)->(n,o)](x, hidden.kernel)  # "hidden"
  %4 hidden: f32[n,2] = map[relu: max($0, 0)](hidden.pre)  # "hidden"
  %5 loss: f32[] = reduce[sum axes=[0 1]](hidden)  # "loss"
  %6: f32[] = const[[] 1]  # "loss"
  %7: f32[] = map[add: add($0, $1)](%2, %6)  # "loss"
  %8: f32[] = const[[] 1]  # "loss"
  %9 ∂hidden: f32[n,2] = broadcast[[n,2]](%8)  # "loss"
  %10: f32[3,2] = contract[i=3 o=2 n: (n,i)(n,o)->(i,o)](x, ∂hidden)  # "loss"
outputs hidden
losses loss
loss loss
update %2 = %7
gradient of hidden.kernel = %10
`
	g := tiny(t)
	if got := g.String(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	g.Values[3].Name = "hidden" // no longer unique: both are called by number
	g.Values[0].Name = "a\nb"
	got := g.String()
	for _, line := range []string{"  %4: f32[n,2] = map[relu: max($0, 0)](%3)", `%0 "a\nb": f32[n,3]`, "outputs %4\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("%s\nlacks %s", got, line)
		}
	}
}

func TestReplace(t *testing.T) {
	g := tiny(t)
	h, pre := g.Values[4], g.Values[3]
	g.Replace(ir.Replacement{h: pre})
	if g.Outputs[0] != pre || g.Values[5].Args[0] != pre {
		t.Error("a use of the old value is left")
	}
	other := g.Values[6]
	g.Replace(ir.Replacement{g.Loss: other})
	g.Replace(ir.Replacement{g.Updates[0].New: other})
	g.Replace(ir.Replacement{g.Grads[0].Value: other})
	for i, r := range g.Roots() {
		if want := map[bool]*ir.Value{true: pre, false: other}[i == 0]; r != want {
			t.Errorf("root %d is %%%d", i, r.ID)
		}
	}
}

func TestVerify(t *testing.T) {
	if err := ir.Verify(tiny(t)); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(g *ir.Graph){
		"value %4 hidden: operand 0 is used before it is":  func(g *ir.Graph) { g.Values[3], g.Values[4] = g.Values[4], g.Values[3] },
		"value %1 hidden.kernel: the number occurs twice":  func(g *ir.Graph) { g.Values[3].ID = 1; g.Values[3].Name = "hidden.kernel" },
		"operand 1 is used before":                         func(g *ir.Graph) { g.Values[7].Args[1] = nil },
		"its type is f32[n,4], its operands give f32[n,2]": func(g *ir.Graph) { g.Values[4].Shape = ir.Shape{n, 4} },
		"its type is i32[n,2], its operands give f32[n,2]": func(g *ir.Graph) { g.Values[4].DType = ir.I32 },
		"2 indices for a left operand": func(g *ir.Graph) {
			g.Values[0].Shape = ir.Shape{n, 3, 1}
			g.Values[0].Op = &op.Input{Port: "x", Of: g.Values[0].Type}
		},
		"extent 0":                                    func(g *ir.Graph) { g.Values[2].Shape = ir.Shape{0}; g.Values[2].Op = &op.Param{Shape: ir.Shape{0}} },
		"graph train: a value that is asked for":      func(g *ir.Graph) { g.Outputs[0] = nil },
		"value %0: a value that is asked for":         func(g *ir.Graph) { g.Params = append(g.Params, &ir.Value{}) },
		"a loss is f32[n,2] and no scalar":            func(g *ir.Graph) { g.Losses[0] = g.Values[4] },
		"it is f32[n,2] and updates f32[]":            func(g *ir.Graph) { g.Updates[0].New = g.Values[4] },
		"it is f32[n,2] and the gradient of f32[3,2]": func(g *ir.Graph) { g.Grads[0].Value = g.Values[4] },
	} {
		g := tiny(t)
		spoil(g)
		if err := ir.Verify(g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestBuilder checks that a mistake is reported once, with the layer and its
// position, and that a name given first stays.
func TestBuilder(t *testing.T) {
	b := ir.NewBuilder("g")
	b.At("head", diag.Pos{File: "m.yaml", Line: 7, Col: 5})
	x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{n, 3}}})
	bad := op.Binary(b, "add", x, op.ConstOf(b, ir.Shape{4}, make([]float64, 4)))
	if op.Unary(b, "exp", bad).Valid() || b.Named(bad, "y").Name == "y" {
		t.Error("something was built on a mistake")
	}
	const want = `m.yaml:7:5: layer "head": shapes [n,3] and [4] do not broadcast: 3 against 4`
	if len(b.Errors) != 1 || b.Errors[0].Error() != want {
		t.Errorf("%v, want %s", b.Errors, want)
	}
	if b.Named(x, "z").Name != "x" || x.Layer != "head" || x.Pos.Line != 7 {
		t.Errorf("%+v", x)
	}
	// A shape that no primitive may give is caught for all of them.
	y := op.InputOf(b, op.Input{Port: "y", Of: ir.Type{Shape: ir.Shape{5, 1}}})
	if op.Binary(b, "add", y, op.InputOf(b, op.Input{Port: "w", Of: ir.Type{Shape: ir.Shape{n}}})).Valid() {
		t.Error("the batch is not the leading axis")
	}
}

func TestShape(t *testing.T) {
	s := ir.Shape{n, 4, 5}
	if s.String() != "[n,4,5]" || (ir.Shape{n, ir.Ragged}).String() != "[n,*]" || (ir.Shape{}).String() != "[]" {
		t.Error("text", s)
	}
	if !s.Batched() || s.Ragged() || s.Elements() != 20 || !s.Row().Equal(ir.Shape{4, 5}) || !s.Concrete(3).Equal(ir.Shape{3, 4, 5}) {
		t.Error("parts of", s)
	}
	if !slices.Equal(s.Strides(), []int{20, 5, 1}) || (ir.Shape{4, 5}).Elements() != 20 || (ir.Shape{}).Elements() != 1 {
		t.Error("sizes of", s)
	}
	for _, bad := range []ir.Shape{{0}, {2, n}, {n, -2, 3, -2}, {-2}, {3, -2}, {1 << 16, 1 << 15}, {1 << 40}, {n, -3}} {
		if bad.Check() == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	for _, good := range []ir.Shape{{}, {n}, {n, ir.Ragged}, {n, 1 << 15, 1 << 15}} {
		if err := good.Check(); err != nil {
			t.Error(err)
		}
	}
	for _, k := range []struct{ x, y, want ir.Shape }{
		{ir.Shape{n, 3}, ir.Shape{3}, ir.Shape{n, 3}},
		{ir.Shape{1, 3}, ir.Shape{n, 1}, ir.Shape{n, 3}},
		{ir.Shape{}, ir.Shape{2, 1}, ir.Shape{2, 1}},
		{ir.Shape{2, 3}, ir.Shape{3, 3}, nil},
		{ir.Shape{n, 3}, ir.Shape{5, 3}, nil},
	} {
		for range 2 {
			got, err := ir.Broadcast(k.x, k.y)
			if (err == nil) != (k.want != nil) || !got.Equal(k.want) {
				t.Errorf("%v with %v: %v, %v", k.x, k.y, got, err)
			}
			k.x, k.y = k.y, k.x
		}
	}
}
