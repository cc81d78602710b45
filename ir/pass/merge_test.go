package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// The nests of a softmax over four classes, as lowering leaves them: collapsed
// where nothing is broadcast.
type softmax struct {
	pre, max, exp, sum, out *loop.Buffer
	plan                    *loop.Plan
}

var (
	rowAxis  = loop.Axis{Name: "n", N: 1, Rows: true}
	flatAxis = loop.Axis{Name: "n", N: 4, Rows: true}
	colAxis  = loop.Axis{Name: "i", N: 4}
)

func arena(name string, shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: name, Class: loop.Arena, Rows: true, Shape: shape}
}

func at(b *loop.Buffer, strides ...int) loop.Access { return loop.Access{Buf: b, Strides: strides} }

func step(layer string, outer []loop.Axis, body ...loop.Stmt) *loop.Run {
	return &loop.Run{Layer: layer, Kernel: &loop.Nest{Outer: outer, Body: body}}
}

func newSoftmax() *softmax {
	s := &softmax{
		pre: &loop.Buffer{Name: "head.pre", Class: loop.Input, Rows: true, Shape: []int{4}},
		max: arena("head.max", 1), exp: arena("head.exp", 4), sum: arena("head.sum", 1), out: arena("head", 4),
	}
	x, y := scalar.Arg(0), scalar.Arg(1)
	row, both := []loop.Axis{rowAxis}, []loop.Axis{rowAxis, colAxis}
	s.plan = &loop.Plan{
		Outputs: []*loop.Buffer{s.out},
		Forward: []loop.Step{
			step("head", row, loop.Stmt{Inner: []loop.Axis{colAxis}, Reduce: loop.Max, Value: x, Dst: at(s.max, 1, 0), Srcs: []loop.Access{at(s.pre, 4, 1)}}),
			step("head", both, loop.Stmt{Value: scalar.Call("exp", scalar.Call("sub", x, y)), Dst: at(s.exp, 4, 1), Srcs: []loop.Access{at(s.pre, 4, 1), at(s.max, 1, 0)}}),
			step("head", row, loop.Stmt{Inner: []loop.Axis{colAxis}, Reduce: loop.Sum, Value: x, Dst: at(s.sum, 1, 0), Srcs: []loop.Access{at(s.exp, 4, 1)}}),
			step("head", both, loop.Stmt{Value: scalar.Call("div", x, y), Dst: at(s.out, 4, 1), Srcs: []loop.Access{at(s.exp, 4, 1), at(s.sum, 1, 0)}, Word: "softmax"}),
		},
	}
	return s
}

// ports have ids that reach beyond a row of four.
var ports = &loop.Program{Targets: []loop.Port{{Limit: 5}}}

func texts(steps []loop.Step) string {
	out := ""
	for _, s := range steps {
		out += s.(*loop.Run).Kernel.String() + "\n"
	}
	return out
}

func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMergeSoftmax(t *testing.T) {
	s := newSoftmax()
	if err := merge(&unit{plan: s.plan, header: ports}); err != nil {
		t.Fatal(err)
	}
	check(t, texts(s.plan.Forward), `nest [n]
  head.max = max over [i:4] of head.pre[4*n + i]
  for [i:4]: head.exp[4*n + i] = exp(head.pre[4*n + i] - head.max)
  head.sum = sum over [i:4] of head.exp[4*n + i]
  for [i:4]: head[4*n + i] = head.exp[4*n + i] / head.sum  // softmax
`)
	if s.max.Class != loop.Local || s.sum.Class != loop.Local || s.exp.Class != loop.Arena {
		t.Errorf("classes: max %v, sum %v, exp %v", s.max.Class, s.sum.Class, s.exp.Class)
	}
	if err := absorbTemporaries(&unit{plan: s.plan}); err != nil {
		t.Fatal(err)
	}
	check(t, texts(s.plan.Forward), `nest [n]
  head.max = max over [i:4] of head.pre[4*n + i]
  for [i:4]: head[4*n + i] = exp(head.pre[4*n + i] - head.max)
  head.sum = sum over [i:4] of head[4*n + i]
  for [i:4]: head[4*n + i] = head[4*n + i] / head.sum  // softmax
`)
}

