package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

// TestSchedule gives the kernels of a backward pass in a bad order: first come
// those that go row by row, from the loss to the first layer, then the sums over
// the rows, in the same order of layers.
func TestSchedule(t *testing.T) {
	in := &loop.Buffer{Name: "x", Class: loop.Input, Rows: true, Shape: []int{4}}
	dhead, dhidden := arena("dhead", 4), arena("dhidden", 4)
	wHead := &loop.Buffer{Name: "head/kernel", Class: loop.Gradient, Shape: []int{1}}
	wHidden := &loop.Buffer{Name: "hidden/kernel", Class: loop.Gradient, Shape: []int{1}, Segment: 1}
	from := func(layer string, dst, src *loop.Buffer) *loop.Run {
		return step(layer, nil, loop.Stmt{Dst: at(dst), Value: loop.Arg(0), Srcs: []loop.Access{at(src)}})
	}
	rows := func(layer string, dst, src *loop.Buffer) *loop.Run {
		return step(layer, []loop.Axis{rowAxis}, loop.Stmt{Inner: []loop.Axis{colAxis}, Dst: at(dst, 4, 1), Value: loop.Arg(0), Srcs: []loop.Access{at(src, 4, 1)}})
	}
	u := &unit{
		header: &loop.Program{Layers: []loop.Layer{{Name: "hidden"}, {Name: "head"}}},
		plan: &loop.Plan{Backward: []loop.Step{
			rows("loss", dhead, in),
			from("head", wHead, dhead),
			rows("head", dhidden, dhead),
			from("hidden", wHidden, dhidden),
		}},
	}
	if err := schedule(u); err != nil {
		t.Fatal(err)
	}
	want := []*loop.Buffer{dhead, dhidden, wHead, wHidden}
	for i, s := range u.plan.Backward {
		if got := writes(s)[0].Buf; got != want[i] {
			t.Errorf("step %d computes %v, want %v", i, got, want[i])
		}
	}
	// Forward keeps to the order of the layers, after dependences.
	a, b := arena("a", 4), arena("b", 4)
	u.plan = &loop.Plan{Forward: []loop.Step{from("head", a, in), from("hidden", b, in), from("hidden", arena("c", 4), a)}}
	if err := schedule(u); err != nil {
		t.Fatal(err)
	}
	if got := writes(u.plan.Forward[0])[0].Buf; got != b {
		t.Errorf("the first step of the forward pass computes %v", got)
	}
	if got := writes(u.plan.Forward[2])[0].Buf; got.Name != "c" {
		t.Errorf("c is not computed after a")
	}
}
