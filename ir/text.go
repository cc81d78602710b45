package ir

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

// String is the graph as text: one value a line, then what is asked of it.
//
//	%4 hidden: f32[n,16] = map[relu: max($0, 0)](hidden.pre)  # "hidden"
//
// A value is called by its name where that is unique, else by its number.
func (g *Graph) String() string {
	ref := g.references()
	list := func(vs []*Value) string {
		out := make([]string, len(vs))
		for i, v := range vs {
			out[i] = ref(v)
		}
		return strings.Join(out, ", ")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "graph %s\n", g.Name)
	for _, v := range g.Values {
		b.WriteString("  ")
		if r := ref(v); !strings.HasPrefix(r, "%") {
			fmt.Fprintf(&b, "%%%d ", v.ID)
		}
		fmt.Fprintf(&b, "%s: %s = %s", ref(v), v.Type, v.Op)
		if len(v.Args) > 0 {
			fmt.Fprintf(&b, "(%s)", list(v.Args))
		}
		if v.Layer != "" {
			fmt.Fprintf(&b, "  # %s", diag.Quote(v.Layer))
		}
		b.WriteByte('\n')
	}
	if len(g.Outputs) > 0 {
		fmt.Fprintf(&b, "outputs %s\n", list(g.Outputs))
	}
	if len(g.Losses) > 0 {
		fmt.Fprintf(&b, "losses %s\n", list(g.Losses))
	}
	if g.Loss != nil {
		fmt.Fprintf(&b, "loss %s\n", ref(g.Loss))
	}
	for _, u := range g.Updates {
		fmt.Fprintf(&b, "update %s = %s\n", ref(u.State), ref(u.New))
	}
	for _, gr := range g.Grads {
		fmt.Fprintf(&b, "gradient of %s = %s\n", ref(gr.Param), ref(gr.Value))
	}
	return b.String()
}

// references gives every value the shortest unambiguous way to call it.
func (g *Graph) references() func(*Value) string {
	count := map[string]int{}
	for _, v := range g.Values {
		count[v.title()]++
	}
	return func(v *Value) string {
		if t := v.title(); t != "" && count[t] == 1 {
			return t
		}
		return fmt.Sprintf("%%%d", v.ID)
	}
}

// title is the name of the value, with a mark where it is a gradient. A name
// that would break a line is quoted.
func (v *Value) title() string {
	name := v.Name
	if q := diag.Quote(name); q != `"`+name+`"` {
		name = q
	}
	if v.GradOf != nil && name != "" {
		return "∂" + name
	}
	return name
}
