package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/scalar"
)

func (k *Nest) Family() string { return "nest" }

func (k *Nest) Writes() []Access {
	var w []Access
	for _, s := range k.Body {
		w = append(w, s.Dst)
	}
	return w
}

func (k *Nest) Reads() []Access {
	var r []Access
	for _, s := range k.Body {
		r = append(r, withIndices(s.Srcs, []Access{s.Dst})...)
	}
	return r
}

// Axes are the loops around a statement of the kernel, outermost first.
func (k *Nest) Axes(s Stmt) []Axis { return slices.Concat(k.Outer, s.Inner) }

// Flops counts one per base function, per reduced element and per accumulation.
func (k *Nest) Flops(n int) int {
	f := 0
	for _, s := range k.Body {
		each := scalar.Size(s.Value)
		if s.Reduce != Store {
			each++
		}
		if s.Accumulate {
			each++
		}
		f += each * Points(s.Inner, n)
		if s.Finish != nil {
			f += scalar.Size(s.Finish)
		}
	}
	return f * Points(k.Outer, n)
}

func (k *Nest) String() string {
	t := text{}
	t.head("nest")
	if len(k.Outer) > 0 {
		t.head(loops(k.Outer, axisNames(k.Outer)))
	}
	for _, s := range k.Body {
		names := axisNames(k.Axes(s))
		inner := ""
		if len(s.Inner) > 0 {
			inner = loops(s.Inner, names[len(k.Outer):])
		}
		value := Format(s.Value, accesses(s.Srcs, names))
		prefix := ""
		if s.Reduce == Store {
			if inner != "" {
				prefix = "for " + inner + ": "
			}
		} else {
			over := s.Reduce.String()
			if inner != "" {
				over += " over " + inner + " of"
			}
			value = over + " " + value
			if s.Finish != nil {
				value = Format(s.Finish, []string{"(" + value + ")"})
			}
		}
		t.line(prefix, s.Dst.text(names), assign(s.Accumulate), value, s.Word)
	}
	return t.String()
}

// MaxInteger bounds computed ids: up to it every whole number is a float32.
const MaxInteger = 1 << 24

// Integer is an expression whose whole part is an id below limit, whatever e is:
// 0 for a number below 0 and for NaN, limit-1 for one beyond. A statement that stores
// it in a buffer of ids stores the whole part.
func Integer(e scalar.Expr, limit int) scalar.Expr {
	zero := scalar.Num(0)
	return scalar.Call("select", scalar.Call("gt", e, zero), scalar.Call("min", e, scalar.Num(limit-1)), zero)
}

// ids reports whether a statement makes ids, for at most so many rows, and the bound
// below which they lie.
func (s Stmt) ids(rows int) (limit int, ok bool) {
	if s.Reduce == ArgMax {
		return Points(s.Inner, rows), true
	}
	if s.Reduce != Store || s.Accumulate {
		return 0, false
	}
	return integerBelow(s.Value)
}

// integerBelow recognizes an [Integer], and its limit.
func integerBelow(e scalar.Expr) (limit int, ok bool) {
	switch e := e.(type) {
	case scalar.Num:
		n := int(e)
		return n + 1, float64(e) == float64(n) && n >= 0 && n < MaxInteger
	case scalar.Apply:
		if e.Fn != "select" {
			return 0, false
		}
		most, ok := e.Args[1].(scalar.Apply)
		if !ok || most.Fn != "min" {
			return 0, false
		}
		last, ok := most.Args[1].(scalar.Num)
		if !ok {
			return 0, false
		}
		limit, ok = integerBelow(last)
		return limit, ok && scalar.Equal(e, Integer(most.Args[0], limit))
	}
	return 0, false
}
