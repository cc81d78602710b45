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

// fitProgram is what the templates of the training program are given. Texts
// that come from the description are Go literals.
type fitProgram struct {
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
}

// trainerSource prints the program that trains on the data files: main.go, and
// read.go for the kind of data.
func (n *network) trainerSource() (map[string][]byte, error) {
	d, in, target := n.spec.Data, n.program.Inputs[0], n.program.Targets[0]
	t := fitProgram{
		WeightsFile: weightsFile,
		Kind:        d.Train.Kind, Train: literals(d.Train.Files),
		Width: elements(in.Shape), Classes: literals(d.Classes), From: "float32",
		Limit: target.Limit, LastClass: target.Limit - 1, Probability: target.Loss == "binary_crossentropy",
	}
	if t.Kind == spec.Tokens {
		t.From, t.NumWords, t.OOVID = "int32", d.Features[0].NumWords, d.Features[0].OOVID
	}
	if d.Test != nil {
		t.Test = literals(d.Test.Files)
	}
	var columns []string
	for _, f := range d.Features {
		columns = append(columns, f.Name)
	}
	t.Columns = literals(columns)
	if d.Target != nil {
		t.TargetColumn = strconv.Quote(d.Target.Column)
	}
	t.WholeNumbers = in.DType == loop.I32 && t.From == "float32"
	t.IDLimit, t.LastID = in.Limit, in.Limit-1
	t.SetInput = setter(in, "Input", "row", t.From)
	t.SetTarget = setter(target, "Target", "[]float32{v}", "float32")
	return renderAll(map[string]string{"main.go": "fit.go.tmpl", "read.go": "fit_read.go.tmpl"}, t)
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
