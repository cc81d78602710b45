package layer_test

import (
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

func TestTimeDistributedErrors(t *testing.T) {
	at := func(layer string) string {
		return model("{shape: [3, 4, 2]}", "TimeDistributed: {layer: "+layer+"}")
	}
	for text, want := range map[string]string{
		at("Normalization"):                             "TimeDistributed of Normalization, which takes statistics of every step, is not supported",
		at("{BatchNormalization: {axis: -3}}"):          "axis -3 is the batch",
		at("{LayerNormalization: {axis: -3}}"):          "axis -3 is the batch",
		at("{TimeDistributed: {layer: Normalization}}"): "TimeDistributed of Normalization, which takes statistics of every step, is not supported",
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
