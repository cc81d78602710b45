package tensor

import (
	"slices"
)

// Broadcast is the shape that both broadcast to.
func Broadcast(s, t []int) ([]int, bool) {
	if len(s) < len(t) {
		s, t = t, s
	}
	out := slices.Clone(s)
	for i, d := range t {
		j := len(s) - len(t) + i
		switch {
		case d == 1 || d == out[j]:
		case out[j] == 1:
			out[j] = d
		default:
			return nil, false
		}
	}
	return out, true
}

// BroadcastStrides are the strides of a tensor read as one of another shape.
func BroadcastStrides(of, as []int) []int {
	own, out := Strides(of), make([]int, len(as))
	for i, d := range of {
		if d > 1 {
			out[len(as)-len(of)+i] = own[i]
		}
	}
	return out
}

// Permuted are the elements of s in another order.
func Permuted(s, perm []int) []int {
	out := make([]int, len(perm))
	for i, a := range perm {
		out[i] = s[a]
	}
	return out
}

// Count is the number of elements of a shape.
func Count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Identity is the order of axes that leaves them where they are.
func Identity(rank int) []int {
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = i
	}
	return perm
}

// Strides are those of a row-major tensor.
func Strides(shape []int) []int {
	out, n := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		out[i] = n
		n *= shape[i]
	}
	return out
}

// Walk gives the offset of every point of shape, the last axis fastest.
func Walk(shape, step []int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		index, at := make([]int, len(shape)), 0
		for range Count(shape) {
			if !yield(at) {
				return
			}
			for a := len(shape) - 1; a >= 0; a-- {
				at += step[a]
				if index[a]++; index[a] < shape[a] {
					break
				}
				at -= step[a] * shape[a]
				index[a] = 0
			}
		}
	}
}
