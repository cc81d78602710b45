package op

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

var leafCases = []kase{
	{
		name:  "parameter",
		build: func(b *ir.Builder) *ir.Value { return f32(b, "w", 2, 3) },
		want:  func(e env, at ...int) float64 { return e.at("w", at...) },
	},
	{
		name:  "input",
		build: func(b *ir.Builder) *ir.Value { return f32(b, "x", n, 3) },
		want:  func(e env, at ...int) float64 { return e.at("x", at...) },
	},
	{
		name: "constant",
		build: func(b *ir.Builder) *ir.Value {
			return Binary(b, "mul", f32(b, "x", n, 2), ConstOf(b, ir.Shape{2}, []float64{0.5, -4}))
		},
		want: func(e env, at ...int) float64 { return e.at("x", at...) * []float64{0.5, -4}[at[1]] },
	},
	{
		name:  "constant alone",
		build: func(b *ir.Builder) *ir.Value { return ConstOf(b, ir.Shape{2, 1}, []float64{0.5, -4}) },
		want:  func(_ env, at ...int) float64 { return []float64{0.5, -4}[at[0]] },
		flat:  true,
	},
}

// TestLeafBuffers checks what a leaf tells the program about its buffer.
func TestLeafBuffers(t *testing.T) {
	b := ir.NewBuilder("g")
	l := &lowering{views: map[*ir.Value]View{}}
	lower := func(v *ir.Value) *loop.Buffer {
		v.Op.(Lowerer).Lower(l, v)
		return l.views[v].Buf
	}
	ids := lower(InputOf(b, Input{Port: "x", Index: 1, Limit: 9, Of: ir.Type{Shape: ir.Shape{n, ir.Ragged}, DType: ir.I32}}))
	if !ids.Ragged || !ids.Rows || ids.DType != loop.I32 || ids.Class != loop.Input || ids.Port != 1 {
		t.Errorf("ids: %+v", ids)
	}
	for kind, class := range map[Kind]loop.Class{Feature: loop.Input, Target: loop.Target} {
		if got := lower(InputOf(b, Input{Port: "p", Kind: kind, Index: 2, Of: ir.Type{Shape: ir.Shape{n, 4}}})); got.Class != class || got.Port != 2 || got.Row() != 4 || !got.Rows {
			t.Errorf("%v: %+v", kind, got)
		}
	}
	if w := lower(InputOf(b, Input{Port: "weight", Kind: Weight, Of: ir.Type{Shape: ir.Shape{n}}})); w.Class != loop.Weight || w.Row() != 1 || !w.Rows {
		t.Errorf("weight: %+v", w)
	}
	for _, kind := range []Kind{InvTotal, Share} {
		if s := lower(InputOf(b, Input{Port: kind.String(), Kind: kind})); s.Class != loop.Scalar || s.Rows || s.Row() != 1 || s.Name != kind.String() {
			t.Errorf("%v: %+v", kind, s)
		}
	}
	if p := lower(f32(b, "hidden/kernel", 2, 3)); p.Class != loop.Param || p.Name != "hidden/kernel" || p.Row() != 6 {
		t.Errorf("parameter: %+v", p)
	}
	if r := lower(Uniform(b, "dropout", ir.Shape{n, 5})); r.Class != loop.Random || r.Name != "dropout" || r.Row() != 5 || !r.Rows {
		t.Errorf("random: %+v", r)
	}
	if c := lower(ConstOf(b, ir.Shape{2}, []float64{1, 2})); c.Class != loop.Const || len(c.Data) != 2 || c.Data[1] != 2 {
		t.Errorf("constant: %+v", c)
	}
}

func TestParamIsShared(t *testing.T) {
	b := ir.NewBuilder("g")
	first, again := f32(b, "w", 2), f32(b, "w", 2)
	if first != again || len(b.Graph.Params) != 1 {
		t.Error("a segment has two values")
	}
	if f32(b, "w", 3).Valid() || !strings.Contains(b.Errors.Error(), `parameter "w" is [2]`) {
		t.Errorf("another shape: %v", b.Errors)
	}
}

// TestConstString checks that constants which differ are told apart in text,
// which common subexpressions are found by.
func TestConstString(t *testing.T) {
	x := &Const{Shape: ir.Shape{2}, Data: []float64{1, 2}}
	y := &Const{Shape: ir.Shape{2}, Data: []float64{1, 2.0000001}}
	if x.String() == y.String() || x.String() != (&Const{Shape: ir.Shape{2}, Data: []float64{1, 2}}).String() {
		t.Errorf("%v and %v", x, y)
	}
}
