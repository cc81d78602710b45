package spec

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/dataset"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Parse reads a description: YAML where file ends in .yaml or .yml, JSON where
// it ends in .json. File is the path or name of the source; positions and
// Model.File have its base name. The error is a diag.List of all mistakes.
//
// The overrides take the place of what the description says.
func Parse(file string, src []byte, overrides ...Override) (*Model, error) {
	base := filepath.Base(file)
	root, errs, fatal := readTree(file, src)
	if fatal {
		return nil, errs.Err()
	}
	errs = append(errs, override(&root, overrides)...)
	p := parser{Reader: &document.Reader{}, json: strings.EqualFold(filepath.Ext(base), ".json")}
	m := p.model(base, root)
	m.Folder = filepath.Dir(file)
	errs = append(errs, root.Unread(p.Words)...)
	unread := map[diag.Pos]bool{}
	for _, e := range errs {
		unread[e.Pos] = true
	}
	for _, e := range p.Errs { // what the reader could not read is not reported a second time for what stands in for it
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

// readTree reads a file by what its name ends in. What remains after errors is not to be
// used where fatal is true.
func readTree(file string, src []byte) (root Value, errs diag.List, fatal bool) {
	base := filepath.Base(file)
	var read func(document.Source) (Value, diag.List, bool)
	switch ext := strings.ToLower(filepath.Ext(base)); ext {
	case ".yaml", ".yml":
		read = document.ReadYAML
	case ".json":
		read = document.ReadJSON
	default:
		return root, diag.List{diag.Errorf(diag.Pos{File: base}, "a description is a .yaml or .json file, and the name of this file ends in %s", diag.Quote(ext))}, true
	}
	text, bad := document.NewSource(base, src)
	if bad != nil {
		return root, diag.List{bad}, true
	}
	return read(text)
}

// parser turns the tree of values into a Model.
type parser struct {
	*document.Reader
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
func (p *parser) layers() *layerReader { return &layerReader{p.Reader, p.json} }

func (p *parser) model(file string, root Value) *Model {
	m := &Model{File: file, Name: strings.TrimSuffix(file, filepath.Ext(file)), Pos: root.Pos, Fit: Fit{BatchSize: 32, Epochs: 1}}
	if document.BadName(m.Name) != "" {
		m.Name = "model"
	}
	if root.Kind != Map {
		p.notAMap(root)
		return m
	}
	if class, ok := root.Get("class_name"); ok {
		p.Fail(class.Pos, "this is a configuration that Keras has written, and not a description; a description has the sections inputs, layers, compile and fit")
		return m
	}
	p.fallenOut(&root)
	var compile, fit *Arg
	var arrays dataset.Arrays
	var layers []entry
	sound := true // the data section
	meant := p.Section("the description", root, []document.Key{
		{Name: "name", Take: func(a Arg) {
			if name, ok := p.Name("name", a.Value); ok {
				m.Name = name
			}
		}},
		{Name: "data", Take: func(a Arg) { m.Data, arrays, sound = dataset.Read(p.Reader, a, rawInputs(root)) }},
		{Name: "inputs", Take: func(a Arg) { p.inputs(m, a) }},
		{Name: "layers", Take: func(a Arg) {
			before := len(p.Errs)
			layers = p.layers().layers(a, "")
			p.deep = p.deep || len(p.Errs) > before
		}},
		{Name: "outputs", Take: func(a Arg) {
			var ok bool
			m.Outputs, ok = refsOf(p.Reader, "outputs", a.Value)
			p.deep = p.deep || !ok
		}},
		{Name: "compile", Take: func(a Arg) { compile = &a }},
		{Name: "fit", Take: func(a Arg) { fit = &a }},
		{Name: "input_shape", Hidden: true, Take: func(a Arg) {
			p.Fail(a.Pos, "the shape of the input belongs under inputs; write inputs: {x: {shape: %s}}", shapeOf(a))
		}},
		{Name: "$schema", Hidden: true, Take: func(a Arg) {
			if a.Value.Kind != String {
				p.Fail(a.Value.Pos, "$schema takes the address of a JSON Schema as a text, not %s", a.Value.Describe())
			}
		}},
	}, misplaced)
	var aliases map[string]string
	if before := len(p.Errs); !p.deep {
		aliases = expand(p.Reader, m, layers)
		p.deep = len(p.Errs) > before
	} else {
		m.Layers = own(layers)
	}
	if compile != nil { // after layers and outputs, whose names it may use
		r := compileReader{p.Reader, m, p.deep, aliases}
		m.Compile = r.compile(*compile)
	}
	if fit != nil { // after data, whose classes it may use
		r := fitReader{p.Reader, m}
		r.fit(*fit)
	}
	if !meant["layers"] {
		p.Fail(root.Pos, "the description has no layers; write layers: and under it lines such as - Dense: {units: 16, activation: relu}")
	}
	meant["inputs"] = meant["inputs"] || meant["input_shape"]
	f := filling{p.Reader, m}
	f.impliedInputs(root.Pos, meant, sound)
	if d := m.Data; d != nil && d.Train != nil && sound && !p.deep {
		s := settling{p.Reader, m, arrays, aliases}
		s.settleTargets()
		s.settleArrays()
	}
	return m
}

// fallenOut reports the arguments of the last layer when they are at the
// margin, under a line such as "- Dense:", and takes them out of root.
func (p *parser) fallenOut(root *Value) {
	layers, _ := root.Get("layers")
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
			p.Fail(fallen[0].Pos, "layer %d: %s is at the margin, and not under %s; indent it further than %s, or write %s", n,
				diag.Quote(fallen[0].Name), document.QuotedName(layer), document.QuotedName(layer), p.layers().entry(document.Plain(layer)+": "+orEllipsis(document.FlowArgs(fallen))))
			root.Map = kept
		}
	}
}

func (p *parser) notAMap(root Value) {
	switch {
	case root.Kind == List:
		p.Fail(root.Pos, "a description is made of sections, not a list; write inputs: {x: {shape: [...]}}, then layers: before the list")
	case root.Kind == String && document.LooksForeign(root.Str):
		p.Fail(root.Pos, "%s", document.ForeignLine(root.Str))
	case root.Kind == Null:
		p.Fail(root.Pos, "the description is empty; it has at least inputs: and layers:")
	default:
		p.Fail(root.Pos, "a description is made of sections (name:, inputs:, layers:, compile:, fit:), not %s", root.Describe())
	}
}

// refsOf reads a name or a list of names of inputs or layers.
func refsOf(r *document.Reader, what string, v Value) ([]Ref, bool) {
	items := []Value{v}
	if v.Kind == List {
		items = v.List
	}
	if len(items) == 0 || len(items) > document.MaxInputs || v.Kind == Null || v.Kind == Map {
		switch {
		case len(items) > document.MaxInputs:
			r.Fail(v.Pos, "%s has %d names; at most %d are allowed", what, len(items), document.MaxInputs)
		default:
			r.Fail(v.Pos, "%s takes a list of names such as [a, b], not %s", what, v.Describe())
		}
		return nil, false
	}
	refs := make([]Ref, 0, len(items))
	ok := true
	for _, item := range items {
		name, good := r.Name(what, item)
		ok = ok && good
		refs = append(refs, Ref{Name: name, Pos: item.Pos})
	}
	return refs, ok
}
