package spec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// schemaNode is a part of a schema; encoding/json writes its keys in order.
type schemaNode = map[string]any

// Schema gives the JSON Schema (draft 2020-12) of descriptions, for editors: it
// knows the catalog's names and arguments with their documentation, and Parse
// accepts nothing that it does not, except for what data: says in advance. The
// bytes depend on the catalog alone.
func Schema(c Catalog) []byte {
	lists := []struct {
		name    string
		entries []EntryDoc
	}{
		{"activation", c.Activations}, {"initializer", c.Initializers}, {"regularizer", c.Regularizers}, {"constraint", c.Constraints},
		{"optimizer", c.Optimizers}, {"schedule", c.Schedules}, {"loss", c.Losses}, {"metric", c.Metrics}, {"callback", c.Callbacks},
	}
	s := schema{known: map[string]bool{"layer": true}}
	for _, l := range lists {
		s.known[l.name] = len(l.entries) > 0
	}
	defs := schemaNode{
		"name":  wordLike(schemaNode{"minLength": 1, "maxLength": document.MaxName, "pattern": `^[^/\s]([^/]*[^/\s])?$`}),
		"call":  anyOf(schemaNode{"type": "string"}, schemaNode{"type": "object", "minProperties": 1, "maxProperties": 1}),
		"names": anyOf(ref("name"), schemaNode{"type": "array", "minItems": 1, "items": ref("name")}),
		"layer": s.choice(withOperations(c), true),
		// What a model or a second use reads: names, or a map from the model's own names.
		"bindings": anyOf(ref("names"), schemaNode{"type": "object", "minProperties": 1, "maxProperties": document.MaxInputs, "propertyNames": ref("name"), "additionalProperties": ref("name")}),
	}
	for _, l := range lists {
		if s.known[l.name] {
			defs[l.name] = s.choice(l.entries, false)
		}
	}
	root := strict(schemaNode{
		"$schema": schemaNode{"type": "string"},
		"name":    described(ref("name"), "The model's name; without it, that of the file."),
		"data":    dataSchema(),
		"inputs":  inputsSchema(),
		"layers":  described(schemaNode{"type": "array", "minItems": 1, "maxItems": document.MaxLayers, "items": ref("layer")}, "The layers. Each reads the one before it, unless it names its inputs."),
		"outputs": described(ref("names"), "The layers whose values the model gives; without it, the last one."),
		"compile": s.compile(),
		"fit":     s.fit(),
	}, "layers")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "nngen model description"
	root["$defs"] = defs
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic("spec: schema: " + err.Error()) // defaults are numbers, texts and lists: nothing that JSON cannot hold
	}
	return b.Bytes()
}

// withOperations are the layers, of which Operation has the arguments of all
// operations: which of them go together is left to Parse.
func withOperations(c Catalog) []EntryDoc {
	layers := slices.Clone(c.Layers)
	i := slices.IndexFunc(layers, func(e EntryDoc) bool { return e.Name == "Operation" })
	if i < 0 {
		return layers
	}
	args := slices.Clone(layers[i].Args)
	for _, o := range c.Operations {
		args[0].OneOf = append(append(args[0].OneOf, o.Name), o.Aliases...)
		for _, a := range o.Args {
			if slices.ContainsFunc(args, func(b ArgDoc) bool { return b.Name == a.Name }) {
				continue
			}
			args = append(args, ArgDoc{Name: a.Name, Doc: a.Doc, Type: "any"})
		}
	}
	layers[i].Args = args
	return layers
}

type schema struct {
	known map[string]bool // lists that have entries
}

func ref(name string) schemaNode { return schemaNode{"$ref": "#/$defs/" + name} }

func anyOf(of ...any) schemaNode { return schemaNode{"anyOf": of} }

func described(s schemaNode, doc string) schemaNode {
	if doc != "" {
		s["description"] = doc
	}
	return s
}

