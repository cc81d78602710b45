package gokernel

import (
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// wide is how many terms a sum has before it is kept in double precision.
const wide = 64

// reduce prints a reduction over the inner loops of a statement.
func (k *nestKernel) reduce(s loop.Stmt, accs []placed, vars []string) {
	axes := k.Axes(s)
	dst := accs[0]
	result := ""
	if s.Dst.Buf.Class == loop.Local {
		result = k.local(s.Dst.Buf)
	}
	acc := result
	float := k.el.float
	switch s.Reduce {
	case loop.Sum:
		if k.Shape != nil || loop.Points(s.Inner, wide+1) > wide {
			acc, float = k.inner("total"), "float64"
		}
		if acc == "" {
			acc = k.inner("sum")
		}
	case loop.Max:
		if acc == "" {
			acc = k.inner("top")
		}
	case loop.ArgMax:
		acc = k.inner("top")
	}
	again := result != "" && k.defined[s.Dst.Buf]
	switch {
	case s.Reduce == loop.Sum && again && acc == result:
		k.line("%s = 0", acc)
	case s.Reduce == loop.Sum:
		k.line("var %s %s", acc, float)
	default:
		lowest := k.el.convert("§math.Inf(-1)", "float64")
		if again && acc == result {
			k.line("%s = %s", acc, lowest)
		} else {
			k.line("%s := %s", acc, lowest)
		}
	}
	best := ""
	if s.Reduce == loop.ArgMax {
		best = k.inner("best")
		k.line("%s := int32(0)", best)
	}
	var ends []func()
	for i := len(k.Outer); i < len(axes); i++ {
		if i == len(axes)-1 {
			accs = k.hoist(accs, i, vars, &ends)
		}
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	args := k.values(s, vars, "")
	switch s.Reduce {
	case loop.Sum:
		value := s.Value
		if float != k.el.float {
			k.share(value, args)
			k.line("%s += %s(%s)", acc, float, k.expr(value, args))
			k.held = nil
		} else {
			k.assign(acc, "+=", value, args, "")
		}
	case loop.Max:
		k.share(s.Value, args)
		k.line("%s = max(%s, %s)", acc, acc, k.expr(s.Value, args))
		k.held = nil
	case loop.ArgMax:
		v := k.inner("v")
		k.share(s.Value, args)
		k.line("if %s := %s; %s > %s {", v, k.expr(s.Value, args), v, acc)
		k.held = nil
		at := affine{}
		step := 1
		for i := len(axes) - 1; i >= len(k.Outer); i-- {
			at.terms = append(at.terms, term{i, step, ""})
			step *= axes[i].N
		}
		k.line("%s, %s = %s, int32(%s)", acc, best, v, at.text(vars, ""))
		k.line("}")
	}
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i]()
	}
	k.conclude(s, dst, acc, best, result, float, again, vars)
	for _, name := range []string{acc, best} {
		if name != result {
			delete(k.names, name)
		}
	}
}

// conclude stores a finished reduction.
func (k *nestKernel) conclude(s loop.Stmt, dst placed, acc, best, result, float string, again bool, vars []string) {
	if s.Reduce == loop.ArgMax {
		k.line("%s = %s", k.at(dst, vars), best)
		return
	}
	text := k.el.convert(acc, float)
	finish := s.Finish
	if finish == nil {
		finish = loopSum
	}
	switch {
	case result == "":
		if text != acc && scalar.Size(finish) > 0 {
			short := k.inner("sum")
			k.line("%s := %s", short, text)
			text = short
			defer delete(k.names, short)
		}
		k.assign(k.at(dst, vars), "=", finish, []string{text}, s.Word)
	case acc == result:
		if s.Finish != nil {
			k.assign(result, "=", finish, []string{acc}, s.Word)
		}
	case again:
		k.assign(result, "=", finish, []string{text}, s.Word)
	default:
		k.line("%s := %s", result, text)
		if s.Finish != nil {
			k.assign(result, "=", finish, []string{result}, s.Word)
		}
	}
	if result != "" {
		k.defined[s.Dst.Buf] = true
	}
}
