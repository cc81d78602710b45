package asm

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// dots is a contraction to one number a row, Σ_k x[r,k]·w[k]: k lies in the
// lanes. Vector j of a row goes to accumulator j mod 4, whatever the number of
// rows.
type dots struct {
	*loop.Contract
	machine machine.Machine
	request Request
	level   Level
	inputs  int
	x, w    end
	y       end
	step    int // from row to row of x
	points  int // rows of x in a row of the batch: the pixels of an image
	extras  []dotExtra
}

// end is a parameter and the element of it that all axes start at.
type end struct {
	Operand
	offset int
}

// dotExtra is a further operand of the epilogue: a number for each row, or one
// for all.
type dotExtra struct {
	end
	each bool
}

// maxDotExtras is how many operands its epilogue may have: their addresses all have
// registers of their own.
const maxDotExtras = 4

// dotSums is the number of accumulators.
const dotSums = 4

// dot is nil for contractions that are something else.
func (u *Unit) dot(r Request, k *loop.Contract, l Level) (*Body, error) {
	d := u.readDots(r, k, l)
	if d == nil {
		return nil, nil
	}
	s, err := u.writeDots(d)
	if err != nil {
		return nil, err
	}
	args := func(x, w, y string, extra func(e dotExtra) string) string {
		list := []string{y, x, w}
		for _, e := range d.extras {
			list = append(list, extra(e))
		}
		return strings.Join(list, ", ")
	}
	each := func(e dotExtra) string {
		switch {
		case e.Buf.Class == loop.Scalar:
			return e.Name
		case e.each:
			return e.pointer("r")
		}
		return e.pointer("")
	}
	rows := "n"
	if d.points > 1 {
		rows = fmt.Sprintf("%d*n", d.points)
	}
	call := fmt.Sprintf("%s(%s, min(%d, %s-r))", s.Name, args(d.x.pointer(fmt.Sprintf("r*%d", d.step)), d.w.pointer(""), d.y.pointer("r"), each), d.most(), rows)
	return &Body{Stubs: []Stub{s}, Lines: []string{fmt.Sprintf("for r := 0; r < %s; r += %d {", rows, d.most()), call, "}"}}, nil
}

// most is how many rows a call takes at most.
func (d *dots) most() int { return d.machine.Turns(d.inputs, 4*(d.inputs+2+len(d.extras))) }

// readDots takes such a contraction apart.
func (u *Unit) readDots(r Request, k *loop.Contract, l Level) *dots {
	f, ok := plan.Read(k)
	if !ok || k.Accumulate || k.Epilogue != nil && hasRows(k.Epilogue) || len(k.Clip) > 0 || len(f.B) > 0 {
		return nil
	}
	if len(f.M) == 0 {
		f.Swap()
	}
	f.Fuse()
	if len(f.M) != 1 || len(f.N) > 0 || len(f.K) != 1 {
		return nil
	}
	m, sum := f.M[0], f.K[0]
	d := &dots{Contract: k, machine: u.machine, request: r, level: l, inputs: sum.N, step: m.Lhs, points: m.N}
	given := func(o plan.Operand) end {
		g, known := r.operand(o.Buf)
		ok = ok && known
		return end{g, o.Offset}
	}
	d.x, d.w, d.y = given(f.Lhs), given(f.Rhs), given(f.Out)
	if !ok || !m.Rows || sum.Rows || m.Out != 1 || m.Rhs != 0 || sum.Lhs != 1 || sum.Rhs != 1 || !d.x.Buf.Rows || d.w.Buf.Rows || d.y.Buf.Row() != m.N || d.step*m.N != d.x.Buf.Row() {
		return nil
	}
	for i, e := range f.Extras {
		step := m.Extra[i]
		if step != 0 && (step != 1 || e.Buf.Row() != m.N || !e.Buf.Rows) {
			return nil
		}
		d.extras = append(d.extras, dotExtra{given(e), step == 1})
	}
	if d.most() < 1 || len(d.extras) > maxDotExtras || k.Epilogue != nil && exprRegisters(k.Epilogue, l)+len(d.extras)+2 > l.registers() {
		return nil
	}
	return d
}

