package main

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"text/template"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

//go:embed templates
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.tmpl"))

// sources are the data files of a description: train, then test.
func (n *network) sources() []*spec.Source {
	list := []*spec.Source{n.spec.Data.Train}
	if n.spec.Data.Test != nil {
		list = append(list, n.spec.Data.Test)
	}
	return list
}

// programData is what the templates of programs are given. Texts that come from
// the description are Go literals.
type programData struct {
	Name        string
	WeightsFile string
	Kind        spec.SourceKind
	Train, Test string // file names; Test may be empty

	Width                          int // values of one input
	NumWords, OOVID                int
	Columns, TargetColumn, Classes string

	From                string // element type of what is read
	WholeNumbers        bool   // what is read becomes ids
	IDLimit, LastID     int    // ids lie below; 0: no ids
	SetInput, SetTarget string // statements
	Limit, LastClass    int    // of a target that is a class number
	Probability         bool   // a target lies between 0 and 1

	Validated     bool        // rows are held back for validation
	Texts, Images bool        // a row is a text or an image of its own
	Features      bool        // a row has features with names
	Formats       []rowFormat // that predict reads
	Ports         []programPort
	OutputColumns string // names of the values of an output
	Classified    bool   // an output is a class
	ClassNames    string // their names or numbers
	Separator     string // csv, as a rune
}

// programPort is an input as the programs see it.
type programPort struct {
	Name  string
	Size  int // -1: any number
	Limit int
	Whole bool
}

// trainerSource prints the program that trains on the data files: main.go, and
// read.go for the kind of data.
func (n *network) trainerSource() (map[string][]byte, error) {
	return renderAll(map[string]string{"main.go": "fit.go.tmpl", "finish.go": "finish.go.tmpl", "figures.go": "figures.go.tmpl", "read.go": "fit_read.go.tmpl"}, n.reading())
}

// reading describes the program that reads the data files of the description.
func (n *network) reading() *programData {
	d, in, target := n.spec.Data, n.program.Inputs[0], n.program.Targets[0]
	t := n.predicting()
	t.Kind, t.Train, t.Limit, t.LastClass = d.Train.Kind, literals(d.Train.Files), target.Limit, target.Limit-1
	t.Width, t.Classes, t.From = elements(in.Shape), literals(d.Classes), "float32"
	t.Validated = n.spec.Fit.ValidationSplit > 0 || d.Validation != nil
	t.Probability = target.Loss == "binary_crossentropy"
	if t.Kind == spec.Tokens {
		t.From = "int32"
	}
	if d.Test != nil {
		t.Test = literals(d.Test.Files)
	}
	if d.Target != nil {
		t.TargetColumn = strconv.Quote(d.Target.Column)
	}
	t.WholeNumbers = in.DType == loop.I32 && t.From == "float32"
	t.IDLimit, t.LastID = in.Limit, in.Limit-1
	t.SetInput = setter(in, "Input", "row", t.From)
	t.SetTarget = setter(target, "Target", "[]float32{v}", "float32")
	return t
}

// predicting describes the program that reads inputs and writes outputs.
func (n *network) predicting() *programData {
	p := n.program
	t := &programData{Name: strconv.Quote(p.Name), WeightsFile: weightsFile, Separator: "','"}
	for _, in := range p.Inputs {
		port := programPort{strconv.Quote(in.Name), elements(in.Shape), in.Limit, in.DType == loop.I32}
		if in.Ragged {
			port.Size = -1
		}
		t.Ports = append(t.Ports, port)
	}
	t.OutputColumns = literals(outputColumns(p.Outputs))
	if names := n.classNames(); names != nil {
		t.Classified, t.ClassNames = true, literals(names)
	}
	if d := n.spec.Data; d != nil {
		var columns []string
		for _, f := range d.Features {
			columns = append(columns, f.Name)
		}
		t.Columns, t.Features, t.Width = literals(columns), len(columns) > 0, elements(p.Inputs[0].Shape)
		if s := d.Train; s != nil {
			t.Kind = s.Kind
		}
		if t.Kind == spec.Tokens {
			t.Features, t.NumWords, t.OOVID = false, d.Features[0].NumWords, d.Features[0].OOVID
		}
	}
	t.Formats = n.formats()
	return t
}

// outputColumns names every value that the network gives: an output of one
// value by its name, others with numbers behind it.
func outputColumns(outputs []loop.Port) []string {
	if len(outputs) == 1 && elements(outputs[0].Shape) == 1 {
		return []string{"value"}
	}
	var names []string
	for _, o := range outputs {
		size := elements(o.Shape)
		for i := range size {
			if size == 1 {
				names = append(names, o.Name)
			} else {
				names = append(names, fmt.Sprintf("%s_%d", o.Name, i))
			}
		}
	}
	return names
}

// classNames gives the names of the classes that the network tells apart, or
// their numbers; nil where it does not.
func (n *network) classNames() []string {
	p := n.program
	if len(p.Outputs) != 1 || len(p.Outputs[0].Shape) != 1 || n.logits() {
		return nil
	}
	width, loss := p.Outputs[0].Shape[0], ""
	if len(p.Targets) == 1 {
		loss = p.Targets[0].Loss
	}
	classes := width
	switch {
	case width == 1 && (loss == "binary_crossentropy" || len(p.Classes) == 2):
		classes = 2
	case width == 1 || len(p.Classes) != width && !strings.HasSuffix(loss, "categorical_crossentropy"):
		return nil
	}
	if len(p.Classes) == classes {
		return p.Classes
	}
	numbers := make([]string, classes)
	for i := range numbers {
		numbers[i] = strconv.Itoa(i)
	}
	return numbers
}

// logits reports whether the outputs are not probabilities yet.
func (n *network) logits() bool {
	if n.spec.Compile == nil {
		return false
	}
	for _, l := range n.spec.Compile.Losses {
		for _, a := range l.Call.Args.List {
			if a.Name == "from_logits" && a.Value.Kind == spec.Bool && a.Value.Bool {
				return true
			}
		}
	}
	return false
}

// literals prints texts as the elements of a Go slice.
func literals(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = strconv.Quote(s)
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

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// setter prints the statements that fill *dst, of the type that the emitted
// package gives a port, from a slice of the given element type.
func setter(p loop.Port, typeName, slice, from string) string {
	elem := "float32"
	if p.DType == loop.I32 {
		elem = "int32"
	}
	switch {
	case p.Ragged:
		return "*dst = model." + typeName + "(" + slice + ")"
	case len(p.Shape) == 0:
		return "*dst = model." + typeName + "(" + slice + "[0])"
	}
	var b strings.Builder
	at, depth := "dst", len(p.Shape)
	if elem == from {
		depth-- // the innermost axis is copied
	}
	fmt.Fprintf(&b, "values := %s\n", slice)
	for i := range depth {
		index := fmt.Sprintf("i%d", i)
		fmt.Fprintf(&b, "for %s := range %s {\n", index, at)
		at += "[" + index + "]"
	}
	switch {
	case elem != from:
		fmt.Fprintf(&b, "%s = %s(values[0])\nvalues = values[1:]\n", at, elem)
	case depth > 0:
		fmt.Fprintf(&b, "values = values[copy(%s[:], values):]\n", at)
	default:
		fmt.Fprintf(&b, "copy(%s[:], values)\n", at)
	}
	b.WriteString(strings.Repeat("}\n", depth))
	return b.String()
}