// A collapsed nest is split so that it shares the loop over the rows, and a
// result of the plan does not become local.
func TestMergeCollapsed(t *testing.T) {
	in, sq, total := &loop.Buffer{Name: "x", Class: loop.Input, Rows: true, Shape: []int{4}}, arena("square", 4), arena("total")
	p := &loop.Plan{Outputs: []*loop.Buffer{total}, Forward: []loop.Step{
		step("l", []loop.Axis{flatAxis}, loop.Stmt{Value: scalar.Call("mul", scalar.Arg(0), scalar.Arg(0)), Dst: at(sq, 1), Srcs: []loop.Access{at(in, 1)}}),
		step("l", []loop.Axis{rowAxis}, loop.Stmt{Inner: []loop.Axis{{Name: "k", N: 4}}, Reduce: loop.Sum, Value: scalar.Arg(0), Dst: at(total, 1, 0), Srcs: []loop.Access{at(sq, 4, 1)}}),
	}}
	if err := merge(&unit{plan: p, header: ports}); err != nil {
		t.Fatal(err)
	}
	check(t, texts(p.Forward), `nest [n]
  for [k:4]: square[4*n + k] = x[4*n + k] * x[4*n + k]
  total[n] = sum over [k:4] of square[4*n + k]
`)
	if total.Class != loop.Arena {
		t.Error("an output became a local variable")
	}
}

func TestMergeRefuses(t *testing.T) {
	// what a second nest does with b, which the first writes row by row
	b, c := arena("b", 4), arena("c", 4)
	bias := &loop.Buffer{Name: "bias", Class: loop.Gradient, Shape: []int{4}}
	class := &loop.Buffer{Name: "class", Class: loop.Target, DType: loop.I32, Rows: true}
	in := &loop.Buffer{Name: "x", Class: loop.Input, Rows: true, Shape: []int{4}}
	gathered := loop.Access{Buf: b, Strides: []int{4}, Index: &loop.Access{Buf: class, Strides: []int{1}}, IndexStride: 1}
	first := func() loop.Step {
		return step("l", []loop.Axis{rowAxis, colAxis}, loop.Stmt{Value: scalar.Arg(0), Dst: at(b, 4, 1), Srcs: []loop.Access{at(in, 4, 1)}})
	}
	one := arena("one")
	for name, second := range map[string]*loop.Run{
		"another layer":    step("m", []loop.Axis{rowAxis, colAxis}, loop.Stmt{Value: scalar.Arg(0), Dst: at(c, 4, 1), Srcs: []loop.Access{at(b, 4, 1)}}),
		"over the rows":    step("l", []loop.Axis{colAxis}, loop.Stmt{Inner: []loop.Axis{rowAxis}, Reduce: loop.Sum, Value: scalar.Arg(0), Dst: at(bias, 1, 0), Srcs: []loop.Access{at(b, 1, 4)}}),
		"first row only":   step("l", []loop.Axis{rowAxis, colAxis}, loop.Stmt{Value: scalar.Arg(0), Dst: at(c, 4, 1), Srcs: []loop.Access{at(b, 0, 1)}}),
		"through an index": step("l", []loop.Axis{rowAxis}, loop.Stmt{Value: scalar.Arg(0), Dst: at(one, 1), Srcs: []loop.Access{gathered}}),
		"stranger":         step("l", []loop.Axis{rowAxis}, loop.Stmt{Inner: []loop.Axis{colAxis}, Reduce: loop.Sum, Value: scalar.Arg(0), Dst: at(one, 1, 0), Srcs: []loop.Access{at(in, 4, 1)}}),
	} {
		if both := (merger{header: ports}).runs(first(), second); both != nil {
			t.Errorf("%s: merged to %v", name, both.(*loop.Run).Kernel)
		}
	}
	// An index that stays in the row is as good as a column.
	inRow := &loop.Program{Targets: []loop.Port{{Limit: 4}}}
	pick := step("l", []loop.Axis{rowAxis}, loop.Stmt{Value: scalar.Arg(0), Dst: at(one, 1), Srcs: []loop.Access{gathered}})
	if (merger{header: inRow}).runs(first(), pick) == nil {
		t.Error("an index below the width of the row was not merged")
	}
}

func TestAlign(t *testing.T) {
	deep := []loop.Axis{rowAxis, {Name: "t", N: 3}}
	parts, ok := align([]loop.Axis{{Name: "n", N: 12, Rows: true}}, deep)
	want := []struct{ n, factor int }{{1, 12}, {3, 4}, {4, 1}}
	if !ok || len(parts) != len(want) {
		t.Fatalf("got %v, %v", parts, ok)
	}
	for i, w := range want {
		if parts[i].N != w.n || parts[i].factor != w.factor || parts[i].Rows != (i == 0) {
			t.Errorf("part %d: got %+v, want extent %d, factor %d", i, parts[i], w.n, w.factor)
		}
	}
	if _, ok := align([]loop.Axis{{Name: "n", N: 10, Rows: true}}, deep); ok {
		t.Error("10 was split by 3")
	}
	if _, ok := align([]loop.Axis{{Name: "o", N: 3}}, deep); ok {
		t.Error("an axis without rows was taken for the rows")
	}
}
