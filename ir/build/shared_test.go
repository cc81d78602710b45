package build

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

const siamese = `
name: siamese
inputs: {left: {shape: [4]}, right: {shape: [4]}}
layers:
  - Normalization: {name: scaled, inputs: left}
  - Dense: {name: encode, units: 3, activation: tanh, kernel_regularizer: l2}
  - BatchNormalization: {name: bn, trainable: true}
  - Dropout: {name: drop, rate: 0.5}
  - Shared: {layer: scaled, inputs: right}
  - Shared: encode
  - Shared: bn
  - Shared: drop
  - Subtract: {name: apart, inputs: [drop, drop_1]}
  - Dense: {name: same, units: 1, activation: sigmoid}
compile: {loss: binary_crossentropy}
`

// A second use has no parameters, penalties, statistics and figures of its own,
// but draws and normalizes by itself.
func TestShared(t *testing.T) {
	n := network(t, siamese)
	var segments []string
	for _, s := range n.Header.Segments {
		segments = append(segments, s.Name)
	}
	if got, want := strings.Join(segments, " "), "encode/kernel encode/bias bn/gamma bn/beta same/kernel same/bias "+
		"scaled/mean scaled/variance scaled/count bn/moving_mean bn/moving_variance"; got != want {
		t.Errorf("segments %s, want %s", got, want)
	}
	if len(n.Adapts) != 1 || n.Adapts[0].Layer != "scaled" || n.Adapts[0].Graph.Inputs[0].Op.(*op.Input).Port != "left" {
		t.Errorf("fitted: %+v", n.Adapts)
	}
	if len(n.Train.Updates) != 2 {
		t.Errorf("%d updates, want one of each average", len(n.Train.Updates))
	}
	var streams []string
	penalties := 0
	for _, v := range n.Train.Values {
		if r, ok := v.Op.(*op.Random); ok {
			streams = append(streams, r.Stream)
		}
		if strings.HasSuffix(v.Name, ".penalty") {
			penalties++
		}
	}
	if penalties != 1 || fmt.Sprint(streams) != "[drop drop_1]" {
		t.Errorf("%d penalties; random numbers of %v", penalties, streams)
	}
	row := n.Header.Layers[5]
	if row.Name != "encode_1" || row.Type != "Dense" || row.Shared != "encode" || row.Params != 0 || fmt.Sprint(row.Output, row.Inputs) != "[3] [scaled_1]" {
		t.Errorf("%+v", row)
	}
}

// Both averages of two uses: the second goes on from the first.
func TestSharedAverages(t *testing.T) {
	n := network(t, siamese)
	for _, u := range n.Train.Updates {
		uses := map[string]bool{}
		state := 0
		for stack := []*ir.Value{u.New}; len(stack) > 0; {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			uses[v.Layer] = true
			for _, a := range v.Args {
				if a == u.State {
					state++
				} else if a.Op.Name() == "map" && strings.HasSuffix(a.Name, ".next") {
					stack = append(stack, a)
				}
			}
		}
		if !uses["bn"] || !uses["bn_1"] || state != 1 {
			t.Errorf("%v: computed by %v, of the state %d times", u.State, uses, state)
		}
	}
}

// Freezing a layer, or a whole model, freezes what shares its weights.
func TestSharedFrozen(t *testing.T) {
	frozen := strings.Replace(siamese, "trainable: true", "trainable: false", 1)
	n := network(t, frozen)
	if len(n.Train.Updates) != 0 || n.Header.Training.BatchStatistics {
		t.Error("a frozen BatchNormalization takes statistics in its second use")
	}
	n = network(t, `
inputs: {a: {shape: [4]}, b: {shape: [4]}}
layers:
  - Model: {name: encoder, inputs: {x: a}, trainable: false, layers: [{Dense: {name: hidden, units: 3, kernel_regularizer: l2}}, {Model: {layers: [{Dense: 2}]}}]}
  - Shared: {layer: encoder, inputs: b}
  - Add: {inputs: [encoder, encoder_1]}
  - Dense: {name: head, units: 1}
compile: {loss: mse}
`)
	var text string
	for _, s := range n.Header.Segments {
		text += fmt.Sprintf("%s %v, ", s.Name, s.Role)
	}
	if want := "head/kernel trainable, head/bias trainable, hidden/kernel frozen, hidden/bias frozen, dense/kernel frozen, dense/bias frozen, "; text != want {
		t.Errorf("%s\nwant %s", text, want)
	}
	for _, l := range n.Header.Layers[:4] {
		if l.Trainable {
			t.Errorf("%s is trainable", l.Name)
		}
	}
}

