package network_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/codegen/kernel/network"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/scalar"
)

// networkKernel is a whole prediction in the place of a kernel: its operands
// are the outputs, the inputs and the parameter block.
type networkKernel struct {
	*loop.Program
	inputs []*loop.Buffer
	block  *loop.Buffer
}

func newNetworkKernel(p *loop.Program) networkKernel {
	k := networkKernel{Program: p, block: &loop.Buffer{Name: "params", Class: loop.Param}}
	size := 0
	for _, b := range p.Predict.Buffers {
		if b.Class == loop.Input {
			k.inputs = append(k.inputs, b)
		}
	}
	for _, s := range p.Segments {
		size = max(size, s.Offset+s.Len())
	}
	k.block.Shape = []int{size}
	return k
}

func (k networkKernel) Family() string { return "network" }
func (k networkKernel) String() string { return k.Name }

func (k networkKernel) Writes() []loop.Access {
	var list []loop.Access
	for _, b := range k.Predict.Outputs {
		list = append(list, loop.Whole(b))
	}
	return list
}

func (k networkKernel) Reads() []loop.Access {
	var list []loop.Access
	for _, b := range append(slices.Clone(k.inputs), k.block) {
		list = append(list, loop.Whole(b))
	}
	return list
}

func (k networkKernel) Flops(n int) int {
	flops := 0
	for _, s := range k.Predict.Forward {
		flops += s.(*loop.Run).Kernel.Flops(n)
	}
	return flops
}

// Bodies writes the network, called for one row after the other.
func (k networkKernel) Bodies(u *driver.Unit, r driver.Request) ([]driver.Body, error) {
	var list []driver.Body
	for _, l := range amd64.Levels {
		n, err := network.Write(u, r.Name, k.Program, l)
		if n == nil || err != nil {
			return nil, err
		}
		s := driver.NewScript(r)
		row := s.Named("r")
		address := func(b *loop.Buffer) gotree.Expr {
			o, _ := r.Operand(b)
			return o.Pointer(gotree.Op(row, "*", gotree.Int(b.Row())))
		}
		var outputs, inputs []gotree.Expr
		for _, b := range k.Predict.Outputs {
			outputs = append(outputs, address(b))
		}
		for _, b := range k.inputs {
			inputs = append(inputs, address(b))
		}
		call := gotree.Do{Call: n.Call(outputs, inputs, address(k.block), gotree.Ref(gotree.At(driver.Work, gotree.Int(0))))}
		s.Add(&gotree.For{Var: row, From: gotree.Int(0), To: driver.Rows, Body: gotree.Block{call}})
		s.Body.Level, s.Body.Stubs, s.Body.Work, s.Body.RowWork = l, []amd64.Stub{n.Stub}, n.Scratch, n.Scratch
		list = append(list, *s.Body)
	}
	return list, nil
}

// Steps are the plan, with the segments of the block where its kernels look
// for them.
func (k networkKernel) Steps(mem *looptest.Memory) []loop.Step {
	all := mem.Block(k.block, 0).F
	for _, b := range k.Predict.Buffers {
		if b.Class == loop.Param {
			mem.Set(b, looptest.Block{F: all[b.Offset : b.Offset+b.Row()]})
		}
	}
	for _, b := range k.Predict.Outputs { // what was there before is not read
		mem.Set(b, looptest.Block{F: slices.Repeat([]float64{math.NaN()}, len(mem.Block(b, 0).F))})
	}
	return k.Predict.Forward
}

// dense is a chain of dense layers: their widths, and what comes after each.
type denseNetwork struct {
	widths   []int
	epilogue []scalar.Expr
	scaled   bool // the inputs are normalised first
	softmax  bool
}

