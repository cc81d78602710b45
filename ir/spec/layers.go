package spec

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// layerReader reads the layers.
type layerReader struct {
	*document.Reader
	json bool
}

// layers reads a list of layers; within says of what model they are.
func (r *layerReader) layers(a Arg, within string) []entry {
	v := a.Value
	switch {
	case v.Kind == Map && len(v.Map) > 0 && strings.HasPrefix(v.Map[0].Name, "-"):
		r.Fail(v.Pos, "a space is missing after the dash; write - %s: ...", document.Plain(strings.TrimPrefix(v.Map[0].Name, "-")))
		return nil
	case v.Kind == Map && len(v.Map) > 0:
		r.Fail(v.Pos, "layers takes a list; begin each layer with a dash: - %s: ...", document.Plain(v.Map[0].Name))
		return nil
	case v.Kind != List || len(v.List) == 0:
		r.Fail(v.Pos, "layers takes a list, not %s; write under it lines such as - Dense: {units: 16, activation: relu}", v.Describe())
		return nil
	case len(v.List) > document.MaxLayers:
		r.Fail(v.Pos, "the model has %d layers; at most %d are allowed", len(v.List), document.MaxLayers)
		return nil
	}
	var layers []entry
	for i, e := range v.List {
		layers = append(layers, r.layer(e, fmt.Sprintf("layer %d%s", i+1, within)))
	}
	return layers
}

// entry gives how a layer is written in the file's format: a list entry of YAML
// has a dash.
func (r *layerReader) entry(text string) string {
	if !r.json {
		return "- " + text
	}
	if !strings.Contains(text, "...") {
		if !strings.Contains(text, ": ") {
			return document.JsonText(text)
		}
		if v, errs, _ := document.ReadYAML(document.Source{Text: []byte("{" + text + "}")}); len(errs) == 0 {
			return v.JSON()
		}
	}
	return "{" + text + "} in JSON"
}

// layer reads an entry of the list; title names it as long as its own name is
// not known.
func (r *layerReader) layer(v Value, title string) entry {
	e := entry{Layer: Layer{Pos: v.Pos, NamePos: v.Pos}}
	l := &e.Layer
	switch {
	case v.Kind == String:
		l.Type = v.Str
		l.Args = Args{Pos: v.Pos, Owner: title, Kind: l.Type}
		if r.layerType(title, l, v.Pos, nil) && (l.Type == sharedType || l.Type == modelType) {
			r.layerArgs(title, &e, Arg{Name: l.Type, Pos: v.Pos, Value: Value{Pos: v.Pos}})
		}
	case v.Kind == Map && len(v.Map) == 1:
		a := v.Map[0]
		l.Pos, l.NamePos, l.Type = a.Pos, a.Pos, a.Name
		if r.layerType(title, l, a.Pos, &a.Value) {
			r.layerArgs(title, &e, a)
		}
	case v.Kind == Map && len(v.Map) > 1:
		r.severalKeys(title, v)
	case v.Kind == Null:
		r.Fail(v.Pos, "%s is empty; write, for example, %s", title, r.entry("Dense: {units: 16}"))
	default:
		r.Fail(v.Pos, "%s is %s; a layer is a name, or a name with arguments: %s", title, v.Describe(), r.entry("Dense: {units: 16}"))
	}
	return e
}

