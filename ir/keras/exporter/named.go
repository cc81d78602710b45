package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/spec"
)

// find finds what a name stands for, a second name of it included.
func find(list []spec.EntryDoc, name string) *spec.EntryDoc {
	i := slices.IndexFunc(list, func(e spec.EntryDoc) bool { return e.Name == name || slices.Contains(e.Aliases, name) })
	if i < 0 {
		return nil
	}
	return &list[i]
}

func argumentOf(doc *spec.EntryDoc, name string) *spec.ArgDoc {
	i := slices.IndexFunc(doc.Args, func(d spec.ArgDoc) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return &doc.Args[i]
}

// sameAs reports that a value is a default.
func sameAs(v spec.Value, d any) bool {
	x, number := v.Number()
	y, other := standard(d).Number()
	return number && other && x == y || v.Same(standard(d))
}

// named is what a name with arguments stands for: an initializer, a regularizer, a
// constraint or an activation.
func (w *forms) named(title, of string, v spec.Value) spec.Value {
	if of == "activation" {
		return w.activation(title, v)
	}
	if v.Kind == spec.Null {
		return v
	}
	name, args := w.entry(title, v)
	docs := map[string][]spec.EntryDoc{"initializer": w.catalog.Initializers, "regularizer": w.catalog.Regularizers, "constraint": w.catalog.Constraints}[of]
	doc := find(docs, name)
	return instance("keras."+of+"s", doc.Aliases[0], w.settings(title, doc, listed(doc, args), true))
}

// settings are the arguments of an entry of the catalog. With all, those that are not
// given are there as well.
func (w *forms) settings(title string, doc *spec.EntryDoc, args []spec.Arg, all bool) spec.Value {
	config, given := object(), object(args...)
	for i := range doc.Args {
		d := &doc.Args[i]
		a, ok := given.Get(d.Name)
		switch {
		case !ok && (slices.Contains(onlyGiven, d.Name+" of "+doc.Name) || !all && d.Default == nil):
			continue
		case !ok:
			a.Value = standard(d.Default)
		}
		if (d.Type == "ints" || d.Type == "floats") && a.Value.Kind == spec.List && len(a.Value.List) == 1 && (d.Name == "axis" || d.Name == "alpha") {
			a.Value = a.Value.List[0]
		}
		if x, ok := a.Value.Number(); ok && slices.Contains(inFloat32, d.Name+" of "+doc.Name) {
			a.Value = number(float64(float32(x)))
		}
		config.Map = append(config.Map, named(d.Name, a.Value))
	}
	return config
}

// inFloat32 are numbers that Keras keeps in float32 and writes as they are then.
var inFloat32 = []string{"l1 of l1", "factor of orthogonal_regularizer"}

// activationLayers are layers that apply an activation with arguments: Keras's files
// have the names of functions alone.
var activationLayers = map[string]string{"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU"}

// activation is an activation: a name or, where it has arguments, the layer that
// applies it.
func (w *forms) activation(title string, v spec.Value) spec.Value {
	if v.Kind == spec.Null {
		return text("linear")
	}
	name, args := w.entry(title, v)
	doc := find(w.catalog.Activations, name)
	given := listed(doc, args)
	given = slices.DeleteFunc(slices.Clone(given), func(a spec.Arg) bool {
		d := argumentOf(doc, a.Name)
		return d != nil && sameAs(a.Value, d.Default)
	})
	class, ok := activationLayers[doc.Name]
	switch {
	case len(given) == 0:
		return text(doc.Name)
	case !ok:
		w.fail(v.Pos, "%s: a file of Keras has activations without arguments, and %s is %s here; use a layer that computes the same", title, doc.Name, v.Flow())
		return spec.Value{}
	}
	return instance("keras.layers", class, w.config(title, class, keras.Snake(class), given, true))
}

// builtFor is what Keras was built for: the shapes that a layer reads. Layers that
// need no building have none.
func (w *writer) builtFor(o *node) spec.Value {
	if slices.Contains(unbuilt, o.Type) {
		return spec.Value{}
	}
	in := o.uses[0]
	shapes := list()
	for _, t := range in.tensors() {
		shape, _ := w.shapeOf(t)
		shapes.List = append(shapes.List, batchShape(shape))
	}
	switch {
	case o.Type == "StringLookup" || o.Type == "IntegerLookup":
		return object()
	case len(in.named) > 0 && o.Type != "MultiHeadAttention" && o.Type != "GroupedQueryAttention" && o.Type != "Attention" && o.Type != "AdditiveAttention":
		return spec.Value{}
	case o.Type == "MultiHeadAttention" || o.Type == "GroupedQueryAttention":
		dict := object(named("query_shape", shapes.List[0]), named("value_shape", shapes.List[1]))
		for _, a := range in.named {
			if a.name == "key" {
				shape, _ := w.shapeOf(a.tensors[0])
				dict.Map = append(dict.Map, named("key_shape", batchShape(shape)))
			}
		}
		return object(named("shapes_dict", dict))
	case in.args[0].list:
		return object(named("input_shape", shapes))
	}
	return object(named("input_shape", shapes.List[0]))
}

// unbuilt are layers whose class in Keras has no method build.
var unbuilt = []string{"Activation", "ActivityRegularization", "AlphaDropout", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "Dropout", "ELU",
	"GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalMaxPooling1D",
	"GlobalMaxPooling2D", "GlobalMaxPooling3D", "Identity", "LeakyReLU", "Masking", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "ReLU", "Reshape",
	"Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "UnitNormalization",
	"AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D"}