// What a second use asks for is compared with what the first has made.
func TestSharedErrors(t *testing.T) {
	for layers, want := range map[string]string{
		"[{Dense: {name: d, units: 3, inputs: a}}, {Shared: {layer: d, inputs: b}}, {Add: {inputs: [d, d_1]}}]":                                                                 `model.yaml:3:52: layer "d_1": it shares the weights of layer "d", whose kernel is [4,3], but with its own input it would be [5,3]; let both read values of one shape`,
		"[{BatchNormalization: {name: d, inputs: a}}, {Shared: {layer: d, inputs: b}}, {Concatenate: {inputs: [d, d_1]}}]":                                                      `model.yaml:3:55: layer "d_1": it shares the weights of layer "d", whose gamma is [4], but`,
		"[{Embedding: {name: d, input_dim: 3, output_dim: 4, inputs: i}}, {Flatten: {name: f}}, {Shared: {layer: d, inputs: a}}, {Flatten: {}}, {Add: {inputs: [f, flatten]}}]": `layer "d_1": Embedding takes ids (int32), but input "a" holds numbers`,
		"[{Dense: {name: d, units: 0, inputs: a}}, {Shared: {layer: d, inputs: b}}, {Add: {inputs: [d, d_1]}}]":                                                                 `layer "d": units is 0; it must be at least 1`,
		"[{Dense: {name: d, units: 3, inputs: a}}, {Shared: {layer: d, inputs: [a, b]}}, {Add: {inputs: [d, d_1]}}]":                                                            `Dense takes one input, not "a", "b"`,
		"[{Dens: {name: d, units: 3, inputs: a}}, {Shared: {layer: d, inputs: b}}, {Add: {inputs: [d, d_1]}}]":                                                                  `layer "d": unknown layer "Dens"; did you mean "Dense"?`,
		"[{Model: {name: m, layers: [{Dense: {units: 2, inputs: z}}], inputs: {z: a}}}, {Model: {layers: [{Dropout: 2}]}}]":                                                     `layer 1 of layer 2: Dropout's first argument, rate, is 2; it must be at least 0 and below 1`,
	} {
		used := "inputs: {a: {shape: [4]}"
		if strings.Contains(layers, ": b}") || strings.Contains(layers, "b]}") {
			used += ", b: {shape: [5]}"
		}
		if strings.Contains(layers, "inputs: i}") {
			used += ", i: {shape: [1], dtype: int32}"
		}
		_, err := Build(parse(t, "name: m\n"+used+"}\nlayers: "+layers+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v\nwant %s", layers, err, want)
		} else if n := strings.Count(err.Error(), "\n"); n > 0 {
			t.Errorf("%s\n%v\nmore than one error", layers, err)
		}
	}
}

// A model in the model means the layers that stand in its place, and a second use
// is not a layer like it.
func TestSharedHashes(t *testing.T) {
	const head, tail = "name: m\ninputs: {a: {shape: [4]}, b: {shape: [4]}}\nlayers:\n", "  - Add: {name: sum, inputs: [code, code_1]}\n  - Dense: 1\ncompile: {loss: mse}\n"
	flat := network(t, head+`
  - Dense: {name: hidden, units: 3, inputs: a}
  - Dense: {name: code, units: 2}
  - Shared: {layer: hidden, inputs: b}
  - Shared: {layer: code, name: code_1, inputs: hidden_1}
`+tail).Header
	nested := network(t, head+`
  - Model: {name: encoder, inputs: {x: a}, layers: [{Dense: {name: hidden, units: 3}}, {Dense: {name: code, units: 2, inputs: hidden}}]}
  - Shared: {layer: encoder, inputs: b}
`+strings.Replace(tail, "code, code_1", "encoder, encoder_1", 1)).Header
	if flat.Hash != nested.Hash || flat.ModelID != nested.ModelID {
		t.Error("a model is another network than its layers")
	}
	apart := network(t, head+`
  - Dense: {name: hidden, units: 3, inputs: a}
  - Dense: {name: code, units: 2}
  - Dense: {name: hidden_1, units: 3, inputs: b}
  - Shared: {layer: code, name: code_1, inputs: hidden_1}
`+tail).Header
	if flat.Hash == apart.Hash || flat.ModelID == apart.ModelID {
		t.Error("a second use is the same as a layer")
	}
}