// severalKeys answers an entry of more than one key: most often the arguments
// are not indented under their layer.
func (r *layerReader) severalKeys(title string, v Value) {
	first, second := v.Map[0], v.Map[1]
	rest := v.Map[1:]
	for _, name := range []string{"type", "class_name", "layer", "kind", "class"} {
		if t, ok := v.Get(name); ok && t.Value.Kind == String {
			var args []Arg
			for _, a := range v.Map {
				if a.Name == "config" && a.Value.Kind == Map {
					args = append(args, a.Value.Map...)
				} else if a.Name != name && a.Value.Kind != Null {
					args = append(args, a)
				}
			}
			r.Fail(t.Pos, "%s: the type of a layer comes before its arguments; write %s", title, r.entry(document.Plain(t.Value.Str)+": "+orEllipsis(document.FlowArgs(args))))
			return
		}
	}
	layer := document.QuotedName(first.Name)
	switch {
	case first.Value.Kind == Null && !document.IsTypeName(second.Name) && r.json:
		r.Fail(second.Pos, "%s: the arguments of %s are beside it, not inside it; write %s", title, layer, r.entry(document.Plain(first.Name)+": "+orEllipsis(document.FlowArgs(rest))))
	case first.Value.Kind == Null && !document.IsTypeName(second.Name):
		r.Fail(second.Pos, "%s: the arguments of %s are beside it, not under it; indent them further than %s, or write %s",
			title, layer, layer, r.entry(document.Plain(first.Name)+": "+orEllipsis(document.FlowArgs(rest))))
	case document.IsTypeName(first.Name) && document.IsTypeName(second.Name):
		r.Fail(second.Pos, "%s: %s and %s are in one entry of the list; give each layer its own: %s", title, layer, document.QuotedName(second.Name), r.entry(document.Plain(second.Name)+": ..."))
	case !document.IsTypeName(first.Name) && document.IsTypeName(rest[len(rest)-1].Name) || !document.IsTypeName(first.Name) && first.Value.Kind != Map:
		r.Fail(first.Pos, "%s: an entry of the list begins with the type of the layer, and its arguments belong under it; write %s", title, r.entry("Dense: {units: 16, activation: relu}"))
	default:
		var args []Arg
		switch order := document.OrderOf[first.Name]; {
		case first.Value.Kind == Map:
			args = append(args, first.Value.Map...)
		case len(order) > 0:
			args = append(args, Arg{Name: order[0], Value: first.Value})
		default:
			args = append(args, Arg{Name: "...", Value: first.Value})
		}
		r.Fail(second.Pos, "%s: %s is beside %s, not under it; all arguments belong together: write %s",
			title, diag.Quote(second.Name), layer, r.entry(document.Plain(first.Name)+": "+orEllipsis(document.FlowArgs(append(args, rest...)))))
	}
}

// layerType checks the spelling of a layer's type; args are its arguments, nil
// where it stands bare. Which types there are is not known here.
func (r *layerReader) layerType(title string, l *Layer, pos diag.Pos, args *Value) bool {
	argText := ""
	if args != nil && args.Kind != Null {
		argText = ": " + args.Brief()
	}
	if class := LayerClass(l.Type); class != l.Type {
		l.Type, l.As, l.Args.Kind = class, l.Type, class
	}
	dots := strings.LastIndexAny(l.Type, ".$:")
	switch better, isR := document.FromR(l.Type); {
	case document.LooksForeign(l.Type):
		if write, ok := document.RewriteCall(l.Type); ok && args == nil && !strings.HasPrefix(write, "Input") {
			r.Fail(pos, "%s: this is Python or R; write %s", title, r.entry(write))
		} else if strings.Contains(l.Type, "Input") {
			r.Fail(pos, "%s: the input is not a layer; write %s before layers:", title, inputsExample)
		} else {
			r.Fail(pos, "%s: %s is Python or R; write %s", title, diag.Quote(l.Type), r.entry("Dense: {units: 16, activation: relu}"))
		}
	case l.Type == "Input" || l.Type == "InputLayer":
		example := inputsExample
		if args != nil {
			if s, ok := args.Get("shape"); ok && s.Value.Kind == List {
				example = "inputs: {x: {shape: " + s.Value.Brief() + "}}"
			}
		}
		r.Fail(pos, "%s: the input is not a layer; write %s before layers:", title, example)
	case isR && strings.HasPrefix(better, "Activation: "):
		r.Fail(pos, "%s: %s is its name in R; write %s", title, diag.Quote(l.Type), r.entry(better))
	case (args == nil || args.Kind == Null) && document.Spaceless.MatchString(l.Type):
		name, rest, _ := strings.Cut(l.Type, ":")
		r.Fail(pos, "%s: a space is missing after the colon; write %s", title, r.entry(name+": "+missingColon(rest)))
	case dots > 0 && document.IsTypeName(l.Type[dots+1:]):
		r.Fail(pos, "%s: the type of a layer is written without its module; write %s", title, r.entry(l.Type[dots+1:]+argText))
	case strings.HasPrefix(l.Type, "Lambda("):
		r.Fail(pos, "%s: a Lambda layer is code, and a description has none; write it with layers such as Rescaling, Activation and Reshape", title)
	case strings.Contains(l.Type, "("):
		r.Fail(pos, "%s: %s is Python or R; write %s", title, diag.Quote(l.Type), r.entry("Dense: {units: 16, activation: relu}"))
	case strings.ContainsAny(l.Type, "{}[]= "):
		name, rest, _ := strings.Cut(strings.TrimSpace(l.Type), " ")
		if !document.IsTypeName(name) || args != nil && !strings.HasPrefix(rest, "{") {
			r.Fail(pos, "%s: %s is not the type of a layer; write %s", title, diag.Quote(l.Type), r.entry("Dense: {units: 16, activation: relu}"))
		} else {
			if args != nil && args.Kind == String {
				rest += ": " + args.Str
			}
			r.Fail(pos, "%s: a colon is missing after %s; write %s", title, name, r.entry(name+": "+missingColon(rest)))
		}
	case document.BadName(l.Type) != "":
		r.Fail(pos, "%s: the type of a layer %s", title, document.BadName(l.Type))
	default:
		return true
	}
	return false
}

