package pass

import (
	"container/heap"
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
		for _, r := range runsOf(s) {
			if i, ok := layer[r.Layer]; ok {
				return i
			}
		}
		return len(layer) // the loss
	}
	u.plan.Forward = order(u.plan.Forward, func(s loop.Step) []int { return []int{rank(s)} })
	u.plan.Backward = order(u.plan.Backward, func(s loop.Step) []int {
		late := 0
		for _, r := range runsOf(s) {
			if loop.SharingOf(r.Kernel) != loop.ByRows {
				late = 1
			}
		}
		return []int{late, -rank(s)}
	})
	collect(u.plan)
	return nil
}

// order is list scheduling: of the steps whose predecessors are done, the one
// with the least key, and of equal ones the first.
func order(steps []loop.Step, key func(loop.Step) []int) []loop.Step {
	waits, next := dependences(steps)
	keys := make([][]int, len(steps))
	ready := &queue{less: func(i, j int) bool {
		c := slices.Compare(keys[i], keys[j])
		return c < 0 || c == 0 && i < j
	}}
	for i, s := range steps {
		keys[i] = key(s)
	}
	for i, n := range waits {
		if n == 0 {
			heap.Push(ready, i)
		}
	}
	out := make([]loop.Step, 0, len(steps))
	for ready.Len() > 0 {
		best := heap.Pop(ready).(int)
		out = append(out, steps[best])
		for _, j := range next[best] {
			if waits[j]--; waits[j] == 0 {
				heap.Push(ready, j)
			}
		}
	}
	return out
}

// dependences tells how many steps each one waits for, and which wait for it. A
// step stays after the earlier ones that write what it touches or that touch
// what it writes: after the last that wrote it, which is after all others
// before it, and those that have read it since.
func dependences(steps []loop.Step) (waits []int, next [][]int) {
	waits, next = make([]int, len(steps)), make([][]int, len(steps))
	type history struct {
		writer  int // -1: none yet
		readers []int
	}
	of := map[*loop.Buffer]*history{}
	last := func(b *loop.Buffer) *history {
		h := of[b]
		if h == nil {
			h = &history{writer: -1}
			of[b] = h
		}
		return h
	}
	after := func(i, j int) {
		if i >= 0 && i != j && (len(next[i]) == 0 || next[i][len(next[i])-1] != j) {
			waits[j]++
			next[i] = append(next[i], j)
		}
	}
	for j, s := range steps {
		in, out := reads(s), writes(s)
		for _, a := range in {
			after(last(a.Buf).writer, j)
		}
		for _, a := range out {
			h := last(a.Buf)
			after(h.writer, j)
			for _, i := range h.readers {
				after(i, j)
			}
		}
		for _, a := range in {
			h := last(a.Buf)
			h.readers = append(h.readers, j)
		}
		for _, a := range out {
			h := last(a.Buf)
			h.writer, h.readers = j, nil
		}
	}
	return waits, next
}

// queue is a heap of steps.
type queue struct {
	steps []int
	less  func(i, j int) bool
}

func (q *queue) Len() int           { return len(q.steps) }
func (q *queue) Less(i, j int) bool { return q.less(q.steps[i], q.steps[j]) }
func (q *queue) Swap(i, j int)      { q.steps[i], q.steps[j] = q.steps[j], q.steps[i] }
func (q *queue) Push(x any)         { q.steps = append(q.steps, x.(int)) }

func (q *queue) Pop() any {
	last := len(q.steps) - 1
	x := q.steps[last]
	q.steps = q.steps[:last]
	return x
}

func reads(s loop.Step) []loop.Access { return accesses(s, loop.Kernel.Reads) }

func writes(s loop.Step) []loop.Access { return accesses(s, loop.Kernel.Writes) }

// runsOf are the kernels of a step.
func runsOf(s loop.Step) []*loop.Run {
	runs, _ := (&loop.Plan{Forward: []loop.Step{s}}).Flat()
	return runs
}

func accesses(s loop.Step, of func(loop.Kernel) []loop.Access) []loop.Access {
	var out []loop.Access
	for _, r := range runsOf(s) {
		out = append(out, of(r.Kernel)...)
	}
	return out
}
