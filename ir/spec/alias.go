package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// layerAliases are second names that Keras has for layers: the names beside the
// first one in the keras_export of their classes (Keras 3, layers/*).
var layerAliases = map[string]string{
	"GroupQueryAttention": "GroupedQueryAttention",
	"Convolution1D":       "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D",
	"Convolution1DTranspose": "Conv1DTranspose", "Convolution2DTranspose": "Conv2DTranspose", "Convolution3DTranspose": "Conv3DTranspose",
	"SeparableConvolution1D": "SeparableConv1D", "SeparableConvolution2D": "SeparableConv2D",
	"MaxPool1D": "MaxPooling1D", "MaxPool2D": "MaxPooling2D", "MaxPool3D": "MaxPooling3D",
	"AvgPool1D": "AveragePooling1D", "AvgPool2D": "AveragePooling2D", "AvgPool3D": "AveragePooling3D",
	"GlobalMaxPool1D": "GlobalMaxPooling1D", "GlobalMaxPool2D": "GlobalMaxPooling2D", "GlobalMaxPool3D": "GlobalMaxPooling3D",
	"GlobalAvgPool1D": "GlobalAveragePooling1D", "GlobalAvgPool2D": "GlobalAveragePooling2D", "GlobalAvgPool3D": "GlobalAveragePooling3D",
}

// ambiguous is what Keras calls a LayerNormalization by itself, and R a
// Normalization: it is taken for neither.
const ambiguous = "layer_normalization"

// LayerAliases are Keras's second names of a layer, sorted.
func LayerAliases(class string) []string {
	var names []string
	for alias, of := range layerAliases {
		if of == class {
			names = append(names, alias)
		}
	}
	slices.Sort(names)
	return names
}

// LayerClass gives the class of a layer that goes by another name: one of
// Keras's second names, the class in snake case, as layers are named
// automatically, or its function in R, layer_max_pooling_2d. Other names are
// given back as they are.
func LayerClass(name string) string {
	if name == ambiguous {
		return name
	}
	_, function := cutLast(name, "::")
	class := name
	switch r, ok := document.FromR(name); {
	case ok && strings.HasPrefix(function, "layer_") && !strings.HasPrefix(r, "Activation: "):
		class = r
	case !ok && document.Identifier.MatchString(name) && strings.ToLower(name) == name:
		class = document.Camel(name)
	}
	if first, ok := layerAliases[class]; ok {
		return first
	}
	return class
}

// cutLast cuts a text around the last separator.
func cutLast(s, separator string) (before, after string) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):]
	}
	return "", s
}
