package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// encodingFile prints what is learned from the training rows, and how weights
// files carry it.
func (e *emitter) encodingFile() *file {
	f := e.newFile()
	f.add(`// encodingID tells the settings of this encoding from those of another: what was
// learned for one fits no other.
const encodingID = %s`, quote(e.encodingID()))
	e.encodingType(f)
	what := e.parseDecl(f)
	what += e.prepareMethod(f)
	e.helpers(f, learnedHelpers(), what+e.checkMethods(f))
	if !e.cfg.PredictOnly {
		f.add(`// metadata is what weights files say of the model.
func (m *Model) metadata() map[string]string {
	meta := map[string]string{§weights.KeyModelID: ModelID, §weights.KeyModel: %s}
	if m.encoding != nil {
		document := m.encoding.document()
		sum := §sha256.Sum256([]byte(document))
		meta[§weights.KeyEncoding], meta[§weights.KeyEncodingDigest] = document, §hex.EncodeToString(sum[:])
	}
	return meta
}

// document is the encoding as weights files carry it.
func (e *encoding) document() string {
	text, err := §json.Marshal(struct {
		ID       string    `+"`json:\"id\"`"+`
		Features *encoding `+"`json:\"features\"`"+`
	}{encodingID, e})
	if err != nil {
		panic(err) // prepare has seen that every number is finite
	}
	return string(text)
}`, quote(e.p.Name))
	}
	return f
}

// encodingType prints the type of what is learned.
func (e *emitter) encodingType(f *file) {
	var b strings.Builder
	if e.asArray() {
		x := e.features[0]
		for _, p := range x.parts() {
			fmt.Fprintf(&b, "%s [%d]%s `json:%s`\n", p.name, len(e.features), p.goType, quote(p.tag))
		}
	} else {
		for i := range e.features {
			x := &e.features[i]
			parts := x.parts()
			switch len(parts) {
			case 0:
			case 1:
				fmt.Fprintf(&b, "%s %s `json:%s`\n", x.field, parts[0].goType, quote(x.tag))
			default:
				fmt.Fprintf(&b, "%s struct {\n", x.field)
				for _, p := range parts {
					fmt.Fprintf(&b, "%s %s `json:%s`\n", p.name, p.goType, quote(p.tag))
				}
				fmt.Fprintf(&b, "} `json:%s`\n", quote(x.tag))
			}
		}
	}
	f.add(`// encoding is what has been learned from the training rows. It does not change
// once it is a model's.
type encoding struct {
%s}`, b.String())
	if e.needsPart("standard") {
		f.add(`// standard scales a number: (x - Mean) / Deviation.
type standard struct {
	Mean      float64 ` + "`json:\"mean\"`" + `
	Deviation float64 ` + "`json:\"deviation\"`" + `
}`)
	}
	if e.needsPart("minMax") {
		f.add(`// minMax scales a number: (x - Min) / Range.
type minMax struct {
	Min   float64 ` + "`json:\"min\"`" + `
	Range float64 ` + "`json:\"range\"`" + `
}`)
	}
}

// vocabularyTypes prints the types of vocabularies, listed or learned.
func (e *emitter) vocabularyTypes(f *file) {
	for _, v := range []struct {
		name, doc, of string
		kind          loop.FeatureType
	}{
		{"categories", "categories are the known categories of a feature, in the order of their slots.", "category", loop.CategoryFeature},
		{"vocabulary", "vocabulary is the known words of a feature, in the order of their numbers.", "word", loop.TextFeature},
	} {
		if !e.anyFeature(func(f *feature) bool { return f.Type == v.kind }) {
			continue
		}
		alike, index := "", ""
		if v.kind == loop.CategoryFeature && e.liken() {
			alike, index = "\n	alike map[string]int // that of the only one with a likeness, by it", "v.alike = likenesses(v.Words, first)\n"
		}
		f.add(`// %[2]s
type %[1]s struct {
	Words []string `+"`json:\"words\"`"+`
	index map[string]int // the number of each %[3]s%[4]s
}`, v.name, v.doc, v.of, alike)
		if e.anyFeature(func(f *feature) bool { return f.Type == v.kind && f.fixed != "" }) {
			f.add(`// indexed makes the index, which begins with the number first.
func (v %[1]s) indexed(first int) *%[1]s {
	v.index = make(map[string]int, len(v.Words))
	for i, w := range v.Words {
		v.index[w] = first + i
	}
	%[2]sreturn &v
}`, v.name, index)
		}
	}
}

// parseDecl prints the reader of the encoding in a weights file.
func (e *emitter) parseDecl(f *file) string {
	hint := "New, LoadMatching and Adapt make a model of its tensors"
	if e.cfg.PredictOnly {
		hint = "it was saved before Adapt or FitFeatures"
	}
	text := fmt.Sprintf(`// parseEncoding reads the encoding of a weights file: a JSON document with its
// SHA-256.
func parseEncoding(document, digest string) (*encoding, error) {
	if document == "" {
		return nil, §errors.New("the file holds no encoding, which this model learns from its training rows: %s")
	}
	if sum := §sha256.Sum256([]byte(document)); digest != §hex.EncodeToString(sum[:]) {
		return nil, §errors.New("damaged: the encoding does not match its digest")
	}
	var read struct {
		ID       string    `+"`json:\"id\"`"+`
		Features *encoding `+"`json:\"features\"`"+`
	}
	if err := §json.Unmarshal([]byte(document), &read); err != nil {
		return nil, §fmt.Errorf("the encoding: %%w", err)
	}
	if read.ID != encodingID || read.Features == nil {
		return nil, §fmt.Errorf("the encoding is that of other features: %%.16q, this package has %%q", read.ID, encodingID)
	}
	return read.Features, read.Features.prepare()
}`, hint)
	f.add("%s", text)
	return text
}

