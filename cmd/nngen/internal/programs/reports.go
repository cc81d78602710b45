package programs

import (
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// programReport is an output that evaluate counts right and wrong answers of.
type programReport struct {
	Output string // its name, as a Go literal
	Index  int    // its place in Output and Target; -1: they are not structs
	// Width is how many values tell the classes of one answer apart, or how many
	// labels there are; Target how many the answer is compared with.
	Width, Target int
	Names         string
	Labels        bool // a row has any number of them, and not one class
}

// reports are the outputs that tell classes or labels apart.
func reports(n *network.Network) []programReport {
	p := n.Program
	if len(p.Targets) != len(p.Outputs) {
		return nil
	}
	var list []programReport
	for i, o := range p.Outputs {
		r := programReport{Output: strconv.Quote(o.Name), Index: -1}
		if len(p.Outputs) > 1 {
			r.Index = i
		}
		var names []string
		if r.Labels, names = answers(n, i); names == nil {
			continue
		}
		r.Width, r.Target, r.Names = o.Shape[len(o.Shape)-1], 1, literals(names)
		if t := p.Targets[i]; r.Labels || t.DType == loop.F32 && r.Width > 1 {
			r.Target = r.Width
		}
		list = append(list, r)
	}
	return list
}

// fromLogits reports whether the loss of an output is given logits.
func fromLogits(n *network.Network, output string) bool {
	return slices.ContainsFunc(n.Spec.Compile.Losses, func(l spec.NamedCall) bool {
		return (l.Output == "" || l.Output == output) && slices.ContainsFunc(l.Call.Args.List, func(a spec.Arg) bool {
			return a.Name == "from_logits" && a.Value.Kind == spec.Bool && a.Value.Bool
		})
	})
}

// answers are the names of what output i tells apart: labels, of which a row has
// any number, or classes; nil where it gives numbers.
func answers(n *network.Network, i int) (labels bool, names []string) {
	p := n.Program
	o, t := p.Outputs[i], p.Targets[i]
	if len(o.Shape) == 0 || p.Encoding != nil && p.Encoding.Target(i).SameAs != "" {
		return false, nil
	}
	if len(p.Outputs) == 1 && len(o.Shape) == 1 {
		return p.Answer.Kind == loop.Labels, p.ClassNames()
	}
	width := o.Shape[len(o.Shape)-1]
	switch t.Loss {
	case "sparse_categorical_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy", "categorical_generalized_cross_entropy":
		names = p.Encoding.Target(i).Classes
		if d := n.Spec.Data; names == nil && d != nil && len(d.Classes) == width {
			names = d.Classes
		}
		if len(names) != width {
			names = show.Numbered(width)
		}
	case "binary_crossentropy", "binary_focal_crossentropy":
		switch {
		case fromLogits(n, o.Name): // 0.5 is not the bound between yes and no
		case width > 1 && len(o.Shape) == 1 && len(t.Fields) == width:
			return true, t.Fields
		case width == 1:
			if names = p.Encoding.Target(i).Classes; len(names) != 2 {
				names = show.Numbered(2)
			}
		}
	}
	return false, names
}
