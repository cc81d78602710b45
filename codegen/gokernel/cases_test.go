package gokernel

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

func rowsAxis(n int) loop.Axis { return loop.Axis{Name: "n", N: n, Rows: true} }

func plainAxis(name string, n int) loop.Axis { return loop.Axis{Name: name, N: n} }

func rowBuf(shape ...int) *loop.Buffer { return &loop.Buffer{Name: "rows", Rows: true, Shape: shape} }

func weightBuf(shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: "w", Class: loop.Param, Shape: shape}
}

func fixedBuf(shape ...int) *loop.Buffer { return &loop.Buffer{Name: "fixed", Shape: shape} }

func idBuf(shape ...int) *loop.Buffer {
	return &loop.Buffer{Name: "ids", Class: loop.Input, DType: loop.I32, Rows: true, Shape: shape}
}

func access(b *loop.Buffer, strides ...int) loop.Access { return loop.Access{Buf: b, Strides: strides} }

func shifted(a loop.Access, offset int) loop.Access {
	a.Offset = offset
	return a
}

var (
	arg0, arg1, arg2 = scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1)), scalar.Expr(scalar.Arg(2))
	addBias          = scalar.Call("add", arg0, arg1)
	reluBias         = scalar.Call("max", addBias, scalar.Num(0))
	geluBias         = scalar.Call("mul", addBias, scalar.Call("add", scalar.Num(1), scalar.Call("erf", scalar.Call("mul", addBias, scalar.Num(0.7)))))
	maskBy           = scalar.Call("select", scalar.Call("gt", arg1, scalar.Num(0)), arg0, scalar.Num(0))
)

