package keras

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/custom"
	"github.com/nngen-go/nngen/ir/spec"
)

// Source is the configuration of a model and what a file has beside it.
type Source struct {
	From     string // name of the file: for messages, and where the model has no name
	Config   []byte // config.json, model_config, or what model.to_json() gives
	Training []byte // training_config of a legacy .h5 file; nil: none
	Version  string // of Keras: metadata.json or the attribute keras_version; "": Config may say
	// Shapes are the extents of inputs, by their names in the file and without the
	// batch, in place of what the file says: it may leave some open.
	Shapes map[string][]int
	// Vocabulary gives the text of the vocabulary that a layer has learned, by its
	// [Origin.Path]; nil: such layers are to learn it from the training rows.
	Vocabulary func(path string) ([]byte, error)
	// Frequencies gives the weights of its words, in the mode tf_idf, which it has in the
	// same way.
	Frequencies func(path string) ([]float32, error)
	// Custom says what classes compute that are Python code; nil: they are refused.
	Custom *custom.File
}

// Config reads a configuration alone. Data may also be the attributes of a legacy
// .h5 file as one object: {"model_config": …, "training_config": …,
// "keras_version": …}. The error is a diag.List of everything that a description
// cannot say; the report is there with it, but without a description.
func Config(data []byte, from string) (*spec.Model, *Report, error) {
	return Source{From: from, Config: data}.Model()
}

// Model reads the configuration; see [Config].
func (s Source) Model() (*spec.Model, *Report, error) {
	r := s.reader()
	config, training, ok := r.open(s)
	if !ok {
		return nil, &r.report, r.errs
	}
	r.report.Version = text(config, "keras_version")
	if s.Version != "" {
		r.report.Version = s.Version
	}
	r.version = versionOf(r.report.Version)
	root, ok := graphReader{r}.model(config)
	if !ok || len(r.errs) > 0 {
		return nil, &r.report, r.errs
	}
	r.unused()
	tree := r.write(root)
	if len(r.errs) > 0 {
		return nil, &r.report, r.errs
	}
	compile, ok := compiler{converter{r}}.compile(config, training, root)
	r.polish(&tree)
	m := r.settle(tree, compile, ok)
	if len(r.errs) > 0 {
		return nil, &r.report, r.errs
	}
	return m, &r.report, nil
}

func (s Source) reader() *reader {
	return &reader{
		from: filepath.Base(s.From), shapes: s.Shapes, vocabulary: s.Vocabulary, frequencies: s.Frequencies, custom: s.Custom, catalog: build.Catalog(),
		asked: map[*custom.Definition]bool{}, taken: map[string]bool{}, paths: map[string]string{}, ranks: map[tensor]int{},
	}
}

// settle parses and builds the description. What of the compile section does not
// fit the network, custom losses aside mostly metrics of outputs with steps, is left
// out with a note: the network predicts without it.
func (r *reader) settle(tree, compile spec.Value, compiled bool) *spec.Model {
	name := descriptionFile(r.from)
	batch := 0 // rows; 0: as many as without saying so
	try := func(c spec.Value) (*spec.Model, diag.List) {
		full := spec.Value{Kind: spec.Map, Map: slices.Clone(tree.Map)}
		if len(c.Map) > 0 {
			full.Map = append(full.Map, spec.Arg{Name: "compile", Value: c})
		}
		if batch > 0 {
			size := spec.Arg{Name: "batch_size", Value: spec.Value{Kind: spec.Int, Int: int64(batch)}}
			full.Map = append(full.Map, spec.Arg{Name: "fit", Value: spec.Value{Kind: spec.Map, Map: []spec.Arg{size}}})
		}
		r.report.Description = spec.WriteYAML(full, r.comment())
		m, err := spec.Parse(name, r.report.Description)
		if err == nil {
			_, err = build.Build(m)
		}
		var list diag.List
		if err != nil && !errors.As(err, &list) {
			list.Add(diag.Pos{}, "%v", err)
		}
		return m, list
	}
	predicts, errs := try(spec.Value{})
	for _, n := range []int{8, 1} { // where a batch takes too much memory
		if len(errs) == 0 {
			break
		}
		batch = n
		if fewer, none := try(spec.Value{}); len(none) == 0 {
			predicts, errs = fewer, nil
			r.note("", "rows are computed %d at a time (fit: batch_size), for more take too much memory", n)
		}
	}
	if len(errs) > 0 {
		r.located(predicts, errs)
		return nil
	}
	if !compiled {
		return predicts
	}
	m, errs := try(compile)
	for _, what := range []string{"metrics", "weighted_metrics"} {
		if _, ok := compile.Get(what); ok && len(errs) > 0 {
			less := spec.Value{Kind: spec.Map, Map: slices.Clone(compile.Map)}
			drop(&less, what)
			first := errs[0].Msg
			if m, errs = try(less); len(errs) == 0 {
				r.note("compile", "%s is left out: %s", what, first)
			} else if what == "metrics" {
				compile = less
			}
		}
	}
	if len(errs) > 0 {
		r.note("compile", "it is left out, so that the description predicts only: %s", errs[0].Msg)
		m, _ = try(spec.Value{})
	}
	return m
}

