package feature

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// EncodeFile prints how rows become samples, and the classes. It reports whether
// there is anything of the kind.
func (e *Encoding) EncodeFile(f *gotree.File) bool {
	if e.Has() {
		if e.anyOf(encoding.Image) {
			f.Import("image/gif", "image/jpeg", "image/png")
		}
		r := rows{e}
		r.featuresType(f)
		r.setMethod(f)
		r.encodeMethod(f)
		r.inspectMethod(f)
		r.adaptedMethod(f)
		r.fixedDecls(f)
	}
	if len(e.p.Classes) > 0 {
		classes{e}.classDecls(f)
	}
	names := e.valueNames()
	if names != nil {
		f.Add("// OutputNames are the names of the values of an output, and of a target, in their\n// order.\nvar OutputNames = [%d]string{%s}", len(names), gotree.QuotedList(names))
	}
	return e.Has() || len(e.p.Classes) > 0 || names != nil
}

// valueNames are the names of the values of the one output, where the
// description has them: those of labels, or of the columns of the target.
func (e *Encoding) valueNames() []string {
	if len(e.p.Targets) != 1 || len(e.p.Outputs) != 1 || len(e.p.Classes) > 0 {
		return nil
	}
	shape, fields := e.p.Outputs[0].Shape, e.p.Targets[0].Fields
	if len(shape) == 1 && shape[0] > 1 && len(fields) == shape[0] {
		return fields
	}
	return nil
}

// rows prints Features and what makes samples of them.
type rows struct{ *Encoding }

// encodeMethod prints Encode.
func (e rows) encodeMethod(f *gotree.File) {
	var lines strings.Builder
	d := destination{e.Encoding, map[int]string{}}
	switch s := e.spec.Series; {
	case e.AsArray():
		x := &e.features[0]
		at := "i"
		locals := d.locals()
		if x.Offset > 0 {
			at = fmt.Sprintf("%d+i", x.Offset)
		}
		fmt.Fprintf(&lines, "%sfor i := range f {\n%s[%s] = %s\n}\n", locals, gotree.Indexable(d.base(x.Port)), at, d.cast(x, e.arrayNumber()))
	case s != nil:
		port := e.features[0].Port
		width := gotree.Size(e.p.Inputs[port].Shape) / s.Length
		to := "to := &dst[t]"
		if len(e.p.Inputs[port].Shape) != 2 || len(e.p.Inputs) > 1 {
			to = fmt.Sprintf("to := %s[%d*t:%d*(t+1)]", gotree.Indexable(e.Inputs.Flat("dst", port)), width, width)
		}
		fmt.Fprintf(&lines, "for t := range f {\nstep := &f[t]\n%s\nc.Step = t + 1\n", to)
		for i := range e.features {
			lines.WriteString(d.line(&e.features[i]))
		}
		lines.WriteString("}\n")
	default:
		lines.WriteString(d.locals())
		for i := range e.features {
			lines.WriteString(d.line(&e.features[i]))
		}
	}
	doc, learned := "Encode makes the input of one row.", ""
	if e.any(func(f *feature) bool { return f.Type != encoding.Text }) {
		doc += " Whatever keeps it from that is in the error, feature by feature."
	}
	if e.Learns() {
		doc += " A model that has not learned its encoding says so."
		learned = "e := m.encoding\nif e == nil {\nreturn errNotAdapted\n}\n"
	}
	doc += " It may be called from any number of goroutines."
	body := learned + lines.String() + "return nil\n"
	if noted(lines.String()) {
		body = learned + e.coder() + lines.String() + "return c.Err()\n"
	}
	f.Add("%sfunc (m *Model) Encode(dst *Input, f Features) error {\n%s}", gotree.Comment(doc), body)
}

// coderWord finds the variable that coder declares. Where it is found in a text of the
// description's, the declaration does no harm.
var coderWord = regexp.MustCompile(`\bc\b`)

// noted reports whether lines of code note mistakes.
func noted(lines string) bool { return coderWord.MatchString(lines) }

// coder declares what notes mistakes.
func (e *Encoding) coder() string {
	return fmt.Sprintf("c := §encode.Coder{Package: %q}\n", e.Package)
}

// arrayNumber is number i of many as it goes into the input.
func (e rows) arrayNumber() string {
	x := &e.features[0]
	value := "f[i]"
	switch x.Missing.Kind {
	case "value":
		value = fmt.Sprintf("§encode.OrNumber(f[i], %s)", float(x.Missing.Value))
	case "mean", "median":
		value = "§encode.OrNumber(f[i], e.Missing[i])"
	}
	return x.scaled("e.Scale[i]", x.log("c.Finite(FeatureNames[i], "+value+")"))
}

// number is a number of a row as it goes into the input.
func (f *feature) number(row string) string {
	value := row + "." + f.field
	switch f.Missing.Kind {
	case "value":
		value = fmt.Sprintf("§encode.Or(%s, %s)", value, float(f.Missing.Value))
	case "mean", "median":
		value = fmt.Sprintf("§encode.Or(%s, %s)", value, f.learned("Missing"))
	}
	return f.scaled(f.learned("Scale"), f.log(fmt.Sprintf("c.Number(%s, %s)", gotree.Quote(f.Name), value)))
}

func (f *feature) log(number string) string {
	if f.logged() {
		return "c.Log1p(" + number + ")"
	}
	return number
}

