package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// featuresType prints Features: one row before encoding.
func (e *emitter) featuresType(f *file) {
	var list strings.Builder
	for _, x := range e.features {
		fmt.Fprintf(&list, "%s,\n", quote(x.Name))
	}
	if e.asArray() {
		f.add(`// Features is one row before it is encoded: the numbers of FeatureNames, in that
// order (%[2]s). NaN is a missing one, null in JSON.
type Features [%[1]d]float64

// UnmarshalJSON reads a list of %[1]d numbers, null for a missing one.
func (f *Features) UnmarshalJSON(text []byte) error {
	var list []*float64
	if err := §json.Unmarshal(text, &list); err != nil {
		return err
	}
	if len(list) != len(f) {
		return §fmt.Errorf("%[3]s: %%d features, the model takes %%d", len(list), len(f))
	}
	for i, v := range list {
		f[i] = §math.NaN()
		if v != nil {
			f[i] = *v
		}
	}
	return nil
}`, len(e.features), e.features[0].sentence(), e.cfg.Package)
	} else {
		name, doc := "Features", "Features is one row before it is encoded."
		if s := e.p.Encoding.Series; s != nil {
			f.add(`// Features is one sample before it is encoded: %[1]d successive rows, the oldest
// first.
type Features [%[1]d]Step`, s.Length)
			name, doc = "Step", "Step is one of the rows of Features."
		}
		if e.pointers() {
			doc += " A nil pointer is a missing value; Value makes one that is there."
		}
		f.add("%stype %s struct {\n%s}", docComment(doc), name, e.fieldsText())
		if e.pointers() {
			f.add(`// Value is a pointer to a value, for a row written out in Go.
func Value[T any](v T) *T { return &v }`)
		}
	}
	f.add("// FeatureNames are the names of the features, in the order of the description.\nvar FeatureNames = [%d]string{\n%s}", len(e.features), list.String())
}

// fieldsText prints the fields of Features.
func (e *emitter) fieldsText() string {
	var b strings.Builder
	for i := range e.features {
		x := &e.features[i]
		tag := x.tag
		if x.Type == loop.ImageFeature {
			tag = "-"
		}
		fmt.Fprintf(&b, "%s %s `json:%s`", x.field, x.goType(), quote(tag))
		if x.tag != x.Name {
			fmt.Fprintf(&b, " // %s: %s\n", mention(x.Name), x.sentence())
		} else {
			fmt.Fprintf(&b, " // %s\n", x.sentence())
		}
	}
	return b.String()
}

// setMethod prints Set, which reads one feature as a file has it.
func (e *emitter) setMethod(f *file) {
	var body strings.Builder
	receiver := "Features"
	if e.p.Encoding.Series != nil {
		receiver = "Step"
	}
	missing := ""
	if len(e.p.Encoding.Missing) > 0 {
		missing = "missing := missingText(text)\n"
		var list []string
		for _, m := range e.p.Encoding.Missing {
			list = append(list, quote(m))
		}
		f.add(`// missingText reports a text that stands for a missing value.
func missingText(text string) bool {
	switch §strings.TrimSpace(text) {
	case %s:
		return true
	}
	%sreturn false
}`, strings.Join(unique(list), ", "), e.alikeMissing())
	}
	if e.asArray() {
		f.add(`// Set reads the feature of that name from a text, as a file holds it.
func (f *Features) Set(name, text string) error {
	i := §slices.Index(FeatureNames[:], name)
	if i < 0 {
		return unknownFeature(name)
	}
	return f.set(i, text)
}

func (f *Features) set(i int, text string) error {
	%sreturn setNumber(&f[i], text)
}`, strings.Replace(missing, "missing := missingText(text)", "if missingText(text) {\nf[i] = §math.NaN()\nreturn nil\n}", 1))
		f.add(`// setNumber reads a number.
func setNumber(to *float64, text string) error {
	v, err := §strconv.ParseFloat(§strings.TrimSpace(text), 64)
	if err != nil || §math.IsNaN(v) || §math.IsInf(v, 0) {
		return §fmt.Errorf("%%.80q is not a finite number", text)
	}
	*to = v
	return nil
}`)
		e.unknownFeature(f)
		return
	}
	helpers := map[string]bool{}
	arg := func() string {
		if missing == "" {
			return ""
		}
		return ", missing"
	}
	for i := range e.features {
		x := &e.features[i]
		fmt.Fprintf(&body, "case %s:\n", quote(x.Name))
		switch x.Type {
		case loop.NumberFeature:
			helpers["number"] = true
			fmt.Fprintf(&body, "return setNumber(&f.%s, text%s)\n", x.field, arg())
		case loop.CategoryFeature:
			helpers["category"] = true
			fmt.Fprintf(&body, "setCategory(&f.%s, text%s)\n", x.field, arg())
		case loop.DateFeature:
			helpers["date"] = true
			fmt.Fprintf(&body, "return setDate(&f.%s, text, %s%s)\n", x.field, quote(x.Format), arg())
		case loop.TextFeature:
			fmt.Fprintf(&body, "f.%s = text\n", x.field)
			if missing != "" {
				fmt.Fprintf(&body, "if missing {\nf.%s = \"\"\n}\n", x.field)
			}
		case loop.TokensFeature:
			helpers["tokens"] = true
			fmt.Fprintf(&body, "return setTokens(&f.%s, text)\n", x.field)
		case loop.ImageFeature:
			fmt.Fprintf(&body, "return §errors.New(\"%s is an image, which a text cannot hold\")\n", x.field)
		}
	}
	if helpers["tokens"] || e.anyFeature(func(f *feature) bool { return f.Type == loop.ImageFeature }) {
		missing = ""
	}
	rest, doc := "", "Set reads the feature of that name from a text, as a file holds it."
	if helpers["category"] || e.anyFeature(func(f *feature) bool { return f.Type == loop.TextFeature }) {
		rest = "return nil\n" // the cases that do not return
	}
	if missing != "" && e.pointers() {
		doc += " A text that means a missing value leaves the feature nil."
	}
	f.add("%s", docComment(doc)+fmt.Sprintf(`func (f *%s) Set(name, text string) error {
	%sswitch name {
	%sdefault:
		return unknownFeature(name)
	}
%s}`, receiver, missing, body.String(), rest))
	e.setHelpers(f, helpers, missing != "")
	e.unknownFeature(f)
}

