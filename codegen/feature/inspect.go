package feature

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// inspectMethod prints Inspect.
func (e rows) inspectMethod(f *gotree.File) {
	doc := "Inspect names the features of a row that are missing, and those whose category, or every word, is unknown: what to count in a service."
	if !e.anyOf(encoding.Category, encoding.Text, encoding.Lookup) {
		doc = "Inspect names the features of a row that are missing: what to count in a service. None can be unknown here."
	}
	if e.AsArray() {
		f.Add("%s", gotree.Comment(doc)+`func (m *Model) Inspect(f Features) (missing, unknown []string) {
	for i, v := range f {
		if §math.IsNaN(v) {
			missing = append(missing, FeatureNames[i])
		}
	}
	return missing, nil
}`)
		return
	}
	var lines strings.Builder
	learned := ""
	for _, x := range e.ofRow() {
		value, name := e.row()+"."+x.field, gotree.Quote(x.Name)
		reader := readerOf(e.Encoding, x)
		if v := cmp.Or(reader, x); v.fixed == "" && (v.Type == encoding.Category || v.Type == encoding.Text || v.Type == encoding.Lookup) {
			learned = "e := m.encoding\nif e == nil {\ne = new(encoding) // knows nothing\n}\n"
		}
		switch {
		case x.asItIs():
			lines.WriteString(e.inspectInput(x, reader))
			continue
		}
		switch x.Type {
		case encoding.Category:
			fmt.Fprintf(&lines, "found.Note(%s, %s == nil, %s.Strange(%s))\n", name, value, x.vocabulary(), value)
		case encoding.Text:
			fmt.Fprintf(&lines, "found.NoteWords(%s, %s, %s)\n", name, x.pointer(), x.words(e.row()))
		case encoding.Tokens:
			fmt.Fprintf(&lines, "found.Note(%s, len(%s) == 0, false)\n", name, value)
		default:
			fmt.Fprintf(&lines, "found.Note(%s, %s == nil, false)\n", name, value)
		}
	}
	steps := lines.String()
	if e.spec.Series != nil {
		steps = "for t := range f {\nstep := &f[t]\n" + steps + "}\n"
	}
	f.Add("%sfunc (m *Model) Inspect(f Features) (missing, unknown []string) {\n%svar found §encode.Findings\n%sreturn found.Missing, found.Unknown\n}", gotree.Comment(doc), learned, steps)
}

// readerOf is the preprocessing layer that tells whether an input is known: the first one
// that looks it up; nil where there is none.
func readerOf(e *Encoding, x *feature) *feature {
	for i := range e.features {
		r := &e.features[i]
		if r.OfRow() || r.Reads[0] != x.Name {
			continue
		}
		looksUp := (r.Layer.Kind == "StringLookup" || r.Layer.Kind == "IntegerLookup") && !r.Layer.Invert && r.key() == x.element()
		if looksUp || r.Type == encoding.Text || r.Layer.WordPiece != nil {
			return r
		}
	}
	return nil
}

// inspectInput prints what is found about an input that is taken as it is.
func (e rows) inspectInput(x, reader *feature) string {
	value, name := e.row()+"."+x.field, gotree.Quote(x.Name)
	missing, there, keys := value+" == nil", value+" != nil", value+"..."
	if x.Size == 1 {
		if keys = "*" + value; x.Type == encoding.Strings {
			missing, there, keys = value+` == ""`, value+` != ""`, value
		}
	}
	switch {
	case reader == nil:
		return fmt.Sprintf("found.Note(%s, %s, false)\n", name, missing)
	case reader.Type == encoding.Text:
		text := *reader
		text.of = value
		return fmt.Sprintf("found.NoteWords(%s, %s, %s)\n", name, reader.pointer(), text.words(e.row()))
	}
	return fmt.Sprintf("found.Note(%s, %s, %s && %s.Strange(%s))\n", name, missing, there, reader.table(), keys)
}

// adaptedMethod prints Adapted.
func (e rows) adaptedMethod(f *gotree.File) {
	if !e.Learns() {
		f.Add(`// Adapted reports whether Encode can be called: always, for nothing about it is
// learned.
func (m *Model) Adapted() bool { return true }`)
		return
	}
	f.Add(`// Adapted reports whether the model has learned its encoding, so that Encode can
// be called.
func (m *Model) Adapted() bool { return m.encoding != nil }`)
	how := "FitFeatures and Adapt learn it from training rows, Open reads it"
	if e.PredictOnly {
		how = "Open reads it"
	}
	f.Add(`var errNotAdapted = §errors.New("%s: the encoding of features has not been learned: %s")`, e.Package, how)
}
