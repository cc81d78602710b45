// Package programs prints the programs that train, evaluate and predict with a generated
// package. It is free of how they are compiled and started: see package scratch.
package programs

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/data"
)

//go:embed templates
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.tmpl"))

// Sources are the data files of a description: train, test, validation.
func Sources(n *network.Network) []*spec.Source {
	var list []*spec.Source
	d := n.Spec.Data
	for _, s := range []*spec.Source{d.Train, d.Test, d.Validation} {
		if s != nil {
			list = append(list, s)
		}
	}
	return list
}

// BackupFolder is where a run is kept as long as it may be interrupted, in the
// folder for the results.
const BackupFolder = "backup"

// Data is what the templates of programs are given. Texts that come from
// the description are Go literals.
type Data struct {
	Name                      string
	WeightsFile, BackupFolder string

	Kind                    spec.SourceKind
	Format                  data.Format // of the Kind
	Train, Test, Validation string      // file names, and those of arrays; all but Train may be empty
	TestSplit               float64     // the test rows are this fraction of those of Train
	Validated               bool        // rows are held back for validation
	Features                bool        // rows have features, which are encoded
	Texts                   bool        // a row is a text of its own
	Images                  bool        // a row is an image of its own
	Window                  int         // rows of a table that make a sample; 0: each is one
	Table                   string      // csv: how it is written, a data.CSV
	Numbers                 string      // csv: which features are numbers, where these have marks of their own
	Encoding                string      // text_dir: of the texts
	Header                  string      // csv: the names of the columns where files do not have them
	Targets                 string      // csv: the columns to predict
	FileArgs                string      // the files of arrays as arguments of their reader
	Archives                string      // archives: lists of the names of the arrays of inputs
	ArrayFiles              bool        // predict reads inputs from arrays of their own
	Groups                  []featureGroup

	Vocabularies []programVocabulary // of the features; none: nothing can be unknown

	Flags         []FitFlag // of the training program
	Formats       []Format  // that predict reads
	Ports         []programPort
	InputColumns  string // names of the values of several inputs
	OutputColumns string // names of the values of an output
	Nested        string // the outputs with their shapes, where one has several axes
	Answer        loop.Answer
	ClassNames    string // of the answer
	Reports       []programReport
}

// Archive reports whether rows are read from arrays of an archive.
func (d *Data) Archive() bool { return d.Format.Shape == data.ArrayArchive }

// Folders reports whether rows are read from folders of the classes.
func (d *Data) Folders() bool { return d.Format.Shape == data.ClassFolder }

// Chosen reports whether an output is one of the classes.
func (d *Data) Chosen() bool { return d.Answer.Kind == loop.Choice }

// Labeled reports whether an output has a value for every class.
func (d *Data) Labeled() bool { return d.Answer.Kind == loop.Labels }

// Spelled reports whether the steps of an output spell labels.
func (d *Data) Spelled() bool { return d.Answer.Kind == loop.Spelling }

// Probable reports whether there are probabilities of the classes.
func (d *Data) Probable() bool { return d.Answer.Probabilities != loop.Never }

// Figure is what is said of a class.
func (d *Data) Figure() string {
	if d.Probable() {
		return "probability"
	}
	return "value"
}

// Figures is what is said of all classes.
func (d *Data) Figures() string {
	if d.Probable() {
		return "probabilities"
	}
	return "values"
}

// programVocabulary is that of a feature as the programs see it.
type programVocabulary struct{ Name, At, Words string }

// programPort is an input as the programs see it.
type programPort struct {
	Name  string
	Size  int // -1: any number
	Limit int
	Whole bool
}

// Single reports whether there is one output, of which there is a report.
func (t *Data) Single() bool { return len(t.Reports) == 1 && t.Reports[0].Index < 0 }

// featureGroup is the columns that one of several inputs is made of.
type featureGroup struct{ Input, Columns string }

// TrainerSource prints the program that trains on the data files.
func TrainerSource(n *network.Network) (map[string][]byte, error) {
	return rowProgram(n, "fit.go.tmpl")
}

// rowProgram prints a program that reads rows with their targets.
func rowProgram(n *network.Network, main string) (map[string][]byte, error) {
	files := map[string]string{
		"main.go": main, "finish.go": "finish.go.tmpl", "figures.go": "figures.go.tmpl",
		"read.go": "read.go.tmpl", "loading.go": "loading.go.tmpl",
	}
	t := DataOf(n)
	if t.Vocabularies != nil {
		files["unknown.go"], files["unknown_rows.go"] = "unknown.go.tmpl", "unknown_rows.go.tmpl"
	}
	return renderAll(files, t)
}

