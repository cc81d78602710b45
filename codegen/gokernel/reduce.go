package gokernel

import (
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// wide is how many terms a sum has before it is kept in double precision.
const wide = 64

// reduction is where a reduction is kept while its loops run.
type reduction struct {
	loop.Stmt
	acc    string // the variable, and its type
	float  string
	best   string // of ArgMax: the place of the largest value so far
	result string // the variable that the result goes into; "": it is stored
	again  bool   // which has been declared
}

// reduce prints a reduction over the inner loops of a statement.
func (k *nestKernel) reduce(s loop.Stmt, accs []placed, vars []string) {
	axes := k.Axes(s)
	dst := accs[0]
	r := k.begin(s)
	var ends []func()
	for i := len(k.Outer); i < len(axes); i++ {
		if i == len(axes)-1 {
			accs = k.hoist(accs, i, vars, &ends)
		}
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	k.reduceElement(r, vars)
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i]()
	}
	k.conclude(r, dst, vars)
	for _, name := range []string{r.acc, r.best} {
		if name != r.result {
			delete(k.names, name)
		}
	}
}

// begin names the variable of a reduction and gives it its first value.
func (k *nestKernel) begin(s loop.Stmt) *reduction {
	r := &reduction{Stmt: s, float: k.el.float}
	if s.Dst.Buf.Class == loop.Local {
		r.result = k.local(s.Dst.Buf)
	}
	r.again = r.result != "" && k.defined[s.Dst.Buf]
	r.acc = r.result
	switch s.Reduce {
	case loop.Sum:
		if k.Shape != nil || loop.Points(s.Inner, wide+1) > wide {
			r.acc, r.float = k.inner("total"), "float64"
		}
		if r.acc == "" {
			r.acc = k.inner("sum")
		}
	case loop.Max:
		if r.acc == "" {
			r.acc = k.inner("top")
		}
	case loop.ArgMax:
		r.acc = k.inner("top")
	}
	lowest := k.el.convert("§math.Inf(-1)", "float64")
	switch known := r.again && r.acc == r.result; {
	case s.Reduce == loop.Sum && known:
		k.line("%s = 0", r.acc)
	case s.Reduce == loop.Sum:
		k.line("var %s %s", r.acc, r.float)
	case known:
		k.line("%s = %s", r.acc, lowest)
	default:
		k.line("%s := %s", r.acc, lowest)
	}
	if s.Reduce == loop.ArgMax {
		r.best = k.inner("best")
		k.line("%s := int32(0)", r.best)
	}
	return r
}

// reduceElement prints what the innermost loop does.
func (k *nestKernel) reduceElement(r *reduction, vars []string) {
	args := k.values(r.Stmt, vars, "")
	if r.Reduce == loop.Sum && r.float == k.el.float {
		k.assign(r.acc, "+=", r.Value, args, "")
		return
	}
	v := ""
	if r.Reduce == loop.ArgMax {
		v = k.inner("v")
	}
	k.share(r.Value, args)
	value := k.expr(r.Value, args)
	switch r.Reduce {
	case loop.Sum:
		k.line("%s += %s(%s)", r.acc, r.float, value)
	case loop.Max:
		k.line("%s = max(%s, %s)", r.acc, r.acc, value)
	case loop.ArgMax:
		k.line("if %s := %s; %s > %s {", v, value, v, r.acc)
		axes := k.Axes(r.Stmt)
		at := affine{}
		step := 1
		for i := len(axes) - 1; i >= len(k.Outer); i-- {
			at.terms = append(at.terms, term{i, step, ""})
			step *= axes[i].N
		}
		k.line("%s, %s = %s, int32(%s)", r.acc, r.best, v, at.text(vars, ""))
		k.line("}")
	}
	k.held = nil
}

// conclude stores a finished reduction.
func (k *nestKernel) conclude(r *reduction, dst placed, vars []string) {
	if r.Reduce == loop.ArgMax {
		k.line("%s = %s", k.at(dst, vars), r.best)
		return
	}
	text := k.el.convert(r.acc, r.float)
	finish := r.Finish
	if finish == nil {
		finish = loopSum
	}
	switch {
	case r.result == "":
		if text != r.acc && scalar.Size(finish) > 0 {
			short := k.inner("sum")
			k.line("%s := %s", short, text)
			text = short
			defer delete(k.names, short)
		}
		k.assign(k.at(dst, vars), "=", finish, []string{text}, r.Word)
	case r.acc == r.result:
		if r.Finish != nil {
			k.assign(r.result, "=", finish, []string{r.acc}, r.Word)
		}
	case r.again:
		k.assign(r.result, "=", finish, []string{text}, r.Word)
	default:
		k.line("%s := %s", r.result, text)
		if r.Finish != nil {
			k.assign(r.result, "=", finish, []string{r.result}, r.Word)
		}
	}
	if r.result != "" {
		k.defined[r.Dst.Buf] = true
	}
}