func kernelCases() []kernelCase {
	var cases []kernelCase
	image := false
	add := func(name string, limit int, k loop.Kernel) {
		cases = append(cases, kernelCase{name: name, kernel: k, limit: limit, image: image})
	}
	dense := func(in, out int, e scalar.Expr, word string) *loop.Contract {
		c := &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("o", out)}, K: []loop.Axis{plainAxis("i", in)},
			Out: access(rowBuf(out), out, 1, 0), Lhs: access(rowBuf(in), in, 0, 1), Rhs: access(weightBuf(in, out), 0, 1, out), Epilogue: e, Word: word}
		if e != nil {
			c.Extra = []loop.Access{access(weightBuf(out), 0, 1, 0)}
		}
		return c
	}
	for _, s := range [][2]int{{4, 5}, {1, 130}, {7, 40}, {8, 40}, {9, 33}, {23, 11}, {130, 1}, {131, 2}, {70, 3}, {129, 1}, {1, 1}, {1, 7}, {200, 4}} {
		add(fmt.Sprint("dense", s), 0, dense(s[0], s[1], reluBias, "relu"))
		add(fmt.Sprint("dense gelu", s), 0, dense(s[0], s[1], geluBias, "gelu"))
		in, out := s[0], s[1]
		dx := &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("i", in)}, K: []loop.Axis{plainAxis("o", out)},
			Out: access(rowBuf(in), in, 1, 0), Lhs: access(rowBuf(out), out, 0, 1), Rhs: access(weightBuf(in, out), 0, out, 1),
			Epilogue: maskBy, Extra: []loop.Access{access(rowBuf(in), in, 1, 0)}, Word: "relu gradient"}
		dx.Out.Buf.Grad, dx.Lhs.Buf.Grad = true, true
		add(fmt.Sprint("gradient to x", s), 0, dx)
		add(fmt.Sprint("gradient to w", s), 0, &loop.Contract{M: []loop.Axis{plainAxis("i", in)}, N: []loop.Axis{plainAxis("o", out)}, K: []loop.Axis{rowsAxis(1)},
			Out: access(weightBuf(in, out), out, 1, 0), Lhs: access(rowBuf(in), 1, 0, in), Rhs: access(rowBuf(out), 0, 1, out)})
		penalty := &loop.Contract{M: []loop.Axis{plainAxis("i", in)}, N: []loop.Axis{plainAxis("o", out)}, K: []loop.Axis{rowsAxis(1)},
			Out: access(weightBuf(in, out), out, 1, 0), Lhs: access(rowBuf(in), 1, 0, in), Rhs: access(rowBuf(out), 0, 1, out), Word: "penalty gradient",
			Epilogue: scalar.Call("add", scalar.Call("mul", arg2, scalar.Call("sign", arg1)), arg0),
			Extra:    []loop.Access{access(weightBuf(in, out), out, 1, 0), access(&loop.Buffer{Name: "share", Class: loop.Scalar}, 0, 0, 0)}}
		add(fmt.Sprint("gradient to w with a penalty", s), 0, penalty)
		add(fmt.Sprint("gradient to w, turned", s), 0, &loop.Contract{M: []loop.Axis{plainAxis("o", out)}, N: []loop.Axis{plainAxis("i", in)}, K: []loop.Axis{rowsAxis(1)},
			Out: access(weightBuf(in, out), 1, out, 0), Lhs: access(rowBuf(out), 1, 0, out), Rhs: access(rowBuf(in), 0, 1, in)})
	}
	// A part of a wider row, in and out, at an offset, accumulated.
	add("strided dense", 0, &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("o", 12)}, K: []loop.Axis{plainAxis("i", 17)}, Accumulate: true,
		Out: shifted(access(rowBuf(20), 20, 1, 0), 3), Lhs: shifted(access(rowBuf(30), 30, 0, 1), 5), Rhs: access(weightBuf(17, 12), 0, 1, 12)})
	add("strided dots", 0, &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("o", 13)}, K: []loop.Axis{plainAxis("i", 17)}, Accumulate: true,
		Out: shifted(access(rowBuf(20), 20, 1, 0), 3), Lhs: shifted(access(rowBuf(30), 30, 0, 1), 5), Rhs: access(weightBuf(13, 17), 0, 17, 1)})
	add("rows of time", 0, &loop.Contract{M: []loop.Axis{rowsAxis(3)}, N: []loop.Axis{plainAxis("o", 20)}, K: []loop.Axis{plainAxis("i", 10)},
		Out: access(rowBuf(3, 20), 20, 1, 0), Lhs: access(rowBuf(3, 10), 10, 0, 1), Rhs: access(weightBuf(2, 5, 20), 0, 1, 20)})
	add("accumulated epilogue", 0, &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("o", 20)}, K: []loop.Axis{plainAxis("i", 10)}, Accumulate: true,
		Out: access(rowBuf(20), 20, 1, 0), Lhs: access(rowBuf(10), 10, 0, 1), Rhs: access(weightBuf(10, 20), 0, 1, 20), Epilogue: reluBias, Extra: []loop.Access{access(weightBuf(20), 0, 1, 0)}})
	add("rows on the right", 0, &loop.Contract{M: []loop.Axis{plainAxis("o", 20)}, N: []loop.Axis{rowsAxis(1)}, K: []loop.Axis{plainAxis("i", 10)},
		Out: access(rowBuf(20), 1, 20, 0), Lhs: access(weightBuf(10, 20), 1, 0, 20), Rhs: access(rowBuf(10), 0, 10, 1)})
	for _, width := range []int{6, 20} { // a residual branch: the input is an extra too
		c := dense(width, width, scalar.Call("add", arg1, scalar.Call("tanh", arg0)), "tanh")
		c.Extra = []loop.Access{access(c.Lhs.Buf, width, 1, 0)}
		add(fmt.Sprint("residual ", width), 0, c)
		dy := rowBuf(width + 5)
		dy.Grad = true
		dx := &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("i", 5)}, K: []loop.Axis{plainAxis("o", width)},
			Out: access(rowBuf(5), 5, 1, 0), Lhs: shifted(access(dy, width+5, 0, 1), 5), Rhs: access(weightBuf(5, width), 0, width, 1),
			Epilogue: addBias, Extra: []loop.Access{access(dy, width+5, 1, 0)}}
		dx.Out.Buf.Grad = true
		add(fmt.Sprint("concatenated gradient ", width), 0, dx)
	}
	// Attention-like: a matrix product in every row and head.
	add("batched", 0, &loop.Contract{B: []loop.Axis{rowsAxis(1), plainAxis("h", 2)}, M: []loop.Axis{plainAxis("i", 3)}, N: []loop.Axis{plainAxis("j", 4)}, K: []loop.Axis{plainAxis("c", 5)},
		Out: access(rowBuf(2, 3, 4), 24, 12, 4, 1, 0), Lhs: access(rowBuf(3, 2, 5), 30, 5, 10, 0, 1), Rhs: access(rowBuf(4, 2, 5), 40, 5, 0, 10, 1)})
	add("two reduced axes", 0, &loop.Contract{M: []loop.Axis{rowsAxis(1), plainAxis("y", 3)}, N: []loop.Axis{plainAxis("o", 4)}, K: []loop.Axis{plainAxis("k", 2), plainAxis("c", 3)},
		Out: access(rowBuf(3, 4), 12, 4, 1, 0, 0), Lhs: access(rowBuf(4, 3), 12, 3, 0, 3, 1), Rhs: access(weightBuf(2, 3, 4), 0, 0, 1, 12, 4)})
	add("reduced over rows and time", 0, &loop.Contract{M: []loop.Axis{plainAxis("i", 3)}, N: []loop.Axis{plainAxis("o", 4)}, K: []loop.Axis{rowsAxis(1), plainAxis("t", 5)},
		Out: access(weightBuf(3, 4), 4, 1, 0, 0), Lhs: access(rowBuf(5, 3), 1, 0, 15, 3), Rhs: access(rowBuf(4, 5), 0, 5, 20, 1)})
	nestCases(add)
	sparseCases(add)
	meetCases(add)
	image = true
	convCases(add)
	windowCases(add)
	return cases
}

