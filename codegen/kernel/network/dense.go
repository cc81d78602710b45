package network

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/contract"
	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/loop"
)

// layer is a contraction of one row with a matrix that lies row by row.
type layer struct {
	*loop.Contract
	outputs, inputs int
	x, xStep        int // where the row begins, and how far apart its elements are
	w, wStep        int
	left, right     *loop.Buffer
	parts           int // partial sums, as the tiles of the kernel have them
	extras          []layerExtra
	out             int
}

// layerExtra is a further operand of the epilogue.
type layerExtra struct {
	buf    *loop.Buffer
	offset int
	spread bool
}

// readLayer takes a contraction as its own function would: the order of its
// sums is what makes the bits.
func (n *network) readLayer(k *loop.Contract) *layer {
	p := plan.Contract(k, n.unit.Processor(n.level))
	if p == nil || k.Accumulate || k.Epilogue != nil && amd64.HasRows(k.Epilogue) || p.Vectors || len(k.Clip) > 0 || p.Cut >= 0 || len(p.Outer)+len(p.Around) > 0 ||
		len(p.Sum) != 1 || p.Sum[0].Rows || p.Lane.Rhs != 1 || p.Lane.Lhs != 0 || len(p.Regions) != 1 || p.Regions[0].Rows != 1 {
		return nil
	}
	l := &layer{
		Contract: k, outputs: p.Lane.N, inputs: p.Sum[0].N, parts: p.Parts,
		left: p.Lhs.Buf, x: p.Lhs.Offset, xStep: p.Sum[0].Lhs,
		right: p.Rhs.Buf, w: p.Rhs.Offset, wStep: p.Sum[0].Rhs,
		out: p.Out.Offset,
	}
	for i, e := range p.Extras {
		l.extras = append(l.extras, layerExtra{e.Buf, e.Offset, p.Lane.Extra[i] == 0})
	}
	return l
}

// unrolled is how many inputs a dense layer has at most that is written out.
const unrolled = 32

// contract writes a dense layer, as many outputs at a time as there are
// registers for.
func (n *network) contract(k *loop.Contract) error {
	l := n.readLayer(k)
	if l == nil {
		return n.dot(k)
	}
	n.tail(l.outputs)
	group := n.group(l)
	if group < min(2, n.width(l.outputs)) {
		n.forgetRows()
		if group = n.group(l); group < 1 {
			return amd64.ErrRegisters
		}
	}
	return n.narrowed(l.outputs, l.Epilogue, func() error {
		for from := 0; from < n.width(l.outputs); from += group {
			if err := n.sums(l, from, min(group, n.width(l.outputs)-from)); err != nil {
				return err
			}
		}
		return nil
	})
}

// group is how many registers of outputs there is room for at a time: for their
// partial sums and two operands, and then for the epilogue.
func (n *network) group(l *layer) int {
	group := min((n.Spare()-2)/l.parts, n.width(l.outputs))
	if l.Epilogue != nil {
		group = min(group, n.Spare()-len(l.extras)-amd64.RegistersOf(l.Epilogue, n.level)-1) // 1: what put keeps
	}
	return group
}

// sums computes some registers of a layer's outputs.
func (n *network) sums(l *layer, from, count int) error {
	x, err := n.place(l.left, l.x)
	if err != nil {
		return err
	}
	w, err := n.place(l.right, l.w+from*n.level.Lanes())
	if err != nil {
		return err
	}
	acc := make([][]amd64.Vec, count)
	for i := range acc {
		acc[i] = n.Allocs(l.parts)
		for _, v := range acc[i] {
			n.Zero(v)
		}
	}
	step := func(k int, x, w amd64.Mem) {
		x.Disp += 4 * k * l.xStep
		w.Disp += 4 * k * l.wStep
		n.Code.Group(fmt.Sprint("row", count), func() {
			spread := n.Alloc()
			n.Broadcast(spread, x)
			for i := range acc {
				b := n.Alloc()
				m := w
				m.Disp += 4 * i * n.level.Lanes()
				n.LoadLanes(b, m, n.part(from+i, l.outputs))
				n.FMA(acc[i][k%l.parts], spread, b)
				n.Release(b)
			}
			n.Release(spread)
		})
	}
	done := 0
	if l.inputs > unrolled {
		const turn = 8
		left, right := n.CopyOf(x.Base), n.CopyOf(w.Base)
		x, w := x, w
		x.Base, w.Base = left, right
		done = l.inputs / turn * turn
		n.Counted(l.inputs/turn, func() {
			for k := range turn {
				step(k, x, w)
			}
			n.Advance(left, turn*l.xStep)
			n.Advance(right, turn*l.wStep)
		})
	}
	for k := done; k < l.inputs; k++ {
		step(k, x, w)
	}
	for i := range acc {
		for p := l.parts / 2; p > 0; p /= 2 {
			for q := range p {
				n.VADDPS(n.Full(acc[i][p+q]), n.Full(acc[i][q]), n.Full(acc[i][q]))
			}
		}
		n.Release(acc[i][1:]...)
	}
	for i := range acc {
		if err := n.finish(l, from+i, acc[i][0]); err != nil {
			return err
		}
	}
	return nil
}

// dot writes a layer of one output.
func (n *network) dot(k *loop.Contract) error {
	d := contract.ReadDots(n.unit, request(k), k, n.level)
	if d == nil {
		return errTooLarge
	}
	x, err := n.place(d.X.Buf, d.X.Offset)
	if err != nil {
		return err
	}
	w, err := n.place(d.W.Buf, d.W.Offset)
	if err != nil {
		return err
	}
	left, right := n.GP64(), n.GP64()
	n.LEAQ(x, left)
	n.LEAQ(w, right)
	sum := contract.DotProduct(n.Code, left, right, d.Inputs, n.tail(d.Inputs))
	return n.narrowed(1, k.Epilogue, func() error {
		result := sum
		if k.Epilogue != nil {
			args := []amd64.Vec{sum}
			for _, e := range d.Extras {
				v, err := n.spread(e.Buf, e.Offset)
				if err != nil {
					return err
				}
				args = append(args, v)
			}
			result = n.Eval(k.Epilogue, args)
			n.Release(args...)
		}
		err := n.put(k.Out.Buf, 0, 0, 1, result)
		n.Release(result)
		return err
	})
}

// finish turns register j of the sums into outputs, and gives it back.
func (n *network) finish(l *layer, j int, sum amd64.Vec) error {
	result := sum
	if l.Epilogue != nil {
		args := []amd64.Vec{sum}
		for _, e := range l.extras {
			var v amd64.Vec
			var err error
			if e.spread {
				v, err = n.spread(e.buf, e.offset)
			} else {
				v, err = n.fetch(e.buf, e.offset, j, l.outputs)
			}
			if err != nil {
				return err
			}
			args = append(args, v)
		}
		result = n.Eval(l.Epilogue, args)
		n.Release(args...)
	}
	err := n.put(l.Out.Buf, l.out, j, l.outputs, result)
	n.Release(result)
	return err
}
