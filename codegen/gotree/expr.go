package gotree

import (
	"slices"
	"strings"
)

// Expr is a Go expression. Its text has the parentheses that it needs, and no blanks
// that gofmt puts in.
type Expr interface {
	String() string
	bind() int // how strongly its outermost operator binds
	// each is the expression with what f makes of its parts, in the order in which
	// they are printed; some of them may be nil.
	each(f func(Expr) Expr) Expr
}

// Binding strength, as in Go; a sign binds like a product, so that x*(-y) has
// parentheses, and a negative number like a sum.
const (
	bindOr = iota + 1
	bindAnd
	bindCompare
	bindSum
	bindProduct
	bindUnary
	bindTight // calls, names
)

var operators = map[string]int{
	"||": bindOr, "&&": bindAnd,
	"==": bindCompare, "!=": bindCompare, "<": bindCompare, "<=": bindCompare, ">": bindCompare, ">=": bindCompare,
	"+": bindSum, "-": bindSum, "*": bindProduct, "/": bindProduct, "%": bindProduct,
}

type (
	// Var is a variable, parameter or constant that a function declares. Who holds the
	// pointer means this one, so it may get its name late.
	Var struct{ Name string }

	// Word is a name that does not change: of a type or a function, or nil.
	Word string

	// Lit is a literal other than an integer of a kernel (Number): 0.5.
	Lit string

	// Qual is a name of another package, by the name in Imports.
	Qual struct{ Package, Name string }

	// Binary is X Op Y.
	Binary struct {
		X  Expr
		Op string
		Y  Expr
	}

	// Unary is Op X.
	Unary struct {
		Op string
		X  Expr
	}

	// Paren is an expression in parentheses whatever stands around it.
	Paren struct{ X Expr }

	// CallExpr is Fn(Args), or a conversion.
	CallExpr struct {
		Fn   Expr
		Args []Expr
	}

	// Index is X[At[0]][At[1]] and so on.
	Index struct {
		X  Expr
		At []Expr
	}

	// Slice is X[From:To], each of which may be missing.
	Slice struct{ X, From, To Expr }

	// View is the N elements of a slice from From (nil: 0) on: as an array where N is a
	// literal, so that the compiler knows their number.
	View struct {
		X, From Expr
		N       Number
		Elem    Word
	}

	// Member is X.Name.
	Member struct {
		X    Expr
		Name string
	}

	// Composite is Type{Elems}, or a part of another without a Type; an element to a
	// line where Table is set.
	Composite struct {
		Type  Expr
		Elems []Expr
		Table bool
	}

	// Keyed is an element Key: Value of a Composite; the key is no number of a kernel.
	Keyed struct {
		Key   string
		Value Expr
	}

	// ArrayType is the type [N]Elem.
	ArrayType struct {
		N    Number
		Elem Expr
	}

	// Added is a sum of many terms, four to a line.
	Added []Expr
)

func (v *Var) String() string { return v.Name }
func (w Word) String() string { return string(w) }
func (l Lit) String() string  { return string(l) }

// String marks the package for File, which imports it.
func (q Qual) String() string { return "§" + q.Package + "." + q.Name }

func (b Binary) String() string {
	at := operators[b.Op]
	left := at
	if at == bindCompare { // a < b < c is none
		left++
	}
	right := at + 1
	if n, ok := b.Y.(Number); ok && b.Op == "*" && product(n) { // of integers, x*(y*z) is x*y*z
		right = at
	}
	x, y := within(b.X, left), within(b.Y, right)
	if strings.HasPrefix(y, b.Op) || b.Op == "<" && strings.HasPrefix(y, "-") { // x - -y; x <-y receives
		return x + " " + b.Op + " " + y
	}
	return x + b.Op + y
}

// product reports names, literals and what they multiply to.
func product(e Expr) bool {
	switch e := e.(type) {
	case Number:
		return e.Known() || product(e.As)
	case Binary:
		return e.Op == "*" && product(e.X) && product(e.Y)
	}
	return e.bind() == bindTight
}

func (u Unary) String() string {
	if _, ok := u.X.(Number); ok { // of integers, -(x*y) is -x*y
		return u.Op + within(u.X, bindProduct)
	}
	return u.Op + within(u.X, bindUnary)
}

func (p Paren) String() string    { return "(" + p.X.String() + ")" }
func (c CallExpr) String() string { return within(c.Fn, bindTight) + "(" + list(c.Args) + ")" }

func (x Index) String() string {
	var b strings.Builder
	b.WriteString(within(x.X, bindTight))
	for _, at := range x.At {
		b.WriteString("[" + at.String() + "]")
	}
	return b.String()
}

func (s Slice) String() string {
	text := func(e Expr) string {
		if e == nil {
			return ""
		}
		return e.String()
	}
	return within(s.X, bindTight) + "[" + text(s.From) + ":" + text(s.To) + "]"
}

func (v View) String() string {
	rest := Slice{X: v.X, From: v.From}
	if v.N.Known() {
		return CallExpr{Paren{Unary{"*", ArrayType{v.N, v.Elem}}}, []Expr{rest}}.String()
	}
	return Slice{X: rest, To: v.N}.String()
}

func (m Member) String() string    { return within(m.X, bindTight) + "." + m.Name }
func (a ArrayType) String() string { return "[" + a.N.String() + "]" + a.Elem.String() }

func (c Composite) String() string {
	typ := ""
	if c.Type != nil {
		typ = c.Type.String()
	}
	if !c.Table {
		return typ + "{" + list(c.Elems) + "}"
	}
	var b strings.Builder
	for _, e := range c.Elems {
		b.WriteString(e.String() + ",\n")
	}
	return typ + "{\n" + b.String() + "}"
}

