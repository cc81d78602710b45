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
	"PReLU", "AdditiveAttention", "Attention", "GroupedQueryAttention",
	"GroupQueryAttention", "MultiHeadAttention", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose",
	"Conv3D", "Conv3DTranspose", "Convolution1D", "Convolution2D", "DepthwiseConv1D", "DepthwiseConv2D",
	"SeparableConv1D", "SeparableConv2D", "EinsumDense", "Lambda", "Masking", "ReversibleEmbedding",
	"Average", "Dot", "Maximum", "Minimum", "Multiply", "Subtract", "GroupNormalization",
	"LayerNormalization", "RMSNormalization", "SpectralNormalization", "UnitNormalization",
	"AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D",
	"AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
	"GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
	"GlobalMaxPooling3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "MaxPool1D", "MaxPool2D",
	"Discretization", "FeatureSpace", "HashedCrossing", "Hashing", "IntegerLookup", "MelSpectrogram",
	"STFTSpectrogram", "StringLookup", "TextVectorization", "Resizing", "CenterCrop", "RandomCrop",
	"RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
	"ActivityRegularization", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D",
	"SpatialDropout2D", "SpatialDropout3D", "Cropping1D", "Cropping2D", "Cropping3D", "Permute",
	"RepeatVector", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D",
	"ZeroPadding3D", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN",
	"SimpleRNN", "StackedRNNCells", "GRUCell", "LSTMCell", "SimpleRNNCell", "TimeDistributed", "Wrapper",
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
