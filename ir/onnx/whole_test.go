package onnx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
)

// dims are extents as a file has them.
func dims(shape ...int) []proto.Dim {
	var out []proto.Dim
	for _, d := range shape {
		out = append(out, proto.Dim{Value: int64(d)})
	}
	return out
}

// port declares an input or an output.
func port(name string, t proto.Type, shape ...int) *proto.ValueInfo {
	return &proto.ValueInfo{Name: name, Kind: "tensor", Element: t, Shaped: true, Dims: dims(shape...)}
}

// number is an attribute of one number.
func number(name string, v int64) *proto.Attribute {
	return &proto.Attribute{Name: name, Kind: proto.Int, Int: v}
}

// nodes is a model of some nodes, whose outputs are those that are named.
func nodes(t *testing.T, g *proto.Graph, functions ...*proto.Function) *onnx.Model {
	t.Helper()
	m, err := onnx.Load("test.onnx", &proto.Model{Opsets: []proto.Opset{{Version: 22}, {Domain: "local", Version: 1}}, Graph: g, Functions: functions}, onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// integers are the types of whole numbers.
var integers = []proto.Type{proto.Int8, proto.Int16, proto.Int32, proto.Int64, proto.Uint8, proto.Uint16, proto.Uint32, proto.Uint64}

// twos is v in a type, by Go's own conversions.
func twos(t proto.Type, v int64) int64 {
	switch t {
	case proto.Int8:
		return int64(int8(v))
	case proto.Int16:
		return int64(int16(v))
	case proto.Int32:
		return int64(int32(v))
	case proto.Uint8:
		return int64(uint8(v))
	case proto.Uint16:
		return int64(uint16(v))
	case proto.Uint32:
		return int64(uint32(v))
	}
	return v
}

// draw is a number of a type: any of those of few bits, and a small one of the others,
// whose products are exact.
func draw(r *rand.Rand, t proto.Type) int64 {
	v := int64(r.Uint64())
	if slices.Contains(integers[2:4], t) {
		v %= 2000
	}
	if slices.Contains(integers[6:], t) {
		v = int64(r.IntN(4000))
	}
	return twos(t, v)
}

func floored(a, b int64) int64 {
	r := a % b
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// wholes are the operators on two whole numbers, and what Go makes of them.
var wholes = []struct {
	op    string
	attrs []*proto.Attribute
	of    func(t proto.Type, a, b int64) int64
	only  func(t proto.Type, a, b int64) bool // nil: all
	bool  bool
}{
	{op: "Add", of: func(t proto.Type, a, b int64) int64 { return a + b }},
	{op: "Sub", of: func(t proto.Type, a, b int64) int64 { return a - b }},
	{op: "Mul", of: func(t proto.Type, a, b int64) int64 { return a * b }},
	{op: "Div", of: func(t proto.Type, a, b int64) int64 { return a / b }, only: func(t proto.Type, a, b int64) bool { return b != 0 }},
	{op: "Mod", of: func(t proto.Type, a, b int64) int64 { return floored(a, b) }, only: func(t proto.Type, a, b int64) bool { return b != 0 }},
	{op: "Mod", attrs: []*proto.Attribute{number("fmod", 1)}, of: func(t proto.Type, a, b int64) int64 { return a % b }, only: func(t proto.Type, a, b int64) bool { return b != 0 }},
	{op: "Max", of: func(t proto.Type, a, b int64) int64 { return max(a, b) }},
	{op: "Min", of: func(t proto.Type, a, b int64) int64 { return min(a, b) }},
	{op: "BitwiseAnd", of: func(t proto.Type, a, b int64) int64 { return a & b }},
	{op: "BitwiseOr", of: func(t proto.Type, a, b int64) int64 { return a | b }},
	{op: "BitwiseXor", of: func(t proto.Type, a, b int64) int64 { return a ^ b }},
	{op: "BitShift", attrs: []*proto.Attribute{{Name: "direction", Kind: proto.String, String: []byte("LEFT")}}, of: func(t proto.Type, a, b int64) int64 { return a << b }, only: shiftable},
	{op: "BitShift", attrs: []*proto.Attribute{{Name: "direction", Kind: proto.String, String: []byte("RIGHT")}}, of: func(t proto.Type, a, b int64) int64 { return a >> b }, only: shiftable},
	{op: "Equal", bool: true, of: func(t proto.Type, a, b int64) int64 { return truth(a == b) }},
	{op: "Less", bool: true, of: func(t proto.Type, a, b int64) int64 { return truth(a < b) }},
	{op: "GreaterOrEqual", bool: true, of: func(t proto.Type, a, b int64) int64 { return truth(a >= b) }},
}

// shiftable are shifts that the standard defines, of types without signs, and whose
// results Go's int64 holds.
func shiftable(t proto.Type, a, b int64) bool {
	return slices.Contains(integers[4:], t) && a >= 0 && b >= 0 && b < 48
}

// TestWhole computes with whole numbers of every type as Go does, all pairs of those of
// eight bits: in single precision every one is exact, or the operator is refused.
func TestWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	refused := map[string]bool{}
	for _, typ := range integers {
		rows, columns := 40, 40
		if typ == proto.Int8 || typ == proto.Uint8 {
			rows, columns = 256, 256
		}
		a := &tensor.Tensor{Type: typ, Shape: []int{rows, 1}}
		b := &tensor.Tensor{Type: typ, Shape: []int{1, columns}}
		for i := range rows {
			a.I = append(a.I, twos(typ, int64(i-rows/2)))
			if rows < 256 {
				a.I[i] = draw(r, typ)
			}
		}
		for i := range columns {
			b.I = append(b.I, twos(typ, int64(i-columns/2)))
			if columns < 256 {
				b.I[i] = draw(r, typ) >> (i % 12)
			}
		}
		for _, w := range wholes {
			result := typ
			if w.bool {
				result = proto.Bool
			}
			m := nodes(t, &proto.Graph{
				Nodes:  []*proto.Node{{Op: w.op, Inputs: []string{"a", "b"}, Outputs: []string{"y"}, Attributes: w.attrs}},
				Inputs: []*proto.ValueInfo{port("a", typ, rows, 1), port("b", typ, 1, columns)}, Outputs: []*proto.ValueInfo{port("y", result, rows, columns)},
			})
			out, err := backend.Run(m, map[string]*tensor.Tensor{"a": a, "b": b})
			if err != nil {
				if !strings.Contains(err.Error(), "beyond") {
					t.Errorf("%s of %v: %v", w.op, typ, err)
				}
				refused[fmt.Sprint(w.op, " ", typ)] = true
				continue
			}
			checked := 0
			for i, x := range a.I {
				for j, y := range b.I {
					if w.only != nil && !w.only(typ, x, y) {
						continue
					}
					checked++
					want := w.of(typ, x, y)
					if !w.bool {
						want = twos(typ, want)
					}
					if got := out[0].F[i*columns+j]; got != float64(want) {
						t.Fatalf("%s of %v: %d and %d give %v, want %d", w.op, typ, x, y, got, want)
					}
				}
			}
			if checked == 0 && w.only == nil {
				t.Errorf("%s of %v: nothing was compared", w.op, typ)
			}
		}
	}
	var list []string
	for s := range refused {
		list = append(list, s)
	}
	slices.Sort(list)
	// The negative results of types of many bits without signs are too large.
	if want := []string{"Sub uint32", "Sub uint64"}; !slices.Equal(list, want) {
		t.Errorf("refused are %q, want %q", list, want)
	}
}

// TestWholeLimit takes the numbers for which what a model computes is exact, and says so
// of others.
func TestWholeLimit(t *testing.T) {
	m := nodes(t, &proto.Graph{
		Nodes:  []*proto.Node{{Op: "Mul", Inputs: []string{"a", "a"}, Outputs: []string{"y"}}},
		Inputs: []*proto.ValueInfo{port("a", proto.Int64, 2)}, Outputs: []*proto.ValueInfo{port("y", proto.Int64, 2)},
	})
	for _, v := range []int64{4096, -4096, 0} {
		out, err := backend.Run(m, map[string]*tensor.Tensor{"a": {Type: proto.Int64, Shape: []int{2}, I: []int64{v, 1}}})
		if err != nil || out[0].F[0] != float64(v*v) {
			t.Errorf("%d² is %v: %v", v, out, err)
		}
	}
	for _, v := range []int64{4097, -4097} {
		if _, err := backend.Run(m, map[string]*tensor.Tensor{"a": {Type: proto.Int64, Shape: []int{2}, I: []int64{v, 1}}}); err == nil || !strings.Contains(err.Error(), "-4096 to 4096") {
			t.Errorf("%d: %v", v, err)
		}
	}
	// An id that looks a table up has the limit of the table, and no other.
	m = nodes(t, &proto.Graph{
		Nodes:        []*proto.Node{{Op: "Gather", Inputs: []string{"table", "a"}, Outputs: []string{"y"}}},
		Initializers: []*proto.Tensor{{Name: "table", Type: proto.Float32, Dims: []int64{3, 1}, Floats: []float32{5, 6, 7}}},
		Inputs:       []*proto.ValueInfo{port("a", proto.Int64, 2)}, Outputs: []*proto.ValueInfo{port("y", proto.Float32, 2, 1)},
	})
	b := ir.NewBuilder("predict")
	x := op.InputOf(b, op.Input{Port: "a", Of: ir.Type{Shape: ir.Shape{ir.Batch, 2}, DType: ir.I32}})
	if _, err := m.Build(b, []*ir.Value{x}, ""); err != nil {
		t.Fatal(err)
	}
	if in := x.Op.(*op.Input); in.Limit != 3 || in.Least != 0 {
		t.Errorf("ids are from %d to below %d", in.Least, in.Limit)
	}
}

// TestCast rounds numbers to the types of fewer digits in a graph as it does known ones,
// which are those that lie nearest among all of the type, 65,536 of float16.
func TestCast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, typ := range []proto.Type{
		proto.Float16, proto.Bfloat16, proto.Float8E4M3FN, proto.Float8E4M3FNUZ, proto.Float8E5M2, proto.Float8E5M2FNUZ, proto.Float4E2M1,
	} {
		size := 1 << typ.Bits()
		raw := make([]byte, size*typ.Bits()/8)
		for i := range size {
			switch typ.Bits() {
			case 16:
				raw[2*i], raw[2*i+1] = byte(i), byte(i>>8)
			case 8:
				raw[i] = byte(i)
			default:
				raw[i/2] |= byte(i << (4 * (i % 2)))
			}
		}
		all, err := tensor.Read(&proto.Tensor{Type: typ, Dims: []int64{int64(size)}, Raw: raw, HasRaw: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []float64
		for _, v := range all.F {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				numbers = append(numbers, v)
			}
		}
		slices.Sort(numbers)
		numbers = slices.Compact(numbers)
		x := &tensor.Tensor{Type: proto.Float32, Shape: []int{3000}, F: make([]float64, 3000)}
		for i := range x.F {
			v := numbers[r.IntN(len(numbers)-1)]
			switch i % 4 {
			case 1:
				v = (v + numbers[slices.Index(numbers, v)+1]) / 2
			case 2:
				v = math.Float64frombits(r.Uint64()>>2 | 1<<61)
			case 3:
				v = r.NormFloat64() * math.Exp2(float64(r.IntN(60)-30))
			}
			if v = float64(float32(v)); math.Abs(v) < math.Exp2(-126) {
				v = 0 // numbers that float32 holds with fewer digits are not looked at
			}
			x.F[i] = v
		}
		copy(x.F, []float64{65504, 65519, 65520, -65520, 1e30, math.Inf(1), math.Inf(-1), 0})
		g := func() *proto.Graph {
			return &proto.Graph{
				Nodes:  []*proto.Node{{Op: "Cast", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{number("to", int64(typ))}}},
				Inputs: []*proto.ValueInfo{port("x", proto.Float32, 3000)}, Outputs: []*proto.ValueInfo{port("y", typ, 3000)},
			}
		}
		computed, err := backend.Run(nodes(t, g()), map[string]*tensor.Tensor{"x": x})
		if err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Load("known.onnx", &proto.Model{Opsets: []proto.Opset{{Version: 22}}, Graph: g()}, onnx.Options{Known: map[string]*tensor.Tensor{"x": x}})
		if err != nil {
			t.Fatal(err)
		}
		built, err := m.Build(ir.NewBuilder("known"), nil, "")
		if err != nil {
			t.Fatal(err)
		}
		known := built.Outputs[0].Known.F
		for i, v := range x.F {
			if a, b := computed[0].F[i], known[i]; a != b {
				t.Fatalf("%v as %v is %v in a graph, and %v where it is known", v, typ, a, b)
			}
			at, exact := slices.BinarySearch(numbers, v)
			if exact || math.IsInf(known[i], 0) {
				continue
			}
			if at == 0 || at == len(numbers) { // beyond the last, and nearer to it than to the next
				if math.Abs(known[i]) != numbers[len(numbers)-1] {
					t.Fatalf("%v as %v is %v", v, typ, known[i])
				}
				continue
			}
			below, above := numbers[at-1], numbers[at]
			if known[i] != below && known[i] != above || math.Abs(known[i]-v) > min(v-below, above-v) {
				t.Fatalf("%v as %v is %v, between %v and %v", v, typ, known[i], below, above)
			}
		}
	}
}

// TestDoubles finds what asks for float64.
func TestDoubles(t *testing.T) {
	for _, typ := range []proto.Type{proto.Float32, proto.Float64} {
		list := []*onnx.Model{
			nodes(t, &proto.Graph{
				Nodes:  []*proto.Node{{Op: "Neg", Inputs: []string{"x"}, Outputs: []string{"y"}}},
				Inputs: []*proto.ValueInfo{port("x", typ, 2)}, Outputs: []*proto.ValueInfo{port("y", typ, 2)},
			}),
			nodes(t, &proto.Graph{
				Nodes: []*proto.Node{
					{Op: "Cast", Inputs: []string{"x"}, Outputs: []string{"w"}, Attributes: []*proto.Attribute{number("to", int64(typ))}},
					{Op: "Cast", Inputs: []string{"w"}, Outputs: []string{"y"}, Attributes: []*proto.Attribute{number("to", int64(proto.Float32))}},
				},
				Inputs: []*proto.ValueInfo{port("x", proto.Float32, 2)}, Outputs: []*proto.ValueInfo{port("y", proto.Float32, 2)},
			}),
		}
		for i, m := range list {
			if m.Doubles() != (typ == proto.Float64) {
				t.Errorf("model %d of %v: %v", i, typ, m.Doubles())
			}
		}
	}
}

// TestWholeFractions refuses what makes fractions of whole numbers.
func TestWholeFractions(t *testing.T) {
	text := func(name, v string) *proto.Attribute {
		return &proto.Attribute{Name: name, Kind: proto.String, String: []byte(v)}
	}
	for _, node := range []*proto.Node{
		{Op: "Resize", Inputs: []string{"x", "", "", "sizes"}, Attributes: []*proto.Attribute{text("mode", "linear")}},
		{Op: "GridSample", Inputs: []string{"x", "grid"}},
		{Op: "Shrink", Inputs: []string{"x"}, Attributes: []*proto.Attribute{{Name: "bias", Kind: proto.Float, Float: 0.5}}},
		{Op: "Einsum", Inputs: []string{"x", "x"}, Attributes: []*proto.Attribute{text("equation", "abcd,abcd->ab")}},
		{Op: "ReduceMean", Inputs: []string{"x"}},
	} {
		node.Outputs = []string{"y"}
		m := nodes(t, &proto.Graph{
			Nodes: []*proto.Node{node}, Inputs: []*proto.ValueInfo{port("x", proto.Uint8, 1, 1, 2, 2), port("grid", proto.Float32, 1, 1, 1, 2)},
			Outputs:      []*proto.ValueInfo{port("y", proto.Uint8)},
			Initializers: []*proto.Tensor{{Name: "sizes", Type: proto.Int64, Dims: []int64{4}, Int64s: []int64{1, 1, 3, 3}}},
		})
		x := &tensor.Tensor{Type: proto.Uint8, Shape: []int{1, 1, 2, 2}, I: []int64{1, 2, 3, 200}}
		grid := &tensor.Tensor{Type: proto.Float32, Shape: []int{1, 1, 1, 2}, F: []float64{0, 0}}
		if out, err := backend.Run(m, map[string]*tensor.Tensor{"x": x, "grid": grid}); err == nil || !strings.Contains(err.Error(), "uint8") {
			t.Errorf("%s gives %v: %v", node.Op, out, err)
		}
	}
}
