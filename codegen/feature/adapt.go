package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// adapter prints the parts of Adapt.
type adapter struct {
	e      *Encoding
	fields strings.Builder // of what counts
	rows   strings.Builder // what a row adds to it
	sets   strings.Builder // what is taken from it
	begin  strings.Builder // what sets it up
}

// adaptMethod prints Adapt: what the encoding learns from the training rows.
func (e loader) adaptMethod(f *gotree.File) {
	if !e.Learns() {
		f.Add(`// Adapt has nothing to do: nothing about the encoding is learned.
func (m *Model) Adapt(FeatureSet) error { return nil }`)
		return
	}
	a := &adapter{e: e.Encoding}
	if e.AsArray() {
		a.array()
	} else {
		for i := range e.features {
			a.feature(&e.features[i])
		}
	}
	coder, checked, all := "", "", "e.prepare()"
	if noted(a.rows.String() + a.sets.String()) {
		coder, all = e.coder(), "§errors.Join(c.Err(), e.prepare())"
	}
	rows := "for row, err := range d.Rows(0) {\nif err != nil {\nreturn err\n}\nf := &row.X\n"
	place := "\"%s: %w\", §data.PlaceOf(d, n)"
	if e.spec.Series != nil {
		rows = "for step, err := range §data.Steps(d, func(f *Features) []Step { return f[:] }) {\nif err != nil {\nreturn err\n}\n"
		place = "\"row %d: %w\", n"
	}
	if noted(a.rows.String()) {
		checked = "if err := c.Err(); err != nil {\nreturn §fmt.Errorf(" + place + ", err)\n}\n"
	}
	doc := "Adapt learns the encoding from the rows of d: " + a.learnedWords() + ". What was learned before is forgotten. It needs the model to itself."
	f.Add("%s", gotree.Comment(doc)+fmt.Sprintf(`func (m *Model) Adapt(d FeatureSet) error {
	if d == nil {
		return §errors.New("%[1]s: Adapt: there is no data set")
	}
	var seen struct {
		%[2]s}
	%[3]sn := 0
	%[4]s%[5]s%[6]sn++
	}
	if n == 0 {
		return §errors.New("%[1]s: Adapt: the data set has no rows")
	}
	e := &encoding{}
	%[7]sif err := %[8]s; err != nil {
		return §fmt.Errorf("%[1]s: Adapt: %%w", err)
	}
	m.encoding = e
	return nil
}`, e.Package, a.fields.String(), a.begin.String()+coder, rows, a.rows.String(), checked, a.sets.String(), all))
}

// learnedWords says what Adapt learns.
func (a *adapter) learnedWords() string {
	var list []string
	for _, w := range []struct {
		words string
		types []string
	}{
		{"means and deviations", []string{"§encode.Standard"}},
		{"smallest and largest values", []string{"§encode.MinMax"}},
		{"vocabularies", []string{"§encode.Categories", "§encode.Vocabulary", "§encode.Index[string]", "§encode.Index[int64]"}},
		{"boundaries", []string{"§encode.Bounds"}},
		{"weights of words", []string{"[]float64"}},
		{"what stands for missing values", []string{"float64", "string"}},
	} {
		for _, t := range w.types {
			if a.e.learnsA(t) {
				list = append(list, w.words)
				break
			}
		}
	}
	return strings.Join(list, ", ")
}

func (a *adapter) field(format string, args ...any) { fmt.Fprintf(&a.fields, format+"\n", args...) }
func (a *adapter) set(format string, args ...any)   { fmt.Fprintf(&a.sets, format+"\n", args...) }
func (a *adapter) add(format string, args ...any)   { fmt.Fprintf(&a.rows, format, args...) }

