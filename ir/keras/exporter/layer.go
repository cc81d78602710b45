package exporter

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/spec"
)

// elsewhere are layers of descriptions that Keras has not, and what to do.
var elsewhere = map[string]string{
	"ONNX":                 "it is a network of an ONNX file; export it to ONNX",
	"SinePositionEncoding": "it is one of keras_hub; give what it adds as a second input, or learn it with an Embedding",
}

// onlyGiven are arguments that get_config of Keras leaves out, and that its classes
// take: they are written where the description has them.
var onlyGiven = []string{"seed of SimpleRNN", "seed of RandomGrayscale", "flash_attention of MultiHeadAttention", "flash_attention of GroupedQueryAttention",
	"gain of identity", "delta of huber", "axis of cosine_similarity", "axis of sparse_categorical_crossentropy", "thresholds of auc"}

// className is what a file has for a class.
func className(class string) string {
	if class == "GroupedQueryAttention" { // as keras.layers exports it
		return "GroupQueryAttention"
	}
	return class
}

// layer is a layer as a file of Keras has it; shapes are those of what it reads, in
// the first use.
func (w *writer) layer(o *node) spec.Value {
	if what, ok := elsewhere[o.Type]; ok {
		w.fail(o.Pos, "layer %s: Keras has no layer %s: %s", diag.Quote(o.name), o.Type, what)
		return spec.Value{}
	}
	if o.Type == "MixUp" || o.Type == "CutMix" {
		w.note("layer " + diag.Quote(o.name) + ": within a model of Keras, " + o.Type + " mixes images alone; map it over the data to mix labels as well")
	}
	config := w.config(`layer `+diag.Quote(o.name), o.Type, o.name, w.learned(o), o.Trainable == nil || *o.Trainable)
	v := instance("keras.layers", className(o.Type), config)
	if b := w.builtFor(o); b.Kind != spec.Null {
		v.Map = append(v.Map, named("build_config", b))
	}
	return v
}

// config is what get_config of a class gives, with all defaults.
func (w *forms) config(title, class, name string, args []spec.Arg, trainable bool) spec.Value {
	config := object(named("name", text(name)), named("trainable", truth(trainable)), named("dtype", w.dtype(class, args)))
	given := object(args...)
	doc := find(w.catalog.Layers, class)
	for i := range doc.Args {
		d := &doc.Args[i]
		a, ok := given.Get(d.Name)
		if slices.Contains(callArguments, d.Name) || class == "Softmax" && d.Name == "mask" || !ok && slices.Contains(onlyGiven, d.Name+" of "+class) {
			continue
		}
		if !ok || a.Value.Kind == spec.Null && !d.Nullable {
			a.Value = standard(d.Default)
		}
		config.Map = append(config.Map, named(d.Name, w.value(title, class, d, a.Value)))
	}
	switch class {
	case "Bidirectional":
		w.mirror(title, &config)
	case "Discretization": // whose class takes no other argument
		config.Map = slices.DeleteFunc(config.Map, func(a spec.Arg) bool { return a.Name == "trainable" })
	}
	for _, a := range keras.Besides(class) {
		if a.Name == "activity_regularizer" {
			continue
		}
		config.Map = append(config.Map, a)
	}
	return w.settled(class, config, given)
}

// settled fills in what Keras works out from other arguments.
func (w *forms) settled(class string, config, given spec.Value) spec.Value {
	copyOf := func(to, from string) {
		a, ok := config.Get(to)
		if b, known := config.Get(from); ok && known && a.Value.Kind == spec.Null {
			put(&config, to, b.Value)
		}
	}
	copyOf("strides", "pool_size")
	copyOf("value_dim", "key_dim")
	a, said := given.Get("activity_regularizer")
	if said && a.Value.Kind != spec.Null {
		put(&config, "activity_regularizer", w.named("activity_regularizer of "+class, "regularizer", a.Value))
	} else if slices.ContainsFunc(keras.Besides(class), func(a spec.Arg) bool { return a.Name == "activity_regularizer" }) {
		put(&config, "activity_regularizer", spec.Value{})
	}
	return config
}

func put(v *spec.Value, name string, x spec.Value) {
	v.Map = slices.Clone(v.Map)
	for i := range v.Map {
		if v.Map[i].Name == name {
			v.Map[i].Value = x
			return
		}
	}
	v.Map = append(v.Map, named(name, x))
}

// dtype is the policy of a layer; those that look values up have the type of these.
func (w *forms) dtype(class string, args []spec.Arg) spec.Value {
	switch class {
	case "StringLookup", "TextVectorization":
		return text("string")
	case "IntegerLookup", "Hashing", "HashedCrossing":
		if a, ok := object(args...).Get("output_mode"); !ok || a.Value.Str == "int" {
			return text("int64")
		}
	}
	return float32Policy()
}

// value is an argument of a layer in the form that get_config gives it.
func (w *forms) value(title, class string, d *spec.ArgDoc, v spec.Value) spec.Value {
	title += ": " + d.Name
	switch {
	case d.Of == "layer" && v.Kind == spec.Null:
		return v
	case d.Of == "layer":
		return w.inner(title, v)
	case d.Of == "cell":
		return w.cell(title, v)
	case d.Type == "call":
		return w.named(title, d.Of, v)
	case d.Type == "ints" && d.Size > 0:
		if v.Kind == spec.Int {
			v = repeated(v, d.Size)
		}
		if class == "UpSampling1D" {
			return v.List[0]
		}
	case d.Type == "pairs":
		return pairs(v, d.Size)
	case slices.Contains(listsOfAxes, class) && d.Name == "axis" && v.Kind == spec.Int:
		return list(v)
	case slices.Contains(listsOfAxes, class) && d.Name == "axis":
		return v
	case (d.Type == "floats" || d.Type == "ints" && d.Name == "axis") && v.Kind == spec.List && len(v.List) == 1 && class != "Normalization":
		return v.List[0]
	case d.Type == "ints" && v.Kind == spec.Int && d.Name != "axis" && d.Name != "axes":
		return list(v)
	}
	return v
}

