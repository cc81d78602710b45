package pass

import (
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// name gives every value a name of its own, for emitted code shows them: a
// value without one is called after its layer and its word ("head.exp"), a
// parameter after its segment, and a name that is taken gets a number. A
// gradient shares the name of its value.
func name(g *ir.Graph) error {
	type key struct {
		name string
		grad bool
	}
	taken := claims[key]{}
	claim := func(v *ir.Value, want string) {
		v.Name = taken.claim(key{want, v.GradOf != nil}, func(n int) key { return key{want + strconv.Itoa(n), v.GradOf != nil} }).name
	}
	// Names given on purpose go before names made up here, and those of layers
	// before those of targets, which are called after the layer that they are for.
	for _, v := range g.Values {
		if p, ok := v.Op.(*op.Param); ok {
			claim(v, p.Segment)
		} else if v.Name != "" && !isTarget(v) {
			claim(v, v.Name)
		}
	}
	for _, v := range g.Values {
		if isTarget(v) && v.Name != "" {
			claim(v, join(strings.TrimSuffix(v.Name, ".target"), "target"))
		}
	}
	for _, v := range g.Values {
		if v.Name == "" {
			claim(v, join(v.Layer, word(v)))
		}
	}
	return nil
}

// claims is the names that are taken, each with the number that the next who
// wants it may get.
type claims[K comparable] map[K]int

// claim takes a name, or the first with a number that is free.
func (t claims[K]) claim(want K, with func(n int) K) K {
	k, n := want, max(2, t[want])
	for ; t[k] > 0; n++ {
		k = with(n)
	}
	t[want] = max(t[want], n)
	t[k] = max(t[k], 1)
	return k
}

// word says in one word what the value is.
func word(v *ir.Value) string {
	w := ""
	switch o := v.Op.(type) {
	case *op.Map:
		w = o.Word
	case *op.Reduce:
		w = o.Word
	case *op.Contract:
		w = o.Word
	case *op.GatherSum:
		w = o.Word
	}
	// Of "bias, relu" the last word says what has come out.
	if i := strings.LastIndex(w, ", "); i >= 0 {
		w = w[i+2:]
	}
	if w == "" {
		w = v.Op.Name()
	}
	return strings.ReplaceAll(w, " ", "_")
}

func join(layer, word string) string {
	if layer == "" {
		return word
	}
	return layer + "." + word
}

func isTarget(v *ir.Value) bool {
	in, ok := v.Op.(*op.Input)
	return ok && in.Kind == op.Target
}
