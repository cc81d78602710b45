package torch

import "slices"

// array is a tensor as the file has it, or a weight.
type array struct {
	shape []int
	data  []float32
}

// transposed has axis axes[i] of a as its axis i.
func (a array) transposed(axes ...int) array {
	n := len(axes)
	stride := make([]int, n)
	for i, step := n-1, 1; i >= 0; i-- {
		stride[i] = step
		step *= a.shape[i]
	}
	out := array{make([]int, n), make([]float32, len(a.data))}
	step := make([]int, n) // in a, for one of an axis of out
	for i, axis := range axes {
		out.shape[i], step[i] = a.shape[axis], stride[axis]
	}
	at, from := make([]int, n), 0
	for k := range out.data {
		out.data[k] = a.data[from]
		for i := n - 1; i >= 0; i-- {
			at[i]++
			from += step[i]
			if at[i] < out.shape[i] {
				break
			}
			from -= at[i] * step[i]
			at[i] = 0
		}
	}
	return out
}

// reshaped is the same elements under another shape of as many.
func (a array) reshaped(shape ...int) array { return array{shape, a.data} }

// rows are rows from one to another of the first axis.
func (a array) rows(from, to int) array {
	width := len(a.data) / max(a.shape[0], 1)
	return array{append([]int{to - from}, a.shape[1:]...), a.data[from*width : to*width]}
}

// blocks puts equal parts of the first axis into another order.
func (a array) blocks(order ...int) array {
	n := a.shape[0] / len(order)
	out := array{slices.Clone(a.shape), make([]float32, 0, len(a.data))}
	for _, b := range order {
		out.data = append(out.data, a.rows(b*n, b*n+n).data...)
	}
	return out
}

// plus is the sum of two arrays of one shape.
func (a array) plus(b array) array {
	out := array{a.shape, slices.Clone(a.data)}
	for i, v := range b.data {
		out.data[i] += v
	}
	return out
}

// turnings are the orders of axes that make a shape of another, at most two of them. Where
// axes of extent 1 stand does not count.
func turnings(from, to []int) (list [][]int) {
	axes := make([]int, 0, len(from))
	var place func()
	place = func() {
		if len(list) > 1 {
			return
		}
		if len(axes) == len(to) {
			list = append(list, slices.Clone(axes))
			return
		}
		for i, n := range from {
			if n != to[len(axes)] || slices.Contains(axes, i) {
				continue
			}
			axes = append(axes, i)
			place()
			axes = axes[:len(axes)-1]
			if n == 1 {
				break
			}
		}
	}
	if len(from) == len(to) && len(from) <= 6 {
		place()
	}
	return list
}
