package spec

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

// Parse reads a description: YAML where file ends in .yaml or .yml, JSON where
// it ends in .json. File is the path or name of the source; positions and
// Model.File have its base name. The error is a diag.List of all mistakes.
//
// The overrides take the place of what the description says.
func Parse(file string, src []byte, overrides ...Override) (*Model, error) {
	base := filepath.Base(file)
	var read func(source) (Value, diag.List, bool)
	switch ext := strings.ToLower(filepath.Ext(base)); ext {
	case ".yaml", ".yml":
		read = readYAML
	case ".json":
		read = readJSON
	default:
		return nil, diag.List{diag.Errorf(diag.Pos{File: base}, "a description is a .yaml or .json file, and the name of this file ends in %s", diag.Quote(ext))}
	}
	text, bad := newSource(base, src)
	if bad != nil {
		return nil, diag.List{bad}
	}
	root, errs, fatal := read(text)
	if fatal {
		return nil, errs.Err()
	}
	errs = append(errs, override(&root, overrides)...)
	p := parser{reader: &reader{}, json: strings.EqualFold(filepath.Ext(base), ".json")}
	m := p.model(base, root)
	errs = append(errs, root.unread(p.words)...)
	unread := map[diag.Pos]bool{}
	for _, e := range errs {
		unread[e.Pos] = true
	}
	for _, e := range p.errs { // what the reader could not read is not reported a second time for what stands in for it
		if !unread[e.Pos] {
			errs = append(errs, e)
		}
	}
	if len(errs) == 0 {
		errs = m.Check()
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// parser turns the tree of values into a Model.
type parser struct {
	*reader
	json bool
	deep bool // the layers have mistakes: what refers to them is not checked
}

var misplaced = map[string]string{
	"optimizer":        "optimizer belongs under compile: write compile: {optimizer: ...}",
	"loss":             "loss belongs under compile: write compile: {loss: ...}",
	"metrics":          "metrics belongs under compile: write compile: {metrics: [...]}",
	"epochs":           "epochs belongs under fit: write fit: {epochs: ...}",
	"batch_size":       "batch_size belongs under fit: write fit: {batch_size: ...}",
	"validation_split": "validation_split belongs under fit: write fit: {validation_split: ...}",
	"train":            "train belongs under data: write data: {train: ...}",
	"test":             "test belongs under data: write data: {test: ...}",
	"features":         "features belongs under data: write data: {features: ...}",
	"target":           "target belongs under data: write data: {target: ...}",
	"classes":          "classes belongs under data: write data: {classes: [...]}",
	"units":            "units is an argument of a layer; write it under its layer: - Dense: {units: 16}",
	"activation":       "activation is an argument of a layer; write it under its layer: - Dense: {units: 16, activation: relu}",
	"Sequential":       "Sequential is not needed: write the layers under layers:",
	"regularizer":      "a regularizer is an argument of a layer: write - Dense: {units: 16, kernel_regularizer: {l2: 0.001}}",
}

// layers is what reads them.
func (p *parser) layers() *layerReader { return &layerReader{p.reader, p.json} }

func (p *parser) model(file string, root Value) *Model {
	m := &Model{File: file, Name: strings.TrimSuffix(file, filepath.Ext(file)), Pos: root.Pos, Fit: Fit{BatchSize: 32, Epochs: 1}}
	if badName(m.Name) != "" {
		m.Name = "model"
	}
	if root.Kind != Map {
		p.notAMap(root)
		return m
	}
	if class, ok := root.get("class_name"); ok {
		p.fail(class.Pos, "this is a configuration that Keras has written, and not a description; a description has the sections inputs, layers, compile and fit")
		return m
	}
	p.fallenOut(&root)
	var compile, fit *Arg
	data := dataReader{reader: p.reader}
	meant := p.section("the description", root, []key{
		{name: "name", take: func(a Arg) {
			if name, ok := p.name("name", a.Value); ok {
				m.Name = name
			}
		}},
		{name: "data", take: func(a Arg) { m.Data = data.data(a) }},
		{name: "inputs", take: func(a Arg) { p.inputs(m, a) }},
		{name: "layers", take: func(a Arg) {
			before := len(p.errs)
			m.Layers = p.layers().layers(a)
			p.deep = p.deep || len(p.errs) > before
		}},
		{name: "outputs", take: func(a Arg) {
			var ok bool
			m.Outputs, ok = p.refs("outputs", a.Value)
			p.deep = p.deep || !ok
		}},
		{name: "compile", take: func(a Arg) { compile = &a }},
		{name: "fit", take: func(a Arg) { fit = &a }},
		{name: "input_shape", hidden: true, take: func(a Arg) {
			p.fail(a.Pos, "the shape of the input belongs under inputs; write inputs: {x: {shape: %s}}", shapeOf(a))
		}},
		{name: "$schema", hidden: true, take: func(a Arg) {
			if a.Value.Kind != String {
				p.fail(a.Value.Pos, "$schema takes the address of a JSON Schema as a text, not %s", a.Value.describe())
			}
		}},
	}, misplaced)
	if compile != nil { // after layers and outputs, whose names it may use
		r := compileReader{p.reader, m, p.deep}
		m.Compile = r.compile(*compile)
	}
	if fit != nil { // after data, whose classes it may use
		r := fitReader{p.reader, m}
		r.fit(*fit)
	}
	if !meant["layers"] {
		p.fail(root.Pos, "the description has no layers; write layers: and under it lines such as - Dense: {units: 16, activation: relu}")
	}
	meant["inputs"] = meant["inputs"] || meant["input_shape"]
	f := filling{p.reader, m}
	f.impliedInputs(root.Pos, meant, data.bad)
	if d := m.Data; d != nil && d.Train != nil && !data.bad && !p.deep {
		s := settling{p.reader, m, data.sources.arrays}
		s.settleTargets()
		s.settleArrays()
	}
	return m
}

// fallenOut reports the arguments of the last layer when they are at the
// margin, under a line such as "- Dense:", and takes them out of root.
func (p *parser) fallenOut(root *Value) {
	layers, _ := root.get("layers")
	if n := len(layers.Value.List); n > 0 {
		last := layers.Value.List[n-1]
		if last.Kind != Map || len(last.Map) != 1 || last.Map[0].Value.Kind != Null {
			return
		}
		known := []string{"name", "data", "inputs", "layers", "outputs", "compile", "fit", "input_shape"}
		var fallen, kept []Arg
		after := false
		for _, a := range root.Map {
			if _, answered := misplaced[a.Name]; after && !slices.Contains(known, a.Name) && (!answered || a.Name == "units" || a.Name == "activation") {
				fallen = append(fallen, a)
			} else {
				kept = append(kept, a)
			}
			after = after || a.Name == "layers"
		}
		if len(fallen) > 0 {
			layer := last.Map[0].Name
			p.fail(fallen[0].Pos, "layer %d: %s is at the margin, and not under %s; indent it further than %s, or write %s", n,
				diag.Quote(fallen[0].Name), quotedName(layer), quotedName(layer), p.layers().entry(plain(layer)+": "+orEllipsis(flowArgs(fallen))))
			root.Map = kept
		}
	}
}

func (p *parser) notAMap(root Value) {
	switch {
	case root.Kind == List:
		p.fail(root.Pos, "a description is made of sections, not a list; write inputs: {x: {shape: [...]}}, then layers: before the list")
	case root.Kind == String && looksForeign(root.Str):
		p.fail(root.Pos, "%s", foreignLine(root.Str))
	case root.Kind == Null:
		p.fail(root.Pos, "the description is empty; it has at least inputs: and layers:")
	default:
		p.fail(root.Pos, "a description is made of sections (name:, inputs:, layers:, compile:, fit:), not %s", root.describe())
	}
}

// firstCall gives the text up to the bracket that closes the first call in it.
func firstCall(s string) string {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[:i+1]
			}
		}
	}
	return s
}
