package layer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// later are Keras's layers that this version has not, and what to do instead.
var later = map[string]string{
	"FeatureSpace":        "describe the columns in the data section: data: {features: {age: {type: number, scale: standard}}}",
	"Lambda":              "it is Python code; write what it computes with layers such as Rescaling, Activation and Operation",
	"MaxNumBoundingBoxes": "boxes around things are no values of a network",
	"Wrapper":             "it is what others are derived from in Python",
}

// laterArguments are arguments of Keras's layers that this version has not, and why.
var laterArguments = map[string]string{
	"activity_regularizer": "put an ActivityRegularization layer after it",
	"dtype":                "every number is a float32",
	"encoding":             "texts are UTF-8",
	"lora_alpha":           "there are no adapters for fine-tuning",
	"lora_rank":            "there are no adapters for fine-tuning",
	"quantization_config":  "weights are not quantized",
	"ragged":               "rows have one length; write output_sequence_length",
	"sparse":               "results are rows of numbers, zeros among them",
	"synchronized":         "a batch is on one machine",
	"use_cudnn":            "it is the same on every machine",
	"weights":              "weights are read from files, by Open or LoadMatching",
}

// Why says of a layer, or an argument of layers, that this version has not, what to do
// instead, or why.
func Why(name string) string { return later[name] + laterArguments[name] }

// Later is what Keras has and this version has not, by kind; "arguments" are those of
// layers.
func Later() map[string][]string {
	return map[string][]string{
		"layers": slices.Sorted(maps.Keys(later)), "arguments": slices.Sorted(maps.Keys(laterArguments)), "activations": activations.Later, "initializers": initializers.Later, "regularizers": regularizers.Later,
		"constraints": constraints.Later, "losses": losses.Later,
	}
}

// Decode fills the settings of a layer, called title in messages, and reports the
// arguments that this version has not, and a layer that is no argument.
func Decode(args spec.Args, config any, title string) diag.List {
	if o, ok := config.(*Operation); ok {
		return o.decode(args, title)
	}
	var errs diag.List
	var kept []spec.Arg
	docs := spec.DocOf(config)
	has := func(is func(a spec.ArgDoc) bool) bool { return slices.ContainsFunc(docs, is) }
	for _, a := range args.List {
		_, isLayer := Find(spec.LayerClass(a.Name))
		switch {
		case has(func(d spec.ArgDoc) bool { return d.Name == a.Name }):
			kept = append(kept, a)
		case laterArguments[a.Name] != "":
			errs.Add(a.Pos, "%s: %s's argument %s is not supported by this version of nngen: %s", title, args.Kind, a.Name, laterArguments[a.Name])
		case isLayer && has(func(d spec.ArgDoc) bool { return d.Of == "layer" }):
			errs.Add(a.Pos, "%s: the layer inside of %s is an argument of it; write layer: {%s: %s}", title, args.Kind, a.Name, a.Value.Brief())
			return errs
		default:
			kept = append(kept, a)
		}
	}
	args.List = kept
	return append(errs, spec.Decode(args, config)...)
}

// meantLayers are names that people give to layers, and what they mean. None of
// them is Keras's.
var meantLayers = map[string]string{
	"layernormalization": "LayerNormalization or, as R has it, Normalization",
	"batchnorm":          "BatchNormalization", "batchnorm1d": "BatchNormalization", "batchnorm2d": "BatchNormalization", "bn": "BatchNormalization", "norm": "BatchNormalization or Normalization",
	"linear": "Dense", "fc": "Dense", "fullyconnected": "Dense", "affine": "Dense", "densely": "Dense",
	"conv": "Conv1D or Conv2D", "convolution": "Conv1D or Conv2D", "depthwiseconv": "DepthwiseConv1D or DepthwiseConv2D", "separableconv": "SeparableConv1D or SeparableConv2D",
	"maxpool": "MaxPooling1D or MaxPooling2D", "maxpooling": "MaxPooling1D or MaxPooling2D", "avgpool": "AveragePooling1D or AveragePooling2D", "averagepooling": "AveragePooling1D or AveragePooling2D",
	"clahe": "ContrastLimitedAdaptiveHistogramEqualization", "spectralnorm": "SpectralNormalization",
	"gap": "GlobalAveragePooling1D or GlobalAveragePooling2D", "globalavgpool": "GlobalAveragePooling1D or GlobalAveragePooling2D", "globalmaxpool": "GlobalMaxPooling1D or GlobalMaxPooling2D",
	"sequential": "Model", "functional": "Model", "submodel": "Model", "reuse": "Shared", "sharedlayer": "Shared", "siamese": "Shared", "concat": "Concatenate", "merge": "Concatenate or Add", "sum": "Add", "onehot": "CategoryEncoding", "embed": "Embedding", "scale": "Rescaling", "view": "Reshape", "upsample": "UpSampling1D or UpSampling2D", "resize": "Resizing", "centercrop": "CenterCrop", "pad": "ZeroPadding1D or ZeroPadding2D", "crop": "Cropping1D or Cropping2D",
}

// Unknown says that there is no layer of that type, and what was probably meant.
func Unknown(l spec.Layer) string {
	name := l.Type
	written := name
	if l.As != "" {
		written = l.As
	}
	var known []string
	for _, i := range All() {
		known = append(known, i.Name)
	}
	for _, e := range spec.Structures() {
		known = append(known, e.Name)
	}
	slices.Sort(known)
	if why := later[name]; why != "" {
		return fmt.Sprintf("%s is not supported by this version of nngen: %s; %s", name, why, seeList)
	}
	if e, errs := cells.Find(spec.Call{Name: name}); len(errs) == 0 {
		return fmt.Sprintf("%s is a cell and no layer; write RNN: {cell: {%s: ...}}", name, e.Name)
	}
	if _, errs := activations.Find(spec.Call{Name: squeezed(written)}); len(errs) == 0 {
		return fmt.Sprintf("unknown layer %s; to apply that function, write Activation: %s", diag.Quote(written), squeezed(written))
	}
	if meant, ok := meantLayers[strings.ReplaceAll(squeezed(written), "_", "")]; ok {
		return fmt.Sprintf("unknown layer %s; did you mean %s? %s", diag.Quote(written), meant, seeList)
	}
	// A near layer of this version goes before one that it has not.
	hint := diag.DidYouMean(name, known)
	if hint == "" {
		if near, ok := nearest.Of(name, slices.Sorted(maps.Keys(later))); ok {
			hint = fmt.Sprintf("; %s is not supported by this version.", near)
		}
	}
	return fmt.Sprintf("unknown layer %s%s %s", diag.Quote(written), ended(hint), seeList)
}

// seeList says where all layers are named: they are too many for a message.
const seeList = "nngen list layers shows all there are"
