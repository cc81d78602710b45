package network

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Body is a whole small network as one assembly function: the prediction
// for one sample, with the same bits as its kernels give one after the other.
type Body struct {
	Level   amd64.Level
	Stub    amd64.Stub
	Scratch int // float32s of scratch that a call needs
}

// Call is the call that runs the network: with the addresses of the outputs, of the
// inputs, of the first float32 of the parameter block, and of the scratch.
func (b *Body) Call(outputs, inputs []gotree.Expr, params, scratch gotree.Expr) gotree.Expr {
	return gotree.CallOf(b.Stub.Name, append(slices.Concat(outputs, inputs), params, scratch)...)
}

// Bounds of a network that is one function.
const (
	networkParams  = 4096 // float32s of the parameter block
	networkKernels = 32
)

// errTooLarge means that a network is left to its kernels.
var errTooLarge = errors.New("the network does not fit one function")

// Write writes the prediction of one sample as one function: the rows between
// the kernels stay in registers, or in the scratch where every element of a row
// is wanted in all lanes. It returns nil for networks that are too large for
// this to pay, and for those with kernels that have no machine code.
func Write(u *driver.Unit, name string, p *loop.Program, l amd64.Level) (*Body, error) {
	if p.Predict == nil || len(p.Predict.Forward) > networkKernels {
		return nil, nil
	}
	params := 0
	for _, s := range p.Segments {
		params += s.Len()
	}
	if params > networkParams {
		return nil, nil
	}
	n := &network{unit: u, level: l, plan: p.Predict, program: p}
	b, err := n.write(name + l.String())
	if errors.Is(err, errTooLarge) || errors.Is(err, amd64.ErrRegisters) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// network is the function in the making.
type network struct {
	held
	unit    *driver.Unit
	level   amd64.Level
	program *loop.Program
	plan    *loop.Plan

	params, scratch amd64.GP
	inputs, outputs []amd64.GP
	slots           map[*loop.Buffer]int // rows in the scratch: the first float32
	size            int
	tails           map[int]amd64.Mask
}

// write is one attempt.
func (n *network) write(name string) (*Body, error) {
	s := amd64.Stub{Name: name, Doc: "predicts one sample: the whole network"}
	for i := range n.plan.Outputs {
		s.Params = append(s.Params, amd64.Param{Name: fmt.Sprintf("y%d", i), Type: "*float32"})
	}
	for i := range n.program.Inputs {
		s.Params = append(s.Params, amd64.Param{Name: fmt.Sprintf("x%d", i), Type: "*float32"})
	}
	s.Params = append(s.Params, amd64.Param{Name: "params", Type: "*float32"}, amd64.Param{Name: "scratch", Type: "*float32"})
	n.held = held{Code: n.unit.Function(n.level, s), vectors: map[*loop.Buffer]amd64.Vec{}}
	n.slots, n.tails = map[*loop.Buffer]int{}, map[int]amd64.Mask{}
	for i := range n.plan.Outputs {
		n.outputs = append(n.outputs, n.Pointer(fmt.Sprintf("y%d", i)))
	}
	for i := range n.program.Inputs {
		n.inputs = append(n.inputs, n.Pointer(fmt.Sprintf("x%d", i)))
	}
	n.params, n.scratch = n.Pointer("params"), n.Pointer("scratch")
	for _, step := range n.plan.Forward {
		run, ok := step.(*loop.Run)
		if !ok {
			return nil, errTooLarge
		}
		if err := n.kernel(run.Kernel); err != nil {
			return nil, err
		}
		if n.Err != nil {
			return nil, n.Err
		}
	}
	for _, o := range n.plan.Outputs {
		if _, ok := n.slots[o]; !ok {
			return nil, errTooLarge // an output that no kernel writes
		}
	}
	if err := n.End(); err != nil {
		return nil, err
	}
	return &Body{Level: n.level, Stub: s, Scratch: n.size}, nil
}

// kernel writes one kernel, if its own function is machine code too: the bits
// of the portable body are others.
func (n *network) kernel(k loop.Kernel) error {
	if b, err := kernel.Body(driver.NewUnit(n.unit.Machine), request(k), n.level); b == nil || err != nil {
		return errTooLarge
	}
	switch k := k.(type) {
	case *loop.Contract:
		return n.contract(k)
	case *loop.Nest:
		return n.nest(k)
	}
	return errTooLarge
}

// request names the buffers of a kernel as its own function would.
func request(k loop.Kernel) driver.Request {
	r := driver.Request{Kernel: k}
	for _, a := range slices.Concat(k.Writes(), k.Reads()) {
		if _, ok := r.Operand(a.Buf); !ok {
			r.Operands = append(r.Operands, driver.Operand{Buf: a.Buf, Name: "p", Dims: a.Buf.Shape})
		}
	}
	return r
}

// place is where element of a row lies.
func (n *network) place(b *loop.Buffer, element int) (amd64.Mem, error) {
	switch {
	case b.DType != loop.F32:
	case b.Class == loop.Input && b.Rows && !b.Ragged:
		return amd64.At(n.inputs[b.Port], element), nil
	case b.Class == loop.Param:
		return amd64.At(n.params, b.Offset+element), nil
	case b.Class == loop.Arena:
		if slot, ok := n.slots[b]; ok {
			return amd64.At(n.scratch, slot+element), nil
		}
	}
	return amd64.Mem{}, errTooLarge
}

// narrowed has the code of body in half registers if what it computes fits:
// so many elements of an expression (functions that work in double precision
// need the whole of a register).
func (n *network) narrowed(elements int, e scalar.Expr, body func() error) error {
	defer func() { n.LowHalf = false }()
	n.LowHalf = n.level == amd64.AVX512 && elements <= n.level.Lanes()/2 && (e == nil || !names(e, "pow"))
	return body()
}

// names reports that an expression holds a function.
func names(e scalar.Expr, fn string) bool {
	a, ok := e.(scalar.Apply)
	return ok && (a.Fn == fn || slices.ContainsFunc(a.Args, func(x scalar.Expr) bool { return names(x, fn) }))
}

// width is the number of registers that so many elements take.
func (n *network) width(elements int) int {
	return (elements + n.level.Lanes() - 1) / n.level.Lanes()
}

// tail is the mask of the last of the registers that hold so many elements.
func (n *network) tail(elements int) amd64.Mask {
	rest := elements - (n.width(elements)-1)*n.level.Lanes()
	k, ok := n.tails[rest]
	if !ok {
		k = n.FirstLanes(rest)
		n.tails[rest] = k
	}
	return k
}

// part is the mask of register j of so many elements.
func (n *network) part(j, elements int) amd64.Mask {
	if j+1 == n.width(elements) {
		return n.tail(elements)
	}
	return amd64.Mask{}
}

// fetch puts register j of a run of elements into a register of its own, zeros
// in the lanes after its end.
func (n *network) fetch(b *loop.Buffer, offset, j, elements int) (amd64.Vec, error) {
	if v, ok := n.vectors[b]; ok && offset == 0 && j == 0 && elements == b.Row() {
		t := n.Alloc()
		n.Move(t, v)
		return t, nil
	}
	m, err := n.place(b, offset+j*n.level.Lanes())
	v := n.Alloc()
	if err == nil {
		n.LoadLanes(v, m, n.part(j, elements))
	}
	return v, err
}

// spread puts one element into all lanes of a new register.
func (n *network) spread(b *loop.Buffer, element int) (amd64.Vec, error) {
	v := n.Alloc()
	if held, ok := n.vectors[b]; ok && (b.Class == loop.Local || b.Row() == 1) && element == 0 {
		if b.Class == loop.Local {
			n.Move(v, held)
		} else {
			n.VBROADCASTSS(n.Quarter(held), n.Full(v))
		}
		return v, nil
	}
	m, err := n.place(b, element)
	if err == nil {
		n.Broadcast(v, m)
	}
	return v, err
}

// put stores register j of a run of elements, and keeps it if it is all of a
// row. Rows in the scratch have room for whole registers: a store without a
// mask can be read from before it has reached the cache.
func (n *network) put(b *loop.Buffer, offset, j, elements int, v amd64.Vec) error {
	if b.Class != loop.Arena || b.DType != loop.F32 {
		return errTooLarge
	}
	lanes := n.level.Lanes()
	slot, ok := n.slots[b]
	if !ok {
		slot = n.size
		n.slots[b] = slot
		n.size += n.width(b.Row()) * lanes
	}
	k := n.part(j, elements)
	scratch := k
	if offset+elements == b.Row() && offset%lanes == 0 {
		scratch = amd64.Mask{}
	}
	n.StoreLanes(amd64.At(n.scratch, slot+offset+j*lanes), v, scratch)
	for i, o := range n.plan.Outputs {
		if o == b {
			n.StoreLanes(amd64.At(n.outputs[i], offset+j*lanes), v, k)
		}
	}
	n.forget(b)
	if offset == 0 && elements == b.Row() && n.width(elements) == 1 {
		t := n.Alloc()
		n.Move(t, v)
		n.hold(b, t)
	}
	return nil
}
