package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// testWords are the words that the emitted test makes up.
var testWords = []string{"one", "two", "three", "four"}

// encodeTest prints the test of Encode.
func (e *emitter) encodeTest() *file {
	f := e.newFile()
	e.testRows(f)
	if e.learns() {
		e.testEncoding(f)
	}
	e.encodeTests(f)
	if !e.cfg.PredictOnly {
		e.adaptTests(f)
	}
	return f
}

// testWord is how many words the emitted test may use of a vocabulary: all in
// it, for what is unknown has a test of its own.
func (f *feature) testWord() []string {
	list := testWords
	if f.fixed != "" {
		list = f.Vocabulary
	}
	return list[:min(len(list), max(f.Slots-f.firstWord(), 1), len(testWords))]
}

// testRows prints how the test makes up rows.
func (e *emitter) testRows(f *file) {
	if e.asArray() {
		f.add(`// featureRow makes up a row.
func featureRow(i int) (f Features) {
	for k := range f {
		f[k] = float64((i+k)%%7) + 0.5
	}
	return f
}`)
	} else {
		var lines strings.Builder
		row := "f"
		if e.p.Encoding.Series != nil {
			row = "step"
		}
		for i := range e.features {
			lines.WriteString(e.testValue(&e.features[i], row))
		}
		body := lines.String()
		if e.p.Encoding.Series != nil {
			body = "for t := range f {\nstep, i := &f[t], i+t\n" + body + "}\n"
		}
		f.add(`// featureRow makes up a row.
func featureRow(i int) (f Features) {
	%sreturn f
}`, body)
	}
	f.add(`// featureRows makes up n rows.
func featureRows(n int) []Features {
	f := make([]Features, n)
	for i := range f {
		f[i] = featureRow(i)
	}
	return f
}`)
}

// testValue makes up the value of a feature in row i.
func (e *emitter) testValue(x *feature, row string) string {
	to := row + "." + x.field
	var words []string
	for _, w := range x.testWord() {
		words = append(words, quote(w))
	}
	word := fmt.Sprintf("[]string{%s}[i%%%d]", strings.Join(words, ", "), len(words))
	if len(words) == 1 {
		word = words[0]
	}
	text := ""
	optional := x.Missing.Kind != "error"
	switch x.Type {
	case loop.NumberFeature:
		text = fmt.Sprintf("%s = Value(float64(i%%7) + 0.5)\n", to)
	case loop.CategoryFeature:
		text = fmt.Sprintf("%s = Value(%s)\n", to, word)
		optional = optional && (x.OOV || x.Missing.Kind == "most_frequent")
	case loop.DateFeature:
		text = fmt.Sprintf("%s = Value(§time.Date(2000+i%%5, §time.Month(1+i%%12), 1+i%%28, i%%24, i%%60, 0, 0, §time.UTC))\n", to)
	case loop.TextFeature:
		return fmt.Sprintf("%s = %s + \" unheard-of\"\n", to, word)
	case loop.ImageFeature:
		return fmt.Sprintf(`picture := §image.NewGray(§image.Rect(2, 3, 9, 14))
	for k := range picture.Pix {
		picture.Pix[k] = uint8(31*k + i)
	}
	%s = picture
`, to)
	case loop.TokensFeature:
		return fmt.Sprintf("for k := range i %% 5 {\n%s = append(%s, int32(k))\n}\n", to, to)
	}
	if optional {
		return fmt.Sprintf("if i%%6 != 5 {\n%s}\n", text)
	}
	return text
}