func (f *feature) scaled(scale, number string) string {
	if s := f.scaling(); s != "" {
		return fmt.Sprintf("c.%s(%s, %s)", s, scale, number)
	}
	return "c.Float32(" + number + ")"
}

func float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// slot is the slot of a category.
func (f *feature) slot(row string) string {
	value := row + "." + f.field
	switch f.Missing.Kind {
	case "text":
		value = fmt.Sprintf("§encode.Or(%s, %s)", value, gotree.Quote(f.Missing.Text))
	case "most_frequent":
		value = fmt.Sprintf("§encode.Or(%s, %s)", value, f.learned("Missing"))
	}
	if !f.OOV {
		return fmt.Sprintf("c.Known(%s, %s, %s)", gotree.Quote(f.Name), f.pointer(), value)
	}
	if f.Missing.Kind == "error" {
		value = fmt.Sprintf("c.Some(%s, %s)", gotree.Quote(f.Name), value)
	}
	return fmt.Sprintf("%s.Slot(%s)", f.vocabulary(), value)
}

// pointer is the vocabulary as a pointer.
func (f *feature) pointer() string {
	if f.fixed != "" {
		return f.fixed
	}
	return "&" + f.vocabulary()
}

// tokens says how ids come to size.
func (d destination) tokens(f *feature) string {
	var list []string
	if limit := d.e.p.Inputs[f.Port].Limit; limit > 0 {
		list = append(list, fmt.Sprintf("Limit: %d", limit))
	}
	if f.NumWords > 0 {
		list = append(list, fmt.Sprintf("NumWords: %d, Rare: %d", f.NumWords, f.OOVID))
	}
	return d.literal(f, list)
}

// sides says how the ids of a text come to size.
func (d destination) sides(f *feature) string { return d.literal(f, nil) }

// literal is a Tokens with these fields and the ends of a row.
func (d destination) literal(f *feature, list []string) string {
	if f.Length > 0 && f.Truncating == "post" {
		list = append(list, "First: true")
	}
	if f.Length > 0 && f.Padding == "post" {
		list = append(list, "After: true")
	}
	return "§encode.Tokens{" + strings.Join(list, ", ") + "}"
}

// fixedDecls prints what the description fixes: listed vocabularies, dates.
func (e rows) fixedDecls(f *gotree.File) {
	for i := range e.features {
		x := &e.features[i]
		if x.since != "" {
			at, err := time.Parse(x.Format, x.Missing.Text)
			if err != nil {
				e.fail("feature %q: the date %q that stands for a missing one is not in the format %q", x.Name, x.Missing.Text, x.Format)
			}
			at = at.UTC()
			f.Add("// %s stands for a missing %s.\nvar %s = §time.Date(%d, %d, %d, %d, %d, %d, 0, §time.UTC)", x.since, gotree.Mention(x.Name), x.since,
				at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second())
		}
		if x.Type == encoding.Lookup {
			lookupDecl(x, f)
			continue
		}
		if x.fixed == "" {
			continue
		}
		if x.weights != "" {
			f.Add("// %s are the weights of the words, that of unknown ones first.\nvar %s = []float64{%s}", x.weights, x.weights, float32List(x.Layer.Weights))
		}
		what, of := "MakeCategories", "those"
		if x.Type == encoding.Text {
			what, of = "MakeVocabulary", "the words"
		}
		f.Add("// %s are %s of %s.\nvar %s = §encode.%s(%d, %s)", x.fixed, of, gotree.Mention(x.Name), x.fixed, what, x.Reserved(), wordList(x.Vocabulary))
	}
}

// longList is how many words stand on a line each; more of them fill lines of text.
const longList = 100

// wordList is the words of a vocabulary as arguments: each on its line or, where there
// are many, as texts that are cut into them. Words with white space, which cuts them,
// or with letters that such a text cannot hold stand by themselves.
func wordList(words []string) string {
	odd := func(w string) bool {
		return w == "" || strings.ContainsFunc(w, func(r rune) bool {
			return r == '`' || r == '§' || r == unicode.ReplacementChar || r == '\uFEFF' || unicode.IsSpace(r) || !unicode.IsPrint(r)
		})
	}
	var parts []string
	for rest := words; len(rest) > 0; {
		n := slices.IndexFunc(rest, odd)
		if n < 0 {
			n = len(rest)
		}
		if n > 0 {
			parts = append(parts, "§strings.Fields(`"+filled(rest[:n])+"`)")
			rest = rest[n:]
			continue
		}
		if n = slices.IndexFunc(rest, func(w string) bool { return !odd(w) }); n < 0 {
			n = len(rest)
		}
		parts = append(parts, "[]string{"+gotree.QuotedList(rest[:n])+"}")
		rest = rest[n:]
	}
	switch {
	case len(words) <= longList || len(parts) > longList:
		return "\n" + lines(words) + ",\n"
	case len(parts) == 1:
		return parts[0] + "..."
	}
	return "§slices.Concat(\n" + strings.Join(parts, ",\n") + ",\n)..."
}

// filled is words in lines of text.
func filled(words []string) string {
	var b strings.Builder
	width := 0
	for _, w := range words {
		if width += len(w) + 1; width > 100 {
			b.WriteByte('\n')
			width = len(w)
		} else if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// lines is a list of texts, each on its line.
func lines(list []string) string {
	quoted := slices.Clone(list)
	for i, s := range quoted {
		quoted[i] = gotree.Quote(s)
	}
	return strings.Join(quoted, ",\n")
}
