package gosrc

import (
	"fmt"
	"slices"

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
	return §data.Prefetch(%[5]s, %[4]d), nil
}`, docComment(doc), e.classOf(f), adapt, e.readAhead(), e.withSameTargets("set"))
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
	e.sameTargets(f)
	switch e.p.Encoding.Source {
	case "csv":
		e.csvLoader(f)
	case "text_dir":
		encoding := ""
		if s := e.p.Encoding.Encoding; s != "" {
			encoding = fmt.Sprintf("o = append([]§data.ReadOption{§data.Encoding(%s)}, o...)\n", quote(s))
		}
		f.add(`// ReadTexts reads a folder of texts: in it a folder for each class, of its name,
// with a file for each text.
func ReadTexts(dir string, o ...§data.ReadOption) (FeatureSet, error) {
	%sreturn §data.ReadTexts(dir, %s, func(x *Features, y *Target, text string, class int) {
		x.%s = text
		%s
	}, o...)
}`, encoding, e.folders(f), e.features[0].field, e.labelled("class"))
	case "image_dir":
		folders := e.folders(f)
		f.add(`// ReadImages reads a folder of pictures, PNG, JPEG or GIF: in it a folder for
// each class, of its name.
func ReadImages(dir string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadImages(dir, %[1]s, setImage, o...)
}

// StreamImages is ReadImages for more pictures than memory holds: they are
// decoded anew in every epoch.
func StreamImages(dir string, o ...§data.ReadOption) FeatureSet {
	return §data.StreamImages(dir, %[1]s, setImage, o...)
}`, folders)
		f.add("%s", fmt.Sprintf(`// setImage makes a row of a picture of a class.
func setImage(x *Features, y *Target, img §image.Image, class int) {
	x.%s = img
	%s
}`, e.features[0].field, e.labelled("class")))
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
		return %s(y, label)
	}, o...)
}`, options, x.field, e.numberSetter(f, e.labelledTarget(), "float32"))
	default:
		e.arrayLoaders(f)
	}
}

// labelledTarget is the target that comes with a row of texts, images or ids; -1
// where every output repeats an input.
func (e *emitter) labelledTarget() int {
	return slices.IndexFunc(e.p.Targets, func(p loop.Port) bool {
		i := slices.IndexFunc(e.p.Targets, func(q loop.Port) bool { return q.Name == p.Name })
		return e.p.Encoding.Target(i).SameAs == ""
	})
}

// labelled is the statement that stores the number of the class that a row comes
// with.
func (e *emitter) labelled(class string) string {
	if i := e.labelledTarget(); i >= 0 {
		return e.classTarget(i, class)
	}
	return ""
}

// folders is the list of the folders of the classes.
func (e *emitter) folders(f *file) string {
	if e.p.Encoding.Folders == nil {
		return "Classes[:]"
	}
	f.add("// folders are those of a data set, which this network does not tell apart.\nvar folders = []string{%s}", quotedList(e.p.Encoding.Folders))
	return "folders"
}
