package layer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

func TestRegistry(t *testing.T) {
	all := layer.All()
	if !slices.IsSortedFunc(all, func(a, b layer.Info) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted")
	}
	for i, info := range all {
		if i > 0 && all[i-1].Name == info.Name {
			t.Errorf("%s is registered twice", info.Name)
		}
		if info.Doc == "" || info.New() == info.New() && len(layer.Canonical(info.New(), true)) > 0 {
			t.Errorf("%s has no sentence, or shares its settings", info.Name)
		}
	}
	docs := layer.Docs()
	if len(docs.Layers) != len(all) || len(docs.Activations) != 30 || len(docs.Initializers) != 16 || len(docs.Regularizers) != 4 || len(docs.Losses) != 22 {
		t.Errorf("%d layers, %d activations, %d initializers, %d regularizers, %d losses", len(docs.Layers), len(docs.Activations), len(docs.Initializers), len(docs.Regularizers), len(docs.Losses))
	}
	for _, l := range docs.Layers {
		for _, a := range l.Args {
			if a.Doc == "" {
				t.Errorf("%s: argument %s has no sentence", l.Name, a.Name)
			}
		}
	}
}

func TestUnknown(t *testing.T) {
	for name, want := range map[string]string{
		"Dens":          `unknown layer "Dens"; did you mean "Dense"? nngen list layers shows all there are`,
		"Lambda":        "Lambda is not supported by this version of nngen: it is Python code; write what it computes with layers such as Rescaling",
		"clahe":         `unknown layer "clahe"; did you mean ContrastLimitedAdaptiveHistogramEqualization?`,
		"conv2d":        `unknown layer "conv2d"; did you mean "Conv2D"? nngen list layers shows all there are`,
		"BatchNorm":     `unknown layer "BatchNorm"; did you mean BatchNormalization? nngen list layers shows all there are`,
		"maxpool":       `unknown layer "maxpool"; did you mean MaxPooling1D or MaxPooling2D? nngen list layers shows all there are`,
		"sigmoid":       `unknown layer "sigmoid"; to apply that function, write Activation: sigmoid`,
		"ReLUs":         `unknown layer "ReLUs"; did you mean "ReLU"? nngen list layers shows all there are`,
		"MelSpectogram": `unknown layer "MelSpectogram"; did you mean "MelSpectrogram"? nngen list layers shows all there are`,
		"FeatureSpac":   `unknown layer "FeatureSpac"; FeatureSpace is not supported by this version. nngen list layers shows all there are`,
		"Nothing":       `unknown layer "Nothing"; nngen list layers shows all there are`,
	} {
		if got := layer.Unknown(spec.Layer{Type: name}); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
