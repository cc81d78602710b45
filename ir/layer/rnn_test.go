package layer_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir"
)

func TestRNN(t *testing.T) {
	n := network(t, model("{shape: [4, 3]}", "RNN: {name: r, cell: [{LSTMCell: {units: 2, name: low}}, {GRUCell: {units: 5, reset_after: false}}], return_sequences: true}"))
	shaped(t, n, 4, 5)
	parameters(t, n, map[string]ir.Shape{
		"r/cell_0_kernel": {3, 8}, "r/cell_0_recurrent_kernel": {2, 8}, "r/cell_0_bias": {8},
		"r/cell_1_kernel": {2, 15}, "r/cell_1_recurrent_kernel": {5, 15}, "r/cell_1_bias": {15},
	})
	differentiable(t, network(t, model("{shape: [3, 2]}", "Masking", "RNN: {cell: [{LSTMCell: {units: 2, dropout: 0.3}}, {SimpleRNNCell: {units: 2, recurrent_dropout: 0.3}}]}")))
	// A cell by itself is the layer of its name.
	one := network(t, model("{shape: [4, 3]}", "RNN: {name: l, cell: {GRUCell: 2}}"))
	other := network(t, model("{shape: [4, 3]}", "GRU: {name: l, units: 2}"))
	near(t, "output", draw(one).predict(one), draw(other).predict(other))
	if before := network(t, model("{shape: [4, 3]}", "RNN: {name: l, cell: {GRUCell: {units: 2, reset_after: false}}}")); before.Header.ModelID == one.Header.ModelID {
		t.Error("two cells are one model")
	}
}

func TestRNNErrors(t *testing.T) {
	at := func(args string) string { return model("{shape: [4, 3]}", "RNN: {"+args+"}") }
	for text, want := range map[string]string{
		at("cell: {LSTMCel: 2}"): "unknown cell \"LSTMCel\"; did you mean \"LSTMCell\"? nngen knows: GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells",
		at("cell: null"):         "cell is null; write cell: {LSTMCell: {units: 8}}",
		at("cell: 3"):            "cell takes a name, or a name with arguments, not 3",
		at("cell: []"):           "a stack takes a list of cells",
		at("cell: {StackedRNNCells: {cells: 3}}"):            "a stack takes a list of cells",
		at("cell: [{GRUCell: 2}, [{GRUCell: 2}]]"):           "a stack of cells holds no stack; write all cells in one list",
		at("cell: {LSTMCell: {unit: 2}}"):                    "LSTMCell has no argument \"unit\"; did you mean \"units\"?",
		at("units: 3"):                                       "RNN has no argument \"units\"",
		at("cell: [{GRUCell: {units: 2, activation: tan}}]"): "unknown activation \"tan\"; did you mean \"tanh\"?",
		model("{shape: [4, 3]}", "LSTMCell: 3"):              "LSTMCell is a cell and no layer; write RNN: {cell: {LSTMCell: ...}}",
		model("{shape: [3]}", "RNN: {cell: {LSTMCell: 2}}"):  "RNN takes sequences [n, steps, features]",
		at("cell: {LSTMCell: 2}, inputs: [x, x, x, x]"):      "RNN begins with state_h, state_c, but inputs names 3 after the sequence",
	} {
		fails(t, text, want)
	}
}
