package layer_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
)

// Parameters have Keras's names, shapes and initial values, and gradients are those
// of differences, also where dropout and masks are at work.
func TestRecurrent(t *testing.T) {
	for layer, gates := range map[string]int{"SimpleRNN": 1, "LSTM": 4, "GRU": 3} {
		t.Run(layer, func(t *testing.T) {
			n := network(t, model("{shape: [4, 3]}", layer+": {name: l, units: 2}"))
			shaped(t, n, 2)
			bias := ir.Shape{2 * gates}
			if layer == "GRU" {
				bias = ir.Shape{2, 6}
			}
			parameters(t, n, map[string]ir.Shape{"l/kernel": {3, 2 * gates}, "l/recurrent_kernel": {2, 2 * gates}, "l/bias": bias})
			if k, r := n.Header.Segments[0].Init, n.Header.Segments[1].Init; k.Kind != "glorot_uniform" || r.Kind != "orthogonal" || r.Gain != 1 {
				t.Errorf("initializers %+v and %+v", k, r)
			}
			shaped(t, network(t, model("{shape: [4, 3]}", layer+": {units: 2, return_sequences: true}")), 4, 2)
			parameters(t, network(t, model("{shape: [4, 3]}", layer+": {name: l, units: 2, use_bias: false}")), map[string]ir.Shape{"l/kernel": {3, 2 * gates}, "l/recurrent_kernel": {2, 2 * gates}})
			differentiable(t, network(t, model("{shape: [3, 2]}", "Masking",
				layer+": {units: 2, return_sequences: true, dropout: 0.4, recurrent_dropout: 0.3, seed: 3, go_backwards: true}", layer+": {units: 2, zero_output_for_mask: true}")))
		})
	}
	differentiable(t, network(t, model("{shape: [3, 2]}", "GRU: {units: 2, reset_after: false, recurrent_dropout: 0.3}")))
}

func parameters(t *testing.T, n *build.Network, want map[string]ir.Shape) {
	t.Helper()
	for _, s := range n.Header.Segments {
		if !ir.Shape(s.Shape).Equal(want[s.Name]) {
			t.Errorf("%s is %v, want %v", s.Name, s.Shape, want[s.Name])
		}
	}
	if len(n.Header.Segments) != len(want) {
		t.Errorf("%d parameters, want %d", len(n.Header.Segments), len(want))
	}
}

// The forget gate's part of the bias begins with 1, and the rest as asked for.
func TestUnitForgetBias(t *testing.T) {
	for text, want := range map[string]string{
		"units: 3":                          "zeros 3 6",
		"units: 3, unit_forget_bias: false": "zeros 0 0",
		"units: 3, bias_initializer: ones":  "ones 3 6",
		"units: 3, unit_forget_bias: false, bias_initializer: glorot_uniform": "glorot_uniform 0 0",
	} {
		in := network(t, model("{shape: [4, 3]}", "LSTM: {"+text+"}")).Header.Segments[2].Init
		if got := fmt.Sprintln(in.Kind, in.OnesFrom, in.OnesTo); got != want+"\n" {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	fails(t, model("{shape: [4, 3]}", "LSTM: {units: 3, bias_initializer: he_normal}"), "model.yaml:4:40: layer \"lstm\": with unit_forget_bias the parts of the bias are filled one by one")
}

// Masks of dropout are the same at every step, and those of the gates differ.
func TestRecurrentDropoutIsOneMask(t *testing.T) {
	for text, want := range map[string]ir.Shape{
		"LSTM: {name: l, units: 2, dropout: 0.5}":                         {ir.Batch, 3},
		"LSTM: {name: l, units: 2, dropout: 0.5, recurrent_dropout: 0.5}": {ir.Batch, 4, 3},
	} {
		n := network(t, model("{shape: [4, 3]}", text))
		found := false
		for _, v := range n.Train.Values {
			if v.Name == "l.dropout_noise" {
				found = true
				if !v.Shape.Equal(want) {
					t.Errorf("%s: noise %v, want %v", text, v.Shape, want)
				}
			}
		}
		if !found {
			t.Errorf("%s: no noise", text)
		}
		for _, v := range n.Predict.Values {
			if v.Name == "l.dropout_noise" {
				t.Errorf("%s: noise in a prediction", text)
			}
		}
	}
}

func TestRecurrentErrors(t *testing.T) {
	for text, want := range map[string]string{
		model("{shape: [3]}", "LSTM: 2"):                                                                                                     "LSTM takes sequences [n, steps, features], but input \"x\" gives [n,3]",
		model("{shape: [4, 3], dtype: int32}", "GRU: 2"):                                                                                     "GRU takes numbers",
		model("{shape: [4, 3]}", "GRU: {units: 2, stateful: true}"):                                                                          "stateful: true begins row i of a batch where row i of the batch before has ended, which says nothing where the rows of every epoch come in another order; write fit: {shuffle: false}",
		model("{shape: [2, 4, 3]}", "TimeDistributed: {layer: {GRU: {units: 2, stateful: true}}}"):                                           "which says nothing where the rows of every epoch come in another order; write fit: {shuffle: false}",
		model("{shape: [2, 4, 3]}", "TimeDistributed: {layer: {GRU: {units: 2, stateful: true, return_state: true}}}"):                       "return_state: true is not supported together with stateful: true inside of TimeDistributed",
		model("{shape: [2, 4, 3]}", "TimeDistributed: {layer: {GRU: {units: 2, stateful: true, dropout: 0.5}}}") + "fit: {shuffle: false}\n": "dropout and recurrent_dropout of a stateful GRU inside of TimeDistributed",
		model("{shape: [2, 4, 3]}", "Masking: {}", "TimeDistributed: {layer: {GRU: {units: 2, stateful: true}}}"):                            "stateful: true inside of TimeDistributed over steps with a mask is not supported",
		model("{shape: [4, 3]}", "LSTM: {units: 2, recurrent_activation: sigmiod}"):                                                          "did you mean \"sigmoid\"?",
		model("{shape: [4, 3]}", "LSTM: {units: 2, name: a}", "GRU: {units: 2, inputs: [x, a.state]}"):                                       "layer 2: inputs names \"a.state\", but layer \"a\" has no result \"state\"; for its state, write return_state: true there",
		model("{shape: [4, 3]}", "LSTM: {units: 2, return_state: true, name: a}", "GRU: {units: 2, inputs: [x, a.state_x]}"):                 "did you mean \"state_h\"?",
		model("{shape: [4, 3]}", "LSTM: {units: 2, return_state: true, name: a}", "LSTM: {units: 2, inputs: [x, a.state_h]}"):                "LSTM begins with state_h, state_c, but inputs names 1 after the sequence",
		model("{shape: [4, 3]}", "LSTM: {units: 2, return_state: true, name: a}", "GRU: {units: 3, inputs: [x, a.state_h]}"):                 "GRU begins with state_h [n,3], but layer \"a\" gives [n,2]",
		model("{shape: [4, 3]}", "Dense: {units: 2, name: a}", "Dense: {units: 2, inputs: [a.b]}"):                                           "layer \"a\" has no result \"b\"; it gives one result",
		"inputs: {x: {shape: [4, 3]}}\nlayers:\n  - LSTM: {units: 2, return_state: true, name: a}\noutputs: [a.state_h]\n":                   "Identity: {name: state, inputs: [a.state_h]}",
	} {
		fails(t, text, want)
	}
}