// missingColon is what follows a layer's type whose colon is missing: a value,
// or braces.
func missingColon(rest string) string {
	if v, errs, fatal := document.ReadYAML(document.Source{Text: []byte(rest)}); !fatal && len(errs) == 0 && len(v.Unread(nil)) == 0 && len(rest) <= 90 {
		return v.Brief()
	}
	return "{...}"
}

// layerArgs reads the arguments of a layer and takes out name, inputs and
// trainable.
func (r *layerReader) layerArgs(title string, e *entry, a Arg) {
	v, l := a.Value, &e.Layer
	switch l.Type {
	case sharedType:
		r.shared(title, e, a)
		return
	case modelType:
		r.nested(title, e, a)
		return
	}
	l.Args = Args{Pos: a.Pos, Owner: title, Kind: l.Type}
	switch {
	case v.Kind == List && dashed(v):
		r.Fail(v.Pos, "%s: the arguments of %s are a list; take the dashes away: %s", title, document.QuotedName(l.Type), r.entry(document.Plain(l.Type)+": "+undashed(v)))
		return
	case v.Kind != Map && v.Kind != Null:
		l.Args.Positional = &v
		return
	}
	title = r.named(title, v, l)
	for _, arg := range v.Map {
		switch arg.Name {
		case "name":
		case "inputs":
			l.Inputs, _ = refsOf(r.Reader, title+": inputs", arg.Value)
		case "trainable":
			if arg.Value.Kind != Bool {
				r.Fail(arg.Value.Pos, "%s: trainable takes true or false, not %s%s", title, arg.Value.Describe(),
					document.Instead("trainable", arg.Value, func(w Value) bool { return w.Kind == Bool }))
				continue
			}
			trainable := arg.Value.Bool
			l.Trainable = &trainable
		case "input", "input_layer", "inbound_nodes", "inbound":
			r.Fail(arg.Pos, "%s: what a layer reads belongs under inputs; write inputs: [...]", title)
		case "input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "input_size":
			if arg.Name != "input_dim" || l.Type != "Embedding" && l.Type != "ReversibleEmbedding" {
				r.inputShape(title, l, arg)
				continue
			}
			fallthrough
		default:
			l.Args.List = append(l.Args.List, arg)
		}
	}
}

// named reads the name among the arguments of an entry, and gives its title.
func (r *layerReader) named(title string, v Value, l *Layer) string {
	n, ok := v.Get("name")
	if !ok {
		return title
	}
	l.NamePos = n.Value.Pos
	if l.Name, ok = r.Name(title+": name", n.Value); !ok {
		return title
	}
	l.Args.Owner = "layer " + diag.Quote(l.Name)
	if l.Type == modelType {
		l.Args.Owner = "model " + diag.Quote(l.Name)
	}
	return l.Args.Owner
}

// inputShape answers the shape of the model's input as an argument of a layer,
// as Keras 2 and R have it.
func (r *layerReader) inputShape(title string, l *Layer, a Arg) {
	if a.Name == "input_length" && l.Type == "Embedding" {
		r.Fail(a.Pos, "%s: the length of the input belongs under inputs, and not in the layer; write inputs: {x: {shape: [length], dtype: int32}} before layers:", title)
		return
	}
	r.Fail(a.Pos, "%s: %s is not an argument of a layer here; write inputs: {x: {shape: %s}} before layers:", title, document.QuotedName(a.Name), shapeOf(a))
}

// shapeOf gives the shape of the input as it is written here.
func shapeOf(a Arg) string {
	v := a.Value
	if v.Kind == Int {
		v = Value{Kind: List, List: []Value{v}}
	}
	if v.Kind == String {
		if tuple, ok := document.Foreign(v.Str, 0); ok && tuple.Kind == List {
			v = tuple
		}
	}
	if v.Kind == List && len(v.List) > 1 && strings.HasPrefix(a.Name, "batch") {
		v.List = v.List[1:]
	}
	if v.Kind == List && len(v.List) > 0 && len(v.List) <= document.MaxRank {
		return v.Brief()
	}
	return "[...]"
}
