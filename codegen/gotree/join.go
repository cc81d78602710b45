package gotree

import (
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Likeness is the same for blocks that differ in nothing but integers, other than
// sizes of arrays and constants: those that Join makes one.
func (b Block) Likeness() string {
	var l likeness
	l.block(b)
	return l.String()
}

// likeness is a tree in the making as a string.
type likeness struct {
	strings.Builder
	constant bool // what stands here is no variable
}

func (l *likeness) add(texts ...string) {
	for _, text := range texts {
		l.WriteString(text)
		l.WriteByte(0)
	}
}

func (l *likeness) block(b Block) {
	for _, s := range b {
		l.stmt(s)
	}
	l.add("}")
}

func (l *likeness) stmt(s Stmt) {
	l.add(reflect.TypeOf(s).String())
	was := l.constant
	defer func() { l.constant = was }()
	switch s := s.(type) {
	case *For:
		l.add(s.Var.Name)
	case *Range:
		for _, v := range []*Var{s.Key, s.Value} {
			if v != nil {
				l.add(v.Name)
			}
			l.add(",")
		}
	case *While:
		l.head(s.Init)
		l.head(s.Post)
	case *If:
		l.head(s.Init)
	case Declare:
		l.add(list(s.Vars))
	case Zero:
		l.add(list(s.Vars))
		l.constant = true
	case Const:
		l.add(s.Var.Name)
		l.constant = true
	case Assign:
		l.add(s.Op, strconv.Itoa(len(s.To)))
	case Jump:
		l.add(string(s))
	}
	s.each(l.expr, func(b Block) Block {
		l.block(b)
		return b
	})
	l.add(")")
}

// head is a statement in the head of another, where there is one.
func (l *likeness) head(s Stmt) {
	if s == nil {
		l.add("-")
	} else {
		l.stmt(s)
	}
}

func (l *likeness) expr(e Expr) Expr {
	if e == nil {
		l.add("-")
		return nil
	}
	l.add(reflect.TypeOf(e).String())
	was := l.constant
	switch e := e.(type) {
	case *Var, Word, Lit, Qual:
		l.add(e.String())
		return e
	case Number:
		if e.Known() && l.constant {
			l.add(e.String())
		}
	case Binary:
		l.add(e.Op)
	case Unary:
		l.add(e.Op)
	case View:
		l.add(string(e.Elem))
	case Member:
		l.add(e.Name)
	case Keyed:
		l.add(e.Key)
	case ArrayType:
		l.constant = true
	}
	e.each(l.expr)
	l.constant = was
	l.add(")")
	return e
}

// Join makes one block of several that have the same likeness. Where an integer is
// not the same in all of them, number says what stands for it: an expression that a
// variable holds, for the integers that it is in the blocks, and what the variable
// might be called. Comments have dots there.
func Join(blocks []Block, number func(wish string, values []int) Number) Block {
	if len(blocks) == 1 {
		return blocks[0]
	}
	return joining(number).block(blocks)
}

type joining func(wish string, values []int) Number

// column are the elements at one place of some lists.
func column[L ~[]E, E any](lists []L, i int) []E {
	c := make([]E, len(lists))
	for k, l := range lists {
		c[k] = l[i]
	}
	return c
}

func (j joining) block(list []Block) Block {
	made := make(Block, len(list[0]))
	for i := range made {
		made[i] = j.stmt(column(list, i))
	}
	return made
}

func (j joining) stmt(list []Stmt) Stmt {
	exprs, blocks := make([][]Expr, len(list)), make([][]Block, len(list))
	for k, s := range list {
		exprs[k], blocks[k] = inside(s)
	}
	e, b := -1, -1
	return list[0].each(func(Expr) Expr {
		e++
		return j.expr(column(exprs, e), placeInStmt(list[0], e))
	}, func(Block) Block {
		b++
		return j.block(column(blocks, b))
	})
}

func (j joining) expr(list []Expr, at place) Expr {
	switch e := list[0].(type) {
	case nil, *Var, Word, Lit, Qual:
		return e
	case Number:
		if e.Known() {
			return j.literal(list, at)
		}
	}
	lists := make([][]Expr, len(list))
	for k, e := range list {
		lists[k] = parts(e)
	}
	i := -1
	return list[0].each(func(Expr) Expr {
		i++
		return j.expr(column(lists, i), at.inside(list[0], i))
	})
}

// literal is what stands for literals.
func (j joining) literal(list []Expr, at place) Expr {
	values := make([]int, len(list))
	for k, e := range list {
		values[k] = e.(Number).Value
	}
	switch least, most := slices.Min(values), slices.Max(values); {
	case least == most:
		return list[0]
	case at.comment:
		return Number{As: Word("…")}
	case most < 0: // so that what holds 8 serves for -8
		for k := range values {
			values[k] = -values[k]
		}
		return Number{-values[0], Unary{"-", j(at.wish(), values)}}
	}
	return j(at.wish(), values)
}

// place is where an expression stands: it names the variable that holds a number
// there.
type place struct {
	name      string // the variable's
	slice, by string // else what is indexed, and by what times the number
	comment   bool
}

// wish is a name for a number: "xR" of x[r*64], "nR" of range and of limits, and
// a key of what it is the value of.
func (p place) wish() string {
	switch {
	case p.name != "":
		return p.name
	case p.slice != "":
		return p.slice + p.by
	}
	return "size"
}

// inside is where part i of an expression stands.
func (p place) inside(e Expr, i int) place {
	p.name, p.by = "", ""
	indexed := func(x Expr, first bool) place {
		if !first {
			return p
		}
		return place{slice: last(x)}
	}
	switch e := e.(type) {
	case Note:
		p.comment = true
	case CallExpr, Paren, Composite:
		p.slice = ""
	case Index:
		if i > 1 {
			return place{}
		}
		return indexed(e.X, i == 1)
	case Slice:
		return indexed(e.X, i > 0)
	case View:
		if i == 0 {
			return place{}
		}
		return indexed(e.X, i == 2)
	case Keyed:
		if token.IsIdentifier(e.Key) {
			p.name = e.Key
		}
	case Binary:
		x := last(e.X)
		switch {
		case i == 0 || x == "":
		case e.Op == "*":
			p.by = strings.ToUpper(x)
		case e.Op == "<" || e.Op == "<=":
			p.name = limit(x)
		}
	}
	return p
}

// placeInStmt is where expression i of a statement stands.
func placeInStmt(s Stmt, i int) place {
	switch s := s.(type) {
	case *For:
		if i == 1 {
			return place{name: limit(s.Var.Name)}
		}
	case *Range:
		if s.Key != nil && s.Body.Mentions(s.Key) {
			return place{name: limit(s.Key.Name)}
		}
		return place{name: "count"}
	}
	return place{}
}

// limit is what the limit of a variable is called.
func limit(name string) string { return "n" + strings.ToUpper(name) }

// last is the name that an expression ends with.
func last(e Expr) string {
	switch e := e.(type) {
	case *Var:
		return e.Name
	case Word:
		return string(e)
	case Member:
		return e.Name
	case Number:
		if !e.Known() {
			return last(e.As)
		}
	case Binary:
		if e.bind() == bindProduct {
			return last(e.Y)
		}
	}
	return ""
}
