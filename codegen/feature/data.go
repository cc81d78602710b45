package feature

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// DataFile prints what makes data sets of files and of rows of features.
func (e *Encoding) DataFile(f *gotree.File) {
	l := loader{e, f}
	if e.Has() {
		f.Add(`// FeatureSet is a data set of rows before they are encoded.
type FeatureSet = §data.Dataset[Features, Target]

// FeatureSlices makes a data set of rows and their targets.
func FeatureSlices(x []Features, y []Target) FeatureSet { return §data.Slices(x, y) }`)
		l.fitFeatures(f)
		l.adaptMethod(f)
	}
	e.targets.repeat(f)
	switch e.spec.Source {
	case "": // rows come from the program alone
	case "csv":
		l.csv()
	case "text_dir", "image_dir":
		l.folder()
	case "tokens":
		l.tokens()
	default:
		l.arrays()
	}
}

// readAhead is how many rows of a stream are encoded ahead: a thousand, fewer where
// they are large.
func (e loader) readAhead() int {
	const rows, bytes = 1024, 16 << 20
	size := 1
	for i := range e.features {
		size += 4 * e.features[i].Width
	}
	return max(16, min(rows, bytes/size))
}

// fitFeatures prints training and evaluation on rows of features.
func (e loader) fitFeatures(f *gotree.File) {
	doc := "FitFeatures encodes the rows of d and trains the model on them, as Fit does. Validation rows are cut off first."
	adapt := ""
	if e.Learns() {
		doc += " The encoding is learned from the others alone, where the model has not learned it yet."
		adapt = `if !m.Adapted() {
		if err := m.Adapt(rows); err != nil {
			return &History{}, err
		}
	}
	`
	}
	doc += " Rows of their own for validation go through Encoded and stand in cfg.ValidationData."
	f.Add(`%[1]sfunc (m *Model) FitFeatures(ctx §context.Context, d FeatureSet, cfg FitConfig) (*History, error) {
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
// else as they are read, some rows ahead of their reader.
func (m *Model) Encoded(d FeatureSet) (Dataset, error) {
	set, err := §data.Map(d, m.Encode)
	if err != nil {
		return nil, err
	}
	return §data.Prefetch(%[5]s, %[4]d), nil
}`, gotree.Comment(doc), e.ClassOf(f), adapt, e.readAhead(), e.targets.repeating("set"))
}

// ClassOf prints the function that tells the class of a target, for a split
// class by class, and returns its name.
func (e *Encoding) ClassOf(f *gotree.File) string {
	if !e.p.Training.Stratify || len(e.p.Targets) != 1 {
		return "nil"
	}
	values := e.Targets.Flat("y", 0)
	switch p := e.p.Targets[0]; {
	case len(p.Shape) == 0:
		f.Add("// classOf is the class of a row, of which validation gets its share.\nfunc classOf(y *Target) int { return int(*y) }")
	case gotree.Size(p.Shape) == 1:
		f.Add("// classOf is the class of a row, of which validation gets its share.\nfunc classOf(y *Target) int { return int(%s[0]) }", gotree.Indexable(values))
	default:
		f.Add(`// classOf is the class of a row, of which validation gets its share: the place
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
}`, values)
	}
	return "classOf"
}

// loader prints data sets of rows and the readers of files.
type loader struct {
	*Encoding
	f *gotree.File
}

// folder prints the readers of folders of texts or images.
func (l loader) folder() {
	folders, field := "Classes[:]", l.features[0].field
	if list := l.spec.Folders; list != nil {
		folders = "folders"
		l.f.Add("// folders are those of a data set, which this network does not tell apart.\nvar folders = []string{%s}", gotree.QuotedList(list))
	}
	label := l.targets.labelled("class")
	if l.spec.Source == "text_dir" {
		option := ""
		if s := l.spec.Encoding; s != "" {
			option = fmt.Sprintf("o = append([]§data.ReadOption{§data.Encoding(%s)}, o...)\n", gotree.Quote(s))
		}
		l.f.Add(`// ReadTexts reads a folder of texts: in it a folder for each class, of its name,
// with a file for each text.
func ReadTexts(dir string, o ...§data.ReadOption) (FeatureSet, error) {
	%sreturn §data.ReadTexts(dir, %s, func(x *Features, y *Target, text string, class int) {
		x.%s = text
		%s
	}, o...)
}`, option, folders, field, label)
		return
	}
	l.f.Add(`// ReadImages reads a folder of pictures, PNG, JPEG or GIF: in it a folder for
// each class, of its name.
func ReadImages(dir string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadImages(dir, %[1]s, setImage, o...)
}

// StreamImages is ReadImages for more pictures than memory holds: they are
// decoded anew in every epoch.
func StreamImages(dir string, o ...§data.ReadOption) FeatureSet {
	return §data.StreamImages(dir, %[1]s, setImage, o...)
}

// setImage makes a row of a picture of a class.
func setImage(x *Features, y *Target, img §image.Image, class int) {
	x.%[2]s = img
	%[3]s
}`, folders, field, label)
}

// tokens prints the reader of lists of ids.
func (l loader) tokens() {
	x := l.features[0]
	options := ""
	if x.NumWords > 0 {
		options = fmt.Sprintf("NumWords: %d, OOVID: %d", x.NumWords, x.OOVID)
	}
	l.f.Add(`// ReadTokens reads a text file with a row per line: the target, a tab and ids
// separated by spaces.
func ReadTokens(path string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadTokenRows(path, §data.TokenOptions{%s}, func(x *Features, y *Target, ids []int32, label float32) error {
		x.%s = ids
		return %s(y, label)
	}, o...)
}`, options, x.field, l.targets.numberSetter(l.f, l.targets.first(), "float32"))
}
