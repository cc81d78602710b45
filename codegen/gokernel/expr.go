package gokernel

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/scalar"
)

// comparisons and arithmetic are the operators of scalar expressions.
var (
	comparisons = map[string]string{"eq": "==", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
	arithmetic  = map[string]string{"add": "+", "sub": "-", "mul": "*", "div": "/"}
)

// algebra makes the scalar expressions of a kernel.
type algebra struct {
	*Kernel
	scalars map[string]bool        // that the package carries: more of them are asked for
	held    map[string]*gotree.Var // parts of the current expression held in variables
	exposed bool                   // what is stored may be added to something in the same breath: by another statement, or where calls are inlined
}

// Float is the type that the kernel computes with.
func (k *algebra) Float() gotree.Word { return gotree.Word(k.el.float) }

// value is a scalar expression over operands.
func (k *algebra) value(e scalar.Expr, args []gotree.Expr) gotree.Expr {
	if len(k.held) > 0 {
		if v, ok := k.held[e.String()]; ok {
			return v
		}
	}
	switch e := e.(type) {
	case scalar.Arg:
		return args[e]
	case scalar.Num:
		return k.el.constant(float64(e))
	case scalar.Rows:
		k.Counted = true
		return gotree.CallOf(k.el.float, k.Shape.RowCount())
	}
	a := e.(scalar.Apply)
	if v, ok := constant(a); ok {
		return k.el.constant(v)
	}
	if _, ok := comparisons[a.Fn]; ok { // a condition read as a number
		return k.call("where", k.condition(a, args), gotree.Lit("1"), gotree.Lit("0"))
	}
	switch a.Fn {
	case "select":
		return k.call("where", k.condition(a.Args[0], args), k.term(a.Args[1], args), k.term(a.Args[2], args))
	case "neg":
		return gotree.Unary{Op: "-", X: k.value(a.Args[0], args)}
	case "max", "min":
		return gotree.CallOf(a.Fn, k.value(a.Args[0], args), k.value(a.Args[1], args))
	case "rsqrt":
		return gotree.Binary{X: gotree.Lit("1"), Op: "/", Y: k.call("sqrt", k.value(a.Args[0], args))}
	case "add", "sub":
		if n, ok := a.Args[1].(scalar.Num); ok && n < 0 && a.Fn == "add" {
			return gotree.Binary{X: k.term(a.Args[0], args), Op: "-", Y: k.el.constant(-float64(n))}
		}
		return gotree.Binary{X: k.term(a.Args[0], args), Op: arithmetic[a.Fn], Y: k.term(a.Args[1], args)}
	case "mul", "div":
		operand := k.value
		if doubles(a) {
			operand = k.term
		}
		return gotree.Binary{X: operand(a.Args[0], args), Op: arithmetic[a.Fn], Y: operand(a.Args[1], args)}
	}
	in := make([]gotree.Expr, len(a.Args))
	for i, x := range a.Args {
		in[i] = k.value(x, args)
	}
	return k.call(a.Fn, in...)
}

// doubles reports a product with 2, or a quotient by 1/2, which the compiler turns into
// a sum: x + x.
func doubles(a scalar.Apply) bool {
	if a.Fn == "div" {
		return a.Args[1] == scalar.Num(0.5)
	}
	return a.Args[0] == scalar.Num(2) || a.Args[1] == scalar.Num(2)
}

// term is an expression that something is added to: a product is rounded before.
func (k *algebra) term(e scalar.Expr, args []gotree.Expr) gotree.Expr {
	if a, ok := e.(scalar.Apply); ok && scaledBy(e) && k.held[e.String()] == nil {
		if _, folded := constant(a); !folded {
			return k.round(k.value(e, args))
		}
	}
	return k.value(e, args)
}

// stored is an expression whose value goes into dst by op: what is added to dst is a
// term, and so is what may be added to something from there.
func (k *algebra) stored(op string, e scalar.Expr, args []gotree.Expr) gotree.Expr {
	if op == "+=" || k.exposed {
		return k.term(e, args)
	}
	return k.value(e, args)
}

// constant folds what is constant but not finite: log(0), 1/0.
func constant(a scalar.Apply) (float64, bool) {
	in := make([]float64, len(a.Args))
	for i, x := range a.Args {
		switch x := x.(type) {
		case scalar.Num:
			in[i] = float64(x)
		case scalar.Apply:
			v, ok := constant(x)
			if !ok {
				return 0, false
			}
			in[i] = v
		default:
			return 0, false
		}
	}
	return scalar.Funcs[a.Fn].Eval(in), true
}

// condition is an expression that is asked for being other than zero.
func (k *algebra) condition(e scalar.Expr, args []gotree.Expr) gotree.Expr {
	if a, ok := e.(scalar.Apply); ok && comparisons[a.Fn] != "" {
		return gotree.Binary{X: k.value(a.Args[0], args), Op: comparisons[a.Fn], Y: k.value(a.Args[1], args)}
	}
	return gotree.Binary{X: k.value(e, args), Op: "!=", Y: gotree.Lit("0")}
}

// call is a call of one of the scalar functions that the package carries.
func (k *algebra) call(fn string, args ...gotree.Expr) gotree.Expr {
	k.scalars[fn] = true
	values := args
	if fn == "where" { // but for the condition
		values = args[1:]
	}
	literal := func(e gotree.Expr) bool { _, ok := e.(gotree.Lit); return ok }
	if k.el == generic && !slices.ContainsFunc(values, func(e gotree.Expr) bool { return !literal(e) }) {
		fn += "[F]" // which constants do not tell
	}
	return gotree.CallOf(fn, args...)
}

// assigned is dst = e, or dst += e, with what e needs more than once computed first
// and a choice at the top as an if.
func (k *writer) assigned(dst gotree.Expr, op string, e scalar.Expr, args []gotree.Expr, word string) gotree.Block {
	defer func() { k.held = nil }()
	out := k.parts(e, args)
	note := gotree.Say(Told(word))
	set := func(op string, value gotree.Expr, note gotree.Note) gotree.Stmt {
		return gotree.Assign{To: []gotree.Expr{dst}, Op: op, Values: []gotree.Expr{value}, Note: note}
	}
	a, ok := e.(scalar.Apply)
	if ok && op == "=" && k.held[e.String()] == nil {
		rounded := k.exposed && scaledBy(e)
		if sign := arithmetic[a.Fn]; sign != "" && !rounded && gotree.Equal(k.value(a.Args[0], args), dst) {
			operand := k.value(a.Args[1], args)
			if sign == "+" || sign == "-" {
				operand = k.term(a.Args[1], args)
			}
			return append(out, set(sign+"=", operand, note))
		}
	}
	if !ok || a.Fn != "select" {
		return append(out, set(op, k.stored(op, e, args), note))
	}
	choice := &gotree.If{Cond: k.condition(a.Args[0], args), Note: note}
	out = append(out, choice)
	yes := k.stored(op, a.Args[1], args)
	if op == "=" && gotree.Equal(yes, dst) { // it has the value already
		choice.Cond = gotree.Unary{Op: "!", X: choice.Cond}
		choice.Then = gotree.Block{set(op, k.stored(op, a.Args[2], args), nil)}
		return out
	}
	choice.Then = gotree.Block{set(op, yes, nil)}
	kept := a.Args[2] == scalar.Expr(scalar.Num(0))
	if op == "=" {
		kept = gotree.Equal(k.value(a.Args[2], args), dst)
	}
	if !kept {
		choice.Else = gotree.Block{set(op, k.stored(op, a.Args[2], args), nil)}
	}
	return out
}

// parts declares the parts of e that occur twice. Conditions are left alone.
func (k *writer) parts(e scalar.Expr, args []gotree.Expr) (out gotree.Block) {
	count := map[string]int{}
	parts := map[string]scalar.Apply{}
	var walk func(e scalar.Expr)
	walk = func(e scalar.Expr) {
		a, ok := e.(scalar.Apply)
		if !ok {
			return
		}
		key := a.String()
		count[key]++
		parts[key] = a
		if count[key] > 1 {
			return // its parts are counted
		}
		for _, x := range a.Args {
			walk(x)
		}
	}
	walk(e)
	var twice []string
	for key, n := range count {
		if n > 1 && comparisons[parts[key].Fn] == "" {
			twice = append(twice, key)
		}
	}
	// A part comes after the parts that it holds.
	sort.Slice(twice, func(i, j int) bool {
		si, sj := scalar.Size(parts[twice[i]]), scalar.Size(parts[twice[j]])
		return si < sj || si == sj && twice[i] < twice[j]
	})
	for _, key := range twice {
		value := k.term(parts[key], args)
		if k.held == nil {
			k.held = map[string]*gotree.Var{}
		}
		wish := cmp.Or(map[string]string{"exp": "e", "tanh": "t", "sigmoid": "s", "log": "l", "log1p": "l", "sqrt": "q"}[parts[key].Fn], "v")
		v := k.Pick(wish)
		out = append(out, gotree.Let(v, value))
		k.held[key] = v
	}
	return out
}

// assign writes what assigned is.
func (k *writer) assign(dst gotree.Expr, op string, e scalar.Expr, args []gotree.Expr, word string) {
	k.Add(k.assigned(dst, op, e, args, word)...)
}

// whole writes a statement of the value of e.
func (k *writer) whole(e scalar.Expr, args []gotree.Expr, use func(value gotree.Expr) gotree.Stmt) {
	k.Add(k.parts(e, args)...)
	k.Add(use(k.value(e, args)))
	k.held = nil
}
