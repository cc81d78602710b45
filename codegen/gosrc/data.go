package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// dataFile prints what makes data sets of files and of rows of features.
func (e *emitter) dataFile() *file {
	f := e.newFile()
	if e.encoded() {
		f.add(`// FeatureSet is a data set of rows before they are encoded.
type FeatureSet = §data.Dataset[Features, Target]

// FeatureSlices makes a data set of rows and their targets.
func FeatureSlices(x []Features, y []Target) FeatureSet { return §data.Slices(x, y) }`)
		e.fitFeatures(f)
		e.adaptMethod(f)
	}
	e.loaders(f)
	return f
}

// readAhead is how many rows of a stream are encoded ahead: a thousand, fewer where
// they are large.
func (e *emitter) readAhead() int {
	const rows, bytes = 1024, 16 << 20
	size := 1
	for i := range e.features {
		size += 4 * e.features[i].Width
	}
	return max(16, min(rows, bytes/size))
}

// fitFeatures prints training and evaluation on rows of features.
func (e *emitter) fitFeatures(f *file) {
	doc := "FitFeatures encodes the rows of d and trains the model on them, as Fit does. Validation rows are cut off first."
	adapt := ""
	if e.learns() {
		doc += " The encoding is learned from the others alone, where the model has not learned it yet."
		adapt = `if !m.Adapted() {
		if err := m.Adapt(rows); err != nil {
			return &History{}, err
		}
	}
	`
	}
	doc += " Rows of their own for validation go through Encoded and stand in cfg.ValidationData."
	f.add(`%[1]sfunc (m *Model) FitFeatures(ctx §context.Context, d FeatureSet, cfg FitConfig) (*History, error) {
	rows, held, err := §train.Hold(compiled, cfg, d, %[2]s)
	if err != nil {
		return &History{}, err
	}
	%[3]sset, err := m.Encoded(rows)
	if err != nil {
		return &History{}, err
	}
	if held != nil {
		if cfg.ValidationData, err = m.Encoded(held); err != nil {
			return &History{}, err
		}
	}
	return m.Fit(ctx, set, cfg)
}

// EvaluateFeatures computes the loss and the metrics over rows of features.
func (m *Model) EvaluateFeatures(ctx §context.Context, d FeatureSet) (Result, error) {
	set, err := m.Encoded(d)
	if err != nil {
		return Result{}, err
	}
	return m.Evaluate(ctx, set)
}

// Encoded encodes the rows of d in parallel: at once where it has random access,
// else as they are read, some rows ahead of who reads them.
func (m *Model) Encoded(d FeatureSet) (Dataset, error) {
	set, err := §data.Map(d, m.Encode)
	if err != nil {
		return nil, err
	}
	return §data.Prefetch(set, %[4]d), nil
}`, docComment(doc), e.classOf(f), adapt, e.readAhead())
}

// classOf prints the function that tells the class of a target, for a split
// class by class, and returns its name.
func (e *emitter) classOf(f *file) string {
	if !e.p.Training.Stratify || len(e.p.Targets) != 1 {
		return "nil"
	}
	p := e.p.Targets[0]
	n := size(p.Shape)
	switch {
	case len(p.Shape) == 0:
		f.add("// classOf is the class of a row, of which validation gets its share.\nfunc classOf(y *Target) int { return int(*y) }")
	case n == 1:
		f.add("// classOf is the class of a row, of which validation gets its share.\nfunc classOf(y *Target) int { return int(%s[0]) }", index(flatOf("y", e.p.Targets, e.ports.targets, 0)))
	default:
		f.add(`// classOf is the class of a row, of which validation gets its share: the place
// of the largest value.
func classOf(y *Target) int {
	values := %s
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}`, flatOf("y", e.p.Targets, e.ports.targets, 0))
	}
	return "classOf"
}

// loaders prints the readers of files.
func (e *emitter) loaders(f *file) {
	if len(e.p.Targets) != 1 {
		return
	}
	switch e.p.Encoding.Source {
	case "csv":
		e.csvLoader(f)
	case "text_dir":
		f.add(`// ReadTexts reads a folder of texts: in it a folder for each class, of its name,
// with a file for each text.
func ReadTexts(dir string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadTexts(dir, Classes[:], func(x *Features, y *Target, text string, class int) {
		x.%s = text
		%s
	}, o...)
}`, e.features[0].field, e.classTarget("class"))
	case "image_dir":
		set := fmt.Sprintf(`// setImage makes a row of a picture of a class.
func setImage(x *Features, y *Target, img §image.Image, class int) {
	x.%s = img
	%s
}`, e.features[0].field, e.classTarget("class"))
		f.add(`// ReadImages reads a folder of pictures, PNG, JPEG or GIF: in it a folder for
// each class, of its name.
func ReadImages(dir string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadImages(dir, Classes[:], setImage, o...)
}

// StreamImages is ReadImages for more pictures than memory holds: they are
// decoded anew in every epoch.
func StreamImages(dir string, o ...§data.ReadOption) FeatureSet {
	return §data.StreamImages(dir, Classes[:], setImage, o...)
}`)
		f.add("%s", set)
	case "tokens":
		x := e.features[0]
		options := ""
		if x.NumWords > 0 {
			options = fmt.Sprintf("NumWords: %d, OOVID: %d", x.NumWords, x.OOVID)
		}
		f.add(`// ReadTokens reads a text file with a row per line: the target, a tab and ids
// separated by spaces.
func ReadTokens(path string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadTokenRows(path, §data.TokenOptions{%s}, func(x *Features, y *Target, ids []int32, label float32) error {
		x.%s = ids
		return setTarget(y, label)
	}, o...)
}`, options, x.field)
		e.setTarget(f)
	default:
		e.arrayLoaders(f)
	}
}

