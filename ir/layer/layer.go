// Package layer is the open set: layers, activations, initializers,
// regularizers and losses, in Keras's vocabulary and with Keras 3's meaning.
// Each only composes the primitives of package op, forward; its gradient, its
// interpreter and its code follow from them. A new layer is one file and its
// test.
//
// The package is free of derivatives, of loops and of file formats.
package layer

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// Config is the settings of one layer: a pointer to a struct that spec.Decode
// fills, which holds the defaults before.
type Config interface {
	// Build appends the layer to c's graph and gives its result. A mistake is
	// reported with c.Errorf or c.ErrorAt.
	Build(c *Context, in []*ir.Value) *ir.Value
}

// Info is one row of the registry of layers.
type Info struct {
	Name string // Keras's class: "Dense"
	Doc  string // one sentence
	// Merge says that the layer joins two or more inputs.
	Merge bool
	// Reads says what each input is, of a layer that is neither a merge nor takes
	// one input alone; which of them must be there is up to Build.
	Reads []string
	// More says that the layer takes others after the first, such as the states that
	// it begins with; it reports itself how many.
	More bool
	// Masks says that the result has the mask of the input, or that of a Merge one
	// the steps that count in any of its inputs: Keras's supports_masking. Settings
	// that are a [Masker] say which mask it has; all other layers drop it.
	Masks bool
	// Steps says that the layer computes every step of sequences [n, steps, …] by
	// itself, and nothing of how many there are. Settings that are a [Stepper] say so
	// themselves.
	Steps bool
	New   func() Config
}

var layers []Info

func register(i Info) struct{} {
	layers = append(layers, i)
	return struct{}{}
}

// Register adds a layer that another package composes.
func Register(i Info) { register(i) }

// All is every layer, sorted by name.
func All() []Info {
	all := slices.Clone(layers)
	slices.SortFunc(all, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Find gives the layer of that name.
func Find(name string) (Info, bool) {
	i := slices.IndexFunc(layers, func(i Info) bool { return i.Name == name })
	if i < 0 {
		return Info{}, false
	}
	return layers[i], true
}

// Docs documents the layers and what their arguments may name, for the JSON
// Schema. Optimizers and metrics are not layers and are left out.
func Docs() spec.Catalog {
	var c spec.Catalog
	for _, i := range All() {
		c.Layers = append(c.Layers, spec.EntryDoc{Name: i.Name, Aliases: spec.LayerAliases(i.Name), Doc: i.Doc, Args: spec.DocOf(i.New())})
	}
	c.Activations = activations.Docs()
	c.Initializers = initializers.Docs()
	c.Regularizers = regularizers.Docs()
	c.Constraints = constraints.Docs()
	c.Losses = losses.Docs()
	c.Operations = operationDocs()
	return c
}

// arg finds an argument as it was written.
func arg(args spec.Args, name string) (diag.Pos, bool) {
	if args.Positional != nil {
		return args.Positional.Pos, true
	}
	for _, a := range args.List {
		if a.Name == name {
			return a.Value.Pos, true
		}
	}
	return args.Pos, false
}

// Classifier is the settings of a layer that may name the classes that its result tells
// apart, as the file of a trained classifier does.
type Classifier interface {
	// Classes are asked for once the layer is built; probabilities says that the result is
	// that of each.
	Classes() (names []string, probabilities bool)
}