// testEncoding prints an encoding that the test makes up.
func (e *emitter) testEncoding(f *file) {
	var b strings.Builder
	value := func(x *feature, p learnedPart) string {
		switch p.goType {
		case "float64":
			return "0.25"
		case "standard":
			return "standard{0.5, 2}"
		case "minMax":
			return "minMax{-1, 8}"
		case "string":
			return quote(x.testWord()[0])
		case "[]float64":
			return fmt.Sprintf("make([]float64, 1+len(%s.Words))", x.vocabularyText())
		}
		var words []string
		for _, w := range x.testWord() {
			words = append(words, quote(w))
		}
		return fmt.Sprintf("%s{Words: []string{%s}}", p.goType, strings.Join(words, ", "))
	}
	if e.asArray() {
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
	f.add(`// madeUp is an encoding as it might have been learned.
func madeUp(t *§testing.T) *encoding {
	t.Helper()
	e := new(encoding)
	%sif err := e.prepare(); err != nil {
		t.Fatal(err)
	}
	return e
}`, b.String())
}

// encodeTests prints the tests that packages of both kinds have.
func (e *emitter) encodeTests(f *file) {
	fresh := ""
	if e.learns() {
		fresh = `if err := new(Model).Encode(new(Input), featureRow(0)); err == nil {
		t.Error("a model that has learned nothing encoded a row")
	}
	`
	}
	predict := ""
	if e.checked() {
		predict = "if err := x.check(); err != nil {\nt.Errorf(\"row %d: %v\", i, err)\n}\n"
	}
	f.add(`// encoded is what m makes of rows.
func encoded(t *§testing.T, m *Model, f []Features) []Input {
	t.Helper()
	list := make([]Input, len(f))
	for i := range f {
		if err := m.Encode(&list[i], f[i]); err != nil {
			t.Fatalf("row %%d: %%v", i, err)
		}
	}
	return list
}`)
	f.add(`func TestEncode(t *§testing.T) {
	%sm := newTest(t)
	want := encoded(t, m, featureRows(20))
	for i, x := range want {
		%s_, _ = m.Inspect(featureRow(i))
		if again := encoded(t, m, []Features{featureRow(i)}); §fmt.Sprint(again[0]) != §fmt.Sprint(x) {
			t.Errorf("row %%d is %%v, then %%v", i, x, again[0])
		}
	}
}`, fresh, predict)
	if e.pure() {
		f.add(`func TestEncodeAllocations(t *§testing.T) {
	m := newTest(t)
	var x Input
	f := featureRow(1)
	n := §testing.AllocsPerRun(100, func() {
		if err := m.Encode(&x, f); err != nil {
			t.Error(err)
		}
	})
	if n != 0 {
		t.Errorf("Encode allocates %%v times", n)
	}
}`)
	}
	e.missingTest(f)
	e.setTest(f)
}

// pure reports whether Encode allocates nothing.
func (e *emitter) pure() bool {
	return !e.anyFeature(func(f *feature) bool {
		return f.Type == loop.TextFeature || f.Type == loop.ImageFeature || f.Type == loop.TokensFeature && f.Length == 0
	})
}

// missingTest prints the test of rows without values, and of unknown categories.
func (e *emitter) missingTest(f *file) {
	fails := e.anyFeature(func(x *feature) bool {
		return x.Missing.Kind == "error" || x.Type == loop.ImageFeature
	}) && !e.asArray() || e.asArray() && e.features[0].Missing.Kind == "error"
	empty := "var f Features\n"
	if e.asArray() {
		empty = "var f Features\nfor i := range f {\nf[i] = §math.NaN()\n}\n"
	}
	check := "if err := m.Encode(new(Input), f); (err != nil) != %v {\nt.Errorf(\"a row without values: %%v\", err)\n}\n"
	var unknown strings.Builder
	row := "strange"
	if e.p.Encoding.Series != nil {
		row = "strange[0]"
	}
	for i := range e.features {
		x := &e.features[i]
		if x.Type != loop.CategoryFeature {
			continue
		}
		want := "err != nil || !§slices.Contains(unknown, " + quote(x.Name) + ")"
		if !x.OOV {
			want = "err == nil"
		}
		fmt.Fprintf(&unknown, `{
		strange := featureRow(1)
		%s.%s = Value("never heard of")
		_, unknown := m.Inspect(strange)
		if err := m.Encode(new(Input), strange); %s {
			t.Errorf("unknown %%v, %%v", unknown, err)
		}
	}
	`, row, x.field, want)
	}
	f.add(`func TestEncodeMissing(t *§testing.T) {
	m := newTest(t)
	%smissing, unknown := m.Inspect(f)
	if len(missing) != len(FeatureNames) || len(unknown) != 0 {
		t.Errorf("of a row without values %%q are missing, %%q unknown", missing, unknown)
	}
	%s%s}`, empty, fmt.Sprintf(check, fails), unknown.String())
}

// setTest prints the test of features set from texts.
func (e *emitter) setTest(f *file) {
	row := "f"
	if e.p.Encoding.Series != nil {
		row = "f[0]"
	}
	var lines strings.Builder
	for i := range e.features {
		x := &e.features[i]
		if x.Type == loop.NumberFeature || x.Type == loop.DateFeature || x.Type == loop.TokensFeature {
			fmt.Fprintf(&lines, "if err := %s.Set(%s, \"twelve\"); err == nil {\nt.Error(\"a word was taken\")\n}\n", row, quote(x.Name))
			break
		}
	}
	for i := range e.features {
		x := &e.features[i]
		if x.Type == loop.NumberFeature && !e.asArray() {
			fmt.Fprintf(&lines, "if err := %[1]s.Set(%[2]s, \" 12.5\"); err != nil || %[1]s.%[3]s == nil || *%[1]s.%[3]s != 12.5 {\nt.Errorf(\"%%v, %%v\", %[1]s.%[3]s, err)\n}\n", row, quote(x.Name), x.field)
			if len(e.p.Encoding.Missing) > 0 {
				fmt.Fprintf(&lines, "if err := %[1]s.Set(%[2]s, %[4]s); err != nil || %[1]s.%[3]s != nil {\nt.Errorf(\"%%v, %%v\", %[1]s.%[3]s, err)\n}\n", row, quote(x.Name), x.field, quote(e.p.Encoding.Missing[0]))
			}
			break
		}
	}
	f.add(`func TestSet(t *§testing.T) {
	var f Features
	if err := %s.Set("no such feature, surely", "1"); err == nil {
		t.Error("a feature that does not exist was set")
	}
	%s}`, row, lines.String())
}

// adaptTests prints the tests of learning an encoding and of training with it.
func (e *emitter) adaptTests(f *file) {
	roundTrip := ""
	if e.learns() {
		roundTrip = `if same := again.encoding.document() == m.encoding.document(); !same {
		t.Error("the encoding changed on the way through a file")
	}
	path := §filepath.Join(t.TempDir(), "weights.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	tuned := New()
	if _, err := tuned.LoadMatching(path); err != nil || !tuned.Adapted() {
		t.Errorf("the encoding was not taken over: %v", err)
	}
	if clone := m.Clone(); clone.encoding != m.encoding {
		t.Error("a clone has another encoding")
	}
	if err := m.Adapt(FeatureSlices(nil, nil)); err == nil || !m.Adapted() {
		t.Errorf("without rows: %v, adapted %v", err, m.Adapted())
	}
	document := m.encoding.document()
	for _, broken := range []string{"", "{}", document[1:], §strings.Replace(document, encodingID, "0", 1)} {
		sum := §sha256.Sum256([]byte(broken))
		if _, err := parseEncoding(broken, §hex.EncodeToString(sum[:])); err == nil {
			t.Errorf("%.60s was read", broken)
		}
	}
	if _, err := parseEncoding(document, "0"); err == nil {
		t.Error("a damaged document was read")
	}
	`
	}
	f.add("%s", `func TestFitFeatures(t *§testing.T) {
	n := 40
	rows := FeatureSlices(featureRows(n), targets(n))
	m := New(Seed(1))
	if _, err := m.FitFeatures(t.Context(), rows, FitConfig{Epochs: 1, ValidationSplit: 0.25, StepsPerEpoch: -1, OwnCallbacks: true}); err != nil {
		t.Fatal(err)
	}
	if !m.Adapted() {
		t.Error("the encoding was not learned")
	}
	if _, err := m.EvaluateFeatures(t.Context(), rows); err != nil {
		t.Error(err)
	}
	var b §bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := encoded(t, m, featureRows(n)), encoded(t, again, featureRows(n)); §fmt.Sprint(x) != §fmt.Sprint(y) {
		t.Error("rows are encoded differently after the way through a file")
	}
	`+roundTrip+`}`)
}
