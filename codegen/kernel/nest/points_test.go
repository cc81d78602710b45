package nest_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
)

// gates is what a step of an LSTM of n units does after its product: gates that are
// kept or not, a carried value that takes the place of the old one or lies after it
// in a row of several, and the output.
func gates(n int, kept, inPlace bool) *loop.Nest {
	z, h := kerneltest.ArenaRows(4*n), kerneltest.ArenaRows(n)
	row, next := 3*n, n
	if inPlace {
		row, next = n, 0
	}
	c := kerneltest.ArenaRows(row)
	old, carry := kerneltest.Access(c, 0, row, 1), kerneltest.Access(c, next, row, 1)
	k := &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}}
	gate := func(i int, f string) loop.Access {
		b, row := kerneltest.TestBuffer(loop.Local, false), 0
		if kept {
			b, row = kerneltest.ArenaRows(5*n), 5*n
		}
		step := min(row, 1)
		dst := kerneltest.Access(b, step*i*n, row, step)
		k.Body = append(k.Body, loop.Stmt{Dst: dst, Value: kerneltest.Call(f, kerneltest.X0), Srcs: []loop.Access{kerneltest.Access(z, i*n, 4*n, 1)}, Word: f})
		return dst
	}
	i, f, g, o := gate(0, "sigmoid"), gate(1, "sigmoid"), gate(2, "tanh"), gate(3, "sigmoid")
	sum := kerneltest.Call("add", kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), kerneltest.Call("mul", kerneltest.X2, kerneltest.X3))
	k.Body = append(k.Body,
		loop.Stmt{Dst: carry, Value: sum, Srcs: []loop.Access{f, old, i, g}},
		loop.Stmt{Dst: kerneltest.Access(h, 0, n, 1), Value: kerneltest.Call("mul", kerneltest.X0, kerneltest.Call("tanh", kerneltest.X1)), Srcs: []loop.Access{o, carry}},
	)
	return k
}

// scaled stores parts of a row that lie side by side, of what is the same for a row,
// for all of them, or is a parameter.
func scaled(n int) *loop.Nest {
	x, s, w, y := kerneltest.ArenaRows(n), kerneltest.ArenaRows(), kerneltest.TestBuffer(loop.Param, false, n), kerneltest.ArenaRows(2*n+3)
	share := kerneltest.TestBuffer(loop.Scalar, false)
	return &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, Body: []loop.Stmt{
		{Dst: kerneltest.Access(y, n+3, 2*n+3, 1), Value: kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), Srcs: []loop.Access{kerneltest.Access(x, 0, n, 1), kerneltest.Access(s, 0, 1, 0)}},
		{Dst: kerneltest.Access(y, 0, 2*n+3, 1), Value: kerneltest.Call("add", kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), kerneltest.X2),
			Srcs: []loop.Access{kerneltest.Access(y, n+3, 2*n+3, 1), kerneltest.Access(w, 0, 0, 1), kerneltest.Access(share, 0, 0, 0)}},
	}}
}

// flat has rows that are one run, and one buffer twice.
func flat(n int) *loop.Nest {
	x, y, z := kerneltest.ArenaRows(n), kerneltest.ArenaRows(n), kerneltest.ArenaRows(n)
	at := func(b *loop.Buffer) loop.Access { return kerneltest.Access(b, 0, 1) }
	return &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(n)}, Body: []loop.Stmt{
		{Dst: at(y), Value: kerneltest.Call("exp", kerneltest.X0), Srcs: []loop.Access{at(x)}},
		{Dst: at(z), Value: kerneltest.Call("sub", kerneltest.X0, kerneltest.X1), Srcs: []loop.Access{at(x), at(y)}},
		{Dst: at(y), Value: kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), Srcs: []loop.Access{at(y), at(z)}},
	}}
}

func pointCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, n := range append(widths(), 128, 257) {
		if n < 4 {
			continue
		}
		for i, kept := range []bool{false, true} {
			list = append(list, kerneltest.Case{Name: fmt.Sprint("gates ", n, kept), Kernel: gates(n, kept, i == n%2), Rows: []int{1, 3}, Tolerance: 1e-5})
		}
		list = append(list, kerneltest.Case{Name: fmt.Sprint("scaled ", n), Kernel: scaled(n), Rows: []int{1, 5}, Tolerance: 1e-6},
			kerneltest.Case{Name: fmt.Sprint("flat ", n), Kernel: flat(n), Rows: []int{1, 7}, Tolerance: 1e-5})
	}
	return list
}

func TestPoints(t *testing.T) { kerneltest.Check(t, pointCases()) }
