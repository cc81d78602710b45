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