// setHelpers prints what Set calls.
func (e *emitter) setHelpers(f *file, helpers map[string]bool, missing bool) {
	param, gone := "", ""
	if missing {
		param = ", missing bool"
		gone = "if missing {\n*to = nil\nreturn nil\n}\n"
	}
	if helpers["number"] {
		f.add(`// setNumber reads a number.
func setNumber(to **float64, text string%s) error {
	%sv, err := §strconv.ParseFloat(§strings.TrimSpace(text), 64)
	if err != nil || §math.IsNaN(v) || §math.IsInf(v, 0) {
		return §fmt.Errorf("%%.80q is not a finite number", text)
	}
	*to = &v
	return nil
}`, param, gone)
	}
	if helpers["category"] {
		f.add(`// setCategory takes a text without the spaces around it.
func setCategory(to **string, text string%s) {
	%stext = §strings.TrimSpace(text)
	*to = &text
}`, param, strings.Replace(gone, "return nil", "return", 1))
	}
	if helpers["date"] {
		f.add(`// setDate reads a date.
func setDate(to **§time.Time, text, format string%s) error {
	%sv, err := §time.Parse(format, §strings.TrimSpace(text))
	if err != nil {
		return §fmt.Errorf("%%.80q is not a date in the format %%s", text, format)
	}
	*to = &v
	return nil
}`, param, gone)
	}
	if helpers["tokens"] {
		f.add(`// setTokens reads ids separated by spaces.
func setTokens(to *[]int32, text string) error {
	words := §strings.Fields(text)
	ids := make([]int32, len(words))
	for i, w := range words {
		id, err := §strconv.ParseInt(w, 10, 32)
		if err != nil {
			return §fmt.Errorf("%%.40q is not an id", w)
		}
		ids[i] = int32(id)
	}
	*to = ids
	return nil
}`)
	}
}

// listedNames is how many names an error lists.
const listedNames = 12

// unknownName is the error about a name that is none of those in a list, which
// it repeats where it is short. Packages that train also ask for the near name.
func (e *emitter) unknownName(kind, list string, n int) string {
	known, arg := fmt.Sprintf("there are %d: see %s", n, list), ""
	if n <= listedNames {
		known, arg = "there are %q", ", "+list
	}
	if e.cfg.PredictOnly {
		return fmt.Sprintf("§fmt.Errorf(\"%s: no %s %%.80q; %s\", name%s)", e.cfg.Package, kind, known, arg)
	}
	return fmt.Sprintf("§fmt.Errorf(\"%s: no %s %%.80q%%s; %s\", name, §data.Suggest(name, %s[:])%s)", e.cfg.Package, kind, known, list, arg)
}

// unknownFeature prints the error about a name that no feature has.
func (e *emitter) unknownFeature(f *file) {
	if !e.cfg.PredictOnly || len(e.features) <= listedNames {
		f.add("func unknownFeature(name string) error {\nreturn %s\n}", e.unknownName("feature", "FeatureNames", len(e.features)))
		return
	}
	f.add(`// unknownFeature is the error about a name that no feature has, with the name
// that begins and ends most like it.
func unknownFeature(name string) error {
	near, most := "", 0
	for _, known := range FeatureNames {
		alike := 0
		for i := 0; i < min(len(name), len(known)) && name[i]|32 == known[i]|32; i++ {
			alike++
		}
		for i := 1; i <= min(len(name), len(known))-alike && name[len(name)-i]|32 == known[len(known)-i]|32; i++ {
			alike++
		}
		if alike > most {
			near, most = known, alike
		}
	}
	if 2*most < len(name) {
		return §fmt.Errorf("%[1]s: no feature %%.80q; there are %%d: see FeatureNames", name, len(FeatureNames))
	}
	return §fmt.Errorf("%[1]s: no feature %%.80q; did you mean %%q?", name, near)
}`, e.cfg.Package)
}

// unique drops texts that have come before.
func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
