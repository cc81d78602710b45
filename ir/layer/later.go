package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// later are Keras's layers that this version has not.
var later = []string{
	"PReLU", "AdditiveAttention", "Attention", "GroupedQueryAttention", "GroupQueryAttention",
	"MultiHeadAttention", "Conv1DTranspose", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "EinsumDense",
	"Lambda", "Masking", "ReversibleEmbedding", "Average", "Dot", "Maximum", "Minimum", "Multiply", "Subtract",
	"GroupNormalization", "LayerNormalization", "RMSNormalization", "SpectralNormalization",
	"UnitNormalization", "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D",
	"AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "AveragePooling3D",
	"GlobalAveragePooling3D", "GlobalMaxPooling3D", "MaxPooling3D", "Discretization", "FeatureSpace",
	"HashedCrossing", "Hashing", "IntegerLookup", "MelSpectrogram", "STFTSpectrogram", "StringLookup",
	"TextVectorization", "Resizing", "CenterCrop", "RandomCrop", "RandomFlip", "RandomRotation", "RandomZoom",
	"RandomTranslation", "RandomContrast", "RandomBrightness", "ActivityRegularization", "AlphaDropout",
	"GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
	"Cropping3D", "Permute", "RepeatVector", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding3D",
	"Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN",
	"StackedRNNCells", "GRUCell", "LSTMCell", "SimpleRNNCell", "TimeDistributed", "Wrapper",
}

// otherNames are second names that Keras has for layers.
var otherNames = map[string]string{
	"Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "SeparableConvolution1D": "SeparableConv1D", "SeparableConvolution2D": "SeparableConv2D",
	"MaxPool1D": "MaxPooling1D", "MaxPool2D": "MaxPooling2D", "AvgPool1D": "AveragePooling1D", "AvgPool2D": "AveragePooling2D",
	"GlobalMaxPool1D": "GlobalMaxPooling1D", "GlobalMaxPool2D": "GlobalMaxPooling2D",
	"GlobalAvgPool1D": "GlobalAveragePooling1D", "GlobalAvgPool2D": "GlobalAveragePooling2D",
}

// Unknown says that there is no layer of that type, and what was probably meant.
func Unknown(l spec.Layer) string {
	name := l.Type
	var known []string
	for _, i := range All() {
		known = append(known, i.Name)
	}
	if instead := spec.InsteadOf(l); instead != "" {
		return instead
	}
	if other, ok := otherNames[name]; ok {
		return fmt.Sprintf("%s is written %s here", name, other)
	}
	if slices.Contains(later, name) {
		return fmt.Sprintf("%s is not supported by this version of nngen; it knows: %s", name, strings.Join(known, ", "))
	}
	// A near layer of this version goes before one that it has not.
	hint := diag.DidYouMean(name, known)
	if hint == "" {
		if near, ok := diag.Nearest(name, slices.Sorted(slices.Values(later))); ok {
			hint = fmt.Sprintf("; %s is not supported by this version.", near)
		}
	}
	return fmt.Sprintf("unknown layer %s%s nngen knows: %s", diag.Quote(name), ended(hint), strings.Join(known, ", "))
}
