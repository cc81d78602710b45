package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// featuresType prints Features: one row before encoding.
func (e rows) featuresType(f *gotree.File) {
	var list, fields strings.Builder
	for _, x := range e.ofRow() {
		fmt.Fprintf(&list, "%s,\n", gotree.Quote(x.Name))
		tag, comment := x.tag, x.sentence()
		if x.Type == encoding.Image {
			tag = "-"
		}
		if x.tag != x.Name {
			comment = gotree.Mention(x.Name) + ": " + comment
		}
		fmt.Fprintf(&fields, "%s %s `json:%s` // %s\n", x.field, x.goType(), gotree.Quote(tag), comment)
	}
	if e.AsArray() {
		f.Add(`// Features is one row before it is encoded: the numbers of FeatureNames, in that
// order (%[2]s). NaN is a missing one, null in JSON.
type Features [%[1]d]float64

// UnmarshalJSON reads a list of %[1]d numbers, null for a missing one.
func (f *Features) UnmarshalJSON(text []byte) error {
	return §encode.UnmarshalNumbers(%[3]q, text, f[:])
}`, len(e.features), e.features[0].sentence(), e.Package)
	} else {
		name, doc := "Features", "Features is one row before it is encoded."
		if s := e.spec.Series; s != nil {
			f.Add(`// Features is one sample before it is encoded: %[1]d successive rows, the oldest
// first.
type Features [%[1]d]Step`, s.Length)
			name, doc = "Step", "Step is one of the rows of Features."
		}
		if e.pointers() {
			doc += " A nil pointer is a missing value; Value makes one that is there."
		}
		f.Add("%stype %s struct {\n%s}", gotree.Comment(doc), name, fields.String())
		if e.pointers() {
			f.Add(`// Value is a pointer to a value, for a row written out in Go.
func Value[T any](v T) *T { return &v }`)
		}
	}
	f.Add("// FeatureNames are the names of the features, in the order of the description.\nvar FeatureNames = [%d]string{\n%s}", len(e.ofRow()), list.String())
}

// setMethod prints Set, which reads one feature as a file has it.
func (e rows) setMethod(f *gotree.File) {
	missing, marked := "", "false"
	if len(e.spec.Missing) > 0 && !e.anyOf(encoding.Tokens, encoding.Image) {
		missing, marked = "missing := missingText(text)\n", "missing"
		e.missingText(f)
	}
	f.Add("func unknownFeature(name string) error {\nreturn %s\n}", e.unknown("feature", "FeatureNames", len(e.ofRow())))
	if e.AsArray() {
		f.Add(`// Set reads the feature of that name from a text, as a file holds it.
func (f *Features) Set(name, text string) error {
	i := §slices.Index(FeatureNames[:], name)
	if i < 0 {
		return unknownFeature(name)
	}
	return f.set(i, text)
}

func (f *Features) set(i int, text string) error {
	%sreturn §encode.SetFinite(&f[i], text, %s)
}`, missing, marked)
		return
	}
	var cases strings.Builder
	for _, x := range e.ofRow() {
		fmt.Fprintf(&cases, "case %s:\n", gotree.Quote(x.Name))
		switch to := "&f." + x.field; x.Type {
		case encoding.Number:
			fmt.Fprintf(&cases, "return §encode.SetNumber(%s, text, %s)\n", to, marked)
		case encoding.Category:
			fmt.Fprintf(&cases, "return §encode.SetCategory(%s, text, %s)\n", to, marked)
		case encoding.Date:
			fmt.Fprintf(&cases, "return §encode.SetDate(%s, text, %s, %s)\n", to, gotree.Quote(x.Format), marked)
		case encoding.Text:
			fmt.Fprintf(&cases, "return §encode.SetText(%s, text, %s)\n", to, marked)
		case encoding.Tokens:
			fmt.Fprintf(&cases, "return §encode.SetTokens(%s, text)\n", to)
		case encoding.Strings, encoding.Integers, encoding.Values:
			cases.WriteString(textSetter(x, marked))
		case encoding.Image:
			fmt.Fprintf(&cases, "return §errors.New(\"%s is an image, which a text cannot hold\")\n", x.field)
		}
	}
	receiver, doc := "Features", "Set reads the feature of that name from a text, as a file holds it."
	if e.spec.Series != nil {
		receiver = "Step"
	}
	if missing != "" && e.pointers() {
		doc += " A text that means a missing value leaves the feature nil."
	}
	f.Add("%s", gotree.Comment(doc)+fmt.Sprintf(`func (f *%s) Set(name, text string) error {
	%sswitch name {
	%s}
	return unknownFeature(name)
}`, receiver, missing, cases.String()))
}