func store(inner []loop.Axis, dst loop.Access, v scalar.Expr, srcs ...loop.Access) loop.Stmt {
	return loop.Stmt{Inner: inner, Dst: dst, Value: v, Srcs: srcs}
}

func nest(outer []loop.Axis, body ...loop.Stmt) *loop.Nest {
	return &loop.Nest{Outer: outer, Body: body}
}

func nestCases(add func(string, int, loop.Kernel)) {
	axes := func(a ...loop.Axis) []loop.Axis { return a }
	local := func(name string) *loop.Buffer { return &loop.Buffer{Name: name, Class: loop.Local} }
	o7 := axes(plainAxis("o", 7))
	top, total := local("max"), local("sum")
	x, y := rowBuf(7), rowBuf(7)
	add("softmax", 0, nest(axes(rowsAxis(1)),
		loop.Stmt{Inner: o7, Dst: access(top, 0, 0), Reduce: loop.Max, Value: arg0, Srcs: []loop.Access{access(x, 7, 1)}},
		store(o7, access(y, 7, 1), scalar.Call("exp", scalar.Call("sub", arg0, arg1)), access(x, 7, 1), access(top, 0, 0)),
		loop.Stmt{Inner: o7, Dst: access(total, 0, 0), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{access(y, 7, 1)}, Finish: scalar.Call("add", arg0, scalar.Num(1))},
		store(o7, access(y, 7, 1), scalar.Call("div", arg0, arg1), access(y, 7, 1), access(total, 0, 0))))
	wideSum := local("sum")
	add("a wide sum in a variable", 0, nest(axes(rowsAxis(1)),
		loop.Stmt{Inner: axes(plainAxis("o", 90)), Dst: access(wideSum, 0, 0), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{access(rowBuf(90), 90, 1)}, Finish: scalar.Call("div", arg0, scalar.Rows{})},
		store(nil, access(rowBuf(), 1), scalar.Call("mul", arg0, arg0), access(wideSum, 0))))
	for _, n := range []int{7, 70} { // the second is long enough for sums in double precision
		o := axes(plainAxis("o", n))
		mean, spread := local("mean"), local("spread")
		x, y := access(rowBuf(n), n, 1), access(rowBuf(n), n, 1)
		by := scalar.Call("div", arg0, scalar.Num(n))
		add(fmt.Sprint("two sums of a row", n), 0, nest(axes(rowsAxis(1)),
			loop.Stmt{Inner: o, Dst: access(mean, 0, 0), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{x}, Finish: by},
			store(o, y, scalar.Call("sub", arg0, arg1), x, access(mean, 0, 0)),
			loop.Stmt{Inner: o, Dst: access(spread, 0, 0), Reduce: loop.Sum, Value: scalar.Call("mul", arg0, arg0), Srcs: []loop.Access{y}, Finish: by},
			loop.Stmt{Inner: o, Dst: access(rowBuf(), 1, 0), Reduce: loop.Sum, Value: scalar.Call("mul", arg0, arg1), Srcs: []loop.Access{y, access(spread, 0, 0)}},
			loop.Stmt{Inner: o, Dst: access(&loop.Buffer{Name: "rest", Rows: true}, 1, 0), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{y}}))
	}
	add("argmax", 0, nest(axes(rowsAxis(1)), loop.Stmt{Inner: o7, Dst: access(&loop.Buffer{Name: "best", DType: loop.I32, Rows: true}, 1, 0), Reduce: loop.ArgMax, Value: arg0, Srcs: []loop.Access{access(rowBuf(7), 7, 1)}}))
	add("argmax over two axes", 0, nest(axes(rowsAxis(1)), loop.Stmt{Inner: axes(plainAxis("t", 3), plainAxis("o", 4)), Dst: access(&loop.Buffer{Name: "best", DType: loop.I32, Rows: true}, 1, 0, 0), Reduce: loop.ArgMax,
		Value: arg0, Srcs: []loop.Access{access(rowBuf(3, 4), 12, 4, 1)}}))
	best := &loop.Buffer{Name: "best", DType: loop.I32, Class: loop.Local}
	add("argmax in a variable", 0, nest(axes(rowsAxis(1)), loop.Stmt{Inner: o7, Dst: access(best, 0, 0), Reduce: loop.ArgMax, Value: arg0, Srcs: []loop.Access{access(rowBuf(7), 7, 1)}},
		store(nil, access(rowBuf(), 1), scalar.Call("sub", scalar.Num(6), arg0), access(best, 0))))
	// Whole parts of numbers from below 0 to beyond the limit, kept and used at once.
	place := scalar.Call("mul", scalar.Call("add", arg0, scalar.Num(0.5)), scalar.Num(5))
	add("ids of numbers", 0, nest(axes(rowsAxis(1), plainAxis("o", 7)), loop.Stmt{Dst: access(&loop.Buffer{Name: "place", DType: loop.I32, Rows: true, Shape: []int{7}}, 7, 1), Value: loop.Integer(place, 5), Srcs: []loop.Access{access(rowBuf(7), 7, 1)}}))
	here := access(&loop.Buffer{Name: "l.id", DType: loop.I32, Class: loop.Local}, 0, 0)
	add("picked at once", 0, nest(axes(rowsAxis(1), plainAxis("o", 7)),
		loop.Stmt{Dst: here, Value: loop.Integer(place, 5), Srcs: []loop.Access{access(rowBuf(7), 7, 1)}},
		loop.Stmt{Dst: access(rowBuf(7), 7, 1), Value: arg0, Srcs: []loop.Access{{Buf: rowBuf(5), Strides: []int{5, 0}, Index: &here, IndexStride: 1}}}))
	add("max of everything", 0, nest(nil, loop.Stmt{Inner: axes(rowsAxis(1), plainAxis("o", 7)), Dst: access(fixedBuf(), 0, 0), Reduce: loop.Max, Value: scalar.Call("abs", arg0), Srcs: []loop.Access{access(rowBuf(7), 7, 1)}}))
	add("column means", 0, nest(o7, loop.Stmt{Inner: axes(rowsAxis(1)), Dst: access(weightBuf(7), 1, 0), Reduce: loop.Sum, Value: scalar.Call("mul", arg0, arg0), Srcs: []loop.Access{access(rowBuf(7), 1, 7)}, Finish: scalar.Call("div", arg0, scalar.Rows{})}))
	add("column sums into a part", 0, nest(o7, loop.Stmt{Inner: axes(rowsAxis(3)), Dst: shifted(access(fixedBuf(10), 1, 0), 2), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{access(rowBuf(3, 7), 1, 7)}}))
	add("sums of a broadcast", 0, nest(o7, loop.Stmt{Inner: axes(rowsAxis(1), plainAxis("t", 3)), Dst: access(weightBuf(7), 1, 0, 0), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{access(rowBuf(7), 1, 7, 0)}}))
	add("an operand that is not used", 0, nest(axes(rowsAxis(1)), store(o7, access(rowBuf(7), 7, 1), arg1, access(rowBuf(7), 7, 1), access(rowBuf(7), 7, 1))))
	mean := local("mean")
	add("columns with a variable", 0, nest(o7,
		loop.Stmt{Inner: axes(rowsAxis(1)), Dst: access(mean, 0, 0), Reduce: loop.Sum, Value: arg0, Srcs: []loop.Access{access(rowBuf(7), 1, 7)}, Finish: scalar.Call("div", arg0, scalar.Rows{})},
		store(nil, access(fixedBuf(7), 1), scalar.Call("mul", arg0, arg0), access(mean, 0))))
	sign := scalar.Call("add", scalar.Call("sign", arg0), scalar.Call("mul", scalar.Call("floor", arg1), scalar.Call("ge", arg0, arg1)))
	add("every element", 0, nest(axes(rowsAxis(7)), store(nil, access(rowBuf(7), 1), sign, access(rowBuf(7), 1), access(rowBuf(7), 1))))
	far := scalar.Call("select", scalar.Call("lt", scalar.Apply{Fn: "log", Args: []scalar.Expr{scalar.Num(0)}}, arg0), scalar.Call("min", arg0, scalar.Num(1e300)), scalar.Num(3))
	add("constants that are not finite", 0, nest(axes(rowsAxis(7)), store(nil, access(rowBuf(7), 1), far, access(rowBuf(7), 1))))
	deep := scalar.Call("sub", scalar.Call("neg", scalar.Call("neg", scalar.Call("sub", scalar.Num(-2), arg0))), scalar.Call("div", arg1, scalar.Call("mul", scalar.Num(-3), scalar.Call("sub", arg0, scalar.Num(5)))))
	add("signs and parentheses", 0, nest(axes(rowsAxis(7)), store(nil, access(rowBuf(7), 1), deep, access(rowBuf(7), 1), access(rowBuf(7), 1))))
	all := scalar.Call("add", scalar.Call("pow", scalar.Call("abs", arg0), scalar.Num(1.5)), scalar.Call("add", scalar.Call("rsqrt", scalar.Call("add", scalar.Num(2), arg0)), scalar.Call("mul", scalar.Call("expm1", arg0), scalar.Call("log1p", scalar.Call("mul", arg0, arg0)))))
	all = scalar.Call("add", all, scalar.Call("add", scalar.Call("tanh", arg0), scalar.Call("add", scalar.Call("sigmoid", arg0), scalar.Call("sqrt", scalar.Call("abs", arg0)))))
	add("every function", 0, nest(axes(rowsAxis(7)), store(nil, access(rowBuf(7), 1), all, access(rowBuf(7), 1))))
	add("transpose", 0, nest(axes(rowsAxis(1)), store(axes(plainAxis("i", 3), plainAxis("j", 4)), access(rowBuf(3, 4), 12, 4, 1), arg0, access(rowBuf(4, 3), 12, 1, 3))))
	add("reversed", 0, nest(axes(rowsAxis(1)), store(o7, access(rowBuf(7), 7, 1), arg0, shifted(access(rowBuf(7), 7, -1), 6))))
	add("scaled by numbers", 0, nest(axes(rowsAxis(1)), store(o7, access(rowBuf(7), 7, 1), scalar.Call("mul", arg0, scalar.Call("mul", arg1, arg2)), access(rowBuf(7), 7, 1),
		access(&loop.Buffer{Name: "weight", Class: loop.Weight, Rows: true}, 1, 0), access(&loop.Buffer{Name: "inv_total", Class: loop.Scalar}, 0, 0))))
	add("zero", 0, nest(nil, store(axes(rowsAxis(7)), access(rowBuf(7), 1), scalar.Num(0))))
	add("zero matrix", 0, nest(axes(plainAxis("i", 3)), store(axes(plainAxis("o", 4)), access(weightBuf(3, 4), 4, 1), scalar.Num(0))))
	add("zero a part", 0, nest(axes(rowsAxis(1)), store(axes(plainAxis("o", 4)), shifted(access(rowBuf(7), 7, 1), 2), scalar.Num(0))))
	for _, n := range []int{1, 3, 4, 5, 8, 11} {
		u := &loop.Buffer{Name: "dropout", Class: loop.Random, Rows: true, Shape: []int{n}}
		keep := scalar.Call("select", scalar.Call("ge", arg1, scalar.Num(0.5)), arg0, scalar.Num(0))
		add(fmt.Sprint("dropout over rows of ", n), 0, nest(axes(rowsAxis(n)), store(nil, access(rowBuf(n), 1), keep, access(rowBuf(n), 1), access(u, 1))))
	}
	u := &loop.Buffer{Name: "noise", Class: loop.Random, Rows: true, Shape: []int{3, 4}}
	add("random numbers in time", 0, nest(axes(rowsAxis(1)), store(axes(plainAxis("t", 3), plainAxis("o", 4)), access(rowBuf(3, 4), 12, 4, 1), arg0, access(u, 12, 4, 1))))
	v := &loop.Buffer{Name: "shared noise", Class: loop.Random, Rows: true, Shape: []int{3}}
	each := &loop.Buffer{Name: "one for all rows", Class: loop.Random, Shape: []int{4}}
	add("random numbers that rows share", 0, nest(axes(rowsAxis(1)), store(axes(plainAxis("o", 4)), access(rowBuf(4), 4, 1), scalar.Call("add", arg0, arg1), access(rowBuf(4), 4, 1), access(each, 0, 1))))
	add("random numbers out of order", 0, nest(axes(rowsAxis(1)), store(axes(plainAxis("t", 3), plainAxis("o", 4)), access(rowBuf(3, 4), 12, 4, 1), arg0, access(v, 3, 1, 0))))
}

