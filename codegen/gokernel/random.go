package gokernel

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// drawn is the row and the element of a random tensor at a point.
func (k *nestKernel) drawn(a placed, vars []string) (row, elem string) {
	k.param(a.Buf, "key")
	row = "first"
	x := affine{offset: a.Offset}
	for i, s := range a.Strides {
		switch {
		case s == 0:
		case a.axes[i].Rows:
			row = "first+" + vars[i]
		default:
			x.terms = append(x.terms, term{i, s, ""})
		}
	}
	return row, x.text(vars, "")
}

// dropout prints a store that draws random numbers in element order: they come
// four at a time.
func (k *nestKernel) dropout(s loop.Stmt, accs []placed, vars []string) bool {
	axes := k.Axes(s)
	last := len(axes) - 1
	if last < 0 || axes[last].Rows {
		return false
	}
	draw := placed{}
	for _, a := range accs[1:] {
		if a.Buf.Class != loop.Random {
			continue
		}
		if draw.Buf != nil || a.Strides[last] != 1 || a.Offset%4 != 0 {
			return false
		}
		for i, st := range a.Strides[:last] {
			if !axes[i].Rows && st%4 != 0 {
				return false
			}
		}
		draw = a
	}
	if draw.Buf == nil {
		return false
	}
	key := k.param(draw.Buf, "key").Name
	var ends []func()
	for i := len(k.Outer); i < last; i++ {
		ends = append(ends, k.open(axes, i, vars, accs))
	}
	n := axes[last].N
	v := k.inner("o")
	q, u, j := k.inner("q"), k.names.Pick("draw"), k.inner("j")
	before := append(append([]string{}, vars[:last]...), "0")
	row, start := k.drawn(draw, before)
	block := func(q string) string {
		if start == "0" {
			return q
		}
		// Every term of the start is a multiple of 4.
		return fmt.Sprintf("(%s)/4+%s", start, q)
	}
	vars[last] = v
	body := func(from string) {
		k.line("%s := %s", v, from)
		k.store(s, vars, k.el.convert("uniform", "float32"))
		k.line("}")
	}
	if n >= 4 {
		k.line("for %s := range %d { // four random numbers at a time", q, n/4)
		k.line("%s := %s.Uniform4(uint32(%s), uint32(%s))", u, key, row, block(q))
		k.line("for %s, uniform := range %s {", j, u)
		body(fmt.Sprintf("%s*4 + %s", q, j))
		k.line("}")
	}
	if rest := n % 4; rest > 0 {
		if n >= 4 {
			k.line("{")
		}
		k.line("%s := %s.Uniform4(uint32(%s), uint32(%s))", u, key, row, block(fmt.Sprint(n/4)))
		k.line("for %s, uniform := range %s[:%d] {", j, u, rest)
		body(strings.TrimPrefix(fmt.Sprintf("%d + %s", n-rest, j), "0 + "))
		if n >= 4 {
			k.line("}")
		}
	}
	for _, name := range []string{v, q, u, j} {
		delete(k.names, name)
	}
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i]()
	}
	return true
}
