package asm

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// TestSharedText writes kernels in the form in which layers share them for two
// sizes each: the Go text and the machine code are the same, byte for byte.
func TestSharedText(t *testing.T) {
	pairs := map[string]func(n int) *loop.Nest{
		"flat": func(n int) *loop.Nest { return flatMap(reluSlope, n) },
		"broadcast": func(n int) *loop.Nest {
			return mapOf(call("mul", x0, x1), []loop.Axis{rowAxis(n + 1), testAxis(n)}, access(arenaRows(n+1, n), 0, n, 1), access(arenaRows(n+1, n), 0, n, 1), access(testBuffer(loop.Param, false, n), 0, 0, 1))
		},
		"slice": func(n int) *loop.Nest {
			return mapOf(x0, []loop.Axis{rowAxis(1), testAxis(n)}, access(arenaRows(n), 0, n, 1), access(arenaRows(n+5), 3, n+5, 1))
		},
		"column means": func(n int) *loop.Nest {
			s := loop.Stmt{Inner: []loop.Axis{rowAxis(n * 3)}, Reduce: loop.Sum, Value: x0, Dst: access(testBuffer(loop.Gradient, false, n), 0, 1, 0), Srcs: []loop.Access{access(arenaRows(n*3, n), 0, 1, n)},
				Finish: call("div", x0, call("mul", scalar.Rows{}, scalar.Num(n*3)))}
			return &loop.Nest{Outer: []loop.Axis{testAxis(n)}, Body: []loop.Stmt{s}}
		},
		"row sums": func(n int) *loop.Nest {
			s := loop.Stmt{Inner: []loop.Axis{testAxis(n)}, Reduce: loop.Sum, Value: call("mul", x0, x0), Dst: access(arenaRows(), 0, 1, 0), Srcs: []loop.Access{access(arenaRows(n), 0, n, 1)}}
			return &loop.Nest{Outer: []loop.Axis{rowAxis(1)}, Body: []loop.Stmt{s}}
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
	u := NewUnit(machine.Server())
	r := sharedRequest(t, Request{Name: "kernel", Kernel: k, Operands: operandsOf(k)}, u.machine)
	bodies, err := u.Kernel(r)
	if err != nil || len(bodies) != len(Levels) {
		t.Fatal(len(bodies), err)
	}
	for _, b := range bodies {
		text = append(text, b.Lines...)
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
	run := &loop.Run{Kernel: flatMap(reluSlope, 3)}
	steps := func(n int) *loop.Program {
		return &loop.Program{Predict: &loop.Plan{Forward: slices.Repeat([]loop.Step{run}, n)}}
	}
	if shape.Large(steps(m.OwnKernels), m) || !shape.Large(steps(m.OwnKernels+1), m) {
		t.Error("kernels are shared from another number of calls on")
	}
}
