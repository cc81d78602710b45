package spec

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// filling is how the features of the data section fill the inputs.
type filling struct {
	*document.Reader
	m *Model
}

// impliedInputs fills in the inputs that the data section decides, and compares
// those that are written with it.
func (c *filling) impliedInputs(pos diag.Pos, meant map[string]bool, sound bool) {
	written := meant["inputs"]
	m, d := c.m, c.m.Data
	if d == nil || d.Train == nil || !sound {
		if !written && !meant["data"] {
			c.Fail(pos, "the description has no inputs; write %s", inputsExample)
		}
		return
	}
	c.rawInputs()
	if kind := d.Train.Kind; kind.Shape().Arrays() {
		if !written {
			c.Fail(d.Pos, "%s files do not tell the shape of the input in advance; write inputs: {x: {shape: [28, 28]}} or shape: [784]", kind)
		}
		return
	}
	switch {
	case !written:
		c.imply()
	case len(m.Inputs) > 0:
		if c.fillWidth() {
			c.fits()
		}
	}
	if d.Windows != nil && len(m.Inputs) > 1 {
		c.Fail(d.Windows.Pos, "data: windows make the rows of one input, and the model has %d; give all features to one input, or make the windows in files and read them from npz", len(m.Inputs))
	}
}

// rawInputs compares the inputs that preprocessing layers alone read with the files:
// each is the column of its name, or the text of a row.
func (c *filling) rawInputs() {
	d, texts := c.m.Data, 0
	for _, in := range c.m.Inputs {
		if !in.Raw() {
			continue
		}
		title := "input " + diag.Quote(in.Name)
		texts++
		switch {
		case d.Train.Kind == TextDir && in.DType == "string" && texts > 1:
			c.Fail(in.Pos, "%s: a row of text_dir is one text, and another input has it already", title)
		case d.Train.Kind != CSV && (d.Train.Kind != TextDir || in.DType != "string"):
			c.Fail(in.Pos, "%s is %s, which %s files do not hold; it is a column of csv files, or as string the text of a row of text_dir", title, in.DType, d.Train.Kind)
		case len(in.Shape) != 1 || in.Shape[0] != 1:
			c.Fail(in.Pos, "%s has shape %s, and a row of the files holds one value for it; write shape: [1]", title, shapeText(in.Shape))
		case d.Windows != nil:
			c.Fail(d.Windows.Pos, "data: windows are made of features, and %s of %s is for preprocessing layers; take windows out", title, in.DType)
		}
		for i := range d.Features {
			if f := &d.Features[i]; f.Name == in.Name || inputName(f.Name) == in.Name || f.Input == in.Name {
				c.Fail(f.Pos, "data: feature %s: %s is the column of its name as it is, for preprocessing layers; take the feature out, or write another dtype in the input", diag.Quote(f.Name), title)
			}
		}
		for _, t := range d.Targets {
			if slices.Contains(t.Columns, in.Name) || d.Weight == in.Name {
				c.Fail(in.Pos, "%s has the name of a column that is the target or the weight", title)
			}
		}
	}
}

// imply makes the inputs that the features ask for.
func (c *filling) imply() {
	d := c.m.Data
	width := 0
	var inputs []Input
	together := map[string]int{} // inputs that features name, by name
	for i := range d.Features {
		f := &d.Features[i]
		if f.Slots == 0 && f.Encode == "one_hot" {
			c.Fail(f.Pos, "data: feature %s has no vocabulary; write its categories, vocabulary: [a, b, c], or how many slots they have, vocabulary: 10", diag.Quote(f.Name))
			return
		}
		if f.Input != "" && f.Values() > 0 {
			at, ok := together[f.Input]
			if !ok {
				at, together[f.Input] = len(inputs), len(inputs)
				inputs = append(inputs, Input{Name: f.Input, Shape: []int{0}, DType: holding(f), Pos: f.Pos})
			}
			inputs[at].Shape[0] += f.Values()
			continue
		}
		if !f.Integer() {
			width += f.Values()
			continue
		}
		name := inputName(f.Name)
		if f.Input != "" {
			name = f.Input
		}
		if d.Train.Kind != CSV {
			name = "x"
		}
		inputs = append(inputs, Input{Name: name, Shape: f.Shape(), DType: "int32", Pos: f.Pos})
	}
	steps := 1
	if d.Windows != nil {
		steps = d.Windows.Length
	}
	for _, at := range together {
		if inputs[at].Shape[0] > math.MaxInt32/steps {
			width = inputs[at].Shape[0] // reported below
		} else if d.Windows != nil {
			inputs[at].Shape = []int{steps, inputs[at].Shape[0]}
		}
	}
	if width > math.MaxInt32/steps {
		c.Fail(d.Pos, "data: the features fill %d values of %s; an input has at most %d", width, document.Counted(steps, "row"), math.MaxInt32)
		return
	}
	if width > 0 {
		x := Input{Name: "x", Shape: []int{width}, DType: "float32", Pos: d.Pos}
		if d.Windows != nil {
			x.Shape = []int{d.Windows.Length, width}
		}
		if f := &d.Features[0]; f.Type == encoding.Image {
			x.Shape = f.Shape()
		}
		for i := range d.Features {
			if f := &d.Features[i]; f.Integer() && inputName(f.Name) == x.Name {
				c.Fail(f.Pos, "data: feature %s has an input of its own, and the input of the other features is called x too; write inputs: and give them other names", diag.Quote(f.Name))
				return
			}
		}
		inputs = append([]Input{x}, inputs...)
	}
	if len(inputs) > document.MaxInputs {
		c.Fail(d.Pos, "data: the features need %d inputs; at most %d are allowed", len(inputs), document.MaxInputs)
		return
	}
	c.m.Inputs = inputs
	c.alike()
}

