package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/nearest"
)

// later are Keras's layers that this version has not.
var later = []string{
	"Conv1DTranspose", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
	"Lambda", "ReversibleEmbedding",
	"SpectralNormalization",
	"AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D",
	"AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "AveragePooling3D",
	"GlobalAveragePooling3D", "GlobalMaxPooling3D", "MaxPooling3D", "Discretization", "FeatureSpace",
	"HashedCrossing", "Hashing", "IntegerLookup", "MelSpectrogram", "STFTSpectrogram", "StringLookup",
	"TextVectorization", "Resizing", "CenterCrop", "RandomCrop", "RandomFlip", "RandomRotation", "RandomZoom",
	"RandomTranslation", "RandomContrast", "RandomBrightness", "ActivityRegularization", "AlphaDropout",
	"GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
	"Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding3D",
	"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
	"Wrapper",
}

// meantLayers are names that people give to layers, and what they mean. None of
// them is Keras's.
var meantLayers = map[string]string{
	"layernormalization": "LayerNormalization or, as R has it, Normalization",
	"batchnorm":          "BatchNormalization", "batchnorm1d": "BatchNormalization", "batchnorm2d": "BatchNormalization", "bn": "BatchNormalization", "norm": "BatchNormalization or Normalization",
	"linear": "Dense", "fc": "Dense", "fullyconnected": "Dense", "affine": "Dense", "densely": "Dense",
	"conv": "Conv1D or Conv2D", "convolution": "Conv1D or Conv2D", "depthwiseconv": "DepthwiseConv1D or DepthwiseConv2D", "separableconv": "SeparableConv1D or SeparableConv2D",
	"maxpool": "MaxPooling1D or MaxPooling2D", "maxpooling": "MaxPooling1D or MaxPooling2D", "avgpool": "AveragePooling1D or AveragePooling2D", "averagepooling": "AveragePooling1D or AveragePooling2D",
	"gap": "GlobalAveragePooling1D or GlobalAveragePooling2D", "globalavgpool": "GlobalAveragePooling1D or GlobalAveragePooling2D", "globalmaxpool": "GlobalMaxPooling1D or GlobalMaxPooling2D",
	"concat": "Concatenate", "merge": "Concatenate or Add", "sum": "Add", "onehot": "CategoryEncoding", "embed": "Embedding", "scale": "Rescaling", "view": "Reshape", "pad": "ZeroPadding1D or ZeroPadding2D", "crop": "Cropping1D or Cropping2D",
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
	if slices.Contains(later, name) {
		return fmt.Sprintf("%s is not supported by this version of nngen; it knows: %s", name, strings.Join(known, ", "))
	}
	if e, errs := cells.Find(spec.Call{Name: name}); len(errs) == 0 {
		return fmt.Sprintf("%s is a cell and no layer; write RNN: {cell: {%s: ...}}", name, e.Name)
	}
	if _, errs := activations.Find(spec.Call{Name: squeezed(written)}); len(errs) == 0 {
		return fmt.Sprintf("unknown layer %s; to apply that function, write Activation: %s", diag.Quote(written), squeezed(written))
	}
	if meant, ok := meantLayers[strings.ReplaceAll(squeezed(written), "_", "")]; ok {
		return fmt.Sprintf("unknown layer %s; did you mean %s? nngen knows: %s", diag.Quote(written), meant, strings.Join(known, ", "))
	}
	// A near layer of this version goes before one that it has not.
	hint := diag.DidYouMean(name, known)
	if hint == "" {
		if near, ok := nearest.Of(name, slices.Sorted(slices.Values(later))); ok {
			hint = fmt.Sprintf("; %s is not supported by this version.", near)
		}
	}
	return fmt.Sprintf("unknown layer %s%s nngen knows: %s", diag.Quote(written), ended(hint), strings.Join(known, ", "))
}
