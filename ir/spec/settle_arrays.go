package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/dataset"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
	"github.com/nngen-go/nngen/runtime/data"
)

// arrayPlan is what the arrays of a description are for.
type arrayPlan struct{ inputs, targets []string }

// settling brings the targets and arrays of the data section into the order of
// the model's inputs and outputs.
type settling struct {
	*document.Reader
	m      *Model
	arrays dataset.Arrays
	// aliases are names of models, each with the layer that gives its output.
	aliases map[string]string
}

// settleArrays gives every source its files or arrays in the order of the inputs
// and of the outputs that are compared with one.
func (c *settling) settleArrays() {
	m, d := c.m, c.m.Data
	if !d.Train.Kind.Shape().Arrays() || len(m.Inputs) == 0 {
		return
	}
	var plan arrayPlan
	for _, in := range m.Inputs {
		plan.inputs = append(plan.inputs, in.Name)
		if len(in.Shape) > 0 && in.Shape[0] == Ragged {
			c.Fail(in.Pos, "input %s takes any number of ids, and the rows of %s files have one length; write shape: [200] and pad the rows, or train: {tokens: train.txt}", diag.Quote(in.Name), d.Train.Kind)
		}
	}
	for i, r := range m.OutputRefs() {
		if i >= len(d.Targets) || d.Targets[i].SameAs == "" {
			plan.targets = append(plan.targets, r.Name)
		}
	}
	for _, o := range []struct {
		name string
		*Source
	}{{"train", d.Train}, {"test", d.Test}, {"validation", d.Validation}} {
		if o.Source != nil {
			c.settleSource("data: "+o.name, o.Source, plan)
			if o.Kind == Letters && o.Split == 0 {
				c.places("data: "+o.name, o.Source)
			}
		}
	}
}

// settleSource gives one source its files or arrays.
func (c *settling) settleSource(title string, s *Source, plan arrayPlan) {
	of, d := c.arrays[s], c.m.Data
	if s.Split > 0 || s.Kind.Shape() == data.ArrayArchive && s != d.Train && (of == nil || of.List == nil && of.Inputs == nil && of.Targets == nil) {
		s.Arrays = d.Train.Arrays
		return
	}
	want := slices.Concat(plan.inputs, plan.targets)
	if of == nil {
		of = &dataset.NamedArrays{Pos: s.Pos}
	}
	if of.List != nil {
		switch got := max(len(of.List.Value.List), 1); {
		case of.Inputs != nil || of.Targets != nil:
			c.Fail(of.List.Pos, "%s: arrays names all arrays, and inputs and target some of them; take arrays out", title)
		case got != len(want):
			c.Fail(of.List.Value.Pos, "%s: %s names %s, and the model takes %d, %s; write %s: %s", title, of.List.Name, document.Counted(got, arrayWord(s.Kind)), len(want), plan.words(), of.List.Name, plan.example(s.Kind))
		}
		return
	}
	if of.Targets == nil && len(plan.targets) > 0 && (s.Kind.Shape() != data.ArrayArchive || !namedOutputs(c.m)) {
		if s.Kind.Shape() == data.ArrayArchive {
			example, more := "[x_train, y_train]", ""
			if s.Kind == Letters {
				example, more = `["0:40", "40"]`, `, or ["0:40", "1:41"] for the letter after each`
			}
			c.Fail(s.Pos, "data: %s needs arrays, the names of the array of inputs and of that of targets; write arrays: %s beside it%s", s.Kind, example, more)
		} else {
			c.Fail(of.Pos, "%s: %s names no file of the targets; write target: y.%s under it", title, s.Kind, s.Kind)
		}
		return
	}
	names := append(c.byName(title+": inputs", of.Inputs, plan.inputs, s), c.byName(title+": target", of.Targets, plan.targets, s)...)
	if s.Kind.Shape() == data.ArrayArchive {
		s.Arrays = names
	} else {
		s.Files = names
	}
}

// namedOutputs reports whether the description itself names the outputs, after
// which arrays may be called.
func namedOutputs(m *Model) bool {
	names := m.Names()
	for _, r := range m.OutputRefs() {
		if i := slices.Index(names, r.Name); i < 0 || m.Layers[i].Name == "" {
			return false
		}
	}
	return true
}