// located reports what is wrong with a description at the place of the layer in the
// file that it was made of.
func (r *reader) located(m *spec.Model, errs diag.List) {
	at := map[int]string{}
	if m != nil {
		for i, name := range m.Names() {
			at[m.Layers[i].Pos.Line] = r.paths[name]
		}
	}
	for _, e := range errs {
		r.fail(at[e.Pos.Line], "%s", e.Msg)
	}
}

// descriptionFile is what the description of a file is called: m.yaml for m.keras.
func descriptionFile(from string) string {
	base := strings.TrimSuffix(from, filepath.Ext(from))
	if base == "" {
		base = "model"
	}
	return base + ".yaml"
}

// comment is the first line of the description.
func (r *reader) comment() string {
	from := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c > 0x7e {
			return '_'
		}
		return c
	}, r.from)
	if r.report.Version == "" {
		return "From " + from + "."
	}
	return fmt.Sprintf("From %s, which Keras %d.%d wrote.", from, r.version.major, r.version.minor)
}

// reader turns one configuration into a description.
type reader struct {
	from   string
	shapes map[string][]int
	// vocabulary and frequencies are those of Source.
	vocabulary  func(path string) ([]byte, error)
	frequencies func(path string) ([]float32, error)
	version     version
	catalog     spec.Catalog
	taken       map[string]bool   // names in the description
	paths       map[string]string // where in the file, by the name in the description
	ranks       map[tensor]int    // of results, where the file says them; 0: it does not
	custom      *custom.File
	asked       map[*custom.Definition]bool // definitions that layers have
	errs        diag.List
	report      Report
	count       int // layers so far
}

func (r *reader) fail(path, format string, args ...any) {
	r.errs.Add(diag.Pos{File: r.from, Path: path}, format, args...)
}

func (r *reader) note(path, format string, args ...any) {
	n := Note{path, fmt.Sprintf(format, args...)}
	if !slices.Contains(r.report.Notes, n) {
		r.report.Notes = append(r.report.Notes, n)
	}
}

// open reads the JSON of a source, and takes the attributes of an .h5 file apart.
func (r *reader) open(s Source) (config, training spec.Value, ok bool) {
	config, err := packed(s.Config)
	if err != nil {
		r.fail("", "the configuration of a Keras model cannot be read: %v", err)
		return config, training, false
	}
	if s.Training != nil {
		if training, err = packed(s.Training); err != nil {
			r.note("training_config", "it is left out, for it cannot be read: %v", err)
		}
	}
	inner, attributes := config.Get("model_config")
	if !attributes {
		return config, training, true
	}
	outer := config
	config = r.unpacked(inner.Value, "model_config")
	if t, ok := outer.Get("training_config"); ok {
		training = r.unpacked(t.Value, "training_config")
	}
	if _, ok := config.Get("keras_version"); !ok {
		if v, ok := outer.Get("keras_version"); ok && config.Kind == spec.Map {
			config.Map = append(slices.Clone(config.Map), v)
		}
	}
	return config, training, len(r.errs) == 0
}

// unpacked is an attribute that may be JSON in a text.
func (r *reader) unpacked(v spec.Value, name string) spec.Value {
	if v.Kind != spec.String {
		return v
	}
	w, err := document([]byte(v.Str))
	if err != nil {
		r.fail(name, "it cannot be read: %v", err)
	}
	return w
}

// text is an entry of a map that is a text, or "".
func text(v spec.Value, name string) string {
	a, _ := v.Get(name)
	return a.Value.Str
}

// field is an entry of a map, null where it is not there.
func field(v spec.Value, name string) spec.Value {
	a, _ := v.Get(name)
	return a.Value
}
