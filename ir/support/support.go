// Package support says what of Keras a description may name and what not, and why:
// layers, losses, metrics and the rest with all their arguments. It is made from the
// registries and from Keras's own list of names, and nothing in it is a list of what
// is built. README.md is printed from it.
package support

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/train"
)

// Kind is a list of what descriptions call by name.
type Kind struct {
	Name    string // "layers"
	Where   string // where a description names one: %s stands for it
	Entries []spec.EntryDoc
}

// Kinds are the registries of the compiler, with their entries sorted by name.
func Kinds() []Kind {
	c := build.Catalog()
	list := []Kind{
		{"layers", "layers: [%s]", append(c.Layers, spec.Structures()...)},
		{"activations", "activation: %s", c.Activations},
		{"initializers", "kernel_initializer: %s", c.Initializers},
		{"regularizers", "kernel_regularizer: %s", c.Regularizers},
		{"constraints", "kernel_constraint: %s", c.Constraints},
		{"optimizers", "compile: {optimizer: %s}", c.Optimizers},
		{"schedules", "learning_rate: %s", c.Schedules},
		{"losses", "compile: {loss: %s}", c.Losses},
		{"metrics", "compile: {metrics: [%s]}", c.Metrics},
		{"callbacks", "fit: {callbacks: [%s]}", c.Callbacks},
		{"operations", "layers: [Operation: %s]", c.Operations},
	}
	for _, k := range list {
		slices.SortFunc(k.Entries, func(a, b spec.EntryDoc) int { return strings.Compare(a.Name, b.Name) })
	}
	return list
}

// kerasText is what testdata/keras/names.py has written.
//
//go:embed keras.txt.gz
var kerasText []byte

// Name is a public name of Keras.
type Name struct {
	Kind      string // that of Kinds
	Name      string // "Dense"
	Class     string // of an operation in a saved model; "" where it has none
	Arguments []string
}

// Keras are the public names of Keras, by kind and name.
func Keras() ([]Name, error) {
	z, err := gzip.NewReader(bytes.NewReader(kerasText))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	var list []Name
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		kind, name, _ := strings.Cut(f[0], ".")
		n := Name{Kind: kind, Name: name, Arguments: f[1:]}
		if kind == "ops" {
			n.Kind, n.Class, n.Arguments = "operations", f[1], f[2:]
			if n.Class == "-" {
				n.Class = ""
			}
		}
		list = append(list, n)
	}
	return list, nil
}

// Answer is what becomes of a name of Keras, or of an argument.
type Answer struct {
	Built bool
	Why   string // it is not, or where it is written otherwise
	From  string // the row that says so, for a message that asks to take it out
}

// Entry is a name of Keras beside what a description calls so.
type Entry struct {
	Name
	Answer
	Doc  spec.EntryDoc     // where it is built
	Args map[string]Answer // by argument of Keras
}

// Table compares Keras with the registries.
func Table() ([]Entry, error) {
	names, err := Keras()
	if err != nil {
		return nil, err
	}
	kinds, later := Kinds(), build.Later()
	var table []Entry
	for _, n := range names {
		e := Entry{Name: n, Args: map[string]Answer{}}
		k := kinds[slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == n.Kind })]
		e.Doc, e.Built = find(k.Entries, n)
		if !e.Built {
			e.Answer = refused(n.Kind, n.Name, "", later)
		} else {
			e.Answer.Why = ""
			for _, a := range n.Arguments {
				if takes(n.Kind, e.Doc, a) {
					e.Args[a] = Answer{Built: true}
				} else {
					e.Args[a] = refused(n.Kind, n.Name, a, later)
				}
			}
		}
		table = append(table, e)
	}
	return table, nil
}

// squeezed is a name without what differs in how it is written.
func squeezed(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// find finds what is called as Keras calls it, in any way of writing.
func find(entries []spec.EntryDoc, n Name) (spec.EntryDoc, bool) {
	name := n.Name
	if n.Kind == "layers" {
		name = spec.LayerClass(name)
	}
	i := slices.IndexFunc(entries, func(e spec.EntryDoc) bool {
		same := func(s string) bool { return squeezed(s) == squeezed(name) }
		return same(e.Name) || n.Kind != "operations" && slices.ContainsFunc(e.Aliases, same)
	})
	if i < 0 {
		return spec.EntryDoc{}, false
	}
	return entries[i], true
}

// takes reports that an entry takes an argument of Keras.
func takes(kind string, e spec.EntryDoc, argument string) bool {
	if slices.ContainsFunc(e.Args, func(a spec.ArgDoc) bool { return a.Name == argument }) {
		return true
	}
	switch kind {
	case "layers":
		return slices.Contains([]string{"name", "trainable", "activity_regularizer"}, argument)
	case "operations":
		r, _ := operation.Find(e.Name)
		return slices.ContainsFunc(r.Operands, func(o string) bool { plain, _, _ := operation.Operand(o); return plain == argument }) || len(r.Operands) == 0
	}
	return false
}

// refused says why there is no such name or argument; without a reason it is the
// zero Answer.
func refused(kind, name, argument string, later map[string][]string) Answer {
	for _, r := range refusals {
		if r.covers(kind, name, argument) {
			return Answer{Why: r.why, From: r.String()}
		}
	}
	const notYet = "not in this version"
	switch {
	case argument != "":
		if kind == "layers" && slices.Contains(later["arguments"], argument) {
			return Answer{Why: build.Why(argument)}
		}
	case kind == "operations":
		_, plain, image := strings.Cut(name, "image.")
		if !image {
			plain = name
		}
		if why, ok := operation.Refused(plain); ok {
			return Answer{Why: why}
		}
		if slices.Contains(later["activations"], plain) && slices.Contains(operation.Activations, plain) {
			return Answer{Why: notYet}
		}
	case slices.ContainsFunc(later[kind], func(l string) bool { return squeezed(l) == squeezed(name) }) || kind == "layers" && slices.Contains(later[kind], spec.LayerClass(name)):
		if why := build.Why(name); kind == "layers" && why != "" {
			return Answer{Why: why}
		}
		return Answer{Why: notYet}
	case kind == "callbacks":
		for _, c := range train.Callbacks() {
			if squeezed(c.Name) == squeezed(name) && c.Elsewhere != "" {
				return Answer{Why: "given to Fit in Go, as it " + c.Elsewhere}
			}
		}
	}
	return Answer{}
}
