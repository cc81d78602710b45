package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// testWords are the words that the emitted test makes up.
var testWords = []string{"one", "two", "three", "four"}

// TestFile prints the test of Encode.
func (e *Encoding) TestFile(f *gotree.File) {
	t := tests{e}
	t.testRows(f)
	if e.Learns() {
		t.testEncoding(f)
	}
	t.encoderTest(f)
	if !e.PredictOnly {
		rows := 40
		if len(e.p.Carried) > 0 { // whole batches
			rows = e.p.Training.BatchSize
		}
		f.Add(`func TestFitFeatures(t *§testing.T) {
	§modeltest.Learner[*Model, Features, Input, Target]{
		New: New, Read: Read, Row: featureRow, Targets: targets(%d), Learns: %v,
	}.Test(t)
}`, rows, e.Learns())
	}
}

// testWords is how many words the emitted test may use of a vocabulary: all in
// it, for what is unknown has a test of its own.
func (f *feature) testWords() []string {
	list := testWords
	if f.fixed != "" {
		list = f.Vocabulary
	}
	return list[:min(len(list), max(f.Slots-f.Reserved(), 1), len(testWords))]
}

// tests prints the parts of the test.
type tests struct{ *Encoding }

// testRows prints how the test makes up rows.
func (e tests) testRows(f *gotree.File) {
	var always, mostly strings.Builder
	if e.AsArray() {
		always.WriteString("for k := range f {\nf[k] = float64((i+k)%7) + 0.5\n}\n")
	} else {
		for _, x := range e.ofRow() {
			if x.optional() {
				mostly.WriteString(e.testValue(x))
			} else {
				always.WriteString(e.testValue(x))
			}
		}
	}
	body := always.String()
	if mostly.Len() > 0 {
		body += "if i%6 != 5 {\n" + mostly.String() + "}\n"
	}
	if e.spec.Series != nil {
		body = "for t := range f {\nstep, i := &f[t], i+t\n" + body + "}\n"
	}
	f.Add(`// featureRow makes up a row.
func featureRow(i int) (f Features) {
	%sreturn f
}`, body)
}

// testValue makes up the value of a feature in row i.
func (e tests) testValue(f *feature) string {
	to := e.row() + "." + f.field
	words := f.testWords()
	word := gotree.QuotedList(words)
	if len(words) > 1 {
		word = fmt.Sprintf("[]string{%s}[i%%%d]", word, len(words))
	}
	switch f.Type {
	case encoding.Number:
		return fmt.Sprintf("%s = Value(float64(i%%7) + 0.5)\n", to)
	case encoding.Category:
		return fmt.Sprintf("%s = Value(%s)\n", to, word)
	case encoding.Date:
		return fmt.Sprintf("%s = Value(§time.Date(2000+i%%5, §time.Month(1+i%%12), 1+i%%28, i%%24, i%%60, 0, 0, §time.UTC))\n", to)
	case encoding.Text:
		return fmt.Sprintf("%s = %s + \" unheard-of\"\n", to, word)
	case encoding.Strings, encoding.Integers, encoding.Values:
		return e.testInput(f)
	case encoding.Image:
		return fmt.Sprintf(`picture := §image.NewGray(§image.Rect(2, 3, 9, 14))
	for k := range picture.Pix {
		picture.Pix[k] = uint8(31*k + i)
	}
	%s = picture
`, to)
	}
	ids := 5
	if limit := e.p.Inputs[f.Port].Limit; limit > 0 {
		ids = min(limit, ids)
	}
	return fmt.Sprintf("for k := range i %% %d {\n%s = append(%s, int32(k))\n}\n", ids, to, to)
}

// optional reports whether rows of the test may lack the feature.
func (f *feature) optional() bool {
	switch f.Type {
	case encoding.Number, encoding.Date:
		return f.Missing.Kind != "error"
	case encoding.Category:
		return f.OOV && f.Missing.Kind != "error" || f.Missing.Kind == "most_frequent"
	}
	return false
}

