package network

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/ir/loop"
)

// held is the code of a network, and what it keeps in registers from kernel to kernel.
type held struct {
	*amd64.Code
	vectors map[*loop.Buffer]amd64.Vec // rows of one register, and scalars in all lanes
	order   []*loop.Buffer             // of them, the oldest first
}

// maxHeld is how many rows and scalars stay in registers.
const maxHeld = 4

// hold keeps a register for what is in it.
func (h *held) hold(b *loop.Buffer, v amd64.Vec) {
	h.forget(b)
	if len(h.order) == maxHeld {
		i := slices.IndexFunc(h.order, func(b *loop.Buffer) bool { return b.Class != loop.Local })
		if i < 0 {
			h.Err = amd64.ErrRegisters
			return
		}
		h.forget(h.order[i])
	}
	h.vectors[b] = v
	h.order = append(h.order, b)
}

// forgetRows gives back the registers of all rows.
func (h *held) forgetRows() {
	for _, b := range slices.Clone(h.order) {
		if b.Class != loop.Local {
			h.forget(b)
		}
	}
}

// forget gives a register back: its row is in the scratch, too, and a scalar
// ends with its kernel.
func (h *held) forget(b *loop.Buffer) {
	if v, ok := h.vectors[b]; ok {
		h.Release(v)
		delete(h.vectors, b)
		h.order = slices.DeleteFunc(h.order, func(o *loop.Buffer) bool { return o == b })
	}
}
