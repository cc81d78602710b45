package keras

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// input is an input of the description: {shape: [28, 28, 1]}.
func (r *reader) input(g *graph, p *part) spec.Value {
	v := field(p.config, "batch_shape")
	for _, name := range []string{"batch_input_shape", "batch_shape"} {
		if a := field(p.config, name); a.Kind == spec.List {
			v = a
		}
	}
	shape := spec.Value{Kind: spec.List}
	switch given, ok := r.shapes[p.name]; {
	case ok:
		for _, n := range given {
			shape.List = append(shape.List, spec.Value{Kind: spec.Int, Int: int64(n)})
		}
	case v.Kind != spec.List || len(v.List) == 0:
		r.fail(p.path, "the file does not say the shape of input %s; give it: nngen import --shape %s=28,28,1", p.name, p.name)
		return shape
	default:
		shape.List = v.List[1:]
		if len(shape.List) == 0 {
			shape.List = []spec.Value{{Kind: spec.Int, Int: 1}}
			r.note(p.path, "its rows are single numbers; in the description they are lists of one, [1]")
		}
	}
	reads := g.readers(tensor{of: p}, map[tensor]bool{})
	for i, e := range shape.List {
		if e.Kind == spec.Null && (i > 0 || !g.bags(p)) {
			r.fail(p.path, "its shape is %s without the batch, and null is any extent; a description has one; give it, here for instance: nngen import --shape %s=%s", shape.Flow(), p.name, example(shape))
			return shape
		}
	}
	args := []spec.Arg{{Name: "shape", Value: shape}}
	switch dtype := policy(field(p.config, "dtype")); {
	case dtype != "" && !inputType.MatchString(dtype):
		r.fail(p.path, "its dtype is %s; an input holds numbers or texts: float32, int32, int64, bool, string and the like", diag.Quote(dtype))
	case dtype == "string":
		args = append(args, textArg("dtype", "string"))
	case g.looksUp(p) && strings.Contains(dtype, "int"):
		args = append(args, textArg("dtype", "int64"))
	case reads.numbers == 0 && (reads.ids > 0 || reads.either > 0 && strings.Contains(dtype, "int")):
		args = append(args, textArg("dtype", "int32"))
	}
	return spec.Value{Kind: spec.Map, Map: args}
}

// inputType matches the types that inputs may have.
var inputType = regexp.MustCompile(`^(b?float\d+|u?int\d+|bool|string|mixed_b?float16)$`)

// checkShapes reports shapes that are given of what is no input.
func (r *reader) checkShapes(g *graph) {
	var names []string
	for _, p := range g.inputs {
		names = append(names, p.name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.shapes)) {
		if !slices.Contains(names, name) {
			r.fail("", "there is no input %s to have a shape%s", diag.Quote(name), diag.DidYouMean(name, names))
		}
	}
}

// example is a shape as a flag has it, with 64 for every extent that is not known.
func example(shape spec.Value) string {
	var list []string
	for _, e := range shape.List {
		n := int64(64)
		if e.Kind == spec.Int {
			n = e.Int
		}
		list = append(list, strconv.FormatInt(n, 10))
	}
	return strings.Join(list, ",")
}

// readers counts the layers that read a result by what they take it for. Keras converts
// ids to numbers and numbers to ids, a description says which it is.
type readers struct{ ids, numbers, either int }

// readers counts those of a result.
func (g *graph) readers(t tensor, seen map[tensor]bool) (all readers) {
	if seen[t] {
		return all
	}
	seen[t] = true
	add := func(more readers) {
		all.ids, all.numbers, all.either = all.ids+more.ids, all.numbers+more.numbers, all.either+more.either
	}
	for _, p := range g.layers {
		for i, n := range p.nodes {
			for k, x := range n.inputs {
				switch {
				case x != t:
				case p.inner != nil && k < len(p.inner.inputs):
					add(p.inner.readers(tensor{of: p.inner.inputs[k]}, map[tensor]bool{}))
				case takesIDs(p, n, k):
					all.ids++
				case p.class == "Reshape" || p.class == "Flatten" || p.class == "Permute" || p.class == "RepeatVector" || p.class == "Identity":
					add(g.readers(tensor{p, i, 0}, seen))
				case isOperation(p):
					all.either++
				default:
					all.numbers++
				}
			}
			for _, a := range n.named {
				if a.name == "attention_mask" || a.name == "mask" && p.class == "Softmax" {
					all.either += len(slices.DeleteFunc(slices.Clone(a.of), func(x tensor) bool { return x != t }))
				}
			}
		}
	}
	return all
}

// looksUp reports an input that layers read which look values up or hash them.
func (g *graph) looksUp(in *part) bool {
	return slices.ContainsFunc(g.layers, func(p *part) bool {
		if !slices.Contains([]string{"IntegerLookup", "Hashing", "HashedCrossing"}, p.class) {
			return false
		}
		return slices.ContainsFunc(p.nodes, func(n node) bool { return slices.Contains(n.inputs, tensor{of: in}) })
	})
}

// bags reports an input that CategoryEncoding layers alone read, which take any
// number of ids.
func (g *graph) bags(in *part) bool {
	found := false
	for _, p := range g.layers {
		for _, n := range p.nodes {
			if slices.Contains(n.inputs, tensor{of: in}) {
				if found = true; p.class != "CategoryEncoding" {
					return false
				}
			}
		}
	}
	return found
}

// takesIDs reports the layers whose input are ids. K counts the tensors of the call.
func takesIDs(p *part, n node, k int) bool {
	operand := -1 // its place among all operands
	for left := k; left >= 0 && operand+1 < len(n.consts); {
		if operand++; n.consts[operand].Kind == spec.Null {
			left--
		}
	}
	switch p.class {
	case "Take", "TakeAlongAxis":
		return isOperation(p) && operand == 1
	case "OneHot":
		return isOperation(p) && operand == 0
	case "Embedding", "ReversibleEmbedding", "CategoryEncoding":
		return true
	case "TimeDistributed":
		return text(field(p.config, "layer"), "class_name") == "Embedding"
	}
	return false
}