// strict is an object with these properties and no others.
func strict(properties schemaNode, required ...string) schemaNode {
	s := schemaNode{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// choice is one entry of a list: its name alone where it needs no arguments, or
// with arguments.
func (s *schema) choice(entries []EntryDoc, layer bool) schemaNode {
	entries = slices.SortedFunc(slices.Values(entries), func(a, b EntryDoc) int { return cmp.Compare(a.Name, b.Name) })
	bare, properties := []string{}, schemaNode{}
	for _, e := range entries {
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			if !slices.ContainsFunc(e.Args, func(a ArgDoc) bool { return a.Required }) {
				bare = append(bare, name)
			}
			properties[name] = described(s.args(e, layer), e.Doc)
		}
	}
	if layer {
		maps.Copy(properties, structures())
	}
	slices.Sort(bare)
	with := strict(properties)
	with["minProperties"], with["maxProperties"] = 1, 1
	if len(bare) == 0 {
		return with
	}
	return anyOf(schemaNode{"enum": bare}, with)
}

// structures are the entries of a list of layers that are no layers.
func structures() schemaNode {
	inputs := func() schemaNode {
		return described(ref("bindings"), "What is read; without it, the layer before. With several, a map from the model's own names.")
	}
	return schemaNode{
		sharedType: described(anyOf(ref("name"), strict(schemaNode{
			"layer":  described(ref("name"), "The layer or model that is used once more."),
			"inputs": inputs(),
			"name":   described(ref("name"), "The name of the second use; without it, that of the layer with a number."),
		}, "layer")), "Uses a layer or model once more, with the same weights."),
		modelType: described(strict(schemaNode{
			"name":      described(ref("name"), "The model's name, which stands for its output."),
			"inputs":    inputs(),
			"layers":    described(schemaNode{"type": "array", "minItems": 1, "maxItems": document.MaxLayers, "items": ref("layer")}, "The layers of the model. The first one reads its input, unless it names what it reads."),
			"outputs":   described(ref("names"), "The layers whose values the model gives; without it, the last one."),
			"trainable": described(schemaNode{"type": "boolean", "default": true}, "Whether training changes the weights of its layers."),
		}, "layers"), "A model in the model: its layers stand in its place, and its name stands for its output."),
	}
}

func (s *schema) args(e EntryDoc, layer bool) schemaNode {
	properties := schemaNode{}
	if layer {
		properties["name"] = described(ref("name"), "The layer's name; without it, its type in snake case.")
		properties["inputs"] = described(ref("names"), "What the layer reads; without it, the layer before.")
		properties["trainable"] = described(schemaNode{"type": "boolean", "default": true}, "Whether training changes the layer's weights.")
		properties["activity_regularizer"] = s.arg(ArgDoc{Name: "activity_regularizer", Type: "call", Of: "regularizer", Doc: "penalty on what the layer gives, divided by the rows of the batch"})
	}
	var required []string
	forms := []any{nil}
	for _, a := range e.Args {
		properties[a.Name] = s.arg(a)
		if a.Required {
			required = append(required, a.Name)
		}
		if a.Positional && !slices.ContainsFunc(e.Args, func(o ArgDoc) bool { return o.Required && o.Name != a.Name }) {
			forms = append(forms, s.arg(a))
		}
	}
	forms[0] = strict(properties, required...)
	if len(required) == 0 {
		forms = append(forms, schemaNode{"type": "null"})
	}
	if len(forms) == 1 {
		return forms[0].(schemaNode)
	}
	return anyOf(forms...)
}

func (s *schema) arg(a ArgDoc) schemaNode {
	var node schemaNode
	switch a.Type {
	case "int", "ints", "pairs":
		node = a.bounded(schemaNode{"type": "integer"})
	case "float", "floats":
		node = a.bounded(schemaNode{"type": "number"})
	case "bool":
		node = schemaNode{"type": "boolean"}
	case "string", "strings":
		node = wordLike(schemaNode{})
		if a.OneOf != nil {
			node = schemaNode{"type": "string", "enum": a.OneOf}
		}
	case "call":
		node = s.list(a.Of)
	case "rate":
		node = anyOf(a.bounded(schemaNode{"type": "number"}), s.list(a.Of))
	default:
		node = schemaNode{}
	}
	switch a.Type {
	case "ints", "floats", "strings":
		each := node
		if a.Gaps {
			each = anyOf(node, schemaNode{"type": "null"})
		}
		node = anyOf(node, arrayOf(each, a.Size))
	case "pairs":
		each := anyOf(node, arrayOf(node, 2))
		if a.Size == 1 {
			node = anyOf(node, arrayOf(node, 2), arrayOf(each, 1))
		} else {
			node = anyOf(node, arrayOf(each, a.Size))
		}
	}
	if a.Nullable && len(node) > 0 {
		node = anyOf(node, schemaNode{"type": "null"})
	}
	if a.Default != nil {
		node["default"] = a.Default
	}
	return described(node, a.Doc)
}

// arrayOf is a list of so many elements; 0 is any number.
func arrayOf(items schemaNode, size int) schemaNode {
	s := schemaNode{"type": "array", "items": items}
	if size > 0 {
		s["minItems"], s["maxItems"] = size, size
	}
	return s
}

func (a *ArgDoc) bounded(s schemaNode) schemaNode {
	if a.Min != nil {
		s[map[bool]string{false: "minimum", true: "exclusiveMinimum"}[a.MinOpen]] = *a.Min
	}
	if a.Max != nil {
		s[map[bool]string{false: "maximum", true: "exclusiveMaximum"}[a.MaxOpen]] = *a.Max
	}
	return s
}

func (s *schema) list(name string) schemaNode {
	if s.known[name] {
		return ref(name)
	}
	return ref("call")
}

func (s *schema) compile() schemaNode {
	loss, metric := s.list("loss"), s.list("metric")
	metrics := anyOf(metric, schemaNode{"type": "array", "items": metric})
	return described(strict(schemaNode{
		"optimizer": described(s.list("optimizer"), "How the weights are changed; without it, rmsprop."),
		"loss":      described(anyOf(loss, schemaNode{"type": "object", "additionalProperties": loss}), "What training makes small: for every output, or by the outputs' names."),
		"loss_weights": described(anyOf(schemaNode{"type": "number"}, schemaNode{"type": "object", "minProperties": 1, "additionalProperties": schemaNode{"type": "number"}}),
			"What the loss of every output is multiplied by before all are added."),
		"metrics":          described(anyOf(metrics, schemaNode{"type": "object", "additionalProperties": metrics}), "What is measured besides the loss."),
		"weighted_metrics": described(anyOf(metrics, schemaNode{"type": "object", "additionalProperties": metrics}), "What is measured with every row counted by its weight."),
	}, "loss"), "How the model is trained: optimizer, loss and metrics. Without it the model predicts only.")
}

func (s *schema) fit() schemaNode {
	integer := func(doc string) schemaNode { return described(schemaNode{"type": "integer", "minimum": 1}, doc) }
	batch, epochs := integer("Rows per step."), integer("Passes over the rows.")
	batch["default"], epochs["default"] = 32, 1
	return described(strict(schemaNode{
		"batch_size":       batch,
		"epochs":           epochs,
		"validation_split": described(schemaNode{"type": "number", "minimum": 0, "exclusiveMaximum": 1, "default": 0}, "The last fraction of the rows, kept out of training to measure it."),
		"shuffle":          described(schemaNode{"type": "boolean", "default": true}, "Whether every epoch goes through the rows in an order of its own."),
		"stratify":         described(schemaNode{"type": "boolean", "default": false}, "Whether validation_split takes its fraction of the rows of every class."),
		"class_weight": described(schemaNode{"type": "object", "minProperties": 1, "additionalProperties": schemaNode{"type": "number", "minimum": 0}},
			"How much the rows of a class weigh in the loss, by its name or number; a class that is not named weighs 1."),
		"steps_per_epoch": integer("Steps after which an epoch ends; without it, an epoch is every row once."),
		"callbacks":       described(schemaNode{"type": "array", "maxItems": maxCallbacks, "items": s.list("callback")}, "What follows the training, and may end it."),
	}), "How the model is trained.")
}

func inputsSchema() schemaNode {
	size := schemaNode{"type": "integer", "minimum": 1}
	return described(schemaNode{
		"type": "object", "minProperties": 1, "propertyNames": ref("name"),
		"additionalProperties": strict(schemaNode{
			"shape": described(schemaNode{
				"type": "array", "minItems": 1, "maxItems": document.MaxRank,
				"prefixItems": []any{anyOf(size, schemaNode{"type": "null"})}, "items": size,
			}, "Sizes without the batch; null in front is a length known at run time."),
			"dtype": described(schemaNode{"enum": []string{"float32", "int32", "string", "int64"}, "default": "float32"}, "The type of the values: int32 for ids, string or int64 for what preprocessing layers such as StringLookup read."),
		}, "shape"),
	}, "What the model reads, by name. It may be left out where data implies it.")
}
