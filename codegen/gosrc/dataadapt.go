package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// adaptMethod prints Adapt: what the encoding learns from the training rows.
func (e *emitter) adaptMethod(f *file) {
	if !e.learns() {
		f.add(`// Adapt has nothing to do: nothing about the encoding is learned.
func (m *Model) Adapt(FeatureSet) error { return nil }`)
		return
	}
	var fields, lines, sets strings.Builder
	variable := "f"
	if e.p.Encoding.Series != nil {
		variable = "step"
	}
	if e.asArray() {
		e.adaptArray(&fields, &lines, &sets)
	} else {
		for i := range e.features {
			e.adaptFeature(&e.features[i], variable, &fields, &lines, &sets)
		}
	}
	c, checked, all := "", "", "e.prepare()"
	if strings.Contains(lines.String()+sets.String(), "c.") {
		c, all = "var c coder\n", "§errors.Join(c.err, e.prepare())"
	}
	if strings.Contains(lines.String(), "c.") {
		checked = "if c.err != nil {\nreturn §fmt.Errorf(\"%s: %w\", §data.PlaceOf(d, n), c.err)\n}\n"
		if e.p.Encoding.Series != nil {
			checked = "if c.err != nil {\nreturn §fmt.Errorf(\"row %d: %w\", n, c.err)\n}\n"
		}
	}
	row, loopOver := "f := &row.X", "for row, err := range d.Rows(0) {"
	if e.p.Encoding.Series != nil {
		row, loopOver = "", "for step, err := range steps(d) {"
		e.stepsFunction(f)
	}
	doc := "Adapt learns the encoding from the rows of d: " + e.learnedWords() + ". What was learned before is forgotten. It needs the model to itself."
	text := docComment(doc) + fmt.Sprintf(`func (m *Model) Adapt(d FeatureSet) error {
	if d == nil {
		return §errors.New("%s: Adapt: there is no data set")
	}
	var seen struct {
		%s}
	%sn := 0
	%s
		if err != nil {
			return err
		}
		%s
		%s%sn++
	}
	if n == 0 {
		return §errors.New("%s: Adapt: the data set has no rows")
	}
	e := &encoding{}
	%sif err := %s; err != nil {
		return §fmt.Errorf("%s: Adapt: %%w", err)
	}
	m.encoding = e
	return nil
}`, e.cfg.Package, fields.String(), c, loopOver, row, lines.String(), checked, e.cfg.Package, sets.String(), all, e.cfg.Package)
	f.add("%s", text)
	e.helpers(f, adaptHelpers(), text)
}

// adaptHelpers are what Adapt calls.
func adaptHelpers() []helper {
	return []helper{
		{"c.counted(", `// counted sees to it that there was something to learn from.
func (c *coder) counted(feature string, values int) {
	if c.feature = feature; values == 0 {
		c.fail(" has no value in any row")
	}
}`},
		{"c.standardOf(", `// standardOf is the scaling of numbers by their mean and deviation.
func (c *coder) standardOf(feature string, s *§data.NumberStats) standard {
	c.counted(feature, s.Count())
	return standard{s.Mean(), orOne(s.Deviation())}
}`},
		{"c.minMaxOf(", `// minMaxOf is the scaling of numbers by the smallest and the largest.
func (c *coder) minMaxOf(feature string, s *§data.NumberStats) minMax {
	c.counted(feature, s.Count())
	return minMax{s.Min(), orOne(s.Max() - s.Min())}
}`},
		{"orOne(", `// orOne replaces what cannot be divided by.
func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}`},
		{"withUnknown(", `// withUnknown puts the mean of the words' weights before them: that of an unknown
// word.
func withUnknown(weights []float64) []float64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	return append([]float64{sum / float64(max(len(weights), 1))}, weights...)
}`},
	}
}

