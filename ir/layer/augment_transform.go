package layer

import (
	"math"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// warp are the arguments of layers that move the points of images: what lies
// beyond the border, and between points.
type warp struct {
	FillMode      string  `arg:"fill_mode,oneof=reflect|wrap|constant|nearest" doc:"what lies beyond the border: the image mirrored (reflect: d c b a | a b c d | d c b a), repeated (wrap), fill_value (constant), or its last points (nearest)" train:"only"`
	Interpolation string  `arg:"interpolation,oneof=nearest|bilinear" doc:"what lies between four points: the nearest of them, or their mean weighted by how near they are" train:"only"`
	FillValue     float64 `arg:"fill_value" doc:"what is beyond the border where fill_mode is constant" train:"only"`
}

// mirrored is the default.
var mirrored = warp{FillMode: "reflect", Interpolation: "bilinear"}

// affine says where the point (x, y) of a result is read: at column a[0]·x + a[1]·y +
// a[2] and row b[0]·x + b[1]·y + b[2], both divided by c[0]·x + c[1]·y + 1 where there
// is a perspective. Each is [n,1,1,1] or a number; nil is 0.
type affine struct {
	a, b [3]*ir.Value
	c    [2]*ir.Value
}

// transform moves the points of images, as TensorFlow's ImageProjectiveTransformV3,
// which Keras's affine_transform calls there. Source: tensorflow,
// core/kernels/image/image_ops.h.
func (s warp) transform(c *Context, x *ir.Value, t affine, height, width int) *ir.Value {
	across := op.ConstOf(c.B, ir.Shape{width, 1}, from0(width))
	down := op.ConstOf(c.B, ir.Shape{height, 1, 1}, from0(height))
	column, row := position(c, t.a, across, down), position(c, t.b, across, down)
	if t.c != [2]*ir.Value{} {
		depth := position(c, [3]*ir.Value{t.c[0], t.c[1], op.Scalar(c.B, 1)}, across, down)
		// What is infinitely far away is beyond the border.
		e := scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Num(-2), scalar.Call("div", scalar.Arg(0), scalar.Arg(1)))
		column, row = op.MapOf(c.B, e, "perspective", column, depth), op.MapOf(c.B, e, "perspective", row, depth)
	}
	column, row = s.within(c, "column", column, x.Shape[2]), s.within(c, "row", row, x.Shape[1])
	if s.Interpolation == "nearest" {
		// Halves are rounded away from 0.
		rounded := product(scalar.Call("sign", scalar.Arg(0)), scalar.Call("floor", sum(scalar.Call("abs", scalar.Arg(0)), scalar.Num(0.5))))
		return s.points(c, x, op.MapOf(c.B, rounded, "nearest", column), op.MapOf(c.B, rounded, "nearest", row), height, width)
	}
	floor := func(v *ir.Value) *ir.Value { return op.Unary(c.B, "floor", v) }
	next := func(v *ir.Value, size int) *ir.Value {
		e := sum(scalar.Arg(0), scalar.Num(1))
		if s.FillMode != "constant" { // what is beyond counts nothing
			e = scalar.Call("min", e, scalar.Num(size-1))
		}
		return op.MapOf(c.B, e, "next", v)
	}
	left, top := floor(column), floor(row)
	right, bottom := next(left, x.Shape[2]), next(top, x.Shape[1])
	at := func(column, row *ir.Value) *ir.Value { return s.points(c, x, column, row, height, width) }
	return bilinear(c, at(left, top), at(right, top), at(left, bottom), at(right, bottom), column, left, row, top)
}

// bilinear is the mean of four points around (column, row), of which the first is at
// (left, top), weighted by how near they are.
func bilinear(c *Context, first, second, third, fourth, column, left, row, top *ir.Value) *ir.Value {
	// With p and q the fractions of the column and of the row, the mean of the means.
	arg := func(i int) scalar.Expr { return scalar.Arg(i) }
	p, q := difference(arg(4), arg(5)), difference(arg(6), arg(7))
	mean := func(x, y, p scalar.Expr) scalar.Expr {
		return sum(product(difference(scalar.Num(1), p), x), product(p, y))
	}
	return op.MapOf(c.B, mean(mean(arg(0), arg(1), p), mean(arg(2), arg(3), p), q), "bilinear", first, second, third, fourth, column, left, row, top)
}

