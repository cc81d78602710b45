package build

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/spec"
)

// TestSchemaOfWindows holds the schema and the parser to the same forms of the
// arguments that have one value per axis.
func TestSchemaOfWindows(t *testing.T) {
	s := schemaOf(t)
	for layer, right := range map[string]bool{
		`{"Conv2D": {"filters": 2, "kernel_size": 3}}`:                           true,
		`{"Conv2D": {"filters": 2, "kernel_size": [3, 2], "strides": [1, 2]}}`:   true,
		`{"Conv2D": {"filters": 2, "kernel_size": [3]}}`:                         false,
		`{"Conv2D": {"filters": 2, "kernel_size": [3, 3, 3]}}`:                   false,
		`{"Conv2D": {"filters": 2, "kernel_size": 0}}`:                           false,
		`{"Conv2D": {"filters": 2, "kernel_size": 3, "padding": "full"}}`:        false,
		`{"Conv2D": {"filters": 2, "kernel_size": 3, "padding": "causal"}}`:      false,
		`{"Conv2D": {"filters": 2}}`:                                             false,
		`{"Conv2D": 2}`:                                                          false,
		`"Conv2D"`:                                                               false,
		`{"DepthwiseConv2D": 3}`:                                                 true,
		`{"DepthwiseConv2D": {"kernel_size": 3, "kernel_initializer": "zeros"}}`: false,
		`{"SeparableConv2D": {"filters": 2, "kernel_size": 3, "groups": 2}}`:     false,
		`"MaxPooling2D"`:                      true,
		`{"MaxPooling2D": 2}`:                 true,
		`{"MaxPooling2D": [2, 3]}`:            true,
		`{"MaxPooling2D": {"strides": null}}`: true,
		`{"MaxPooling2D": [2, 3, 4]}`:         false,
		`"AveragePooling2D"`:                  false,
		`{"AveragePooling2D": 2}`:             true,
		`"GlobalMaxPooling2D"`:                true,
		`"ZeroPadding2D"`:                     true,
		`{"ZeroPadding2D": 2}`:                true,
		`{"ZeroPadding2D": [1, 2]}`:           true,
		`{"ZeroPadding2D": [[1, 2], [3, 4]]}`: true,
		`{"ZeroPadding2D": [[1, 2], 3]}`:      true,
		`{"ZeroPadding2D": [[1, 2, 3], 3]}`:   false,
		`{"ZeroPadding2D": -1}`:               false,
		`{"Cropping2D": {"cropping": [[0, 1], [1, 0]], "data_format": "channels_last"}}`: true,
	} {
		text := []byte(`{"inputs": {"x": {"shape": [8, 8, 2]}}, "layers": [` + layer + `]}`)
		m, err := spec.Parse("model.json", text)
		if err == nil {
			_, err = Build(m)
		}
		if (err == nil) != right {
			t.Errorf("%s: %v", layer, err)
		}
		if why := s.refuses(t, text); (why == "") != right {
			t.Errorf("%s: the schema says %q", layer, why)
		}
	}
	for padding, right := range map[string]bool{`2`: true, `[1, 2]`: true, `[[1, 2]]`: true, `[1, 2, 3]`: false, `[1]`: true} {
		text := []byte(`{"inputs": {"x": {"shape": [8, 2]}}, "layers": [{"ZeroPadding1D": ` + padding + `}]}`)
		m, err := spec.Parse("model.json", text)
		if err == nil {
			_, err = Build(m)
		}
		if (err == nil) != right || (s.refuses(t, text) == "") != right {
			t.Errorf("%s: %v, %s", padding, err, s.refuses(t, text))
		}
	}
}

// TestSchemaOfStructures holds the schema and the parser to the same forms of
// second uses, models in models and the weights of losses.
func TestSchemaOfStructures(t *testing.T) {
	s := schemaOf(t)
	for form, right := range map[string]bool{
		`{"Shared": "d"}`:            true,
		`{"Shared": {"layer": "d"}}`: true,
		`{"Shared": {"layer": "d", "inputs": "x", "name": "again"}}`:                               true,
		`{"Shared": {"layer": "d", "inputs": []}}`:                                                 false,
		`{"Shared": {"layer": "d", "units": 3}}`:                                                   false,
		`{"Shared": {"name": "d"}}`:                                                                false,
		`{"Shared": ["d"]}`:                                                                        false,
		`"Shared"`:                                                                                 false,
		`{"Model": {"layers": ["Flatten"]}}`:                                                       true,
		`{"Model": {"layers": ["Flatten"], "name": "m", "trainable": false}}`:                      true,
		`{"Model": {"layers": [{"Dense": 4}, {"Shared": "d"}]}}`:                                   true,
		`{"Model": {"layers": [{"Model": {"layers": ["Flatten"]}}]}}`:                              true,
		`{"Model": {"inputs": {"a": "x", "b": "d"}, "layers": [{"Add": {"inputs": ["a", "b"]}}]}}`: true,
		`{"Model": {"inputs": {"a": null}, "layers": ["Flatten"]}}`:                                false,
		`{"Model": {"inputs": {"a": ["x"]}, "layers": ["Flatten"]}}`:                               false,
		`{"Model": {"layers": [{"Dense": {"units": 4, "name": "e"}}], "outputs": "e"}}`:            true,
		`{"Model": {"layers": ["Flatten"], "trainable": 1}}`:                                       false,
		`{"Model": {"layers": []}}`:                                                                false,
		`{"Model": ["Flatten"]}`:                                                                   false,
		`"Model"`:                                                                                  false,
	} {
		text := []byte(`{"inputs": {"x": {"shape": [4]}}, "layers": [{"Dense": {"units": 4, "name": "d"}}, ` + form + `]}`)
		m, err := spec.Parse("model.json", text)
		if err == nil {
			_, err = Build(m)
		}
		if err != nil && right && strings.Contains(err.Error(), "not used") { // which no schema says
			err = nil
		}
		if (err == nil) != right {
			t.Errorf("%s: %v", form, err)
		}
		if why := s.refuses(t, text); (why == "") != right {
			t.Errorf("%s: the schema says %q", form, why)
		}
	}
	for form, right := range map[string]bool{
		`2`: true, `0`: true, `-0.5`: true, `{"d": 2}`: true, `{"d": "2"}`: false, `[2]`: false, `true`: false, `{}`: false, `null`: false,
	} {
		text := []byte(`{"inputs": {"x": {"shape": [4]}}, "layers": [{"Dense": {"units": 4, "name": "d"}}], "compile": {"loss": "mse", "loss_weights": ` + form + `}}`)
		m, err := spec.Parse("model.json", text)
		if err == nil {
			_, err = Build(m)
		}
		if (err == nil) != right || (s.refuses(t, text) == "") != right {
			t.Errorf("loss_weights: %s: %v; %s", form, err, s.refuses(t, text))
		}
	}
}
