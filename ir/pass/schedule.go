package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// schedule orders the kernels of each phase by layer: forward as the layers
// are listed, backward in reverse. Within a layer of the backward phase the
// gradients of parameters come first: after them, and the gradient of the input,
// the layer's activations are dead. Dependences always win.
func schedule(u *unit) error {
	layer := map[string]int{}
	for i, l := range u.header.Layers {
		layer[l.Name] = i
	}
	rank := func(s loop.Step) int {
		if r, ok := s.(*loop.Run); ok {
			if i, ok := layer[r.Layer]; ok {
				return i
			}
		}
		return len(layer) // the loss
	}
	u.plan.Forward = order(u.plan.Forward, func(s loop.Step) []int { return []int{rank(s)} })
	u.plan.Backward = order(u.plan.Backward, func(s loop.Step) []int {
		inner := 1
		for _, w := range writes(s) {
			if w.Buf.Class == loop.Gradient {
				inner = 0
			}
		}
		return []int{-rank(s), inner}
	})
	collect(u.plan)
	return nil
}

// order is list scheduling: of the steps whose predecessors are done, the one
// with the least key, and of equal ones the first.
func order(steps []loop.Step, key func(loop.Step) []int) []loop.Step {
	n := len(steps)
	waits := make([]int, n)
	next := make([][]int, n)
	keys := make([][]int, n)
	for j := range steps {
		keys[j] = key(steps[j])
		for i := range j {
			if depends(steps[i], steps[j]) {
				waits[j]++
				next[i] = append(next[i], j)
			}
		}
	}
	out := make([]loop.Step, 0, n)
	done := make([]bool, n)
	for range steps {
		best := -1
		for i := range steps {
			if !done[i] && waits[i] == 0 && (best < 0 || slices.Compare(keys[i], keys[best]) < 0) {
				best = i
			}
		}
		done[best] = true
		out = append(out, steps[best])
		for _, j := range next[best] {
			waits[j]--
		}
	}
	return out
}

// depends reports whether b must stay after a: one writes what the other
// touches.
func depends(a, b loop.Step) bool {
	return touch(writes(a), writes(b)) || touch(writes(a), reads(b)) || touch(reads(a), writes(b))
}

func touch(xs, ys []loop.Access) bool {
	return slices.ContainsFunc(xs, func(x loop.Access) bool {
		return slices.ContainsFunc(ys, func(y loop.Access) bool { return x.Buf == y.Buf })
	})
}

func reads(s loop.Step) []loop.Access { return accesses(s, loop.Kernel.Reads) }

func writes(s loop.Step) []loop.Access { return accesses(s, loop.Kernel.Writes) }

func accesses(s loop.Step, of func(loop.Kernel) []loop.Access) []loop.Access {
	var out []loop.Access
	runs, _ := (&loop.Plan{Forward: []loop.Step{s}}).Flat()
	for _, r := range runs {
		out = append(out, of(r.Kernel)...)
	}
	return out
}