// holding is the type of the input of a feature.
func holding(f *Feature) string {
	if f.Integer() {
		return "int32"
	}
	return "float32"
}

// alike reports features of one input that do not go together: ids and numbers, or ids
// of which a row has any number.
func (c *filling) alike() bool {
	first := map[int]*Feature{}
	for i, at := range c.m.Places() {
		f := &c.m.Data.Features[i]
		other := first[at.Input]
		if at.Input < 0 {
			continue
		}
		if first[at.Input] = f; other == nil {
			continue
		}
		name := diag.Quote(c.m.Inputs[at.Input].Name)
		if holding(other) != holding(f) {
			ids, numbers := f, other
			if other.Integer() {
				ids, numbers = other, f
			}
			c.Fail(f.Pos, "data: feature %s becomes ids and feature %s numbers, and input %s cannot hold both; give one of them another input", diag.Quote(ids.Name), diag.Quote(numbers.Name), name)
			return false
		}
		for _, g := range []*Feature{other, f} {
			if g.Integer() && g.Values() == 0 {
				c.Fail(g.Pos, "data: feature %s has any number of ids in a row, and shares input %s with another feature; write length: 20, or give it an input of its own", diag.Quote(g.Name), name)
				return false
			}
		}
	}
	return true
}

// fillWidth gives the one category without a vocabulary the values of its input
// that the other features leave. It reports whether that can be done.
func (c *filling) fillWidth() bool {
	m, d, open := c.m, c.m.Data, -1
	for i := range d.Features {
		f := &d.Features[i]
		if f.Encode != "one_hot" || f.Slots > 0 {
			continue
		}
		if open >= 0 {
			c.Fail(f.Pos, "data: features %s and %s have no vocabulary; only one feature can have what the input leaves: write vocabulary: and the number of its slots",
				diag.Quote(d.Features[open].Name), diag.Quote(f.Name))
			return false
		}
		open = i
	}
	if open < 0 {
		return true
	}
	f := &d.Features[open]
	places := m.Places()
	at := places[open].Input
	if at < 0 || len(m.Inputs[at].Shape) == 0 {
		return true // reported by fits
	}
	in := m.Inputs[at]
	rest := in.Shape[len(in.Shape)-1]
	least := 1
	if f.OOV {
		least = 2
	}
	for i := range d.Features {
		if i != open && places[i].Input == at {
			rest -= d.Features[i].Values()
		}
	}
	if rest < least {
		c.Fail(f.Pos, "data: feature %s has no vocabulary, and input %s of shape %s leaves it %s of %s; at least %d are needed: write vocabulary: and the number of its slots, and correct the shape",
			diag.Quote(f.Name), diag.Quote(in.Name), shapeText(in.Shape), document.Counted(max(rest, 0), "value"), m.widths(places, at), least)
		return false
	}
	f.Slots, f.SlotsPos = rest, in.Pos
	return true
}

// fits compares the inputs that are written with what the features fill.
func (c *filling) fits() {
	m, d := c.m, c.m.Data
	places := m.Places()
	filled := make([][]int, len(m.Inputs))
	for i, at := range places {
		if at.Input >= 0 {
			filled[at.Input] = append(filled[at.Input], i)
		} else {
			c.noInput(&d.Features[i])
			return
		}
	}
	if !c.alike() {
		return
	}
	for at, in := range m.Inputs {
		if in.Raw() {
			continue
		}
		if len(filled[at]) == 0 {
			hint := ""
			if d.Train.Kind == CSV && in.DType == "int32" {
				hint = "; for a column of whole numbers as they are, which layers such as IntegerLookup read, write dtype: int64"
			}
			c.Fail(in.Pos, "no feature of data fills input %s: take it out, or name a feature after it%s", diag.Quote(in.Name), hint)
			continue
		}
		first := &d.Features[filled[at][0]]
		dtype, want, what := "float32", []int{0}, "numbers"
		if first.Integer() || first.Type == encoding.Image {
			want = first.Shape()
		}
		if first.Integer() {
			dtype, what = "int32", "ids"
		}
		if first.Type != encoding.Image && !(first.Integer() && len(filled[at]) == 1) {
			want = []int{0}
			for _, i := range filled[at] {
				want[0] += d.Features[i].Values()
			}
		}
		if d.Windows != nil {
			want = append([]int{d.Windows.Length}, want...)
		}
		switch {
		case !slices.Equal(in.Shape, want) && first.Type == encoding.Tokens:
			c.tokenShape(in, first)
		case !slices.Equal(in.Shape, want):
			c.Fail(in.Pos, "input %s has shape %s, but data: fills it with %s; write shape: %s", diag.Quote(in.Name), shapeText(in.Shape), m.widths(places, at), shapeText(want))
		case in.DType != dtype:
			c.Fail(in.Pos, "input %s is %s, but data: fills it with %s; write dtype: %s", diag.Quote(in.Name), in.DType, what, dtype)
		}
	}
}

