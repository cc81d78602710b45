package gotree

import (
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Join makes one block of several that differ in nothing but integers. Where one is
// not the same in all of them, number says what stands for it: an expression that is
// held by a variable, for the integers that it is in the blocks, and what the
// variable might be called. Comments have dots there. Join reports false if the
// blocks differ in anything else, or in the size of an array.
func Join(blocks []Block, number func(wish string, values []int) Number) (Block, bool) {
	j := joining{number, true}
	b := j.block(blocks)
	return b, j.ok
}

type joining struct {
	number func(wish string, values []int) Number
	ok     bool
}

// same reports something that is the same in all of a list, or that they cannot be one.
func same[T any, V comparable](j *joining, list []T, of func(T) V) bool {
	for _, x := range list[1:] {
		j.ok = j.ok && of(x) == of(list[0])
	}
	return j.ok
}

// column are the elements at one place of some lists.
func column[L ~[]E, E any](lists []L, i int) []E {
	c := make([]E, len(lists))
	for k, l := range lists {
		c[k] = l[i]
	}
	return c
}

func (j *joining) block(list []Block) Block {
	if !same(j, list, func(b Block) int { return len(b) }) {
		return nil
	}
	made := make(Block, len(list[0]))
	for i := range made {
		made[i] = j.stmt(column(list, i))
	}
	return made
}

func (j *joining) stmt(list []Stmt) Stmt {
	exprs, blocks := make([][]Expr, len(list)), make([][]Block, len(list))
	for k, s := range list {
		exprs[k], blocks[k] = inside(s)
	}
	if !same(j, list, ofStmt) || !same(j, exprs, func(l []Expr) int { return len(l) }) || !same(j, blocks, func(l []Block) int { return len(l) }) {
		return nil
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

func (j *joining) expr(list []Expr, at place) Expr {
	if !same(j, list, ofExpr) || list[0] == nil {
		return list[0]
	}
	if n, ok := list[0].(Number); ok && n.Known() {
		return j.literal(list, at)
	}
	lists := make([][]Expr, len(list))
	for k, e := range list {
		lists[k] = parts(e)
	}
	if !same(j, lists, func(l []Expr) int { return len(l) }) {
		return list[0]
	}
	i := -1
	return list[0].each(func(Expr) Expr {
		i++
		return j.expr(column(lists, i), at.inside(list[0], i))
	})
}

// literal is what stands for literals.
func (j *joining) literal(list []Expr, at place) Expr {
	values := make([]int, len(list))
	for k, e := range list {
		values[k] = e.(Number).Value
	}
	switch least, most := slices.Min(values), slices.Max(values); {
	case least == most:
		return list[0]
	case at.comment:
		return Number{As: Word("…")}
	case at.constant:
		j.ok = false
		return list[0]
	case most < 0: // so that what holds 8 serves for -8
		for k := range values {
			values[k] = -values[k]
		}
		return Number{-values[0], Unary{"-", j.number(at.wish(), values)}}
	}
	return j.number(at.wish(), values)
}

// node is what an expression or a statement is besides what it is made of.
type node struct {
	kind reflect.Type
	text string
}

func ofExpr(e Expr) node {
	n := node{kind: reflect.TypeOf(e)}
	switch e := e.(type) {
	case *Var, Word, Lit, Qual:
		n.text = e.String()
	case Number:
		n.text = strconv.FormatBool(e.Known())
	case Binary:
		n.text = e.Op
	case Unary:
		n.text = e.Op
	case View:
		n.text = string(e.Elem)
	case Member:
		n.text = e.Name
	case Keyed:
		n.text = e.Key
	}
	return n
}

func ofStmt(s Stmt) node {
	n := node{kind: reflect.TypeOf(s)}
	switch s := s.(type) {
	case *For:
		n.text = s.Var.Name
	case *Range:
		for _, v := range []*Var{s.Key, s.Value} {
			if v != nil {
				n.text += v.Name
			}
			n.text += ","
		}
	case *While:
		n.text = ofHead(s.Init) + ofHead(s.Post)
	case *If:
		n.text = ofHead(s.Init)
	case Declare:
		n.text = list(s.Vars)
	case Zero:
		n.text = list(s.Vars)
	case Const:
		n.text = s.Var.Name
	case Assign:
		n.text = s.Op + strconv.Itoa(len(s.To))
	case Jump:
		n.text = string(s)
	}
	return n
}

// ofHead is the same of a statement in the head of another, where there is one.
func ofHead(s Stmt) string {
	if s == nil {
		return ";"
	}
	n := ofStmt(s)
	return n.kind.Name() + " " + n.text + ";"
}

// place is where an expression stands: it names the variable that holds a number
// there.
type place struct {
	name              string // the variable's
	slice, by         string // else what is indexed, and by what times the number
	comment, constant bool
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
		return place{slice: last(x), constant: p.constant}
	}
	switch e := e.(type) {
	case Note:
		p.comment = true
	case ArrayType:
		p.constant = true
	case CallExpr, Paren, Composite:
		p.slice = ""
	case Index:
		if i > 1 {
			return place{constant: p.constant}
		}
		return indexed(e.X, i == 1)
	case Slice:
		return indexed(e.X, i > 0)
	case View:
		if i == 0 {
			return place{constant: p.constant}
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
	case Zero, Const:
		return place{constant: true}
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