// csvLoader prints the readers of tables.
func (e *emitter) csvLoader(f *file) {
	s := e.p.Encoding
	fields := "Columns: append(FeatureNames[:], targetColumn),\n"
	if s.Target == "" {
		fields = "Columns: FeatureNames[:],\n"
	} else {
		f.add("// targetColumn is the column of the target.\nconst targetColumn = %s", quote(s.Target))
	}
	if s.Weight != "" {
		fields += fmt.Sprintf("Weight: %s,\n", quote(s.Weight))
	}
	if s.Header != nil {
		var names []string
		for _, h := range s.Header {
			names = append(names, quote(h))
		}
		fields += fmt.Sprintf("Header: []string{%s},\n", strings.Join(names, ", "))
	}
	if s.Separator != "" && s.Separator != "," {
		fields += fmt.Sprintf("Separator: %s,\n", strings.Replace(fmt.Sprintf("%q", []rune(s.Separator)[0]), "§", `\u00a7`, 1))
	}
	f.add("// table says what is read of a CSV file.\nvar table = §data.CSV{\n%s}", fields)
	row := "Features"
	if s.Series == nil {
		f.add(`// ReadCSV reads a table with a row per sample, compressed with gzip or not.
func ReadCSV(path string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadRecords(path, table, setRow, o...)
}

// StreamCSV is ReadCSV for a file that is larger than memory: it is read anew in
// every epoch, in the order of its rows.
func StreamCSV(path string, o ...§data.ReadOption) FeatureSet {
	return §data.StreamRecords(path, table, setRow, o...)
}`)
	} else {
		row = "Step"
		f.add(`// ReadCSV reads a table, compressed with gzip or not: %[1]d successive rows make a
// sample, whose target is that of the row %[2]d behind them, and the next one begins
// %[3]d further on.
func ReadCSV(path string, o ...§data.ReadOption) (FeatureSet, error) {
	rows, err := §data.ReadRecords(path, table, setRow, o...)
	if err != nil {
		return nil, err
	}
	return §data.Windows(rows, series, window)
}

// StreamCSV is ReadCSV for a file that is larger than memory: it is read anew in
// every epoch, in the order of its rows.
func StreamCSV(path string, o ...§data.ReadOption) FeatureSet {
	rows, err := §data.Windows(§data.StreamRecords(path, table, setRow, o...), series, window)
	if err != nil {
		panic(err) // cannot be: nothing is read yet, and the series is a sound one
	}
	return rows
}

// series says which rows make a sample.
var series = §data.Series{Length: %[1]d, Offset: %[2]d, Stride: %[3]d}

func window(rows []Step) *Features { return (*Features)(rows) }`, s.Series.Length, s.Series.Offset, s.Series.Stride)
	}
	target := ""
	if s.Target != "" {
		if len(e.p.Classes) > 0 {
			target = fmt.Sprintf(`class, err := ParseClass(r.Text(len(FeatureNames)))
	r.Check(len(FeatureNames), err)
	%s`, e.classTarget("class"))
		} else {
			target = "r.Check(len(FeatureNames), setTarget(y, r.Number(len(FeatureNames))))"
		}
	}
	each := "for i, name := range FeatureNames {\nr.Check(i, x.Set(name, r.Text(i)))\n}"
	if e.asArray() {
		each = "for i := range FeatureNames {\nr.Check(i, x.set(i, r.Text(i)))\n}"
	}
	f.add(`// setRow reads the fields of a row.
func setRow(x *%s, y *Target, r *§data.Record) {
	%s
	%s
}`, row, each, target)
	if s.Target != "" && len(e.p.Classes) == 0 {
		e.setTarget(f)
	}
}

// classTarget is the statement that stores the number of a class.
func (e *emitter) classTarget(class string) string {
	p := e.p.Targets[0]
	flat := index(flatOf("y", e.p.Targets, e.ports.targets, 0))
	switch {
	case len(p.Shape) == 0:
		return fmt.Sprintf("*y = Target(%s)", class)
	case size(p.Shape) == 1 && len(p.Shape) == 1:
		return fmt.Sprintf("%s[0] = %s(%s)", flat, elemOf(p), class)
	case size(p.Shape) == len(e.p.Classes) && p.DType == loop.F32:
		if len(p.Shape) > 1 {
			return fmt.Sprintf("y.flat()[%s] = 1", class)
		}
		return fmt.Sprintf("%s[%s] = 1", flat, class)
	}
	e.fail("targets of shape %s are not read from files with classes by this version", tuple(p.Shape))
	return ""
}

// setTarget prints the check of a target that is a number.
func (e *emitter) setTarget(f *file) {
	p := e.p.Targets[0]
	check := ""
	switch {
	case p.Limit > 0:
		check = fmt.Sprintf("if v != float32(int(v)) || v < 0 || v >= %d {\nreturn §fmt.Errorf(\"%%v is not a class: the model knows 0 to %d\", v)\n}\n", p.Limit, p.Limit-1)
	case p.Loss == "binary_crossentropy":
		check = "if !(v >= 0 && v <= 1) {\nreturn §fmt.Errorf(\"%v is not a target for binary_crossentropy, which is from 0 to 1\", v)\n}\n"
	}
	set := ""
	switch {
	case len(p.Shape) == 0:
		set = "*y = Target(v)"
	case size(p.Shape) == 1:
		set = fmt.Sprintf("y%s = %s(v)", strings.Repeat("[0]", len(p.Shape)), elemOf(p))
	default:
		e.fail("targets of shape %s are not read from tables by this version", tuple(p.Shape))
	}
	f.add(`// setTarget checks a target and stores it.
func setTarget(y *Target, v float32) error {
	%s%s
	return nil
}`, check, set)
}