// tokenShape reports an input that rows of ids do not fit into.
func (c *filling) tokenShape(in Input, f *Feature) {
	name := document.Plain(in.Name)
	if f.Length > 0 {
		c.Fail(in.Pos, "input %s has shape %s, but length under tokens is %d; write %s: {shape: [%d], dtype: int32}", diag.Quote(in.Name), shapeText(in.Shape), f.Length, name, f.Length)
		return
	}
	hint := ""
	if len(in.Shape) == 1 && in.Shape[0] > 0 {
		hint = fmt.Sprintf("; to pad and cut them for an Embedding layer write length: %d beside tokens", in.Shape[0])
		if in.DType != "int32" {
			hint += " and dtype: int32 in the input"
		}
	}
	c.Fail(in.Pos, "input %s has shape %s, but the rows of token files have different lengths; write %s: {shape: [null], dtype: int32} for a CategoryEncoding layer%s",
		diag.Quote(in.Name), shapeText(in.Shape), name, hint)
}

// noInput reports a feature that no input is for.
func (c *filling) noInput(f *Feature) {
	m := c.m
	name := document.Plain(inputName(f.Name))
	if f.Input != "" {
		var names []string
		for _, in := range m.Inputs {
			names = append(names, in.Name)
		}
		c.Fail(f.Pos, "data: feature %s goes to input %s, which the model does not have%s", diag.Quote(f.Name), diag.Quote(f.Input), diag.DidYouMean(f.Input, names))
		return
	}
	if f.Integer() {
		c.Fail(f.Pos, "data: feature %s becomes ids, which numbers share no input with; write inputs: {%s: {shape: %s, dtype: int32}} beside the other inputs, or of several features of ids input: NAME in each",
			diag.Quote(f.Name), name, shapeText(f.Shape()))
		return
	}
	if free := m.unnamed("float32", m.featureInputs()); len(free) > 1 {
		c.Fail(f.Pos, "data: feature %s could go to input %s and to input %s; an input that features share is the only one not named after a feature", diag.Quote(f.Name),
			diag.Quote(m.Inputs[free[0]].Name), diag.Quote(m.Inputs[free[1]].Name))
		return
	}
	c.Fail(f.Pos, "data: there is no input for feature %s, which becomes %s; write inputs: {x: {shape: [%d]}} beside the other inputs", diag.Quote(f.Name), document.Counted(f.Values(), "number"), f.Values())
}

// featureInputs are the inputs that features are named after.
func (m *Model) featureInputs() map[int]bool {
	named := map[int]bool{}
	for _, f := range m.Data.Features {
		for i, in := range m.Inputs {
			if in.Name == f.Name || in.Name == inputName(f.Name) {
				named[i] = true
			}
		}
	}
	return named
}

// widths says what the features put into an input: "6 values: age 1, plan 5".
func (m *Model) widths(places []Place, at int) string {
	const shown = 8
	var parts []string
	sum, more := 0, 0
	for i := range m.Data.Features {
		f := &m.Data.Features[i]
		if places[i].Input != at {
			continue
		}
		w := f.Values()
		sum += w
		text := fmt.Sprintf("%s %d", document.Plain(f.Name), w)
		switch {
		case f.Type == encoding.Image:
			return fmt.Sprintf("images of %d rows, %d columns and %s", f.Height, f.Columns, document.Counted(f.Channels, "channel"))
		case f.Integer() && w == 0:
			return "any number of ids a row"
		case f.Integer() && sum == w && !slices.ContainsFunc(places[i+1:], func(p Place) bool { return p.Input == at }):
			return document.Counted(w, "id") + " a row"
		case f.Encode == "one_hot" && f.Slots == 0:
			text = document.Plain(f.Name) + " the rest"
		}
		if parts = append(parts, text); len(parts) > shown {
			parts, more = parts[:shown], more+1
		}
	}
	text := document.Counted(sum, "value")
	if m.Data.Windows != nil {
		text = fmt.Sprintf("%d rows of %s", m.Data.Windows.Length, text)
	}
	text += " (" + strings.Join(parts, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + ")"
}
