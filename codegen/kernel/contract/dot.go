package contract

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
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
	request driver.Request
	level   amd64.Level
	Inputs  int
	X, W    end
	y       end
	step    int // from row to row of x
	points  int // rows of x in a row of the batch: the pixels of an image
	Extras  []dotExtra
}

// end is a parameter and the element of it that all axes start at.
type end struct {
	driver.Operand
	Offset int
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

// Dot is nil for contractions that are something else.
func Dot(u *driver.Unit, r driver.Request, k *loop.Contract, l amd64.Level) (*driver.Body, error) {
	d := ReadDots(u, r, k, l)
	if d == nil {
		return nil, nil
	}
	s, err := writeDots(u, d)
	if err != nil {
		return nil, err
	}
	g := driver.NewScript(r)
	g.Body.Stubs = []amd64.Stub{s}
	row, rows, most := &gotree.Var{Name: "r"}, gotree.Expr(driver.Rows), gotree.Int(d.most())
	if d.points > 1 {
		rows = gotree.Op(gotree.Int(d.points), "*", rows)
	}
	args := []gotree.Expr{d.y.Pointer(row), d.X.Pointer(gotree.Op(row, "*", gotree.Int(d.step))), d.W.Start()}
	for _, e := range d.Extras {
		switch {
		case e.Buf.Class == loop.Scalar:
			args = append(args, e.Var())
		case e.each:
			args = append(args, e.Pointer(row))
		default:
			args = append(args, e.Start())
		}
	}
	g.In(driver.Every(row, gotree.Int(0), rows, most), func() { g.Call(s, append(args, driver.Left(most, rows, row))) })
	return g.Body, nil
}

// most is how many rows a call takes at most.
func (d *dots) most() int { return d.machine.Turns(d.Inputs, 4*(d.Inputs+2+len(d.Extras))) }

// ReadDots takes such a contraction apart.
func ReadDots(u *driver.Unit, r driver.Request, k *loop.Contract, l amd64.Level) *dots {
	f, ok := plan.Read(k)
	if !ok || k.Accumulate || k.Epilogue != nil && amd64.HasRows(k.Epilogue) || len(k.Clip) > 0 || len(f.B) > 0 {
		return nil
	}
	if len(f.M) != 1 || len(f.N) > 0 || len(f.K) != 1 {
		return nil
	}
	m, sum := f.M[0], f.K[0]
	d := &dots{Contract: k, machine: u.Machine, request: r, level: l, Inputs: sum.N, step: m.Lhs, points: m.N}
	given := func(o plan.Operand) end {
		g, known := r.Operand(o.Buf)
		ok = ok && known
		return end{g, o.Offset}
	}
	d.X, d.W, d.y = given(f.Lhs), given(f.Rhs), given(f.Out)
	if !ok || !m.Rows || sum.Rows || m.Out != 1 || m.Rhs != 0 || sum.Lhs != 1 || sum.Rhs != 1 || !d.X.Buf.Rows || d.W.Buf.Rows || d.y.Buf.Row() != m.N || d.step*m.N != d.X.Buf.Row() {
		return nil
	}
	for i, e := range f.Extras {
		step := m.Extra[i]
		if step != 0 && (step != 1 || e.Buf.Row() != m.N || !e.Buf.Rows) {
			return nil
		}
		d.Extras = append(d.Extras, dotExtra{given(e), step == 1})
	}
	if d.most() < 1 || len(d.Extras) > maxDotExtras || k.Epilogue != nil && amd64.RegistersOf(k.Epilogue, l)+len(d.Extras)+2 > l.Registers() {
		return nil
	}
	return d
}

// writeDots writes the function: the sums of n rows, then the epilogue of as
// many at a time as there are lanes.
func writeDots(u *driver.Unit, d *dots) (amd64.Stub, error) {
	s := amd64.Stub{Name: d.request.Name + d.level.String(), Params: []amd64.Param{{Name: "y", Type: "*float32"}, {Name: "x", Type: "*float32"}, {Name: "w", Type: "*float32"}}}
	s.Doc = fmt.Sprintf("computes n products of a row of %d with w", d.Inputs)
	s.MulAdds, s.Bytes = d.most()*d.Inputs, 4*d.most()*(d.Inputs+1+len(d.Extras))
	for i, e := range d.Extras {
		typ := "*float32"
		if e.Buf.Class == loop.Scalar {
			typ = "float32"
		}
		s.Params = append(s.Params, amd64.Param{Name: extraName(i), Type: typ})
	}
	s.Params = append(s.Params, amd64.Param{Name: "n", Type: "int"})
	c := u.Function(d.level, s)
	y, x, w, n := c.Pointer("y"), c.Pointer("x"), c.Pointer("w"), c.Pointer("n")
	c.Advance(x, d.X.Offset)
	c.Advance(w, d.W.Offset)
	lanes := d.level.Lanes()
	tail := c.FirstLanes(d.Inputs - (d.Inputs-1)/lanes*lanes)
	to, count := c.CopyOf(y), c.CopyOf(n)
	c.Until(count, func() {
		sum := DotProduct(c, x, w, d.Inputs, tail)
		c.VMOVSS(c.Quarter(sum), amd64.Mem{Base: to})
		c.Release(sum)
		c.ADDQ(amd64.U8(4), to)
		c.Advance(x, d.step)
	})
	if d.Epilogue != nil {
		dotEpilogue(c, d, y, n)
	}
	return s, c.End()
}

// DotProduct is Σ_k x[k]·w[k], in all lanes of a register.
func DotProduct(c *amd64.Code, x, w amd64.Reg, inputs int, tail amd64.Mask) amd64.Vec {
	lanes := c.Level.Lanes()
	vectors := (inputs + lanes - 1) / lanes
	acc := c.Allocs(min(dotSums, vectors))
	for _, v := range acc {
		c.Zero(v)
	}
	t := c.Alloc()
	add := func(j, at int, x, w amd64.Reg, k amd64.Mask) {
		m := amd64.Mem{Base: x, Disp: 4 * at}
		c.LoadLanes(t, m, k)
		m.Base = w
		if !k.Partial {
			c.VFMADD231PS(m, c.Full(t), c.Full(acc[j%dotSums]))
			return
		}
		b := c.Alloc()
		c.LoadLanes(b, m, k)
		c.FMA(acc[j%dotSums], t, b)
		c.Release(b)
	}
	full := inputs / lanes
	done := 0
	if full > 4*dotSums {
		left, right := c.CopyOf(x), c.CopyOf(w)
		c.Counted(full/dotSums, func() {
			for j := range dotSums {
				add(j, j*lanes, left, right, amd64.Mask{})
			}
			c.Advance(left, dotSums*lanes)
			c.Advance(right, dotSums*lanes)
		})
		done = full / dotSums * dotSums
	}
	for j := done; j < vectors; j++ {
		k := amd64.Mask{}
		if j == full {
			k = tail
		}
		add(j, j*lanes, x, w, k)
	}
	c.Release(t)
	for len(acc) > 1 {
		last := len(acc) - 1
		c.VADDPS(c.Full(acc[last]), c.Full(acc[last/2]), c.Full(acc[last/2]))
		c.Release(acc[last])
		acc = acc[:last]
	}
	amd64.Fold(c, loop.Sum, acc[0])
	return acc[0]
}

// dotEpilogue turns the n sums at y into results.
func dotEpilogue(c *amd64.Code, d *dots, y, n amd64.GP) {
	lanes := c.Level.Lanes()
	args := make([]amd64.Vec, 1+len(d.Extras))
	pointers := make([]amd64.GP, len(d.Extras))
	for i, e := range d.Extras {
		switch {
		case e.Buf.Class == loop.Scalar:
			args[1+i] = c.Scalar(extraName(i))
			continue
		case e.each:
			pointers[i] = c.Pointer(extraName(i))
			c.Advance(pointers[i], e.Offset)
			continue
		}
		p := c.Pointer(extraName(i))
		args[1+i] = c.Alloc()
		c.Broadcast(args[1+i], amd64.At(p, e.Offset))
	}
	some := func(k amd64.Mask) {
		args[0] = c.Alloc()
		c.LoadLanes(args[0], amd64.Mem{Base: y}, k)
		for i, e := range d.Extras {
			if e.each {
				args[1+i] = c.Alloc()
				c.LoadLanes(args[1+i], amd64.Mem{Base: pointers[i]}, k)
			}
		}
		v := c.Eval(d.Epilogue, args)
		c.StoreLanes(amd64.Mem{Base: y}, v, k)
		c.Release(v, args[0])
		for i, e := range d.Extras {
			if e.each {
				c.Release(args[1+i])
			}
		}
	}
	top, rest, end := c.Unit.Label("epilogue"), c.Unit.Label("rest"), c.Unit.Label("end")
	c.Label(top)
	c.CMPQ(n, amd64.U8(uint8(lanes)))
	c.JLT(amd64.LabelRef(rest))
	some(amd64.Mask{})
	c.Advance(y, lanes)
	for i, e := range d.Extras {
		if e.each {
			c.Advance(pointers[i], lanes)
		}
	}
	c.SUBQ(amd64.U8(uint8(lanes)), n)
	c.JMP(amd64.LabelRef(top))
	c.Label(rest)
	c.TESTQ(n, n)
	c.JZ(amd64.LabelRef(end))
	some(c.LeadingLanes(n))
	c.Label(end)
}
