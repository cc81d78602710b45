package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// inspectMethod prints Inspect and returns its body.
func (e *emitter) inspectMethod(f *file) string {
	var lines strings.Builder
	row := "f"
	if e.p.Encoding.Series != nil {
		row = "step"
	}
	uses := false
	for i := range e.features {
		x := &e.features[i]
		value := row + "." + x.field
		name := quote(x.Name)
		switch x.Type {
		case loop.CategoryFeature:
			v := x.fixed
			if v == "" {
				v, uses = x.learned("Categories"), true
			}
			fmt.Fprintf(&lines, "note(%s, %s == nil, !%s.knows(%s))\n", name, value, v, value)
		case loop.TextFeature:
			uses = uses || x.fixed == ""
			fmt.Fprintf(&lines, "note(%s.meets(%s, %s))\n", x.vocabularyText(), name, x.wordsText(row))
		case loop.TokensFeature:
			fmt.Fprintf(&lines, "note(%s, len(%s) == 0, false)\n", name, value)
		default:
			fmt.Fprintf(&lines, "note(%s, %s == nil, false)\n", name, value)
		}
	}
	body := ""
	if uses {
		body = "e := m.encoding\nif e == nil {\ne = new(encoding) // knows nothing\n}\n"
	}
	switch {
	case e.asArray():
		body += `for i, v := range f {
		if §math.IsNaN(v) {
			missing = append(missing, FeatureNames[i])
		}
	}`
	case e.p.Encoding.Series == nil && !e.anyFeature(func(f *feature) bool { return f.Type == loop.CategoryFeature || f.Type == loop.TextFeature }):
		var list strings.Builder
		for i := range e.features {
			at := "f." + e.features[i].field
			if e.features[i].Type == loop.TokensFeature {
				fmt.Fprintf(&list, "len(%s) == 0,\n", at)
			} else {
				fmt.Fprintf(&list, "%s == nil,\n", at)
			}
		}
		body += fmt.Sprintf("for i, absent := range [...]bool{\n%s} {\nif absent {\nmissing = append(missing, FeatureNames[i])\n}\n}", list.String())
	default:
		add, steps := `switch {
		case absent:
			missing = append(missing, feature)
		case strange:
			unknown = append(unknown, feature)
		}`, lines.String()
		if e.p.Encoding.Series != nil {
			add = `switch {
		case absent && !§slices.Contains(missing, feature):
			missing = append(missing, feature)
		case !absent && strange && !§slices.Contains(unknown, feature):
			unknown = append(unknown, feature)
		}`
			steps = "for t := range f {\nstep := &f[t]\n" + steps + "}\n"
		}
		body += fmt.Sprintf("note := func(feature string, absent, strange bool) {\n%s\n}\n%s", add, steps)
	}
	text := strings.TrimRight(body, "\n") + "\nreturn missing, unknown\n"
	doc := "Inspect names the features of a row that are missing, and those whose category, or every word, is unknown: what to count in a service."
	if !strings.Contains(text, "unknown = ") {
		doc = "Inspect names the features of a row that are missing: what to count in a service. None can be unknown here."
	}
	f.add("%s", docComment(doc)+fmt.Sprintf(`func (m *Model) Inspect(f Features) (missing, unknown []string) {
	%s}`, text))
	return text
}

// adaptedMethod prints Adapted.
func (e *emitter) adaptedMethod(f *file) {
	if !e.learns() {
		f.add(`// Adapted reports whether Encode can be called: always, for nothing about it is
// learned.
func (m *Model) Adapted() bool { return true }`)
		return
	}
	f.add(`// Adapted reports whether the model has learned its encoding, so that Encode can
// be called.
func (m *Model) Adapted() bool { return m.encoding != nil }`)
	how := "FitFeatures and Adapt learn it from training rows, Open reads it"
	if e.cfg.PredictOnly {
		how = "Open reads it"
	}
	f.add(`var errNotAdapted = §errors.New("%s: the encoding of features has not been learned: %s")`, e.cfg.Package, how)
}

// inspectHelpers are what Inspect calls.
func inspectHelpers() []helper {
	return []helper{
		{".knows(", `// knows reports a category that is in the vocabulary.
func (v *categories) knows(category *string) bool {
	if category == nil {
		return false
	}
	_, ok := v.find(*category)
	return ok
}`},
		{".meets(", `// meets reports whether there are no words, and whether there is no known one.
func (v *vocabulary) meets(feature string, words §iter.Seq[[]byte]) (name string, none, strange bool) {
	none, strange = true, true
	for w := range words {
		none = false
		if _, ok := v.index[string(w)]; ok {
			return feature, false, false
		}
	}
	return feature, none, strange
}`},
	}
}
