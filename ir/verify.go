package ir

import "fmt"

// Verify checks what every pass must keep: operands are defined before their
// use, types are what Infer says, numbers are unique, roots are values of the
// graph, and losses are scalars. A violation is a mistake of the compiler.
func Verify(g *Graph) error {
	fail := func(v *Value, format string, args ...any) error {
		where := fmt.Sprintf("graph %s", g.Name)
		if v != nil {
			where += fmt.Sprintf(": value %%%d", v.ID)
		}
		if v != nil && v.Name != "" {
			where += " " + v.title()
		}
		return fmt.Errorf("ir: %s: %s", where, fmt.Sprintf(format, args...))
	}
	defined := make(map[*Value]bool, len(g.Values))
	ids := make(map[int]bool, len(g.Values))
	for _, v := range g.Values {
		if ids[v.ID] {
			return fail(v, "the number occurs twice")
		}
		ids[v.ID] = true
		types := make([]Type, len(v.Args))
		for i, a := range v.Args {
			if a == nil || !defined[a] {
				return fail(v, "operand %d is used before it is defined", i)
			}
			types[i] = a.Type
		}
		t, err := v.Op.Infer(types)
		if err != nil {
			return fail(v, "%v", err)
		}
		if !t.Shape.Equal(v.Shape) || t.DType != v.DType {
			return fail(v, "its type is %v, its operands give %v", v.Type, t)
		}
		if err := t.Shape.Check(); err != nil {
			return fail(v, "%v", err)
		}
		defined[v] = true
	}
	roots := g.Roots()
	for _, u := range g.Updates {
		roots = append(roots, u.State)
	}
	for _, gr := range g.Grads {
		roots = append(roots, gr.Param)
	}
	for _, list := range [][]*Value{roots, g.Inputs, g.Params} {
		for _, v := range list {
			if !defined[v] {
				return fail(v, "a value that is asked for is not in the graph")
			}
		}
	}
	losses := g.Losses
	if g.Loss != nil {
		losses = append(losses[:len(losses):len(losses)], g.Loss)
	}
	for _, v := range losses {
		if len(v.Shape) != 0 || v.DType != F32 {
			return fail(v, "a loss is %v and no scalar", v.Type)
		}
	}
	for _, u := range g.Updates {
		if !u.New.Shape.Equal(u.State.Shape) {
			return fail(u.New, "it is %v and updates %v", u.New.Type, u.State.Type)
		}
	}
	for _, gr := range g.Grads {
		if !gr.Value.Shape.Equal(gr.Param.Shape) {
			return fail(gr.Value, "it is %v and the gradient of %v", gr.Value.Type, gr.Param.Type)
		}
	}
	return nil
}