// feature prints what is learned about a feature.
func (a *adapter) feature(x *feature) {
	if len(x.parts()) == 0 {
		return
	}
	value := a.e.row() + "." + x.field
	switch x.Type {
	case encoding.Number:
		a.number(x, value)
	case encoding.Category:
		a.field("%s §data.VocabularyCounter", x.field)
		if x.Missing.Kind == "text" && x.fixed == "" {
			a.add("seen.%s.Add(*§encode.Or(%s, %s))\n", x.field, value, gotree.Quote(x.Missing.Text))
		} else {
			a.add("if %s != nil {\nseen.%s.Add(*%s)\n}\n", value, x.field, value)
		}
		if x.fixed == "" {
			without := ""
			if x.OOV {
				without = `, "[UNK]"`
			}
			a.set("%s.Words = seen.%s.Words(%d%s)", x.vocabulary(), x.field, x.Slots-x.Reserved(), without)
		}
		if x.Missing.Kind == "most_frequent" {
			a.set("%s, _ = seen.%s.MostFrequent()", x.learned("Missing"), x.field)
		}
	case encoding.Date:
		var adds strings.Builder
		for _, p := range x.parts() {
			a.field("%s%s §data.NumberStats", x.field, p.name)
			fmt.Fprintf(&adds, "seen.%s%s.Add(%s)\n", x.field, p.name, dateNumber(p.tag))
			a.set("%s = c.LearnStandard(%s, &seen.%s%s)", x.learned(p.name), gotree.Quote(x.Name), x.field, p.name)
		}
		a.add("%s", a.e.ofDate(x, value, adds.String()))
	case encoding.Lookup:
		a.lookup(x)
	case encoding.Text:
		a.field("%s §data.VocabularyCounter", x.field)
		if !x.OfRow() {
			text := *x
			text.of = a.e.row() + "." + a.e.named(x.Reads[0]).field
			a.add("for w := range %s {\nseen.%s.Add(string(w))\n}\n", text.words(a.e.row()), x.field)
		} else {
			a.add("for w := range %s {\nseen.%s.Add(string(w))\n}\n", x.words(a.e.row()), x.field)
		}
		if x.Encode == "tf_idf" && x.weights == "" {
			a.add("seen.%s.EndDocument()\n", x.field)
		}
		if x.fixed == "" {
			a.set("%s.Words = seen.%s.Words(%d, \"\", \"[UNK]\")", x.vocabulary(), x.field, x.Slots-x.Reserved())
		}
		if x.Encode == "tf_idf" && x.weights == "" {
			a.set("%s = §encode.WithUnknown(seen.%s.InverseFrequencies(%s.Words))", x.learned("IDF"), x.field, x.vocabulary())
		}
	}
}

// number prints what is learned about a number.
func (a *adapter) number(x *feature, value string) {
	stats, raw := "seen."+x.field, "seen."+x.field // raw: of the values before log1p
	var adds []func(v string) string               // statements, of the number
	added := func(v string) string { return raw + ".Add(" + v + ")\n" }
	switch scaled := x.scaling() != ""; {
	case x.Missing.Kind == "median":
		raw += "Median"
		a.field("%sMedian §data.Median", x.field)
		adds = append(adds, added)
	case x.Missing.Kind == "mean" && (!scaled || x.logged()):
		raw += "Raw"
		a.field("%sRaw §data.NumberStats", x.field)
		adds = append(adds, added)
	}
	if x.scaling() != "" {
		a.field("%s §data.NumberStats", x.field)
		adds = append(adds, func(v string) string { return stats + ".Add(" + x.log(v) + ")\n" })
	}
	name := gotree.Quote(x.Name)
	number := fmt.Sprintf("c.Number(%s, %s)", name, value)
	a.add("if %s != nil {\n", value)
	if len(adds) > 1 {
		a.add("x := %s\n", number)
		number = "x"
	}
	for _, of := range adds {
		a.add("%s", of(number))
	}
	a.add("}\n")
	if x.scaling() == "" {
		a.set("c.Counted(%s, %s.Count())", name, raw)
	}
	switch x.Missing.Kind {
	case "median":
		a.set("%s = %s.Value()", x.learned("Missing"), raw)
	case "mean":
		a.set("%s = %s.Mean()", x.learned("Missing"), raw)
	}
	if s := x.scaling(); s != "" {
		a.set("%s = c.Learn%s(%s, &%s)", x.learned("Scale"), s, name, stats)
	}
}

// array is feature for many numbers alike.
func (a *adapter) array() {
	x, n := &a.e.features[0], len(a.e.features)
	a.add("for i, v := range f {\nif !§math.IsNaN(v) {\nx := c.Finite(FeatureNames[i], v)\n")
	a.set("for i := range FeatureNames {")
	switch x.Missing.Kind {
	case "median":
		a.field("medians [%d]§data.Median", n)
		a.add("seen.medians[i].Add(x)\n")
		a.set("e.Missing[i] = seen.medians[i].Value()")
	case "mean":
		a.field("means [%d]§data.NumberStats", n)
		a.add("seen.means[i].Add(x)\n")
		a.set("e.Missing[i] = seen.means[i].Mean()")
	}
	if s := x.scaling(); s != "" {
		a.field("numbers [%d]§data.NumberStats", n)
		a.add("seen.numbers[i].Add(%s)\n", x.log("x"))
		a.set("e.Scale[i] = c.Learn%s(FeatureNames[i], &seen.numbers[i])", s)
	}
	a.add("}\n}\n")
	a.set("}")
}
