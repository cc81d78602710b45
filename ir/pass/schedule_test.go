package pass

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
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
		return step(layer, nil, loop.Stmt{Dst: at(dst), Value: scalar.Arg(0), Srcs: []loop.Access{at(src)}})
	}
	rows := func(layer string, dst, src *loop.Buffer) *loop.Run {
		return step(layer, []loop.Axis{rowAxis}, loop.Stmt{Inner: []loop.Axis{colAxis}, Dst: at(dst, 4, 1), Value: scalar.Arg(0), Srcs: []loop.Access{at(src, 4, 1)}})
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

// chosen is list scheduling as it is defined: of the steps that no earlier one
// holds back, the one with the least key.
func chosen(steps []loop.Step, key func(loop.Step) []int) []loop.Step {
	meet := func(a, b []loop.Access) bool {
		return slices.ContainsFunc(a, func(x loop.Access) bool {
			return slices.ContainsFunc(b, func(y loop.Access) bool { return x.Buf == y.Buf })
		})
	}
	left := slices.Clone(steps)
	var out []loop.Step
	for len(left) > 0 {
		best := -1
		for i, s := range left {
			held := slices.ContainsFunc(left[:i], func(e loop.Step) bool {
				return meet(writes(s), writes(e)) || meet(writes(s), reads(e)) || meet(reads(s), writes(e))
			})
			if !held && (best < 0 || slices.Compare(key(s), key(left[best])) < 0) {
				best = i
			}
		}
		out, left = append(out, left[best]), slices.Delete(left, best, best+1)
	}
	return out
}

func TestOrderAsDefined(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		buffers := make([]*loop.Buffer, 1+random.IntN(8))
		for i := range buffers {
			buffers[i] = &loop.Buffer{Name: fmt.Sprint("b", i), Class: loop.Arena, Shape: []int{1}}
		}
		access := func() loop.Access {
			return loop.Access{Buf: buffers[random.IntN(len(buffers))]}
		}
		keys := map[loop.Step][]int{}
		var steps []loop.Step
		for range random.IntN(20) {
			s := loop.Stmt{Dst: access(), Value: scalar.Num(0)}
			for range random.IntN(3) {
				s.Srcs = append(s.Srcs, access())
			}
			step := &loop.Run{Kernel: &loop.Nest{Body: []loop.Stmt{s}}}
			keys[step] = []int{random.IntN(2), random.IntN(4)}
			steps = append(steps, step)
		}
		key := func(s loop.Step) []int { return keys[s] }
		if got, want := order(steps, key), chosen(steps, key); !slices.Equal(got, want) {
			t.Fatalf("of %d steps over %d buffers the order is another one", len(steps), len(buffers))
		}
	}
}
