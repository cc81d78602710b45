package nest_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// TestSharedText writes kernels in the form in which layers share them for two
// sizes each: the Go text and the machine code are the same, byte for byte.
func TestSharedText(t *testing.T) {
	pairs := map[string]func(n int) *loop.Nest{
		"flat": func(n int) *loop.Nest { return kerneltest.FlatMap(kerneltest.ReluSlope, n) },
		"broadcast": func(n int) *loop.Nest {
			return kerneltest.MapOf(kerneltest.Call("mul", kerneltest.X0, kerneltest.X1), []loop.Axis{kerneltest.RowAxis(n + 1), kerneltest.TestAxis(n)}, kerneltest.Access(kerneltest.ArenaRows(n+1, n), 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(n+1, n), 0, n, 1), kerneltest.Access(kerneltest.TestBuffer(loop.Param, false, n), 0, 0, 1))
		},
		"slice": func(n int) *loop.Nest {
			return kerneltest.MapOf(kerneltest.X0, []loop.Axis{kerneltest.RowAxis(1), kerneltest.TestAxis(n)}, kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1), kerneltest.Access(kerneltest.ArenaRows(n+5), 3, n+5, 1))
		},
		"column means": func(n int) *loop.Nest {
			s := loop.Stmt{Inner: []loop.Axis{kerneltest.RowAxis(n * 3)}, Reduce: loop.Sum, Value: kerneltest.X0, Dst: kerneltest.Access(kerneltest.TestBuffer(loop.Gradient, false, n), 0, 1, 0), Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(n*3, n), 0, 1, n)},
				Finish: kerneltest.Call("div", kerneltest.X0, kerneltest.Call("mul", scalar.Rows{}, scalar.Num(n*3)))}
			return &loop.Nest{Outer: []loop.Axis{kerneltest.TestAxis(n)}, Body: []loop.Stmt{s}}
		},
		"row sums": func(n int) *loop.Nest {
			s := loop.Stmt{Inner: []loop.Axis{kerneltest.TestAxis(n)}, Reduce: loop.Sum, Value: kerneltest.Call("mul", kerneltest.X0, kerneltest.X0), Dst: kerneltest.Access(kerneltest.ArenaRows(), 0, 1, 0), Srcs: []loop.Access{kerneltest.Access(kerneltest.ArenaRows(n), 0, n, 1)}}
			return &loop.Nest{Outer: []loop.Axis{kerneltest.RowAxis(1)}, Body: []loop.Stmt{s}}
		},
	}
	for name, kernel := range pairs {
		t.Run(name, func(t *testing.T) {
			text, code := sharedText(t, kernel(7))
			text2, code2 := sharedText(t, kernel(640))
			if !slices.Equal(text, text2) {
				t.Errorf("for 7:\n%s\nfor 640:\n%s", text, text2)
			}
			if !bytes.Equal(code, code2) {
				t.Errorf("machine code for 7:\n%s\nfor 640:\n%s", code, code2)
			}
		})
	}
}

// sharedText is the Go text and the machine code of a kernel, shared by layers.
func sharedText(t *testing.T, k *loop.Nest) (text []string, code []byte) {
	u := driver.NewUnit(machine.Server())
	r := kerneltest.SharedRequest(t, driver.Request{Name: "kernel", Kernel: k, Operands: kerneltest.OperandsOf(k)}, u.Machine)
	bodies, err := kernel.Bodies(u, r)
	if err != nil || len(bodies) != len(amd64.Levels) {
		t.Fatal(len(bodies), err)
	}
	for _, b := range bodies {
		text = append(text, b.Block.String())
		for _, s := range b.Stubs {
			text = append(text, fmt.Sprint(s.Doc, s.Signature()))
		}
	}
	text = append(text, r.Shape.Names())
	code, err = u.Source("// Kernels.")
	if err != nil {
		t.Fatal(err)
	}
	return text, code
}

// TestOwnKernels draws the line between small networks and large ones.
func TestOwnKernels(t *testing.T) {
	m := machine.Server()
	run := &loop.Run{Kernel: kerneltest.FlatMap(kerneltest.ReluSlope, 3)}
	steps := func(n int) *loop.Program {
		return &loop.Program{Predict: &loop.Plan{Forward: slices.Repeat([]loop.Step{run}, n)}}
	}
	if shape.Large(steps(m.OwnKernels), m) || !shape.Large(steps(m.OwnKernels+1), m) {
		t.Error("kernels are shared from another number of calls on")
	}
}