// byName reads the arrays or files of inputs or of targets under their names; one
// alone needs none. Arrays that are not named have the name of what they fill.
func (c *settling) byName(title string, a *Arg, want []string, s *Source) []string {
	names := make([]string, len(want))
	if s.Kind.Shape() == data.ArrayArchive {
		copy(names, want)
	}
	if a == nil && s.Kind.Shape() == data.ArrayArchive {
		return names
	}
	read := func(v Value) string {
		if s.Kind.Shape() != data.ArrayArchive {
			return c.File(title, string(s.Kind), v)
		}
		name, ok := c.Single(v)
		if !ok || document.BadColumn(name) != "" {
			c.Fail(v.Pos, "%s takes the names of arrays, not %s", title, v.Describe())
		}
		return name
	}
	switch {
	case a == nil:
		if len(want) > 0 {
			c.Fail(c.arrays[s].Pos, "%s is missing: %s names no file for %s; write %s", title, s.Kind, document.QuoteAll(want), inputsOf(want, s.Kind))
		}
	case len(want) == 0:
		c.Fail(a.Pos, "%s: every output repeats an input; take it out", title)
	case a.Value.Kind == Map:
		for _, e := range a.Value.Map {
			i := slices.Index(want, e.Name)
			if layer, ok := c.aliases[e.Name]; ok && i < 0 {
				i = slices.Index(want, layer)
			}
			if i < 0 {
				hint := diag.DidYouMean(e.Name, want)
				if hint == "" {
					hint = "; there are " + document.QuoteAll(want)
				}
				c.Fail(e.Pos, "%s names %s, which the model does not have%s", title, diag.Quote(e.Name), hint)
				continue
			}
			names[i] = read(e.Value)
		}
		for i, name := range names {
			if _, ok := a.Value.Get(want[i]); name == "" && !ok {
				c.Fail(a.Pos, "%s has no file for %s; write %s: %s.%s", title, diag.Quote(want[i]), document.Plain(want[i]), document.Plain(want[i]), s.Kind)
			}
		}
	case len(want) > 1:
		c.Fail(a.Value.Pos, "%s takes %s under their names, not %s; write %s", title, arrayWord(s.Kind)+"s", a.Value.Describe(), inputsOf(want, s.Kind))
	default:
		names[0] = read(a.Value)
	}
	return names
}

// places compares the places of letters in a window that arrays hold with what they
// fill: as many letters as a row of an input has.
func (c *settling) places(title string, s *Source) {
	for i, name := range s.Arrays {
		p, err := data.ParsePlaces(name)
		if err != nil {
			c.Fail(s.Pos, "%s: arrays: %v", title, err)
			return
		}
		if i >= len(c.m.Inputs) {
			continue
		}
		in := c.m.Inputs[i]
		n := 1
		for _, d := range in.Shape {
			n *= d
		}
		if n != p.To-p.From {
			c.Fail(in.Pos, "input %s has shape %s, but %s: arrays fills it with %s; write shape: [%d]", diag.Quote(in.Name), shapeText(in.Shape), title, document.Counted(p.To-p.From, "letter"), p.To-p.From)
		}
	}
}

func arrayWord(kind SourceKind) string {
	if kind.Shape() == data.ArrayArchive {
		return "array"
	}
	return "file"
}

// inputsOf writes arrays under names: {rooms: rooms.npy, sensors: sensors.npy}.
func inputsOf(names []string, kind SourceKind) string {
	var parts []string
	for _, name := range names {
		parts = append(parts, document.Plain(name)+": "+arrayExample(name, kind))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func arrayExample(name string, kind SourceKind) string {
	if kind.Shape() == data.ArrayArchive {
		return document.Plain(name)
	}
	return document.Plain(name + "." + string(kind))
}

// words says which arrays a model takes.
func (a arrayPlan) words() string {
	what := func(one, many string, names []string) string {
		if len(names) == 1 {
			return "that of the " + one + " " + diag.Quote(names[0])
		}
		return "those of the " + many + " " + document.QuoteAll(names)
	}
	text := what("input", "inputs", a.inputs)
	if len(a.targets) > 0 {
		text += " and " + what("target", "targets", a.targets)
	}
	return text
}

// example is a list of such arrays.
func (a arrayPlan) example(kind SourceKind) string {
	var names []string
	for _, name := range slices.Concat(a.inputs, a.targets) {
		names = append(names, arrayExample(name, kind))
	}
	return "[" + strings.Join(names, ", ") + "]"
}
