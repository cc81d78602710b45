package spec

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/nearest"
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
	p := parser{json: strings.EqualFold(filepath.Ext(base), ".json")}
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
	errs    diag.List
	json    bool
	badData bool                     // the data section has mistakes: inputs are not compared with it
	deep    bool                     // the layers have mistakes: what refers to them is not checked
	words   map[diag.Pos]bool        // the unquoted scalars that have been taken for words
	arrays  map[*Source]*namedArrays // what sources say of their arrays, until the inputs and outputs are known
	repeats bool                     // a target repeats an input, which needs no file
}

func (p *parser) fail(pos diag.Pos, format string, args ...any) { p.errs.Add(pos, format, args...) }

// key is an entry that a section may have.
type key struct {
	name   string
	take   func(Arg)
	hidden bool // not listed in messages
}

// section hands the entries of a map to the keys. Other entries are answered
// from the table of known mistakes, or with the near name. It gives the names
// of the keys that are there or were meant.
func (p *parser) section(title string, v Value, keys []key, mistakes map[string]string) (meant map[string]bool) {
	meant = map[string]bool{}
	var names, listed []string
	for _, k := range keys {
		names = append(names, k.name)
		if !k.hidden {
			listed = append(listed, k.name)
		}
	}
	for _, a := range v.Map {
		if i := slices.IndexFunc(keys, func(k key) bool { return k.name == a.Name }); i >= 0 {
			meant[a.Name] = true
			keys[i].take(a)
			continue
		}
		if answer, ok := mistakes[a.Name]; ok {
			p.fail(a.Pos, "%s", answer)
			continue
		}
		if write := spaceMissing(a); write != "" {
			meant[write[:strings.IndexByte(write, ':')]] = true
			p.fail(a.Pos, "%s: a space is missing after the colon; write %s", title, write)
			continue
		}
		hint := "."
		if near, ok := nearest.Of(a.Name, names); ok {
			meant[near] = true
			hint = "; did you mean " + diag.Quote(near) + "?"
		}
		p.fail(a.Pos, "%s has no %s%s It takes: %s", title, diag.Quote(a.Name), hint, strings.Join(listed, ", "))
	}
	return meant
}

// isMap reports where v is not a map.
func (p *parser) isMap(title string, v Value, example string) bool {
	if v.Kind == Map {
		return true
	}
	if v.Kind == Null {
		p.fail(v.Pos, "%s is empty; indent its lines under it, or write, for example, %s", title, example)
	} else {
		p.fail(v.Pos, "%s takes keys and values, not %s; for example %s", title, v.describe(), example)
	}
	return false
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
	meant := p.section("the description", root, []key{
		{name: "name", take: func(a Arg) {
			if name, ok := p.name("name", a.Value); ok {
				m.Name = name
			}
		}},
		{name: "data", take: func(a Arg) { m.Data = p.data(a) }},
		{name: "inputs", take: func(a Arg) { p.inputs(m, a) }},
		{name: "layers", take: func(a Arg) { p.layers(m, a) }},
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
		m.Compile = p.compile(m, *compile)
	}
	if fit != nil { // after data, whose classes it may use
		p.fit(m, *fit)
	}
	if !meant["layers"] {
		p.fail(root.Pos, "the description has no layers; write layers: and under it lines such as - Dense: {units: 16, activation: relu}")
	}
	meant["inputs"] = meant["inputs"] || meant["input_shape"]
	p.impliedInputs(m, root.Pos, meant)
	if d := m.Data; d != nil && d.Train != nil && !p.badData && !p.deep {
		p.settleTargets(m)
		p.settleArrays(m)
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
				diag.Quote(fallen[0].Name), quotedName(layer), quotedName(layer), p.entry(plain(layer)+": "+orEllipsis(flowArgs(fallen))))
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

// name reads a name that the user gives to something.
func (p *parser) name(what string, v Value) (string, bool) {
	s, ok := p.single(v)
	if !ok {
		p.fail(v.Pos, "%s takes a text, not %s%s", what, v.describe(), inQuotes(v))
		return "", false
	}
	if s == "" {
		p.fail(v.Pos, "%s is empty; write a name, or take it out", what)
		return "", false
	}
	if problem := badName(s); problem != "" {
		p.fail(v.Pos, "%s: the name %s %s", what, diag.Quote(s), problem)
		return "", false
	}
	return s, true
}

// refs reads a name or a list of names of inputs or layers.
func (p *parser) refs(what string, v Value) ([]Ref, bool) {
	items := []Value{v}
	if v.Kind == List {
		items = v.List
	}
	if len(items) == 0 || len(items) > maxInputs || v.Kind == Null || v.Kind == Map {
		switch {
		case len(items) > maxInputs:
			p.fail(v.Pos, "%s has %d names; at most %d are allowed", what, len(items), maxInputs)
		default:
			p.fail(v.Pos, "%s takes a list of names such as [a, b], not %s", what, v.describe())
		}
		return nil, false
	}
	refs := make([]Ref, 0, len(items))
	ok := true
	for _, item := range items {
		name, good := p.name(what, item)
		ok = ok && good
		refs = append(refs, Ref{Name: name, Pos: item.Pos})
	}
	return refs, ok
}
