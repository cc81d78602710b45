package onnx

import (
	"slices"
)

// stretched is the shape that both broadcast to.
func stretched(s, t []int) ([]int, bool) {
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

// broadcastStrides are the strides of a tensor read as one of another shape.
func broadcastStrides(of, as []int) []int {
	own, out := strides(of), make([]int, len(as))
	for i, d := range of {
		if d > 1 {
			out[len(as)-len(of)+i] = own[i]
		}
	}
	return out
}

func permuted(s, perm []int) []int {
	out := make([]int, len(perm))
	for i, a := range perm {
		out[i] = s[a]
	}
	return out
}

func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func identity(rank int) []int {
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = i
	}
	return perm
}

// strides are those of a row-major tensor.
func strides(shape []int) []int {
	out, n := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		out[i] = n
		n *= shape[i]
	}
	return out
}

// walk gives the offset of every point of shape, the last axis fastest.
func walk(shape, step []int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		index, at := make([]int, len(shape)), 0
		for range count(shape) {
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