// DataOf describes the model and its data to the templates.
func DataOf(n *network.Network) *Data {
	p := n.Program
	t := &Data{Name: strconv.Quote(p.Name), WeightsFile: network.WeightsFile, BackupFolder: strconv.Quote(BackupFolder), Table: "data.CSV{}", Encoding: `""`}
	for _, in := range p.Inputs {
		port := programPort{strconv.Quote(in.Name), Elements(in.Shape), in.Limit, in.DType == loop.I32}
		if in.Ragged {
			port.Size = -1
		}
		t.Ports = append(t.Ports, port)
	}
	t.Nested = nestedOutputs(p)
	t.OutputColumns, t.InputColumns = literals(outputColumns(p)), literals(inputColumns(p.Inputs))
	t.Answer, t.ClassNames = p.Answer, literals(p.ClassNames())
	t.Flags, t.Formats, t.Reports = programFlags(), Formats(n), reports(n)
	t.ArrayFiles = slices.ContainsFunc(t.Formats, func(f Format) bool { return f.Name == "npz" })
	t.Archives = "{" + literals(PortNames(p.Inputs)) + "}"
	if p.Encoding != nil {
		t.Features, t.Vocabularies = len(p.Encoding.Features) > 0, lookups(n)
	}
	d := n.Spec.Data
	if d == nil || d.Train == nil {
		return t
	}
	t.Kind, t.Format = d.Train.Kind, data.FormatNamed(string(d.Train.Kind))
	for _, f := range d.Features {
		if f.Type == encoding.Category || f.Type == encoding.Text {
			t.Vocabularies = append(t.Vocabularies, programVocabulary{strconv.Quote(f.Name), strconv.Quote(f.SlotsPos.String()), literals(f.Vocabulary)})
		}
	}
	t.Texts, t.Images = t.Kind == spec.TextDir, t.Kind == spec.ImageDir
	t.Train, t.Validated = literals(d.Train.Files, d.Train.Arrays...), n.Spec.Fit.ValidationSplit > 0 || d.Validation != nil
	if d.Test != nil {
		t.Test, t.TestSplit = literals(d.Test.Files, d.Test.Arrays...), d.Test.Split
	}
	if d.Validation != nil {
		t.Validation = literals(d.Validation.Files, d.Validation.Arrays...)
	}
	if d.Windows != nil {
		t.Window = d.Windows.Length
	}
	t.Encoding = strconv.Quote(d.Train.Encoding)
	t.Table, t.Numbers = tableOf(d.Train, p.Encoding.Features)
	targets := slices.Sorted(slices.Values(p.Encoding.Columns()))
	t.Header, t.Targets = literals(d.Train.Header), literals(slices.Compact(targets))
	var args, archives []string
	for i := range d.Train.Files {
		args = append(args, fmt.Sprintf("files[%d]", i))
	}
	for _, s := range Sources(n) {
		if len(s.Arrays) >= len(p.Inputs) {
			archives = append(archives, "{"+literals(s.Arrays[:len(p.Inputs)])+"}")
		}
	}
	t.FileArgs, t.Archives, t.Groups = strings.Join(args, ", "), strings.Join(append(archives, t.Archives), ", "), groups(n)
	return t
}

// lookups are the vocabularies of the preprocessing layers that look inputs up, the first
// one of each.
func lookups(n *network.Network) []programVocabulary {
	features := n.Program.Encoding.Features
	var list []programVocabulary
	seen := map[string]bool{}
	for _, f := range features {
		if f.Layer == nil || f.Layer.Invert || !slices.Contains([]string{"StringLookup", "IntegerLookup", "TextVectorization"}, f.Layer.Kind) || seen[f.Reads[0]] {
			continue
		}
		at := slices.IndexFunc(features, func(g encoding.Feature) bool { return g.Name == f.Reads[0] && g.OfRow() && g.Port < 0 })
		if at < 0 {
			continue
		}
		words := f.Vocabulary
		for _, x := range f.Layer.Numbers {
			words = append(words, strconv.FormatInt(x, 10))
		}
		seen[f.Reads[0]] = true
		layer := slices.IndexFunc(n.Program.Layers, func(l loop.Layer) bool { return l.Name == f.Name })
		list = append(list, programVocabulary{strconv.Quote(f.Reads[0]), strconv.Quote(n.Program.Layers[layer].Pos.String()), literals(words)})
	}
	return list
}

// PortNames are the names of inputs or outputs.
func PortNames(ports []loop.Port) []string {
	var names []string
	for _, p := range ports {
		names = append(names, p.Name)
	}
	return names
}

