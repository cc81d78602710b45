package pass

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/nngen-go/nngen/ir"
)

// cse gives values that are computed in the same way from the same operands one
// computation. Random numbers are values like any other: they are a function of
// their stream.
func cse(g *ir.Graph) error {
	seen := map[string][]*ir.Value{}
	same := ir.Replacement{}
	for _, v := range g.Values {
		same.In(v.Args)
		var key strings.Builder
		key.WriteString(v.Op.String())
		for _, a := range v.Args {
			fmt.Fprintf(&key, " %d", a.ID)
		}
		first := find(seen[key.String()], v)
		if first == nil {
			seen[key.String()] = append(seen[key.String()], v)
			continue
		}
		if first.Name == "" {
			first.Name, first.GradOf = v.Name, v.GradOf
		}
		same[v] = first
	}
	g.Replace(same)
	return nil
}

// find looks for a value that computes what v does among those whose text is
// the same; the text of an operation may leave something out.
func find(candidates []*ir.Value, v *ir.Value) *ir.Value {
	for _, c := range candidates {
		if reflect.DeepEqual(c.Op, v.Op) && reflect.DeepEqual(c.Type, v.Type) {
			return c
		}
	}
	return nil
}