func sparseCases(add func(string, int, loop.Kernel)) {
	axes := func(a ...loop.Axis) []loop.Axis { return a }
	indexed := func(b *loop.Buffer, stride int, index loop.Access, strides ...int) loop.Access {
		return loop.Access{Buf: b, Strides: strides, Index: &index, IndexStride: stride}
	}
	ids := idBuf(5)
	add("embedding", 11, nest(axes(rowsAxis(5)), store(axes(plainAxis("c", 6)), access(rowBuf(5, 6), 6, 1), arg0, indexed(weightBuf(11, 6), 6, access(ids, 1, 0), 0, 1))))
	add("embedding from the arena", 11, nest(axes(rowsAxis(1), plainAxis("t", 5)), store(axes(plainAxis("c", 6)), access(rowBuf(5, 6), 30, 6, 1), arg0, indexed(fixedBuf(11, 6), 6, access(idBuf(5), 5, 1, 0), 0, 0, 1))))
	add("embedding gradient", 11, nest(axes(rowsAxis(5)), loop.Stmt{Inner: axes(plainAxis("c", 6)), Dst: indexed(weightBuf(11, 6), 6, access(idBuf(5), 1, 0), 0, 1), Value: arg0, Srcs: []loop.Access{access(rowBuf(5, 6), 6, 1)}, Accumulate: true}))
	class := &loop.Buffer{Name: "target", Class: loop.Target, DType: loop.I32, Rows: true}
	add("class of a row", 7, nest(axes(rowsAxis(1)), store(nil, access(rowBuf(), 1), scalar.Call("neg", arg0), indexed(rowBuf(7), 1, access(class, 1), 7))))
	add("add at a class", 7, nest(axes(rowsAxis(1)), loop.Stmt{Dst: indexed(rowBuf(7), 1, access(class, 1), 7), Value: scalar.Num(2), Accumulate: true}))
	add("class as a number", 7, nest(axes(rowsAxis(1)), store(nil, access(rowBuf(), 1), scalar.Call("mul", arg0, scalar.Num(0.5)), access(class, 1))))
	raggedIDs := &loop.Buffer{Name: "tokens", Class: loop.Input, DType: loop.I32, Ragged: true, Rows: true}
	add("gather and sum", 9, &loop.GatherSum{Ids: raggedIDs, Table: weightBuf(9, 6), Out: rowBuf(6), Limit: 9, Width: 6})
	add("gather and sum, then gelu", 9, &loop.GatherSum{Ids: raggedIDs, Table: fixedBuf(9, 6), Out: rowBuf(6), Limit: 9, Width: 6, Epilogue: geluBias, Extra: []loop.Access{access(weightBuf(6), 0, 1)}, Word: "gelu"})
	add("gather and sum, masked", 9, &loop.GatherSum{Ids: idBuf(4), Table: weightBuf(9, 6), Out: rowBuf(6), Limit: 9, Width: 6, Epilogue: maskBy, Extra: []loop.Access{access(rowBuf(6), 6, 1)}})
	add("scatter and sum", 9, &loop.ScatterSum{Ids: raggedIDs, Grad: rowBuf(6), Table: weightBuf(9, 6), Limit: 9, Width: 6})
	add("scatter and sum of fixed ids", 9, &loop.ScatterSum{Ids: idBuf(4), Grad: rowBuf(6), Table: fixedBuf(9, 6), Limit: 9, Width: 6})
	add("multi hot", 9, &loop.MultiHot{Ids: raggedIDs, Out: rowBuf(9), Limit: 9, Set: true})
	add("counts", 9, &loop.MultiHot{Ids: idBuf(4), Out: rowBuf(9), Limit: 9})
}

