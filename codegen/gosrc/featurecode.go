package gosrc

import (
	"fmt"
	"strings"
	"time"

	"github.com/nngen-go/nngen/ir/loop"
)

// destination is where a feature goes: the names of the slices and values that
// Encode writes to.
type destination struct {
	e      *emitter
	series bool
	flat   map[int]string // by port: a local slice of all its values
}

// slice is a run of the values of a port; element one of them.
func (d destination) slice(f *feature) string {
	base := d.base(f.Port)
	if f.Offset == 0 && !d.series && f.Width == size(d.e.p.Inputs[f.Port].Shape) {
		if d.flat[f.Port] != "" {
			return base
		}
		return strings.TrimSuffix(base, "[:]") + "[:]"
	}
	return fmt.Sprintf("%s[%d:%d]", strings.TrimSuffix(base, "[:]"), f.Offset, f.Offset+f.Width)
}

func (d destination) element(f *feature, i int) string {
	p := d.e.p.Inputs[f.Port]
	if len(p.Shape) == 0 && !d.series {
		return operandOf("dst", d.e.p.Inputs, d.e.ports.inputs, f.Port)
	}
	return fmt.Sprintf("%s[%d]", strings.TrimSuffix(d.base(f.Port), "[:]"), f.Offset+i)
}

func (d destination) base(port int) string {
	if d.series {
		return "to"
	}
	if local := d.flat[port]; local != "" {
		return local
	}
	return flatOf("dst", d.e.p.Inputs, d.e.ports.inputs, port)
}

// whole is a ragged input.
func (d destination) whole(f *feature) (value, empty string) {
	at := operandOf("dst", d.e.p.Inputs, d.e.ports.inputs, f.Port)
	if strings.HasPrefix(at, "*") {
		return at, "(" + at + ")[:0]"
	}
	return at, at + "[:0]"
}

// encodeMethod prints Encode and returns its body.
func (e *emitter) encodeMethod(f *file) string {
	d := destination{e: e, flat: map[int]string{}, series: e.p.Encoding.Series != nil}
	var body strings.Builder
	if e.learns() {
		fmt.Fprintf(&body, "e := m.encoding\nif e == nil {\nreturn errNotAdapted\n}\n")
	}
	coder := body.Len()
	var lines strings.Builder
	row := "f"
	if d.series {
		row = "step"
	}
	if e.asArray() {
		x := e.features[0]
		x.field, x.Name = "", ""
		fmt.Fprintf(&body, "%sfor i := range f {\n%s}\n", e.flatLocals(d), e.arrayLines(d))
	} else {
		locals := e.flatLocals(d)
		for i := range e.features {
			lines.WriteString(e.encodeLine(d, &e.features[i], row))
		}
		if d.series {
			to := "to := &dst[t]"
			if p := e.p.Inputs[e.features[0].Port]; len(p.Shape) != 2 || len(e.p.Inputs) > 1 {
				width := size(p.Shape) / e.p.Encoding.Series.Length
				to = fmt.Sprintf("to := %s[%s:%d*(t+1)]", index(flatOf("dst", e.p.Inputs, e.ports.inputs, e.features[0].Port)), scaled("t", width, 0), width)
			}
			fmt.Fprintf(&body, "for t := range f {\nstep := &f[t]\n%s\nc.step = t + 1\n%s}\n", to, lines.String())
		} else {
			body.WriteString(locals + lines.String())
		}
	}
	doc := "Encode makes the input of one row."
	if e.anyFeature(func(f *feature) bool { return f.Type != loop.TextFeature }) {
		doc += " Whatever keeps it from that is in the error, feature by feature."
	}
	if e.learns() {
		doc += " A model that has not learned its encoding says so."
	}
	doc += " It may be called from any number of goroutines."
	text := body.String() + "return nil\n"
	if strings.Contains(text, "c.") {
		text = text[:coder] + "var c coder\n" + body.String()[coder:] + "return c.err\n"
	}
	f.add("%sfunc (m *Model) Encode(dst *Input, f Features) error {\n%s}", docComment(doc), text)
	return text
}

// flatLocals declares a slice of all values of the ports that are arrays of
// arrays.
func (e *emitter) flatLocals(d destination) string {
	var b strings.Builder
	if d.series {
		return ""
	}
	for i, p := range e.p.Inputs {
		used := e.anyFeature(func(f *feature) bool { return f.Port == i })
		if !used || p.Ragged || len(p.Shape) < 2 {
			continue
		}
		d.flat[i] = "to"
		if len(e.p.Inputs) > 1 {
			d.flat[i] = "to" + e.ports.inputs[i]
		}
		fmt.Fprintf(&b, "%s := %s\n", d.flat[i], flatOf("dst", e.p.Inputs, e.ports.inputs, i))
	}
	return b.String()
}

