// Package classifier reads the classifiers that skl2onnx writes: models that give the
// label of a row, often a text, and beside it the probability of every class, often as a
// map. It makes of them models of the probabilities alone, and says what the classes are
// called: the label is that of the largest one.
package classifier

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// learned is the domain of the operators that are not of neural networks.
const learned = "ai.onnx.ml"

// Reduce leaves of a classifier the probabilities of its classes, whose names it gives;
// nil where a model is something else, which is then left as it is.
func Reduce(m *proto.Model) []string {
	if len(m.Graph.Outputs) != 2 {
		return nil
	}
	g := &graph{m.Graph, map[string]*proto.Node{}}
	for _, n := range m.Graph.Nodes {
		for _, out := range n.Outputs {
			g.maker[out] = n
		}
	}
	scores, classes := g.Outputs[1].Name, []string(nil)
	if z := g.maker[scores]; z != nil && z.Op == "ZipMap" && z.Domain == learned && len(z.Inputs) == 1 {
		scores, classes = z.Inputs[0], labels(z, "classlabels_strings", "classlabels_int64s")
	}
	of := g.labelled(scores)
	if classes == nil {
		classes = of
	}
	if len(of) < 2 || len(of) != len(classes) {
		return nil
	}
	g.Outputs = []*proto.ValueInfo{{
		Name: scores, Kind: "tensor", Element: proto.Float32, Shaped: true,
		Dims: []proto.Dim{{Value: -1, Param: "N"}, {Value: int64(len(classes))}},
	}}
	g.prune()
	return classes
}

type graph struct {
	*proto.Graph
	maker map[string]*proto.Node
}

// through is the name that a value had before its type or shape were changed.
func (g *graph) through(name string) string {
	for range g.Nodes { // a file may go around in a circle
		n := g.maker[name]
		if n == nil || len(n.Inputs) == 0 || n.Domain != "" || !slices.Contains([]string{"Identity", "Cast", "Reshape", "Squeeze", "Flatten"}, n.Op) {
			return name
		}
		name = n.Inputs[0]
	}
	return name
}

// labelled are the classes of which the first output is the one with the largest score.
func (g *graph) labelled(scores string) []string {
	label := g.through(g.Outputs[0].Name)
	n := g.maker[label]
	switch {
	case n == nil || n.Domain != learned:
	case n.Op == "LinearClassifier" && len(n.Outputs) == 2 && n.Outputs[0] == label:
		from := g.through(scores)
		if norm := g.maker[from]; norm != nil && norm.Op == "Normalizer" && norm.Domain == learned && len(norm.Inputs) == 1 {
			from = norm.Inputs[0]
		}
		if from == n.Outputs[1] {
			return labels(n, "classlabels_strings", "classlabels_ints")
		}
	case n.Op == "ArrayFeatureExtractor" && len(n.Inputs) == 2:
		most := g.maker[g.through(n.Inputs[1])]
		if most == nil || most.Op != "ArgMax" || len(most.Inputs) == 0 || most.Inputs[0] != scores {
			return nil
		}
		for _, t := range g.Initializers {
			if t.Name == n.Inputs[0] {
				return elements(t)
			}
		}
	}
	return nil
}

// labels are the classes in one of two attributes.
func labels(n *proto.Node, texts, numbers string) (out []string) {
	for _, a := range n.Attributes {
		switch a.Name {
		case texts:
			for _, s := range a.Strings {
				out = append(out, string(s))
			}
		case numbers:
			for _, i := range a.Ints {
				out = append(out, strconv.FormatInt(i, 10))
			}
		}
	}
	return out
}

// elements are texts or whole numbers as texts; nil of others.
func elements(t *proto.Tensor) (out []string) {
	for _, s := range t.Strings {
		out = append(out, string(s))
	}
	list := t.Int64s
	for _, i := range t.Int32s {
		list = append(list, int64(i))
	}
	if size := t.Type.Size(); t.HasRaw && (t.Type == proto.Int64 || t.Type == proto.Int32) {
		for b := t.Raw; len(b) >= size; b = b[size:] {
			if size == 4 {
				list = append(list, int64(int32(binary.LittleEndian.Uint32(b))))
			} else {
				list = append(list, int64(binary.LittleEndian.Uint64(b)))
			}
		}
	}
	for _, i := range list {
		out = append(out, strconv.FormatInt(i, 10))
	}
	return out
}

// prune takes away what the outputs do not depend on.
func (g *graph) prune() {
	read := map[string]bool{}
	for stack := []string{g.Outputs[0].Name}; len(stack) > 0; {
		name := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if read[name] {
			continue
		}
		read[name] = true
		if n := g.maker[name]; n != nil {
			stack = append(stack, n.Inputs...)
		}
	}
	isRead := func(name string) bool { return name != "" && read[name] }
	g.Nodes = slices.DeleteFunc(slices.Clone(g.Nodes), func(n *proto.Node) bool { return !slices.ContainsFunc(n.Outputs, isRead) })
	for i, n := range g.Nodes {
		if n.Op == "LinearClassifier" && !isRead(n.Outputs[0]) {
			scores := *n
			scores.Outputs = []string{"", n.Outputs[1]}
			g.Nodes[i] = &scores
		}
	}
	g.Initializers = slices.DeleteFunc(slices.Clone(g.Initializers), func(t *proto.Tensor) bool { return !isRead(t.Name) })
}
