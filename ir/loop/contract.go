package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Axes are the loops of the kernel in the order of its accesses.
func (k *Contract) Axes() []Axis { return slices.Concat(k.B, k.M, k.N, k.K) }

func (k *Contract) Family() string { return "contract" }

func (k *Contract) Writes() []Access { return []Access{k.Out} }

func (k *Contract) Reads() []Access {
	return withIndices(append([]Access{k.Lhs, k.Rhs}, k.Extra...), k.Writes())
}

// Flops counts the products and sums of the points that take part and one per
// base function of the epilogue.
func (k *Contract) Flops(n int) int {
	f := 2 * k.taking(n)
	if k.Epilogue != nil {
		f += Points(k.B, n) * Points(k.M, n) * Points(k.N, n) * scalar.Size(k.Epilogue)
	}
	return f
}

func (k *Contract) String() string {
	names := axisNames(k.Axes())
	t := text{}
	t.head("contract")
	from := 0
	for _, g := range []struct {
		name string
		axes []Axis
	}{{"b", k.B}, {"m", k.M}, {"n", k.N}, {"k", k.K}} {
		if len(g.axes) > 0 {
			t.head(g.name + "=" + loops(g.axes, names[from:]))
		}
		from += len(g.axes)
	}
	for _, c := range k.Clip {
		t.head(c.text(names))
	}
	sum := k.Lhs.text(names) + " * " + k.Rhs.text(names)
	if len(k.K) > 0 {
		sum = "sum(" + sum + ")"
	}
	t.line("", k.Out.text(names), assign(k.Accumulate), epilogue(k.Epilogue, sum, k.Extra, names), k.Word)
	return t.String()
}
