package gokernel

import (
	"math"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// wide is how many terms a sum has before it is kept in double precision.
const wide = 64

// reduction is where a reduction is kept while its loops run.
type reduction struct {
	loop.Stmt
	acc    *gotree.Var // the variable, and its type
	float  string
	best   *gotree.Var // of ArgMax: the place of the largest value so far
	result *gotree.Var // the variable that the result goes into; nil: it is stored
	again  bool        // which has been declared
}

// reduce writes a reduction over the inner loops of a statement. Its variables are
// declared beside those of other statements, so their names stay taken.
func (k *nestKernel) reduce(s loop.Stmt, vars []gotree.Expr) {
	r := k.begin(s)
	k.within(s, vars, func() { k.reduceElement(r, vars) })
	k.conclude(r, vars)
}

// begin names the variable of a reduction and gives it its first value.
func (k *nestKernel) begin(s loop.Stmt) *reduction {
	r := &reduction{Stmt: s, float: k.el.float}
	if s.Dst.Buf.Class == loop.Local {
		r.result = k.local(s.Dst.Buf)
	}
	r.again = r.result != nil && k.defined[s.Dst.Buf]
	r.acc = r.result
	long := s.Reduce == loop.Sum && (k.Shape != nil || loop.Points(s.Inner, wide+1) > wide)
	switch {
	case long:
		r.acc, r.float = k.Pick("total"), "float64"
	case s.Reduce == loop.Sum && r.acc == nil:
		r.acc = k.Pick("sum")
	case s.Reduce == loop.Max && r.acc == nil, s.Reduce == loop.ArgMax:
		r.acc = k.Pick("top")
	}
	lowest := k.el.constant(math.Inf(-1))
	switch known := r.again && r.acc == r.result; {
	case s.Reduce == loop.Sum && known:
		k.Add(gotree.Set(r.acc, "=", gotree.Int(0)))
	case s.Reduce == loop.Sum:
		k.Add(gotree.Zero{Vars: []*gotree.Var{r.acc}, Type: gotree.Word(r.float)})
	case known:
		k.Add(gotree.Set(r.acc, "=", lowest))
	default:
		k.Add(gotree.Let(r.acc, lowest))
	}
	if s.Reduce == loop.ArgMax {
		r.best = k.Pick("best")
		k.Add(gotree.Let(r.best, gotree.CallOf("int32", gotree.Int(0))))
	}
	return r
}

// reduceElement writes what the innermost loop does.
func (k *nestKernel) reduceElement(r *reduction, vars []gotree.Expr) {
	args := k.values(r.Stmt, vars, nil)
	if r.Reduce == loop.Sum && r.float == k.el.float {
		k.assign(r.acc, "+=", r.Value, args, "")
		return
	}
	if r.Reduce != loop.ArgMax {
		k.whole(r.Value, args, func(value gotree.Expr) gotree.Stmt {
			if r.Reduce == loop.Max {
				return gotree.Set(r.acc, "=", gotree.CallOf("max", r.acc, value))
			}
			return gotree.Set(r.acc, "+=", gotree.CallOf(r.float, value))
		})
		return
	}
	v := k.Pick("v")
	k.whole(r.Value, args, func(value gotree.Expr) gotree.Stmt {
		axes := k.Axes(r.Stmt)
		at, step := gotree.Sum{}, 1
		for i := len(axes) - 1; i >= len(k.Outer); i-- {
			at = at.Plus(vars[i], gotree.Literal(step))
			step *= axes[i].N
		}
		larger := gotree.Assign{To: []gotree.Expr{r.acc, r.best}, Op: "=", Values: []gotree.Expr{v, gotree.CallOf("int32", at.Expr())}}
		return &gotree.If{Init: gotree.Let(v, value), Cond: gotree.Binary{X: v, Op: ">", Y: r.acc}, Then: gotree.Block{larger}}
	})
}

// conclude stores a finished reduction.
func (k *nestKernel) conclude(r *reduction, vars []gotree.Expr) {
	dst := placed{r.Dst, k.Axes(r.Stmt)}
	if r.Reduce == loop.ArgMax {
		if r.result != nil && !r.again {
			k.defined[r.Dst.Buf] = true
			k.Add(gotree.Let(r.result, r.best))
			return
		}
		k.Add(gotree.Set(k.at(dst, vars), "=", r.best))
		return
	}
	var value gotree.Expr = r.acc
	if r.float != k.el.float {
		value = k.el.converted(r.acc, r.float)
	}
	finish := finishOf(r.Stmt)
	switch {
	case r.result == nil:
		if r.float != k.el.float && scalar.Size(finish) > 0 {
			short := k.Pick("sum")
			k.Add(gotree.Let(short, value))
			value = short
		}
		k.assign(k.at(dst, vars), "=", finish, []gotree.Expr{value}, r.Word)
	case r.acc != r.result && r.again:
		k.assign(r.result, "=", finish, []gotree.Expr{value}, r.Word)
	default:
		if r.acc != r.result {
			k.Add(gotree.Let(r.result, value))
		}
		if r.Finish != nil {
			k.assign(r.result, "=", finish, []gotree.Expr{r.result}, r.Word)
		}
	}
	if r.result != nil {
		k.defined[r.Dst.Buf] = true
	}
}

// finishOf is what becomes of the sum of a statement.
func finishOf(s loop.Stmt) scalar.Expr {
	if s.Finish == nil {
		return loopSum
	}
	return s.Finish
}