// writeDots writes the function: the sums of n rows, then the epilogue of as
// many at a time as there are lanes.
func (u *Unit) writeDots(d *dots) (Stub, error) {
	s := Stub{Name: d.request.Name + d.level.String(), Params: []Param{{"y", "*float32"}, {"x", "*float32"}, {"w", "*float32"}}}
	s.Doc = fmt.Sprintf("computes n products of a row of %d with w", d.inputs)
	s.MulAdds, s.Bytes = d.most()*d.inputs, 4*d.most()*(d.inputs+1+len(d.extras))
	for i, e := range d.extras {
		typ := "*float32"
		if e.Buf.Class == loop.Scalar {
			typ = "float32"
		}
		s.Params = append(s.Params, Param{extraName(i), typ})
	}
	s.Params = append(s.Params, Param{"n", "int"})
	c := u.function(d.level, s)
	y, x, w, n := c.pointer("y"), c.pointer("x"), c.pointer("w"), c.pointer("n")
	c.advance(x, d.x.offset)
	c.advance(w, d.w.offset)
	lanes := d.level.Lanes()
	tail := c.lanes(d.inputs - (d.inputs-1)/lanes*lanes)
	to, count := c.copyOf(y), c.copyOf(n)
	c.until(count, func() {
		sum := c.dotProduct(x, w, d.inputs, tail)
		c.VMOVSS(c.quarter(sum), operand.Mem{Base: to})
		c.release(sum)
		c.ADDQ(operand.U8(4), to)
		c.advance(x, d.step)
	})
	if d.Epilogue != nil {
		c.dotEpilogue(d, y, n)
	}
	return s, c.end()
}

// dotProduct is Σ_k x[k]·w[k], in all lanes of a register.
func (c *code) dotProduct(x, w reg.Register, inputs int, tail mask) vec {
	lanes := c.level.Lanes()
	vectors := (inputs + lanes - 1) / lanes
	acc := c.allocs(min(dotSums, vectors))
	for _, v := range acc {
		c.zero(v)
	}
	t := c.alloc()
	add := func(j, at int, x, w reg.Register, k mask) {
		m := operand.Mem{Base: x, Disp: 4 * at}
		c.load(t, m, k)
		m.Base = w
		if !k.set {
			c.VFMADD231PS(m, c.full(t), c.full(acc[j%dotSums]))
			return
		}
		b := c.alloc()
		c.load(b, m, k)
		c.fma(acc[j%dotSums], t, b)
		c.release(b)
	}
	full := inputs / lanes
	done := 0
	if full > 4*dotSums {
		left, right := c.copyOf(x), c.copyOf(w)
		c.counted(full/dotSums, func() {
			for j := range dotSums {
				add(j, j*lanes, left, right, mask{})
			}
			c.advance(left, dotSums*lanes)
			c.advance(right, dotSums*lanes)
		})
		done = full / dotSums * dotSums
	}
	for j := done; j < vectors; j++ {
		k := mask{}
		if j == full {
			k = tail
		}
		add(j, j*lanes, x, w, k)
	}
	c.release(t)
	for len(acc) > 1 {
		last := len(acc) - 1
		c.VADDPS(c.full(acc[last]), c.full(acc[last/2]), c.full(acc[last/2]))
		c.release(acc[last])
		acc = acc[:last]
	}
	c.fold(loop.Sum, acc[0])
	return acc[0]
}

// dotEpilogue turns the n sums at y into results.
func (c *code) dotEpilogue(d *dots, y, n reg.GPVirtual) {
	lanes := c.level.Lanes()
	args := make([]vec, 1+len(d.extras))
	pointers := make([]reg.GPVirtual, len(d.extras))
	for i, e := range d.extras {
		switch {
		case e.Buf.Class == loop.Scalar:
			args[1+i] = c.scalar(extraName(i))
			continue
		case e.each:
			pointers[i] = c.pointer(extraName(i))
			c.advance(pointers[i], e.offset)
			continue
		}
		p := c.pointer(extraName(i))
		args[1+i] = c.alloc()
		c.broadcast(args[1+i], at(p, e.offset))
	}
	some := func(k mask) {
		args[0] = c.alloc()
		c.load(args[0], operand.Mem{Base: y}, k)
		for i, e := range d.extras {
			if e.each {
				args[1+i] = c.alloc()
				c.load(args[1+i], operand.Mem{Base: pointers[i]}, k)
			}
		}
		v := c.eval(d.Epilogue, args)
		c.store(operand.Mem{Base: y}, v, k)
		c.release(v, args[0])
		for i, e := range d.extras {
			if e.each {
				c.release(args[1+i])
			}
		}
	}
	top, rest, end := c.unit.label("epilogue"), c.unit.label("rest"), c.unit.label("end")
	c.Label(top)
	c.CMPQ(n, operand.U8(uint8(lanes)))
	c.JLT(operand.LabelRef(rest))
	some(mask{})
	c.advance(y, lanes)
	for i, e := range d.extras {
		if e.each {
			c.advance(pointers[i], lanes)
		}
	}
	c.SUBQ(operand.U8(uint8(lanes)), n)
	c.JMP(operand.LabelRef(top))
	c.Label(rest)
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef(end))
	some(c.leading(n))
	c.Label(end)
}