func (k Keyed) String() string { return k.Key + ": " + k.Value.String() }

func (a Added) String() string {
	var b strings.Builder
	for i, e := range a {
		switch {
		case i > 0 && i%4 == 0:
			b.WriteString(" +\n")
		case i > 0:
			b.WriteString(" + ")
		}
		b.WriteString(within(e, bindSum+min(i, 1)))
	}
	return b.String()
}

// within is the text of an expression next to an operator of some strength.
func within(e Expr, bind int) string {
	if e.bind() < bind {
		return "(" + e.String() + ")"
	}
	return e.String()
}

// list is the text of expressions in a row.
func list[E Expr](exprs []E) string { return strings.Join(texts(exprs), ", ") }

func texts[E Expr](exprs []E) []string {
	list := make([]string, len(exprs))
	for i, e := range exprs {
		list[i] = e.String()
	}
	return list
}

func (*Var) bind() int      { return bindTight }
func (Word) bind() int      { return bindTight }
func (Qual) bind() int      { return bindTight }
func (b Binary) bind() int  { return operators[b.Op] }
func (Paren) bind() int     { return bindTight }
func (CallExpr) bind() int  { return bindTight }
func (Index) bind() int     { return bindTight }
func (Slice) bind() int     { return bindTight }
func (View) bind() int      { return bindTight }
func (Member) bind() int    { return bindTight }
func (ArrayType) bind() int { return bindTight }
func (Composite) bind() int { return bindTight }
func (Keyed) bind() int     { return bindTight }

func (l Lit) bind() int {
	if strings.HasPrefix(string(l), "-") {
		return bindSum
	}
	return bindTight
}

func (u Unary) bind() int {
	if u.Op == "-" {
		return bindProduct
	}
	return bindUnary
}

// bind is that of a sum, though it may have but one term.
func (Added) bind() int { return bindSum }

func (v *Var) each(func(Expr) Expr) Expr { return v }
func (w Word) each(func(Expr) Expr) Expr { return w }
func (l Lit) each(func(Expr) Expr) Expr  { return l }
func (q Qual) each(func(Expr) Expr) Expr { return q }

func (n Number) each(f func(Expr) Expr) Expr {
	if !n.Known() {
		n.As = f(n.As)
	}
	return n
}

func (b Binary) each(f func(Expr) Expr) Expr    { return Binary{f(b.X), b.Op, f(b.Y)} }
func (u Unary) each(f func(Expr) Expr) Expr     { return Unary{u.Op, f(u.X)} }
func (p Paren) each(f func(Expr) Expr) Expr     { return Paren{f(p.X)} }
func (c CallExpr) each(f func(Expr) Expr) Expr  { return CallExpr{f(c.Fn), all(c.Args, f)} }
func (x Index) each(f func(Expr) Expr) Expr     { return Index{f(x.X), all(x.At, f)} }
func (s Slice) each(f func(Expr) Expr) Expr     { return Slice{f(s.X), f(s.From), f(s.To)} }
func (m Member) each(f func(Expr) Expr) Expr    { return Member{f(m.X), m.Name} }
func (k Keyed) each(f func(Expr) Expr) Expr     { return Keyed{k.Key, f(k.Value)} }
func (a ArrayType) each(f func(Expr) Expr) Expr { return ArrayType{f(a.N).(Number), f(a.Elem)} }
func (a Added) each(f func(Expr) Expr) Expr     { return Added(all(a, f)) }

func (v View) each(f func(Expr) Expr) Expr {
	n := f(v.N).(Number)
	return View{f(v.X), f(v.From), n, v.Elem}
}

func (c Composite) each(f func(Expr) Expr) Expr {
	return Composite{f(c.Type), all(c.Elems, f), c.Table}
}

// all are what f makes of some expressions.
func all[E Expr](list []E, f func(Expr) Expr) []E {
	made := make([]E, len(list))
	for i, e := range list {
		made[i], _ = f(e).(E)
	}
	return made
}

// parts are the expressions that one is made of.
func parts(e Expr) (list []Expr) {
	e.each(func(x Expr) Expr {
		list = append(list, x)
		return x
	})
	return list
}

// Op is x op y.
func Op(x Expr, op string, y Expr) Expr { return Binary{x, op, y} }

// Chain is a op b op c, from left to right.
func Chain(op string, list ...Expr) Expr {
	x := list[0]
	for _, y := range list[1:] {
		x = Binary{x, op, y}
	}
	return x
}

// Ref is the address of x.
func Ref(x Expr) Expr { return Unary{"&", x} }

// At is the element of x at an index, or at one for each dimension.
func At(x Expr, at ...Expr) Expr { return Index{x, at} }

// CallOf is a call of what a word names: a function, or a type.
func CallOf(fn string, args ...Expr) Expr { return CallExpr{Word(fn), args} }

// Equal reports expressions that read the same.
func Equal(a, b Expr) bool { return a.String() == b.String() }

// Is reports an expression that is a number of this value in every call.
func Is(e Expr, v int) bool {
	n, ok := e.(Number)
	return ok && n.Is(v)
}

// Simple reports a name or a literal that is not negative: what reads well as a
// limit of a loop, however often.
func Simple(e Expr) bool {
	_, number := e.(Number)
	return e.bind() == bindTight && (number || len(parts(e)) == 0)
}

// mentions reports that v stands in an expression.
func mentions(e Expr, v *Var) bool {
	return e != nil && (e == Expr(v) || slices.ContainsFunc(parts(e), func(e Expr) bool { return mentions(e, v) }))
}

// Int is a literal integer.
func Int(v int) Expr { return Literal(v) }