// position is k[0]·across + k[1]·down + k[2].
func position(c *Context, k [3]*ir.Value, across, down *ir.Value) *ir.Value {
	var e scalar.Expr
	var args []*ir.Value
	add := func(list ...*ir.Value) {
		term := scalar.Expr(scalar.Num(1))
		for _, v := range list {
			if v == nil {
				return
			}
			term = product(term, scalar.Arg(len(args)))
			args = append(args, v)
		}
		if e == nil {
			e = term
		} else {
			e = sum(e, term)
		}
	}
	add(k[0], across)
	add(k[1], down)
	add(k[2])
	return op.MapOf(c.B, e, "position", args...)
}

// within maps positions along an axis of so many points to positions on it.
func (s warp) within(c *Context, name string, v *ir.Value, size int) *ir.Value {
	x, num, call := scalar.Expr(scalar.Arg(0)), func(n int) scalar.Expr { return scalar.Num(n) }, scalar.Call
	// whole is the whole part of a number that is not negative.
	whole := func(e scalar.Expr) scalar.Expr { return call("floor", e) }
	e := x
	switch {
	case s.FillMode == "constant":
		return c.Named(v, name)
	case s.FillMode == "nearest" || size == 1:
	case s.FillMode == "reflect":
		// An image and its mirror image are a period; before 0, one period is left.
		period := num(2 * size)
		v = op.MapOf(c.B, call("select", call("lt", x, num(0)),
			sum(product(period, whole(call("div", call("neg", x), period))), x),
			difference(x, product(period, whole(call("div", x, period))))), "reflect", v)
		e = call("select", call("lt", x, num(0)),
			call("select", call("lt", x, num(-size)), sum(x, period), difference(call("neg", x), num(1))),
			call("select", call("ge", x, num(size)), difference(difference(period, x), num(1)), x))
	case s.FillMode == "wrap":
		e = call("select", call("lt", x, num(0)),
			sum(x, product(num(size), sum(whole(call("div", call("neg", x), num(size-1))), num(1)))),
			call("select", call("gt", x, num(size-1)), difference(x, product(num(size), whole(call("div", x, num(size-1))))), x))
	}
	return c.Named(op.MapOf(c.B, clipped(e, 0, float64(size-1)), s.FillMode, v), name)
}

// points are the points of x in whole columns and rows, and fill_value where that is
// outside of the image.
func (s warp) points(c *Context, x, column, row *ir.Value, height, width int) *ir.Value {
	h, w, channels := x.Shape[1], x.Shape[2], x.Shape[3]
	place := op.MapOf(c.B, sum(product(scalar.Arg(1), scalar.Num(w)), scalar.Arg(0)), "place", column, row)
	n := 1 // what is the same for all rows is computed once
	if place.Shape.Batched() {
		n = ir.Batch
	}
	place = op.ReshapeTo(c.B, op.BroadcastTo(c.B, place, ir.Shape{n, height, width, 1}), ir.Shape{n, height * width})
	ids := op.BroadcastTo(c.B, op.Integers(c.B, place, h*w), ir.Shape{ir.Batch, height * width})
	picked := op.GatherAlong(c.B, op.ReshapeTo(c.B, x, ir.Shape{ir.Batch, h * w, channels}), ids, 1)
	picked = op.ReshapeTo(c.B, picked, ir.Shape{ir.Batch, height, width, channels})
	if s.FillMode != "constant" {
		return picked
	}
	inside := func(v *ir.Value, size int) *ir.Value {
		return op.MapOf(c.B, scalar.Call("select", scalar.Call("ge", scalar.Arg(0), scalar.Num(0)), scalar.Call("lt", scalar.Arg(0), scalar.Num(size)), scalar.Num(0)), "inside", v)
	}
	fill := scalar.Num(s.FillValue)
	return op.MapOf(c.B, scalar.Call("select", scalar.Arg(1), scalar.Call("select", scalar.Arg(2), scalar.Arg(0), fill), fill), "fill",
		picked, inside(column, w), inside(row, h))
}

// turning is the sine of so many turns around the circle, a number from -1 to 1:
// brought to a quarter of a turn, and the power series there, of which what is left
// out is below 1e-9.
func turning(turns scalar.Expr) scalar.Expr {
	call, num := scalar.Call, func(v float64) scalar.Expr { return scalar.Num(v) }
	t := difference(turns, call("floor", sum(turns, num(0.5))))
	folded := call("max", call("min", t, difference(num(0.5), t)), difference(num(-0.5), t))
	z := product(folded, num(2*math.Pi))
	square := product(z, z)
	series, term := num(0), 1.0
	var k []float64
	for i := 1; i <= 15; i += 2 {
		k = append(k, term)
		term /= -float64((i + 1) * (i + 2))
	}
	for i := len(k) - 1; i >= 0; i-- {
		series = sum(product(series, square), num(k[i]))
	}
	return product(series, z)
}