// numberText reads a number of a row and applies what comes before its scaling.
func (f *feature) numberText(name, value string) string {
	switch f.Missing.Kind {
	case "value":
		value = fmt.Sprintf("or(%s, %s)", value, floatText(f.Missing.Value))
	case "mean", "median":
		value = fmt.Sprintf("or(%s, %s)", value, f.learned("Missing"))
	}
	text := fmt.Sprintf("c.number(%s, %s)", name, value)
	if f.logged() {
		text = "c.log1p(" + text + ")"
	}
	return text
}

func floatText(v float64) string { return elem{"float64", ""}.number(v) }

// scaledText is a number as it goes into the input.
func (f *feature) scaledText(number string) string {
	switch f.scaling() {
	case "standard":
		return fmt.Sprintf("c.standard(%s, %s)", f.learned("Scale"), number)
	case "minMax":
		return fmt.Sprintf("c.minMax(%s, %s)", f.learned("Scale"), number)
	}
	return fmt.Sprintf("c.float32(%s)", number)
}

// arrayLines encodes number i of many.
func (e *emitter) arrayLines(d destination) string {
	x := e.features[0]
	to := fmt.Sprintf("%s[%s]", index(d.base(x.Port)), offsetBy("i", x.Offset))
	number := "c.number(FeatureNames[i], f[i])"
	switch x.Missing.Kind {
	case "value":
		number = fmt.Sprintf("c.number(FeatureNames[i], or(f[i], %s))", floatText(x.Missing.Value))
	case "mean", "median":
		number = "c.number(FeatureNames[i], or(f[i], e.Missing[i]))"
	}
	if x.logged() {
		number = "c.log1p(" + number + ")"
	}
	switch x.scaling() {
	case "standard":
		number = fmt.Sprintf("c.standard(e.Scale[i], %s)", number)
	case "minMax":
		number = fmt.Sprintf("c.minMax(e.Scale[i], %s)", number)
	default:
		number = fmt.Sprintf("c.float32(%s)", number)
	}
	return fmt.Sprintf("%s = %s\n", to, e.cast(x.Port, number))
}

// cast turns a float32 into the element of a port.
func (e *emitter) cast(port int, value string) string {
	p := e.p.Inputs[port]
	if len(p.Shape) == 0 && len(e.p.Inputs) == 1 {
		return "Input(" + value + ")"
	}
	return value
}

func offsetBy(i string, by int) string {
	if by == 0 {
		return i
	}
	return fmt.Sprintf("%d+%s", by, i)
}

// slotText is the slot of a category.
func (f *feature) slotText(row string) string {
	value := row + "." + f.field
	switch f.Missing.Kind {
	case "text":
		value = fmt.Sprintf("or(%s, %s)", value, quote(f.Missing.Text))
	case "most_frequent":
		value = fmt.Sprintf("or(%s, %s)", value, f.learned("Missing"))
	}
	vocabulary := f.fixed
	if vocabulary == "" {
		vocabulary = f.learned("Categories")
	}
	if !f.OOV {
		if f.fixed == "" {
			vocabulary = "&" + vocabulary
		}
		return fmt.Sprintf("c.known(%s, %s, %s)", quote(f.Name), vocabulary, value)
	}
	if f.Missing.Kind == "error" {
		value = fmt.Sprintf("c.some(%s, %s)", quote(f.Name), value)
	}
	return fmt.Sprintf("%s.slot(%s)", vocabulary, value)
}

// wordsText is the words of a text.
func (f *feature) wordsText(row string) string {
	text := fmt.Sprintf("%s(%s.%s)", f.words, row, f.field)
	if f.NGrams > 1 {
		text = fmt.Sprintf("ngrams(%s, %d)", text, f.NGrams)
	}
	return text
}

func (f *feature) vocabularyText() string {
	if f.fixed != "" {
		return f.fixed
	}
	return f.learned("Vocabulary")
}

