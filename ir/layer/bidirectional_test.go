package layer_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
)

func TestBidirectional(t *testing.T) {
	n := network(t, model("{shape: [4, 3]}", "Bidirectional: {name: b, layer: {LSTM: {units: 2, dropout: 0.2}}}"))
	shaped(t, n, 4)
	parameters(t, n, map[string]ir.Shape{
		"b/forward_kernel": {3, 8}, "b/forward_recurrent_kernel": {2, 8}, "b/forward_bias": {8},
		"b/backward_kernel": {3, 8}, "b/backward_recurrent_kernel": {2, 8}, "b/backward_bias": {8},
	})
	if in := n.Header.Segments[2].Init; in.OnesFrom != 2 || in.OnesTo != 4 {
		t.Errorf("the bias of the first layer begins as %+v", in)
	}
	shaped(t, network(t, model("{shape: [4, 3]}", "bidirectional: {layer: {gru: {units: 2, return_sequences: true}}, merge_mode: ave}")), 4, 2)
	differentiable(t, network(t, model("{shape: [3, 2]}", "Masking", "Bidirectional: {layer: {GRU: {units: 2, dropout: 0.3, recurrent_dropout: 0.3, return_sequences: true}}}", "GlobalAveragePooling1D")))
}

// Sequences of images, of either order of axes: as both layers give them, each by itself.
func TestBidirectionalImages(t *testing.T) {
	at := func(args string) string {
		return model("{shape: [2, 3, 2]}", "Bidirectional: {name: b, layer: {ConvLSTM1D: {filters: 2, kernel_size: 2, return_sequences: true}}"+args+"}")
	}
	n := network(t, at(""))
	shaped(t, n, 2, 2, 4)
	parameters(t, n, map[string]ir.Shape{
		"b/forward_kernel": {2, 2, 8}, "b/forward_recurrent_kernel": {2, 2, 8}, "b/forward_bias": {8},
		"b/backward_kernel": {2, 2, 8}, "b/backward_recurrent_kernel": {2, 2, 8}, "b/backward_bias": {8},
	})
	differentiable(t, n)
	shaped(t, network(t, at(", merge_mode: mul")), 2, 2, 2)
	shaped(t, network(t, model("{shape: [2, 3, 4]}", "Bidirectional: {layer: {ConvLSTM1D: {filters: 2, kernel_size: 2, data_format: channels_first}}}")), 2, 6)
	differentiable(t, network(t, model("{shape: [2, 2, 3, 1]}", "TimeDistributed: {layer: {Bidirectional: {layer: {ConvLSTM1D: {filters: 1, kernel_size: 2}}}}}")))
	fails(t, at(", backward_layer: {ConvLSTM1D: {filters: 2, kernel_size: 3, go_backwards: true, return_sequences: true}}"),
		"layer gives [n,2,2,2] and backward_layer [n,2,1,2], which merge_mode: concat cannot join; give both the same padding, strides and kernel_size")
	fails(t, model("{shape: [2, 2, 3, 1]}", "TimeDistributed: {layer: {Bidirectional: {layer: {ConvLSTM1D: {filters: 1, kernel_size: 2, stateful: true}}}}}"),
		"stateful: true of Bidirectional inside of TimeDistributed is not supported")
}

// The two layers drop other values.
func TestBidirectionalNoise(t *testing.T) {
	n := network(t, model("{shape: [4, 3]}", "Bidirectional: {name: b, layer: {GRU: {units: 2, dropout: 0.5}}}"))
	streams := map[string]bool{}
	for _, v := range n.Train.Values {
		if v.Op.Name() == "random" {
			streams[v.Op.(interface{ String() string }).String()] = true
		}
	}
	if len(streams) != 2 {
		t.Errorf("streams %v", streams)
	}
}

func TestBidirectionalErrors(t *testing.T) {
	at := func(args string) string { return model("{shape: [4, 3]}", "Bidirectional: {"+args+"}") }
	for text, want := range map[string]string{
		at("layer: {Dense: 2}"):                                    "model.yaml:4:28: layer 1: Bidirectional takes a recurrent layer such as LSTM or ConvLSTM2D, not Dense",
		at("layer: {LTSM: 2}"):                                     "unknown layer \"LTSM\"; did you mean \"LSTM\"?",
		at("layer: {LSTM: {unit: 2}}"):                             "LSTM has no argument \"unit\"; did you mean \"units\"?",
		at("layer: {LSTM: {units: 2, inputs: [x]}}"):               "a layer inside of another reads what that one reads; write inputs there",
		at("layer: {LSTM: {units: 2, trainable: 1}}"):              "trainable takes true or false, not 1",
		at("layer: {LSTM: {units: 2, go_backwards: true}}"):        "layer has go_backwards: true, which is the way of the second layer",
		at("layer: {LSTM: 2}, backward_layer: {LSTM: 2}"):          "layer and backward_layer go the same way; write go_backwards: true in one of them",
		at("layer: {LSTM: 2}, merge_mode: concatenate"):            "merge_mode is \"concatenate\"; it must be",
		at("layer: {LSTM: {units: 2, stateful: true}}"):            "write fit: {shuffle: false}",
		at("merge_mode: sum"):                                      "Bidirectional needs the argument layer: a name, or a name with arguments",
		at("LSTM: 2"):                                              "the layer inside of Bidirectional is an argument of it; write layer: {LSTM: 2}",
		at("layer: {LSTM: {units: 2, use_cudnn: true}}"):           "LSTM's argument use_cudnn is not supported by this version of nngen",
		model("{shape: [4, 3]}", "Bidirectional(LSTM(64))"):        "write - Bidirectional: {layer: {LSTM: 64}}",
		at("layer: null"):                                          "layer is null",
		model("{shape: [4]}", "Bidirectional: {layer: {LSTM: 2}}"): "LSTM takes sequences",
		at("layer: {LSTM: 2}, merge_mode: sum, backward_layer: {LSTM: {units: 3, go_backwards: true}}"):                                       "layer gives [n,2] and backward_layer [n,3], which merge_mode: sum cannot join; give both the same units or filters",
		at("layer: {LSTM: 2}, backward_layer: {LSTM: {units: 2, go_backwards: true, return_sequences: true}}"):                                "different return_sequences",
		model("{shape: [4, 3]}", "Bidirectional: {layer: {GRU: 2}, name: a}", "Dense: {units: 2, inputs: [a.backward]}"):                      "layer \"a\" has no result \"backward\"",
		model("{shape: [4, 3]}", "LSTM: {units: 2, return_state: true, name: a}", "Bidirectional: {layer: {GRU: 2}, inputs: [x, a.state_h]}"): "Bidirectional begins with the states of both layers, forward_h, backward_h, but inputs names 1 after the sequence",
	} {
		fails(t, text, want)
	}
}