// meetCases are kernels of which a row reads others.
func meetCases(add func(string, int, loop.Kernel)) {
	for _, width := range []int{1, 6, 70} {
		for _, inverse := range []bool{false, true} {
			add(fmt.Sprint("shuffle ", width, inverse), 0, &loop.Shuffle{Keys: rowBuf(), In: rowBuf(width), Out: rowBuf(width), Width: width, Inverse: inverse})
		}
		scaled := scalar.Call("mul", arg0, scalar.Num(0.25))
		terms := [2]scalar.Expr{scalar.Call("mul", scalar.Call("max", scaled, scalar.Num(-0.3)), scalar.Call("sub", scalar.Num(0.4), scaled)), scalar.Call("neg", scaled)}
		for _, labels := range []*loop.Buffer{{Name: "target", Class: loop.Target, DType: loop.I32, Rows: true}, idBuf()} {
			p := loop.Pairs{X: rowBuf(width), Labels: labels, Out: rowBuf(2), Width: width, Terms: terms, Itself: labels.Class == loop.Target}
			add(fmt.Sprint("pairs ", width, p.Itself), 3, &p)
			slopes := [2]scalar.Expr{scalar.Diff(terms[0], 0), scalar.Diff(terms[1], 0)}
			add(fmt.Sprint("gradient of pairs ", width, p.Itself), 3, &loop.PairsGrad{Pairs: p, Slopes: slopes, DOut: rowBuf(2), DX: rowBuf(width)})
		}
	}
}
