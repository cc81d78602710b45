package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// schedule orders the kernels of each phase by layer: forward as the layers
// are listed, backward in reverse. In the backward phase kernels that workers
// share out by rows come first, which are the gradients of activations, from
// the loss to the first layer; the gradients of parameters, sums over all rows,
// follow them. Dependences always win.
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
		late := 1
		if r, ok := s.(*loop.Run); ok && loop.SharingOf(r.Kernel) == loop.ByRows {
			late = 0
		}
		return []int{late, -rank(s)}
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
	after := func(i, j int) {
		if i != j && !slices.Contains(next[i], j) {
			waits[j]++
			next[i] = append(next[i], j)
		}
	}
	// A step stays behind the earlier ones that write what it touches or that
	// touch what it writes.
	written, touched := map[*loop.Buffer][]int{}, map[*loop.Buffer][]int{}
	for j, s := range steps {
		keys[j] = key(s)
		in, out := reads(s), writes(s)
		for _, a := range in {
			for _, i := range written[a.Buf] {
				after(i, j)
			}
		}
		for _, a := range out {
			for _, i := range touched[a.Buf] {
				after(i, j)
			}
		}
		for _, a := range in {
			touched[a.Buf] = append(touched[a.Buf], j)
		}
		for _, a := range out {
			touched[a.Buf], written[a.Buf] = append(touched[a.Buf], j), append(written[a.Buf], j)
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
