package allocate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// TestLikeAvo holds the allocation of random functions, with loops, parts of
// registers and more registers than there are, to that of avo's own passes.
func TestLikeAvo(t *testing.T) {
	const count = 1000
	refused, base := 0, 0
	for seed := range uint64(count) {
		want, got := function(seed), function(seed)
		wantErr := pass.Liveness(want)
		if wantErr == nil {
			wantErr = pass.AllocateRegisters(want)
		}
		err := Registers(got)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("function %d: %v, avo: %v", seed, err, wantErr)
		}
		if err != nil {
			refused++
			continue
		}
		if !maps.Equal(got.Allocation, want.Allocation) {
			t.Fatalf("function %d: %v, avo: %v", seed, got.Allocation, want.Allocation)
		}
		for _, p := range got.Allocation {
			if p == reg.RBP.ID() {
				base++
			}
		}
	}
	if refused < 30 || refused > 600 || base < 10 {
		t.Errorf("%d of %d functions have too many registers, %d take the base pointer: not what they were drawn for", refused, count, base)
	}
}

// function draws a function, and finds where its instructions go on.
func function(seed uint64) *ir.Function {
	r := rand.New(rand.NewPCG(seed, 1))
	f := ir.NewFunction(fmt.Sprint("f", seed))
	sizes := map[reg.Kind][]reg.Spec{
		reg.KindGP:     {reg.S8L, reg.S8H, reg.S16, reg.S32, reg.S64, reg.S64, reg.S64},
		reg.KindVector: {reg.S128, reg.S256, reg.S512},
		reg.KindOpmask: {reg.S64},
	}
	virtual := 1 + r.IntN(30)
	physical := r.IntN(30)
	draw := func() reg.Register {
		kind := []reg.Kind{reg.KindGP, reg.KindGP, reg.KindGP, reg.KindVector, reg.KindOpmask}[r.IntN(5)]
		size := sizes[kind][r.IntN(len(sizes[kind]))]
		if r.IntN(100) < physical {
			family := reg.FamilyOfKind(kind).Registers()
			return family[r.IntN(len(family))]
		}
		index := reg.Index(r.IntN(virtual))
		if index > 3 {
			size = sizes[kind][len(sizes[kind])-1]
		}
		return reg.NewVirtual(index, kind, size)
	}
	labels := 1 + r.IntN(4)
	count := labels + 5 + r.IntN(60)
	for i := range count {
		if i%(count/labels) == 0 && i/(count/labels) < labels {
			f.AddLabel(ir.Label(fmt.Sprint("l", i/(count/labels))))
		}
		in := &ir.Instruction{Opcode: "ANY"}
		switch r.IntN(10) {
		case 0:
			target := operand.LabelRef(fmt.Sprint("l", r.IntN(labels)))
			in = &ir.Instruction{Opcode: "JUMP", IsBranch: true, IsConditional: r.IntN(4) > 0, Operands: []operand.Op{target}}
		case 1: // a store
			m := operand.Mem{Base: draw(), Index: draw(), Scale: 1}
			in.Inputs, in.Outputs = []operand.Op{draw()}, []operand.Op{m}
		case 2: // a load from a parameter
			in.Inputs, in.Outputs = []operand.Op{operand.NewParamAddr("x", 8)}, []operand.Op{draw()}
		case 3: // a number that does not depend on what the register was
			x := draw()
			in.Inputs, in.Outputs, in.CancellingInputs = []operand.Op{x, x}, []operand.Op{x}, true
		default:
			for range 1 + r.IntN(3) {
				in.Inputs = append(in.Inputs, draw())
			}
			for range r.IntN(3) {
				in.Outputs = append(in.Outputs, draw())
			}
		}
		if !in.IsBranch {
			in.Operands = append(append(in.Operands, in.Inputs...), in.Outputs...)
		}
		f.AddInstruction(in)
	}
	f.AddInstruction(&ir.Instruction{Opcode: "RET", IsTerminal: true})
	for _, p := range []func(*ir.Function) error{pass.LabelTarget, pass.CFG} {
		if err := p(f); err != nil {
			panic(err)
		}
	}
	return f
}