// testEncoding prints an encoding that the test makes up.
func (e tests) testEncoding(f *gotree.File) {
	var b strings.Builder
	value := func(x *feature, p part) string {
		switch p.goType {
		case "float64":
			return "0.25"
		case "§encode.Standard":
			return p.goType + "{Mean: 0.5, Deviation: 2}"
		case "§encode.MinMax":
			return p.goType + "{Min: -1, Range: 8}"
		case "§encode.Index[string]", "§encode.Index[int64]", "§encode.Bounds":
			return madeUpLookup(x)
		case "string":
			return gotree.Quote(x.testWords()[0])
		case "[]float64":
			return fmt.Sprintf("make([]float64, 1+len(%s.Words))", x.vocabulary())
		}
		return fmt.Sprintf("%s{Words: []string{%s}}", p.goType, gotree.QuotedList(x.testWords()))
	}
	if e.AsArray() {
		b.WriteString("for i := range FeatureNames {\n")
		for _, p := range e.features[0].parts() {
			fmt.Fprintf(&b, "e.%s[i] = %s\n", p.name, value(&e.features[0], p))
		}
		b.WriteString("}\n")
	} else {
		for i := range e.features {
			x := &e.features[i]
			for _, p := range x.parts() {
				fmt.Fprintf(&b, "%s = %s\n", x.learned(p.name), value(x, p))
			}
		}
	}
	f.Add(`// madeUp is an encoding as it might have been learned.
func madeUp(t §testing.TB) *encoding {
	t.Helper()
	e := new(encoding)
	%sif err := e.prepare(); err != nil {
		t.Fatal(err)
	}
	return e
}`, b.String())
}

// encoderTest prints the test that packages of both kinds have.
func (e tests) encoderTest(f *gotree.File) {
	var b strings.Builder
	field := func(name, format string, args ...any) { fmt.Fprintf(&b, name+": "+format+",\n", args...) }
	field("Encode", "m.Encode")
	field("Inspect", "m.Inspect")
	set := "(*Features).Set"
	if e.spec.Series != nil {
		set = "func(f *Features, name, text string) error { \nfor t := range f {\nif err := f[t].Set(name, text); err != nil {\nreturn err\n}\n}\nreturn nil\n}"
	}
	field("Set", "%s", set)
	field("Row", "featureRow")
	empty := ""
	if e.AsArray() {
		field("Empty", "empty")
		empty = "var empty Features\nfor i := range empty {\nempty[i] = §math.NaN()\n}\n"
	}
	field("Names", "FeatureNames[:]")
	if e.any(func(f *feature) bool {
		return f.Missing.Kind == "error" || f.Type == encoding.Image || demandsInput(e.Encoding, f)
	}) {
		field("Fails", "true")
	}
	var known, open []string
	number := ""
	for i := range e.features {
		switch x := &e.features[i]; {
		case x.Type == encoding.Strings && x.Size == 1:
			switch reader := readerOf(e.Encoding, x); {
			case reader == nil || reader.Type == encoding.Text || reader.Layer.WordPiece != nil: // some word of a text may well be known
			case demandsInput(e.Encoding, x):
				known = append(known, x.Name)
			default:
				open = append(open, x.Name)
			}
		case x.Type == encoding.Category && x.OOV:
			open = append(open, x.Name)
		case x.Type == encoding.Category:
			known = append(known, x.Name)
		case x.Type == encoding.Number, x.Type == encoding.Date:
			number = x.Name
		}
	}
	list := func(name string, texts []string) {
		if texts != nil {
			field(name, "[]string{%s}", gotree.QuotedList(texts))
		}
	}
	list("Known", known)
	list("Open", open)
	if number != "" {
		field("Number", "%s", gotree.Quote(number))
		list("Missing", e.spec.Missing)
	}
	if e.anyOf(encoding.Text, encoding.Image) || e.any(func(f *feature) bool { return f.Type == encoding.Tokens && f.Length == 0 }) {
		field("Allocates", "true")
	}
	f.Add(`func TestEncode(t *§testing.T) {
	m := newTest(t)
	%s§modeltest.Encoder[Features, Input]{
	%s}.Test(t)
}`, empty, b.String())
}