// learnedWords says what Adapt learns.
func (e *emitter) learnedWords() string {
	var list []string
	if e.needsPart("standard") {
		list = append(list, "means and deviations")
	}
	if e.needsPart("minMax") {
		list = append(list, "smallest and largest values")
	}
	if e.needsPart("categories") || e.needsPart("vocabulary") {
		list = append(list, "vocabularies")
	}
	if e.needsPart("[]float64") {
		list = append(list, "weights of words")
	}
	if e.needsPart("float64") || e.needsPart("string") {
		list = append(list, "what stands for missing values")
	}
	return strings.Join(list, ", ")
}

// adaptFeature prints the counters of a feature, what a row adds to them, and
// what is taken from them.
func (e *emitter) adaptFeature(x *feature, row string, fields, lines, sets *strings.Builder) {
	parts := x.parts()
	if len(parts) == 0 {
		return
	}
	name := quote(x.Name)
	value := row + "." + x.field
	switch x.Type {
	case loop.NumberFeature:
		stats := "seen." + x.field
		scaled := x.scaling() != ""
		median := x.Missing.Kind == "median"
		mean := x.Missing.Kind == "mean"
		raw := stats // the values before log1p
		add := ""
		if median {
			raw = stats + "Median"
			fmt.Fprintf(fields, "%sMedian §data.Median\n", x.field)
			add += raw + ".Add(x)\n"
		} else if mean && (!scaled || x.logged()) {
			raw = stats + "Raw"
			fmt.Fprintf(fields, "%sRaw §data.NumberStats\n", x.field)
			add += raw + ".Add(x)\n"
		}
		if scaled {
			fmt.Fprintf(fields, "%s §data.NumberStats\n", x.field)
			to := "x"
			if x.logged() {
				to = "c.log1p(x)"
			}
			add += fmt.Sprintf("%s.Add(%s)\n", stats, to)
		}
		number := fmt.Sprintf("c.number(%s, %s)", name, value)
		if strings.Count(add, "\n") == 1 {
			fmt.Fprintf(lines, "if %s != nil {\n%s}\n", value, strings.NewReplacer("(x)", "("+number+")").Replace(add))
		} else {
			fmt.Fprintf(lines, "if %s != nil {\nx := %s\n%s}\n", value, number, add)
		}
		if !scaled {
			fmt.Fprintf(sets, "c.counted(%s, %s.Count())\n", name, raw)
		}
		if median {
			fmt.Fprintf(sets, "%s = %s.Value()\n", x.learned("Missing"), raw)
		} else if mean {
			fmt.Fprintf(sets, "%s = %s.Mean()\n", x.learned("Missing"), raw)
		}
		if scaled {
			fmt.Fprintf(sets, "%s = %s\n", x.learned("Scale"), scaleText(x.scaling(), name, stats))
		}
	case loop.CategoryFeature:
		fmt.Fprintf(fields, "%s §data.VocabularyCounter\n", x.field)
		if x.Missing.Kind == "text" && x.fixed == "" {
			fmt.Fprintf(lines, "seen.%s.Add(*or(%s, %s))\n", x.field, value, quote(x.Missing.Text))
		} else {
			fmt.Fprintf(lines, "if %s != nil {\nseen.%s.Add(*%s)\n}\n", value, x.field, value)
		}
		if x.fixed == "" {
			without := ""
			if x.OOV {
				without = `, "[UNK]"`
			}
			fmt.Fprintf(sets, "%s.Words = seen.%s.Words(%d%s)\n", x.learned("Categories"), x.field, x.Slots-x.firstWord(), without)
		}
		if x.Missing.Kind == "most_frequent" {
			fmt.Fprintf(sets, "%s, _ = seen.%s.MostFrequent()\n", x.learned("Missing"), x.field)
		}
	case loop.DateFeature:
		if x.since != "" {
			value = fmt.Sprintf("or(%s, %s)", value, x.since)
		}
		var adds strings.Builder
		for _, p := range parts {
			fmt.Fprintf(fields, "%s%s §data.NumberStats\n", x.field, p.name)
			fmt.Fprintf(&adds, "seen.%s%s.Add(%s)\n", x.field, p.name, dateNumber(p.tag))
			fmt.Fprintf(sets, "%s = %s\n", x.learned(p.name), scaleText("standard", name, "seen."+x.field+p.name))
		}
		text := fmt.Sprintf("date := c.date(%s, %s)\n%s", name, value, adds.String())
		if e.dates() > 1 {
			text = "{\n" + text + "}\n"
		}
		lines.WriteString(text)
	case loop.TextFeature:
		fmt.Fprintf(fields, "%s §data.VocabularyCounter\n", x.field)
		fmt.Fprintf(lines, "for w := range %s {\nseen.%s.Add(string(w))\n}\n", x.wordsText(row), x.field)
		if x.Encode == "tf_idf" {
			fmt.Fprintf(lines, "seen.%s.EndDocument()\n", x.field)
		}
		vocabulary := x.vocabularyText()
		if x.fixed == "" {
			fmt.Fprintf(sets, "%s.Words = seen.%s.Words(%d, \"\", \"[UNK]\")\n", vocabulary, x.field, x.Slots-x.firstWord())
		}
		if x.Encode == "tf_idf" {
			fmt.Fprintf(sets, "%s = withUnknown(seen.%s.InverseFrequencies(%s.Words))\n", x.learned("IDF"), x.field, vocabulary)
		}
	}
}