// encodeLine encodes one feature.
func (e *emitter) encodeLine(d destination, x *feature, row string) string {
	name := quote(x.Name)
	switch x.Type {
	case loop.NumberFeature:
		return fmt.Sprintf("%s = %s\n", d.element(x, 0), e.cast(x.Port, x.scaledText(x.numberText(name, row+"."+x.field))))
	case loop.CategoryFeature:
		slot := x.slotText(row)
		if x.Encode == "one_hot" {
			return fmt.Sprintf("oneHot(%s, %s)\n", d.slice(x), slot)
		}
		kind := "int32"
		if len(e.p.Inputs[x.Port].Shape) == 0 && len(e.p.Inputs) == 1 {
			kind = "Input"
		}
		return fmt.Sprintf("%s = %s(%s)\n", d.element(x, 0), kind, slot)
	case loop.DateFeature:
		return e.dateLines(d, x, row)
	case loop.TextFeature:
		words, v := x.wordsText(row), x.vocabularyText()
		switch {
		case x.Encode == "multi_hot":
			return fmt.Sprintf("%s.multiHot(%s, %s)\n", v, d.slice(x), words)
		case x.Encode == "count":
			return fmt.Sprintf("%s.count(%s, %s)\n", v, d.slice(x), words)
		case x.Encode == "tf_idf":
			return fmt.Sprintf("%s.tfIDF(%s, %s, %s)\n", v, d.slice(x), words, x.learned("IDF"))
		case x.Length > 0:
			return fmt.Sprintf("%s.ids(%s, %s)\n", v, d.slice(x), words)
		}
		value, empty := d.whole(x)
		return fmt.Sprintf("%s = %s.appendIDs(%s, %s)\n", value, v, empty, words)
	case loop.ImageFeature:
		return fmt.Sprintf("c.image(%s, %s, %s.%s)\n", d.slice(x), name, row, x.field)
	}
	if x.Length > 0 {
		return fmt.Sprintf("c.tokens(%s, %s, %s.%s)\n", d.slice(x), name, row, x.field)
	}
	value, empty := d.whole(x)
	return fmt.Sprintf("%s = c.appendTokens(%s, %s, %s.%s)\n", value, empty, name, row, x.field)
}

// dateLines encodes the parts of a date.
func (e *emitter) dateLines(d destination, x *feature, row string) string {
	value := row + "." + x.field
	if x.since != "" {
		value = fmt.Sprintf("or(%s, %s)", value, x.since)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "date := c.date(%s, %s)\n", quote(x.Name), value)
	at := 0
	for _, p := range x.Parts {
		cyclic := x.Encode == "cyclic" && period(p).length > 0
		if cyclic {
			c := period(p)
			fmt.Fprintf(&b, "%s, %s = cyclic(%s, %d)\n", d.element(x, at), d.element(x, at+1), datePart(p, c.first), c.length)
			at += 2
			continue
		}
		fmt.Fprintf(&b, "%s = c.standard(%s, %s)\n", d.element(x, at), x.learned(upper(p)), dateNumber(p))
		at++
	}
	if e.dates() == 1 {
		return b.String()
	}
	return "{\n" + b.String() + "}\n"
}

// dates is the number of features that are dates.
func (e *emitter) dates() int {
	n := 0
	for _, f := range e.features {
		if f.Type == loop.DateFeature {
			n++
		}
	}
	return n
}

// datePart is a part of a date as a whole number that counts from 0.
func datePart(part string, first int) string {
	text := map[string]string{"month": "int(date.Month())", "day": "date.Day()", "weekday": "int(date.Weekday())", "day_of_year": "date.YearDay()", "hour": "date.Hour()", "minute": "date.Minute()", "year": "date.Year()"}[part]
	if first != 0 {
		return fmt.Sprintf("%s-%d", text, first)
	}
	return text
}

// dateNumber is a part of a date as a float64.
func dateNumber(part string) string {
	if part == "days" {
		return "days(date)"
	}
	return "float64(" + datePart(part, 0) + ")"
}

// fixedDecls prints what the description fixes: listed vocabularies, dates.
func (e *emitter) fixedDecls(f *file) {
	for i := range e.features {
		x := &e.features[i]
		if x.since != "" {
			at, err := time.Parse(x.Format, x.Missing.Text)
			if err != nil {
				e.fail("feature %q: the date %q that stands for a missing one is not in the format %q", x.Name, x.Missing.Text, x.Format)
			}
			at = at.UTC()
			f.add("// %s stands for a missing %s.\nvar %s = §time.Date(%d, %d, %d, %d, %d, %d, 0, §time.UTC)", x.since, mention(x.Name), x.since,
				at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second())
		}
		if x.fixed == "" {
			continue
		}
		var list strings.Builder
		for _, w := range x.Vocabulary {
			fmt.Fprintf(&list, "%s,\n", quote(w))
		}
		if x.Type == loop.TextFeature {
			f.add("// %s are the words of %s.\nvar %s = vocabulary{Words: []string{\n%s}}.indexed(%d)", x.fixed, mention(x.Name), x.fixed, list.String(), x.firstWord())
		} else {
			f.add("// %s are those of %s.\nvar %s = categories{Words: []string{\n%s}}.indexed(%d)", x.fixed, mention(x.Name), x.fixed, list.String(), x.firstWord())
		}
	}
}

// firstWord is the slot of the first word of a vocabulary.
func (f *feature) firstWord() int {
	switch {
	case f.Type == loop.TextFeature && f.Encode == "integer":
		return 2
	case f.Type == loop.CategoryFeature && !f.OOV:
		return 0
	}
	return 1
}
