package op

import "github.com/nngen-go/nngen/ir"

// copyValues applies again what a graph has computed, to copies of its inputs, and
// adds the copies of its values.
func copyValues(b *ir.Builder, values []*ir.Value, copies map[*ir.Value]*ir.Value) (list []*ir.Value) {
	for _, v := range values {
		if copies[v] == nil {
			args := make([]*ir.Value, len(v.Args))
			for i, a := range v.Args {
				args[i] = copies[a]
			}
			copies[v] = b.Apply(v.Op, args...)
		}
		list = append(list, copies[v])
	}
	return list
}

// backward accumulates gradients from the last value to the first (Griewank
// and Walther 2008, section 3.2), given those that arrive from outside. It
// gives the gradients of the inputs.
func backward(b *ir.Builder, values []*ir.Value, parts map[*ir.Value][]*ir.Value) map[*ir.Value]*ir.Value {
	total := map[*ir.Value]*ir.Value{}
	for i := len(values) - 1; i >= 0; i-- {
		v := values[i]
		if len(parts[v]) == 0 {
			continue
		}
		dy := SumOf(b, "sum of gradients", parts[v]...)
		if _, ok := v.Op.(*Input); ok {
			total[v] = dy
			continue
		}
		for j, g := range v.Op.VJP(b, v, dy) {
			if g != nil {
				parts[v.Args[j]] = append(parts[v.Args[j]], g)
			}
		}
	}
	return total
}

// prune drops the values of a body that its results do not depend on, and gives it
// its inputs: the first so many, and those of the others that are used.
func prune(g *ir.Graph, inputs []*ir.Value, always int) {
	live := map[*ir.Value]bool{}
	stack := append(append([]*ir.Value(nil), g.Outputs...), inputs[:always]...)
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !live[v] {
			live[v] = true
			stack = append(stack, v.Args...)
		}
	}
	keep := func(vs []*ir.Value) []*ir.Value {
		var list []*ir.Value
		for _, v := range vs {
			if live[v] {
				list = append(list, v)
			}
		}
		return list
	}
	g.Values, g.Inputs = keep(g.Values), keep(inputs)
}