// groups are the columns of inputs that no column is named after, where there
// are several inputs.
func groups(n *network.Network) []featureGroup {
	p := n.Program
	if len(p.Inputs) < 2 {
		return nil
	}
	var list []featureGroup
	for i, in := range p.Inputs {
		var names []string
		for _, f := range p.Encoding.Features {
			if f.Port == i {
				names = append(names, f.Name)
			}
		}
		if len(names) > 0 && !slices.ContainsFunc(p.Encoding.Features, func(f encoding.Feature) bool { return f.Name == in.Name }) {
			list = append(list, featureGroup{strconv.Quote(in.Name), literals(names)})
		}
	}
	return list
}

// mostInputColumns is how many values of several inputs have names.
const mostInputColumns = 1 << 12

// inputColumns names every value of several inputs, as outputColumns does.
func inputColumns(inputs []loop.Port) []string {
	var names []string
	for _, in := range inputs {
		if len(inputs) < 2 || in.Ragged || len(names)+Elements(in.Shape) > mostInputColumns {
			return nil
		}
		names = append(names, numberedNames(in)...)
	}
	return names
}

// numberedNames names the values of a port: one by its name, others with numbers
// after it.
func numberedNames(p loop.Port) []string {
	size := Elements(p.Shape)
	if size == 1 {
		return []string{p.Name}
	}
	var names []string
	for i := range size {
		names = append(names, fmt.Sprintf("%s_%d", p.Name, i))
	}
	return names
}

// outputColumns names every value that the network gives: by the columns of its
// target or the classes that the description names, else an output of one value
// by its name and others with numbers after it.
func outputColumns(p *loop.Program) []string {
	if len(p.Outputs) == 1 && Elements(p.Outputs[0].Shape) == 1 {
		return []string{"value"}
	}
	var names []string
	for i, o := range p.Outputs {
		own := numberedNames(o)
		if i < len(p.Targets) && len(own) > 1 {
			if fields := p.Targets[i].Fields; len(fields) == len(own) {
				own = fields
			}
			if p.Encoding != nil && len(p.Encoding.Target(i).Classes) == len(own) {
				own = nil
				for _, class := range p.Encoding.Target(i).Classes {
					own = append(own, o.Name+"="+class)
				}
			}
		}
		names = append(names, own...)
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] { // two outputs are compared with one column: numbers tell them apart
			names = nil
			for _, o := range p.Outputs {
				names = append(names, numberedNames(o)...)
			}
			break
		}
		seen[name] = true
	}
	return names
}

// nestedOutputs prints the outputs with their shapes; "" where all have one axis.
func nestedOutputs(p *loop.Program) string {
	var list []string
	for _, o := range p.Outputs {
		list = append(list, fmt.Sprintf("{%q, %#v}", o.Name, o.Shape))
	}
	if !slices.ContainsFunc(p.Outputs, func(o loop.Port) bool { return len(o.Shape) > 1 }) {
		return ""
	}
	return strings.Join(list, ", ")
}

// literals prints texts as the elements of a Go slice.
func literals(list []string, more ...string) string {
	var quoted []string
	for _, s := range slices.Concat(list, more) {
		quoted = append(quoted, strconv.Quote(s))
	}
	return strings.Join(quoted, ", ")
}

// renderAll fills templates and formats what they give; the files are by name.
func renderAll(files map[string]string, data any) (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, tmpl := range files {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, tmpl, data); err != nil {
			return nil, err
		}
		src, err := format.Source(b.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tmpl, err)
		}
		out[name] = src
	}
	return out, nil
}

// Elements is how many a tensor of the shape has.
func Elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// PredictSource prints the program that answers rows.
func PredictSource(n *network.Network) (map[string][]byte, error) {
	t := DataOf(n)
	files := map[string]string{
		"main.go": "predict.go.tmpl", "finish.go": "finish.go.tmpl", "write.go": "predict_write.go.tmpl", "values.go": "values.go.tmpl",
	}
	for _, f := range t.Formats {
		files[strings.TrimSuffix(f.Template, ".tmpl")] = f.Template
	}
	if t.Vocabularies != nil {
		files["unknown.go"] = "unknown.go.tmpl"
	}
	if t.Texts || t.Images {
		files["walk.go"] = "walk.go.tmpl"
	}
	return renderAll(files, t)
}

// EvaluateSource prints the program that evaluates rows.
func EvaluateSource(n *network.Network) (map[string][]byte, error) {
	return rowProgram(n, "evaluate.go.tmpl")
}