// scaleText takes a scaling from what has been counted.
func scaleText(kind, name, stats string) string {
	return fmt.Sprintf("c.%sOf(%s, &%s)", kind, name, stats)
}

// adaptArray is adaptFeature for many numbers alike.
func (e *emitter) adaptArray(fields, lines, sets *strings.Builder) {
	x := &e.features[0]
	n := len(e.features)
	var add, take strings.Builder
	kinds := x.parts()
	scaled := slices.ContainsFunc(kinds, func(p learnedPart) bool { return p.name == "Scale" })
	if x.Missing.Kind == "median" {
		fmt.Fprintf(fields, "medians [%d]§data.Median\n", n)
		add.WriteString("seen.medians[i].Add(x)\n")
		take.WriteString("e.Missing[i] = seen.medians[i].Value()\n")
	}
	if x.Missing.Kind == "mean" {
		fmt.Fprintf(fields, "means [%d]§data.NumberStats\n", n)
		add.WriteString("seen.means[i].Add(x)\n")
		take.WriteString("e.Missing[i] = seen.means[i].Mean()\n")
	}
	if scaled {
		fmt.Fprintf(fields, "numbers [%d]§data.NumberStats\n", n)
		to := "x"
		if x.logged() {
			to = "c.log1p(x)"
		}
		fmt.Fprintf(&add, "seen.numbers[i].Add(%s)\n", to)
		fmt.Fprintf(&take, "e.Scale[i] = %s\n", scaleText(x.scaling(), "FeatureNames[i]", "seen.numbers[i]"))
	}
	fmt.Fprintf(lines, "for i, v := range f {\nif !§math.IsNaN(v) {\nx := c.number(FeatureNames[i], v)\n%s}\n}\n", add.String())
	fmt.Fprintf(sets, "for i := range FeatureNames {\n%s}\n", take.String())
}

// stepsFunction prints how the rows below samples of successive rows are
// reached: each once where they come from a table.
func (e *emitter) stepsFunction(f *file) {
	f.add(`// steps goes through the rows that samples are made of: each once where d was
// cut from a table, else sample by sample.
func steps(d FeatureSet) §iter.Seq2[*Step, error] {
	return func(yield func(*Step, error) bool) {
		if table, ok := d.(interface {
			Steps() §data.Dataset[Step, Target]
		}); ok {
			for row, err := range table.Steps().Rows(0) {
				if !yield(&row.X, err) {
					return
				}
			}
			return
		}
		for row, err := range d.Rows(0) {
			for t := range row.X {
				if !yield(&row.X[t], err) {
					return
				}
			}
		}
	}
}`)
}