// program lays the network out as the compiler would.
func (d denseNetwork) program() *loop.Program {
	plan := &loop.Plan{Name: "predict"}
	p := &loop.Program{Name: "network", Predict: plan}
	add := func(b *loop.Buffer) *loop.Buffer {
		plan.Buffers = append(plan.Buffers, b)
		return b
	}
	row := func(class loop.Class, width int) *loop.Buffer {
		return add(&loop.Buffer{Name: fmt.Sprintf("row%d", len(plan.Buffers)), Class: class, Rows: true, Shape: []int{width}})
	}
	top := 0
	param := func(shape ...int) *loop.Buffer {
		s := block.Segment{Name: fmt.Sprintf("segment%d", len(p.Segments)), Shape: shape, Offset: top}
		p.Segments = append(p.Segments, s)
		top += s.Len()
		return add(&loop.Buffer{Name: s.Name, Class: loop.Param, Shape: shape, Offset: s.Offset, Segment: len(p.Segments) - 1})
	}
	run := func(k loop.Kernel) { plan.Forward = append(plan.Forward, &loop.Run{Kernel: k}) }
	at := func(b *loop.Buffer, strides ...int) loop.Access { return loop.Access{Buf: b, Strides: strides} }
	n, of := []loop.Axis{{Name: "n", N: 1, Rows: true}}, func(width int) []loop.Axis { return []loop.Axis{{Name: "o", N: width}} }

	x := row(loop.Input, d.widths[0])
	p.Inputs = []loop.Port{{Name: "x", Shape: x.Shape}}
	if width := d.widths[0]; d.scaled {
		mean, variance := param(width), param(width)
		y := row(loop.Arena, width)
		deviation := scalar.Call("max", scalar.Call("sqrt", scalar.Call("abs", scalar.Arg(2))), scalar.Num(1e-2))
		run(&loop.Nest{Outer: n, Body: []loop.Stmt{{Inner: of(width), Dst: at(y, width, 1), Value: scalar.Call("div", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), deviation),
			Srcs: []loop.Access{at(x, width, 1), at(mean, 0, 1), at(variance, 0, 1)}}}})
		x = y
	}
	for i, width := range d.widths[1:] {
		w, b, y := param(x.Row(), width), param(width), row(loop.Arena, width)
		k := &loop.Contract{M: n, N: of(width), K: []loop.Axis{{Name: "i", N: x.Row()}},
			Out: at(y, width, 1, 0), Lhs: at(x, x.Row(), 0, 1), Rhs: at(w, 0, 1, width), Epilogue: d.epilogue[i], Extra: []loop.Access{at(b, 0, 1, 0)}}
		if width == 1 { // the canonical form has no axes of one point
			k.N = nil
			k.Out, k.Lhs, k.Rhs, k.Extra = at(y, 1, 0), at(x, x.Row(), 1), at(w, 0, 1), []loop.Access{at(b, 0, 0)}
		}
		run(k)
		x = y
	}
	if width := x.Row(); d.softmax {
		local := func() *loop.Buffer {
			return add(&loop.Buffer{Name: fmt.Sprintf("local%d", len(plan.Buffers)), Class: loop.Local, Rows: true})
		}
		most, sum, y := local(), local(), row(loop.Arena, width)
		run(&loop.Nest{Outer: n, Body: []loop.Stmt{
			{Inner: of(width), Dst: at(most, 1, 0), Reduce: loop.Max, Value: scalar.Arg(0), Srcs: []loop.Access{at(x, width, 1)}},
			{Inner: of(width), Dst: at(y, width, 1), Value: scalar.Call("exp", scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))), Srcs: []loop.Access{at(x, width, 1), at(most, 1, 0)}},
			{Inner: of(width), Dst: at(sum, 1, 0), Reduce: loop.Sum, Value: scalar.Arg(0), Srcs: []loop.Access{at(y, width, 1)}},
			{Inner: of(width), Dst: at(y, width, 1), Value: scalar.Call("div", scalar.Arg(0), scalar.Arg(1)), Srcs: []loop.Access{at(y, width, 1), at(sum, 1, 0)}, Word: "softmax"},
		}})
		x = y
	}
	plan.Outputs = []*loop.Buffer{x}
	p.Outputs = []loop.Port{{Name: "y", Shape: x.Shape}}
	return p
}

