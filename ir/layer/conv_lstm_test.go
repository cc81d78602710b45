package layer_test

import "testing"

// Channels that come first are those that come last, moved there and back.
func TestConvLSTMFormats(t *testing.T) {
	for _, args := range []string{
		"filters: 2, kernel_size: [2, 1], return_sequences: true",
		"filters: 3, kernel_size: 2, padding: same, go_backwards: true, strides: [1, 2]",
	} {
		sequences := args[len(args)-4:] == "true"
		back := "Permute: [3, 1, 2]"
		if sequences {
			back = "Permute: [1, 4, 2, 3]"
		}
		first := network(t, model("{shape: [3, 2, 4, 3]}", "ConvLSTM2D: {name: l, data_format: channels_first, "+args+"}"))
		last := network(t, model("{shape: [3, 2, 4, 3]}", "Permute: [1, 3, 4, 2]", "ConvLSTM2D: {name: l, "+args+"}", back))
		near(t, args, draw(first).predict(first), draw(last).predict(last))
		differentiable(t, first)
		back = "Permute: [1, 4, 2, 3]"
		if sequences {
			back = "Permute: [1, 2, 5, 3, 4]"
		}
		first = network(t, model("{shape: [2, 3, 2, 4, 3]}", "TimeDistributed: {name: l, layer: {ConvLSTM2D: {data_format: channels_first, "+args+"}}}"))
		last = network(t, model("{shape: [2, 3, 2, 4, 3]}", "Permute: [1, 2, 4, 5, 3]", "TimeDistributed: {name: l, layer: {ConvLSTM2D: {"+args+"}}}", back))
		near(t, args, draw(first).predict(first), draw(last).predict(last))
	}
}

// What a convolution over steps cannot be is said where it is written.
func TestConvLSTMErrors(t *testing.T) {
	for text, want := range map[string]string{
		model("{shape: [3, 4, 2]}", "ConvLSTM1D: {filters: 2, kernel_size: 2, stateful: true}"):                                "which says nothing where the rows of every epoch come in another order; write fit: {shuffle: false}",
		model("{shape: [2, 3, 4, 2]}", "TimeDistributed: {layer: {ConvLSTM1D: {filters: 2, kernel_size: 2, stateful: true}}}"): "stateful: true of ConvLSTM1D inside of TimeDistributed is not supported",
		model("{shape: [2, 3, 4, 2, 2]}", "TimeDistributed: {layer: {ConvLSTM1D: {filters: 2, kernel_size: 2}}}"):              "ConvLSTM1D takes steps of (steps, channels), but every step of TimeDistributed is [n,3,4,2,2]",
		model("{shape: [2, 3, 4]}", "TimeDistributed: {layer: {ConvLSTM1D: {filters: 2, kernel_size: 2}}}"):                    "ConvLSTM1D takes steps of (steps, channels), but every step of TimeDistributed is [n,3,4]",
		model("{shape: [4, 2]}", "ConvLSTM1D: {filters: 2, kernel_size: 2}"):                                                   "ConvLSTM1D takes steps of (steps, channels)",
		model("{shape: [2, 1, 1, 1, 1]}", "ConvLSTM3D: {filters: 1, kernel_size: [2, 1, 1]}"):                                  "kernel 2x1x1 exceeds input 1x1x1",
		model("{shape: [2, 5, 1]}", "ConvLSTM1D: {filters: 1, kernel_size: 2, strides: 2, dilation_rate: 2, padding: same}"):   "one of both must be 1",
	} {
		fails(t, text, want)
	}
}