// prepareMethod prints the check of what has been learned.
func (e *emitter) prepareMethod(f *file) string {
	var b strings.Builder
	if e.asArray() {
		x := e.features[0]
		b.WriteString("var all []error\nfor i, name := range FeatureNames {\nall = append(all,")
		for _, p := range x.parts() {
			at := "e." + p.name + "[i]"
			if p.name == "Missing" {
				fmt.Fprintf(&b, "finite(name, %s), ", at)
			} else {
				fmt.Fprintf(&b, "%s.check(name), ", at)
			}
		}
		b.WriteString(")\n}\nreturn §errors.Join(all...)")
	} else {
		b.WriteString("return §errors.Join(\n")
		for i := range e.features {
			x := &e.features[i]
			name := quote(x.Name)
			for _, p := range x.parts() {
				at := x.learned(p.name)
				switch {
				case p.goType == "float64":
					fmt.Fprintf(&b, "finite(%s, %s),\n", name, at)
				case p.goType == "[]float64":
					known := x.vocabularyText()
					fmt.Fprintf(&b, "weigh(%s, %s, 1+len(%s.Words)),\n", name, at, known)
				case p.goType == "categories":
					fmt.Fprintf(&b, "learnCategories(%s, &%s, %d, %d),\n", name, at, x.firstWord(), x.Slots)
				case p.goType == "vocabulary":
					fmt.Fprintf(&b, "learnWords(%s, &%s.Words, &%s.index, %d, %d),\n", name, at, at, x.firstWord(), x.Slots)
				case p.goType == "string":
				default:
					fmt.Fprintf(&b, "%s.check(%s),\n", at, name)
				}
			}
		}
		b.WriteString(")")
	}
	text := fmt.Sprintf(`// prepare checks what has been learned and makes the indexes of vocabularies.
func (e *encoding) prepare() error {
	%s
}`, b.String())
	f.add("%s", text)
	return text
}

// checkMethods prints the checks of scalings.
func (e *emitter) checkMethods(f *file) string {
	all := ""
	for _, s := range []struct{ name, from, by string }{{"standard", "Mean", "Deviation"}, {"minMax", "Min", "Range"}} {
		if !e.needsPart(s.name) {
			continue
		}
		text := fmt.Sprintf(`func (s %[1]s) check(feature string) error {
	if !(s.%[3]s > 0) {
		return §fmt.Errorf("the encoding of feature %%q: a %[4]s of %%v", feature, s.%[3]s)
	}
	return §errors.Join(finite(feature, s.%[2]s), finite(feature, s.%[3]s))
}`, s.name, s.from, s.by, strings.ToLower(s.by))
		f.add("%s", text)
		all += text
	}
	return all
}

// learnedHelpers check what has been learned.
func learnedHelpers() []helper {
	return []helper{
		{"finite(", `// finite checks a number.
func finite(feature string, x float64) error {
	if §math.IsNaN(x) || §math.IsInf(x, 0) {
		return §fmt.Errorf("the encoding of feature %q: %v is not a finite number", feature, x)
	}
	return nil
}`},
		{"learnWords(", `// learnWords checks a vocabulary and makes its index, in which the first word has
// the number first; the others stay below slots.
func learnWords(feature string, words *[]string, index *map[string]int, first, slots int) error {
	if len(*words) > slots-first {
		return §fmt.Errorf("the encoding of feature %q: %d words, at most %d have room", feature, len(*words), slots-first)
	}
	*index = make(map[string]int, len(*words))
	for i, w := range *words {
		if _, twice := (*index)[w]; twice {
			return §fmt.Errorf("the encoding of feature %q: %.40q is there twice", feature, w)
		}
		if !§utf8.ValidString(w) {
			return §fmt.Errorf("the encoding of feature %q: %.40q is not text in UTF-8", feature, w)
		}
		(*index)[w] = first + i
	}
	return nil
}`},
		{"learnCategories(", `// learnCategories is learnWords for categories.
func learnCategories(feature string, v *categories, first, slots int) error {
	if err := learnWords(feature, &v.Words, &v.index, first, slots); err != nil {
		return err
	}
	v.alike = likenesses(v.Words, first)
	return nil
}`},
		{"weigh(", `// weigh checks the weights of words.
func weigh(feature string, weights []float64, n int) error {
	if len(weights) != n {
		return §fmt.Errorf("the encoding of feature %q: %d weights for %d words", feature, len(weights), n)
	}
	for _, w := range weights {
		if !(§math.Abs(w) <= §math.MaxFloat32) {
			return §fmt.Errorf("the encoding of feature %q: a weight of %v", feature, w)
		}
	}
	return nil
}`},
	}
}