var (
	withBias     = scalar.Call("add", scalar.Arg(0), scalar.Arg(1))
	withBiasRelu = scalar.Call("max", withBias, scalar.Num(0))
	withBiasTanh = scalar.Call("tanh", withBias)
)

// networks are small ones of all kinds; iris is the first.
func networks() []denseNetwork {
	list := []denseNetwork{
		{widths: []int{4, 16, 3}, epilogue: []scalar.Expr{withBiasRelu, withBias}, scaled: true, softmax: true},
		{widths: []int{4, 16, 3}, epilogue: []scalar.Expr{withBiasRelu, withBiasTanh}, scaled: true},
		{widths: []int{9, 40, 33, 17, 5}, epilogue: []scalar.Expr{withBiasTanh, withBiasRelu, withBiasRelu, withBias}},
		{widths: []int{70, 30, 2}, epilogue: []scalar.Expr{withBiasRelu, withBiasTanh}, scaled: true},
	}
	gelu := scalar.Call("mul", withBias, scalar.Call("erf", withBias)) // not quite, but as long
	list = append(list, denseNetwork{widths: []int{12, 32, 20, 1}, epilogue: []scalar.Expr{gelu, gelu, withBiasTanh}})
	sigmoid := scalar.Call("sigmoid", withBias)
	for _, width := range []int{5, 16, 70} {
		list = append(list, denseNetwork{widths: []int{3, width, 1}, epilogue: []scalar.Expr{withBiasRelu, sigmoid}})
	}
	for _, width := range []int{2, 7, 8, 9, 15, 16, 17, 31, 32} {
		list = append(list, denseNetwork{widths: []int{3, width}, epilogue: []scalar.Expr{withBias}, softmax: true})
	}
	return list
}

func networkCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, d := range networks() {
		k := newNetworkKernel(d.program())
		list = append(list, kerneltest.Case{Name: fmt.Sprint(d.widths), Kernel: k, Rows: []int{1, 5}, Tolerance: 1e-5})
	}
	return list
}

func TestNetwork(t *testing.T) { kerneltest.Check(t, networkCases()) }

func BenchmarkNetwork(b *testing.B) {
	list := networkCases()[:1]
	list[0].Rows = []int{1}
	kerneltest.Benchmark(b, list)
}

// A network has the bits of its kernels, run one after the other for any number
// of rows.
func TestNetworkBits(t *testing.T) {
	const rows = 5
	var cases []kerneltest.Case
	var from []int
	for _, c := range networkCases() {
		from = append(from, len(cases))
		cases = append(cases, c)
		for _, s := range c.Kernel.(networkKernel).Predict.Forward {
			cases = append(cases, kerneltest.Case{Kernel: s.(*loop.Run).Kernel})
		}
	}
	p := kerneltest.ProgramOf(t, cases)
	for _, i := range from {
		k := cases[i].Kernel.(networkKernel)
		t.Run(cases[i].Name, func(t *testing.T) {
			for _, l := range amd64.Levels {
				t.Run(l.String(), func(t *testing.T) {
					whole := p.Find(t, i, l)
					data := cases[i].Data(rows, rand.New(rand.NewPCG(1, 2)), false)
					got := p.Run(t, whole, data, rows, 1, kerneltest.Aligned)
					memory := map[*loop.Buffer][]uint32{}
					for j, o := range whole.Operands {
						memory[o.Buf] = data[j]
					}
					for _, b := range k.Predict.Buffers {
						if b.Class == loop.Param {
							memory[b] = memory[k.block][b.Offset : b.Offset+b.Row()]
						}
					}
					for j := range k.Predict.Forward {
						p.Step(t, p.Find(t, i+1+j, l), memory, rows)
					}
					for j, o := range k.Predict.Outputs {
						if !slices.Equal(got[j], memory[o]) {
							t.Errorf("%v, kernel by kernel %v", kerneltest.Floats(got[j]), kerneltest.Floats(memory[o]))
						}
					}
				})
			}
		})
	}
}