// listsOfAxes are layers whose axis is a list once they are built.
var listsOfAxes = []string{"Normalization", "LayerNormalization", "RMSNormalization"}

func repeated(v spec.Value, n int) spec.Value {
	out := list()
	for range n {
		out.List = append(out.List, v)
	}
	return out
}

// pairs are two numbers for each axis; of one axis they stand alone.
func pairs(v spec.Value, size int) spec.Value {
	if v.Kind == spec.Int {
		v = repeated(v, size)
	}
	if v.Kind != spec.List || size == 1 && len(v.List) == 2 && v.List[0].Kind == spec.Int {
		return v
	}
	v.List = slices.Clone(v.List)
	for i, e := range v.List {
		if e.Kind == spec.Int {
			v.List[i] = list(e, e)
		}
	}
	if size == 1 && len(v.List) == 1 {
		return v.List[0]
	}
	return v
}

// entry takes {LSTM: {units: 8}} apart.
func (w *forms) entry(title string, v spec.Value) (name string, args spec.Args) {
	call, errs := spec.CallOf(v, "", title)
	for _, e := range errs { // the description has been built
		w.fail(e.Pos, "%s", e.Msg)
	}
	return call.Name, call.Args
}

// inner is a layer that is an argument of another.
func (w *forms) inner(title string, v spec.Value) spec.Value {
	class, args := w.entry(title, v)
	class = spec.LayerClass(class)
	doc := find(w.catalog.Layers, class)
	if doc == nil || elsewhere[class] != "" {
		w.fail(v.Pos, "%s: Keras has no layer %s", title, diag.Quote(class))
		return spec.Value{}
	}
	name, trainable := keras.Snake(class), true
	list := listed(doc, args)
	if a, ok := object(list...).Get("name"); ok {
		name = a.Value.Str
	}
	if a, ok := object(list...).Get("trainable"); ok {
		trainable = a.Value.Bool
	}
	return instance("keras.layers", className(class), w.config(title, class, name, list, trainable))
}

// listed are arguments by name, the one that stands alone as well.
func listed(doc *spec.EntryDoc, args spec.Args) []spec.Arg {
	if args.Positional == nil {
		return args.List
	}
	for _, d := range doc.Args {
		if d.Positional {
			return []spec.Arg{named(d.Name, *args.Positional)}
		}
	}
	return []spec.Arg{named(doc.Args[0].Name, *args.Positional)}
}

// cell is the cell of an RNN; a list of cells is a StackedRNNCells.
func (w *forms) cell(title string, v spec.Value) spec.Value {
	if v.Kind != spec.List {
		class, args := w.entry(title, v)
		if class == "StackedRNNCells" {
			cells, _ := object(args.List...).Get("cells")
			return w.cell(title, cells.Value)
		}
		like := spec.LayerClass(class[:len(class)-len("Cell")])
		doc := find(w.catalog.Layers, like)
		config := w.config(title, like, keras.Snake(class), listed(doc, args), true)
		for _, name := range []string{"return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask", "activity_regularizer"} {
			config.Map = slices.DeleteFunc(config.Map, func(a spec.Arg) bool { return a.Name == name })
		}
		if like == "SimpleRNN" {
			put(&config, "seed", spec.Value{})
		}
		return instance("keras.layers", class, config)
	}
	cells, taken := list(), map[string]int{}
	for _, e := range v.List {
		one := w.cell(title, e)
		config, _ := one.Get("config")
		name, _ := config.Value.Get("name")
		if n := taken[name.Value.Str]; n > 0 { // two of one name would have weights of one name
			put(&config.Value, "name", text(fmt.Sprint(name.Value.Str, "_", n)))
			put(&one, "config", config.Value)
		}
		taken[name.Value.Str]++
		cells.List = append(cells.List, one)
	}
	return instance("keras.layers", "StackedRNNCells", object(named("name", text("stacked_rnn_cells")), named("trainable", truth(true)), named("dtype", float32Policy()), named("cells", cells)))
}

// mirror completes a Bidirectional: the second layer, where the description has none,
// is the first one backwards.
func (w *forms) mirror(title string, config *spec.Value) {
	forth, _ := config.Get("layer")
	back, _ := config.Get("backward_layer")
	class, _ := forth.Value.Get("class_name")
	inner, _ := forth.Value.Get("config")
	if back.Value.Kind == spec.Null {
		backwards, _ := inner.Value.Get("go_backwards")
		other := inner.Value
		put(&other, "go_backwards", truth(!backwards.Value.Bool))
		back.Value = instance("keras.layers", class.Value.Str, other)
	}
	for _, of := range []struct {
		name, prefix string
		v            spec.Value
	}{{"layer", "forward_", forth.Value}, {"backward_layer", "backward_", back.Value}} {
		settings, _ := of.v.Get("config")
		put(&settings.Value, "name", text(of.prefix+keras.Snake(class.Value.Str)))
		put(&of.v, "config", settings.Value)
		put(config, of.name, of.v)
	}
}
