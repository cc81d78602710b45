package op

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// chunk is how many elements the interpreter takes through an expression at a
// time: all of its intermediate results then stay in the first-level cache.
const chunk = 256

// vector evaluates an expression for up to chunk elements at a time.
type vector[F ir.Float] struct {
	arg  int // operand, -1 where it is not one
	buf  []F // the result, for constants filled once
	fn   string
	args []*vector[F]
}

// compile prepares an expression; rows is n.
func compile[F ir.Float](e scalar.Expr, rows int) *vector[F] {
	v := &vector[F]{arg: -1}
	fill := func(x float64) *vector[F] {
		v.buf = make([]F, chunk)
		for i := range v.buf {
			v.buf[i] = F(x)
		}
		return v
	}
	switch e := e.(type) {
	case scalar.Arg:
		v.arg = int(e)
	case scalar.Num:
		return fill(float64(e))
	case scalar.Rows:
		return fill(float64(rows))
	case scalar.Apply:
		v.fn, v.buf = e.Fn, make([]F, chunk)
		for _, a := range e.Args {
			v.args = append(v.args, compile[F](a, rows))
		}
	}
	return v
}

// run gives the values of n elements, given those of the operands.
func (v *vector[F]) run(operands [][]F, n int) []F {
	switch {
	case v.arg >= 0:
		return operands[v.arg][:n]
	case v.fn == "":
		return v.buf[:n]
	}
	var x [3][]F
	for i, a := range v.args {
		x[i] = a.run(operands, n)
	}
	dst := v.buf[:n]
	switch len(v.args) {
	case 1:
		unary(v.fn, dst, x[0])
	case 2:
		binary(v.fn, dst, x[0], x[1])
	default: // select alone has three arguments
		for i, c := range x[0] {
			if c != 0 {
				dst[i] = x[1][i]
			} else {
				dst[i] = x[2][i]
			}
		}
	}
	return dst
}

func unary[F ir.Float](fn string, dst, x []F) {
	var f func(float64) float64
	switch fn {
	case "neg":
		for i, v := range x {
			dst[i] = -v
		}
		return
	case "exp":
		f = math.Exp
	case "log":
		f = math.Log
	case "tanh":
		f = math.Tanh
	case "sqrt":
		f = math.Sqrt
	default:
		eval, arg := scalar.Funcs[fn].Eval, make([]float64, 1)
		f = func(v float64) float64 {
			arg[0] = v
			return eval(arg)
		}
	}
	for i, v := range x {
		dst[i] = F(f(float64(v)))
	}
}

func binary[F ir.Float](fn string, dst, x, y []F) {
	switch fn {
	case "add":
		for i, v := range x {
			dst[i] = v + y[i]
		}
	case "sub":
		for i, v := range x {
			dst[i] = v - y[i]
		}
	case "mul":
		for i, v := range x {
			dst[i] = v * y[i]
		}
	case "div":
		for i, v := range x {
			dst[i] = v / y[i]
		}
	case "max":
		for i, v := range x {
			dst[i] = max(v, y[i])
		}
	case "min":
		for i, v := range x {
			dst[i] = min(v, y[i])
		}
	default:
		eval, args := scalar.Funcs[fn].Eval, make([]float64, 2)
		for i, v := range x {
			args[0], args[1] = float64(v), float64(y[i])
			dst[i] = F(eval(args))
		}
	}
}

// elementwise is e of the operands, broadcast to the given concrete shape.
func elementwise[F ir.Float](c *ir.Context[F], e scalar.Expr, shape ir.Shape, operands []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(shape)
	code := compile[F](e, c.Rows)
	data := make([][]F, len(operands))
	strides := make([][]int, len(operands)+1)
	strides[len(operands)] = shape.Strides()
	for i, t := range operands {
		data[i] = numbers(t)
		strides[i] = stretched(t.Shape, t.Shape.Strides(), shape)
	}
	extents := merge(shape, strides)
	at := make([]int, len(operands))
	blocks := make([][]F, len(operands))
	scratch := make([][]F, len(operands))
	for i := range scratch {
		scratch[i] = make([]F, chunk)
	}
	next := 0
	var walk func(axis int)
	walk = func(axis int) {
		if axis < len(extents)-1 {
			for range extents[axis] {
				walk(axis + 1)
				for i := range at {
					at[i] += strides[i][axis]
				}
			}
			for i := range at {
				at[i] -= extents[axis] * strides[i][axis]
			}
			return
		}
		inner := 1
		if axis < len(extents) {
			inner = extents[axis]
		}
		for from := 0; from < inner; from += chunk {
			n := min(chunk, inner-from)
			for i, d := range data {
				step := 0
				if axis < len(extents) {
					step = strides[i][axis]
				}
				blocks[i] = read(scratch[i], d, at[i]+from*step, step, n)
			}
			copy(out.F[next:next+n], code.run(blocks, n))
			next += n
		}
	}
	walk(0)
	return out
}

// read gives n elements from data[at] in steps of step, in place where it can.
func read[F ir.Float](scratch, data []F, at, step, n int) []F {
	if step == 1 {
		return data[at : at+n]
	}
	for i := range n {
		scratch[i] = data[at]
		at += step
	}
	return scratch
}

// merge joins adjacent axes wherever every list of strides, which it edits in
// place, goes on across them, and drops axes of extent 1. It gives the extents
// that remain.
func merge(shape ir.Shape, strides [][]int) []int {
	var extents []int
	keep := 0
	for i, d := range shape {
		if d == 1 {
			continue
		}
		joins := keep > 0
		for _, s := range strides {
			joins = joins && s[keep-1] == s[i]*d
		}
		if joins {
			extents[keep-1] *= d
			for _, s := range strides {
				s[keep-1] = s[i]
			}
			continue
		}
		extents = append(extents, d)
		for _, s := range strides {
			s[keep] = s[i]
		}
		keep++
	}
	for k := range strides {
		strides[k] = strides[k][:keep]
	}
	return extents
}
