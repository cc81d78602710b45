package layer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
)

func TestTimeDistributed(t *testing.T) {
	n := network(t, model("{shape: [4, 3]}", "TimeDistributed: {name: t, layer: {Dense: 2}}"))
	shaped(t, n, 4, 2)
	parameters(t, n, map[string]ir.Shape{"t/kernel": {3, 2}, "t/bias": {2}})
	n = network(t, model("{shape: [3, 4, 2]}", "TimeDistributed: {name: t, layer: {Conv1D: {filters: 2, kernel_size: 2, activation: tanh, kernel_regularizer: l2}}}", "TimeDistributed: {layer: Flatten}", "LSTM: 2"))
	parameters(t, n, map[string]ir.Shape{"t/kernel": {2, 2, 2}, "t/bias": {2}, "lstm/kernel": {6, 8}, "lstm/recurrent_kernel": {2, 8}, "lstm/bias": {8}})
	differentiable(t, n)
	// Nothing is left of the first step, which is built for the sake of the parameters.
	for _, v := range n.Predict.Values {
		if name := v.Op.Name(); v.Layer == "t" && name != "param" && name != "scan" && name != "slice" && name != "reshape" {
			t.Errorf("%s of t is outside of the loop", name)
		}
	}
	differentiable(t, network(t, model("{shape: [3, 2]}", "TimeDistributed: {layer: {Dropout: 0.5}}", "Dense: 2")))
}

// Steps are normalized alike, by statistics of the axes that a step has.
func TestTimeDistributedNormalization(t *testing.T) {
	for axis, want := range map[string]ir.Shape{"-1": {3}, "1": {2}, "[1, 2]": {2, 3}, "null": {}} {
		for _, layer := range []string{"TimeDistributed: {name: t, layer: {Normalization: {axis: %s}}}", "TimeDistributed: {name: t, layer: {TimeDistributed: {layer: {Normalization: {axis: %s}}}}}"} {
			shape := "{shape: [4, 2, 3]}"
			if strings.Count(layer, "TimeDistributed") > 1 {
				shape = "{shape: [2, 4, 2, 3]}"
			}
			n := network(t, model(shape, fmt.Sprintf(layer, axis), "Flatten", "Dense: 1"))
			if len(n.Adapts) != 1 {
				t.Fatalf("%s of axis %s: %d to adapt", layer, axis, len(n.Adapts))
			}
			for _, s := range n.Header.Segments {
				if s.Name == "t/mean" && !slices.Equal(s.Shape, want) {
					t.Errorf("%s of axis %s: mean %v, want %v", layer, axis, s.Shape, want)
				}
			}
		}
	}
}

func TestTimeDistributedErrors(t *testing.T) {
	at := func(layer string) string {
		return model("{shape: [3, 4, 2]}", "TimeDistributed: {layer: "+layer+"}")
	}
	for text, want := range map[string]string{
		at("{Normalization: {axis: -3}}"):      "axis -3 is the batch",
		at("{Normalization: {axis: 3}}"):       "axis 3 does not exist",
		at("{BatchNormalization: {axis: -3}}"): "axis -3 is the batch",
		at("{LayerNormalization: {axis: -3}}"): "axis -3 is the batch",
		model("{shape: [3, 4, 2, 2]}", "TimeDistributed: {layer: {TimeDistributed: {layer: {Normalization: {axis: 3}}}}}"): "axis 3 does not exist",
		at("Add"): "Add joins several inputs, and a layer inside of another reads one",
		at("{Conv2D: {filters: 2, kernel_size: 2}}"):                                   "layer \"time_distributed\": Conv2D takes",
		model("{shape: [4]}", "TimeDistributed: {layer: {Dense: 2}}"):                  "TimeDistributed takes steps of values [n, steps, …], but input \"x\" gives [n,4]",
		model("{shape: [null], dtype: int32}", "TimeDistributed: {layer: {Dense: 2}}"): "TimeDistributed takes rows of one length",
		model("{shape: [4, 2], dtype: int32}", "TimeDistributed: {layer: {Dense: 2}}"): "Dense takes numbers",
		model("{shape: [4, 2], dtype: int32}", "TimeDistributed: {layer: Permute}"):    "Permute needs the argument dims",
	} {
		fails(t, text, want)
	}
}
