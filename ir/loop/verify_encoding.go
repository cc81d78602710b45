package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
)

// rowTypes are the kinds of files whose rows are one thing, and its type. A csv file
// has columns; all others hold samples as they are.
var rowTypes = map[string]encoding.Type{"tokens": encoding.Tokens, "text_dir": encoding.Text, "image_dir": encoding.Image}

// encoding checks that the features fill every input exactly once.
func (v *verifier) encoding() {
	e := v.p.Encoding
	if e == nil {
		return
	}
	row := rowTypes[e.Source]
	raw := len(e.Features) > 0 && e.Features[0].Type == encoding.Strings // the text of a row, as it is
	lookups := slices.ContainsFunc(e.Features, func(f encoding.Feature) bool { return !f.OfRow() })
	asIs := row == "" && e.Source != "csv" && e.Source != ""
	switch {
	case asIs != (len(e.Features) == 0):
		v.fail("encoding: source %s has %d features", e.Source, len(e.Features))
		return
	case row != "" && !(raw && row == encoding.Text) && (e.Features[0].Type != row || len(e.Features) > 1 && !lookups):
		v.fail("encoding: a row of source %s is %d features, the first of type %q", e.Source, len(e.Features), e.Features[0].Type)
	case e.Spellings != nil && len(e.Spellings) != len(v.p.Classes):
		v.fail("encoding: %d lists of spellings for %d classes", len(e.Spellings), len(v.p.Classes))
	case e.Series != nil && (e.Source != "csv" || e.Series.Length < 1 || e.Series.Offset < 0 || e.Series.Stride < 1):
		v.fail("encoding: source %s has the series %+v", e.Source, *e.Series)
	}
	v.targetSources()
	if asIs {
		return
	}
	next := make([]int, len(v.p.Inputs))
	count := make([]int, len(v.p.Inputs))
	names := map[string]bool{}
	for i := range e.Features {
		f := &e.Features[i]
		if names[f.Name] {
			v.fail("encoding: two features are called %s", diag.Quote(f.Name))
		}
		names[f.Name] = true
		v.reads(f, names)
		if f.Port == -1 && (f.Type == encoding.Strings || f.Type == encoding.Integers || !f.OfRow()) {
			continue
		}
		if f.Port < 0 || f.Port >= len(v.p.Inputs) {
			v.fail("encoding: feature %s fills input %d of %d", diag.Quote(f.Name), f.Port, len(v.p.Inputs))
			return
		}
		if f.Offset != next[f.Port] {
			v.fail("encoding: feature %s is at %d of input %s, the features before it end at %d", diag.Quote(f.Name), f.Offset, v.p.Inputs[f.Port].Name, next[f.Port])
		}
		next[f.Port] = f.Offset + f.Width
		count[f.Port]++
		v.feature(f, &v.p.Inputs[f.Port])
	}
	steps := 1
	if e.Series != nil {
		steps = e.Series.Length
	}
	for i, port := range v.p.Inputs {
		ids := port.DType == I32
		switch {
		case count[i] == 0:
			v.fail("encoding: no feature fills input %s", port.Name)
		case ids && port.Ragged && count[i] > 1:
			v.fail("encoding: %d features fill the ids of input %s, of which a row has any number", count[i], port.Name)
		case !port.Ragged && product(port.Shape) != steps*next[i]:
			v.fail("encoding: %d steps of %d values fill input %s %v", steps, next[i], port.Name, port.Shape)
		}
	}
}

// reads checks that a preprocessing layer reads what is there before it.
func (v *verifier) reads(f *encoding.Feature, names map[string]bool) {
	for _, r := range f.Reads {
		if !names[r] && !slices.ContainsFunc(v.p.Inputs, func(in Port) bool { return in.Name == r }) {
			v.fail("encoding: layer %s reads %s, which is neither an input nor before it", diag.Quote(f.Name), diag.Quote(r))
		}
	}
	if (f.Layer == nil) != f.OfRow() || f.Type == encoding.Lookup && f.Layer == nil || f.Layer != nil && len(f.Layer.Of) != len(f.Reads) {
		v.fail("encoding: layer %s of type %q reads %q", diag.Quote(f.Name), f.Type, f.Reads)
	}
}

// targetSources checks that the targets have values to come from.
func (v *verifier) targetSources() {
	e := v.p.Encoding
	if e.Targets != nil && v.p.Targets != nil && len(e.Targets) != len(v.p.Targets) {
		v.fail("encoding: %d sources of %d targets", len(e.Targets), len(v.p.Targets))
		return
	}
	arrays := len(v.p.Inputs)
	for i, port := range v.p.Targets {
		t := e.Target(i)
		in := slices.IndexFunc(v.p.Inputs, func(in Port) bool { return in.Name == t.SameAs })
		switch n := product(port.Shape); {
		case t.SameAs != "" && (in < 0 || v.p.Inputs[in].DType != port.DType || product(v.p.Inputs[in].Shape) != n):
			v.fail("encoding: target %s %v is not the same as input %s", port.Name, port.Shape, diag.Quote(t.SameAs))
		case len(t.Columns) > 1 && len(t.Columns) != n:
			v.fail("encoding: target %s %v has %d columns", port.Name, port.Shape, len(t.Columns))
		case t.Columns != nil && e.Source != "csv":
			v.fail("encoding: source %s has columns", e.Source)
		}
		if t.SameAs == "" {
			arrays++
		}
	}
	if e.Arrays != nil && v.p.Targets != nil && len(e.Arrays) != arrays {
		v.fail("encoding: %d arrays for %d inputs and targets", len(e.Arrays), arrays)
	}
}

// feature checks one feature by itself and against its input.
func (v *verifier) feature(f *encoding.Feature, port *Port) {
	width, ids := f.Values(), f.Integer()
	switch {
	case width < 0:
		v.fail("encoding: feature %s of type %q becomes %q", diag.Quote(f.Name), f.Type, f.Encode)
	case width != f.Width:
		v.fail("encoding: feature %s has %d values, and says %d", diag.Quote(f.Name), width, f.Width)
	case ids != (port.DType == I32) || port.Ragged != (ids && width == 0):
		v.fail("encoding: feature %s does not fit into input %s %s", diag.Quote(f.Name), port.Name, port.typeText())
	case ids && port.Limit > 0 && max(f.Slots, f.NumWords) > port.Limit:
		v.fail("encoding: feature %s has %d ids, input %s takes %d", diag.Quote(f.Name), max(f.Slots, f.NumWords), port.Name, port.Limit)
	case !slices.Contains(f.Type.MissingKinds(), f.Missing.Kind):
		v.fail("encoding: a missing value of feature %s is %q", diag.Quote(f.Name), f.Missing.Kind)
	case f.OfRow() && f.Vocabulary != nil && f.Slots != len(f.Vocabulary)+f.Reserved():
		v.fail("encoding: feature %s has %d slots for %d words", diag.Quote(f.Name), f.Slots, len(f.Vocabulary))
	case f.Type != encoding.Lookup && f.Slots > 0 && f.Slots <= f.Reserved():
		v.fail("encoding: feature %s has %d slots, none of them for a word", diag.Quote(f.Name), f.Slots)
	}
}
