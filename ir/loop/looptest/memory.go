// Package looptest runs loop kernels one element at a time in float64. It is
// the independent reference that lowering and the passes after it are tested
// against: it knows what each kernel family means and nothing of how kernels
// come about or how fast they ought to be.
//
//	mem := &looptest.Memory{}
//	mem.Set(x, looptest.Block{F: values})            // every input, parameter, scalar
//	err := looptest.Run(plan.Forward, mem, rows)     // checks every address
//	y := mem.Block(plan.Outputs[0], rows).F          // computed blocks appear by themselves
//
// Scratch starts as NaN, so that an element that is read before it is written
// shows in the result. With Memory.Floats set, arena buffers lie at their
// planned offsets in it and may overlap as they do in the compiled program.
package looptest

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/ir/loop"
)

// Block is the contents of one buffer.
type Block struct {
	F []float64
	I []int32
	// Offsets delimits the rows of ragged ids: row r is I[Offsets[r]:Offsets[r+1]].
	Offsets []int
}

// Memory is what kernels read and write.
type Memory struct {
	Blocks map[*loop.Buffer]*Block
	// Random gives the uniform numbers of a stream.
	Random func(stream string, row, element int) float64
	// Floats and Ints, where set, are the arenas that planned buffers lie in.
	Floats []float64
	Ints   []int32
	PerRow bool // as loop.Plan.PerRow
}

// Set gives a buffer its contents.
func (m *Memory) Set(b *loop.Buffer, block Block) {
	if m.Blocks == nil {
		m.Blocks = map[*loop.Buffer]*Block{}
	}
	m.Blocks[b] = &block
}

// Block is the contents of a buffer for n rows. Scratch, gradients and packed
// parameters are made on first use; nil for anything else that was not set.
func (m *Memory) Block(b *loop.Buffer, n int) *Block {
	if k, ok := m.Blocks[b]; ok {
		return k
	}
	size := b.Len(n)
	k := Block{}
	switch b.Class {
	case loop.Arena, loop.Local, loop.Gradient:
		at := b.Offset
		if m.PerRow {
			at *= n
		}
		switch {
		case b.Class == loop.Arena && b.DType == loop.F32 && m.Floats != nil:
			k.F = m.Floats[at : at+size]
		case b.Class == loop.Arena && b.DType == loop.I32 && m.Ints != nil:
			k.I = m.Ints[at : at+size]
		case b.DType == loop.I32:
			k.I = make([]int32, size)
			for i := range k.I {
				k.I[i] = math.MinInt32
			}
		default:
			k.F = make([]float64, size)
			for i := range k.F {
				k.F[i] = math.NaN()
			}
		}
	case loop.Const:
		for _, x := range b.Data {
			if b.DType == loop.I32 {
				k.I = append(k.I, int32(x))
				continue
			}
			k.F = append(k.F, float64(x))
		}
	default:
		return nil
	}
	m.Set(b, k)
	return m.Blocks[b]
}

// ids are the ids of one row.
func (m *Memory) ids(b *loop.Buffer, row, n int) ([]int32, error) {
	k := m.Block(b, n)
	if k == nil {
		return nil, fmt.Errorf("buffer %q was not set", b.Name)
	}
	if b.Ragged {
		return k.I[k.Offsets[row]:k.Offsets[row+1]], nil
	}
	return k.I[row*b.Row() : (row+1)*b.Row()], nil
}
