package build

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

func parse(t testing.TB, text string) *spec.Model {
	t.Helper()
	m, err := spec.Parse("model.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func network(t testing.TB, text string) *Network {
	t.Helper()
	n, err := Build(parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*ir.Graph{n.Predict, n.Evaluate, n.Train} {
		if g == nil {
			continue
		}
		if err := ir.Verify(g); err != nil {
			t.Error(err)
		}
	}
	for _, a := range n.Adapts {
		if err := ir.Verify(a.Graph); err != nil {
			t.Error(err)
		}
	}
	return n
}

const two = `
name: two
inputs: {pixels: {shape: [4, 4]}, words: {shape: [null], dtype: int32}, id: {shape: [1], dtype: int32}}
layers:
  - Normalization: {name: scale, inputs: [pixels]}
  - Flatten: {name: flat}
  - Dense: {name: seen, units: 3, activation: relu}
  - CategoryEncoding: {name: hot, num_tokens: 20, inputs: [words]}
  - Dense: {name: read, units: 3, trainable: false}
  - BatchNormalization: {name: norm}
  - Embedding: {name: table, input_dim: 7, output_dim: 3, inputs: [id]}
  - Flatten: {name: known}
  - Concatenate: {name: all, inputs: [seen, norm, known]}
  - Dense: {name: kind, units: 5, activation: softmax}
  - Dense: {name: size, units: 1, inputs: [all]}
outputs: [kind, size]
compile:
  optimizer: {sgd: {learning_rate: 0.5, momentum: 0.9}}
  loss: {kind: sparse_categorical_crossentropy, size: mean_squared_error}
  metrics: {kind: [accuracy], size: [mae, mse]}
fit: {batch_size: 64, epochs: 3, shuffle: false}
`

func TestHeader(t *testing.T) {
	h := network(t, two).Header
	var segments []string
	offset := 0
	for _, s := range h.Segments {
		if s.Offset != offset {
			t.Errorf("%s lies at %d, want %d", s.Name, s.Offset, offset)
		}
		offset += s.Len()
		segments = append(segments, fmt.Sprintf("%s %v %v", s.Name, s.Shape, s.Role))
	}
	want := `seen/kernel [16 3] trainable
seen/bias [3] trainable
norm/gamma [3] trainable
norm/beta [3] trainable
table/embeddings [7 3] trainable
kind/kernel [9 5] trainable
kind/bias [5] trainable
size/kernel [9 1] trainable
size/bias [1] trainable
read/kernel [20 3] frozen
read/bias [3] frozen
scale/mean [4] state
scale/variance [4] state
scale/count [] state
norm/moving_mean [3] state
norm/moving_variance [3] state`
	if got := strings.Join(segments, "\n"); got != want {
		t.Errorf("segments\n%s\nwant\n%s", got, want)
	}
	port := func(p loop.Port) string {
		return fmt.Sprintf("%s %v %v ragged=%v limit=%d %s", p.Name, p.DType, p.Shape, p.Ragged, p.Limit, p.Loss)
	}
	var ports []string
	for _, list := range [][]loop.Port{h.Inputs, h.Outputs, h.Targets} {
		for _, p := range list {
			ports = append(ports, strings.TrimSpace(port(p)))
		}
	}
	want = `pixels f32 [4 4] ragged=false limit=0
words i32 [] ragged=true limit=20
id i32 [1] ragged=false limit=7
kind f32 [5] ragged=false limit=0
size f32 [1] ragged=false limit=0
kind i32 [] ragged=false limit=5 sparse_categorical_crossentropy
size f32 [] ragged=false limit=0 mean_squared_error`
	if got := strings.Join(ports, "\n"); got != want {
		t.Errorf("ports\n%s\nwant\n%s", got, want)
	}
	training := fmt.Sprintf("%+v", h.Training)
	want = "{Optimizer:{Name:sgd As: Args:[{Name:learning_rate Value:0.5} {Name:momentum Value:0.9} {Name:nesterov Value:false} {Name:weight_decay Value:0}]} " +
		"Losses:[sparse_categorical_crossentropy mean_squared_error] LossWeights:[] " +
		"Metrics:[[{Name:sparse_categorical_accuracy As:accuracy Args:[]}] [{Name:mean_absolute_error As:mae Args:[]} {Name:mean_squared_error As:mse Args:[]}]] WeightedMetrics:[] Counted:[] " +
		"BatchSize:64 Epochs:3 ValidationSplit:0 Shuffle:false Stratify:false StepsPerEpoch:0 ClassWeight:[] Callbacks:[] WholeLoss:false BatchStatistics:true Mixed:false}"
	if training != want {
		t.Errorf("training\n%s\nwant\n%s", training, want)
	}
	if h.Name != "two" || h.File != "model.yaml" || h.Batch != 64 || len(h.Adapts) != 1 {
		t.Errorf("%q, %q, batch %d, %d to adapt", h.Name, h.File, h.Batch, len(h.Adapts))
	}
	row := h.Layers[4]
	if fmt.Sprintf("%s %s %v %d %v %v", row.Name, row.Type, row.Output, row.Params, row.Trainable, row.Inputs) != "read Dense [3] 63 false [hot]" {
		t.Errorf("%+v", row)
	}
}

func TestGraphs(t *testing.T) {
	n := network(t, two)
	for _, g := range []*ir.Graph{n.Predict, n.Evaluate, n.Train} {
		if len(g.Outputs) != 2 || len(g.Params) != len(n.Header.Segments) {
			t.Errorf("%s: %d outputs, %d parameters", g.Name, len(g.Outputs), len(g.Params))
		}
		for _, v := range g.Values {
			if v.Layer == "" || v.Pos == (diag.Pos{}) {
				t.Errorf("%s: value %v has no layer or position", g.Name, v)
			}
		}
	}
	if n.Predict.Loss != nil || len(n.Evaluate.Updates) != 0 || len(n.Train.Updates) != 2 || len(n.Train.Losses) != 2 || len(n.Train.Grads) != 0 {
		t.Error("losses or updates are not where they belong")
	}
	if got := n.Predict.Outputs[0].Name; got != "kind" {
		t.Errorf("the result of kind is called %q", got)
	}
	for _, in := range n.Predict.Inputs {
		if in.Name != "pixels" && in.Name != "words" && in.Name != "id" {
			t.Errorf("the predict graph asks for %q", in.Name)
		}
	}
}

// Without a compile section there is nothing but prediction.
func TestWithoutCompile(t *testing.T) {
	n := network(t, "inputs: {x: {shape: [2]}}\nlayers: [Dense: 3]\n")
	if n.Train != nil || n.Evaluate != nil || n.Header.Targets != nil || n.Header.Training.Optimizer.Name != "" {
		t.Errorf("%+v", n.Header)
	}
}

func TestMicroBatch(t *testing.T) {
	n := network(t, "inputs: {x: {shape: [2]}}\nlayers: [Dense: 3]\nfit: {batch_size: 4096}\n")
	if n.Header.Batch != MaxBatch || n.Header.Training.BatchSize != 4096 {
		t.Errorf("micro-batch %d of %d", n.Header.Batch, n.Header.Training.BatchSize)
	}
}

// Statistics over the batch are planned for equal parts of a large batch, each of
// at most MaxBatch rows.
func TestUnitOfBatchStatistics(t *testing.T) {
	for _, size := range []int{1, 2, 511, 512, 513, 1000, 1024, 1025, 4096, 1<<24 - 1, 1 << 24} {
		n := network(t, fmt.Sprintf("inputs: {x: {shape: [2]}}\nlayers: [Dense: 3, BatchNormalization]\nfit: {batch_size: %d}\n", size))
		unit := n.Header.Batch
		parts := (size + unit - 1) / unit
		if unit < 1 || unit > MaxBatch || parts != (size+MaxBatch-1)/MaxBatch || parts*unit-size >= parts || n.Header.Training.BatchSize != size {
			t.Errorf("a batch of %d: %d units of %d rows", size, parts, unit)
		}
	}
}

// Layers may stand in any order.
func TestOrderOfLayersIsFree(t *testing.T) {
	n := network(t, `
inputs: {x: {shape: [2]}}
layers:
  - Dense: {name: last, units: 1, inputs: [first]}
  - Dense: {name: first, units: 3, inputs: [x]}
outputs: [last]
`)
	if n.Header.Layers[0].Name != "first" || n.Header.Segments[0].Name != "first/kernel" {
		t.Errorf("%+v", n.Header.Layers)
	}
}

func TestErrorIsAList(t *testing.T) {
	_, err := Build(parse(t, "inputs: {x: {shape: [2]}}\nlayers: [Dens: 3, Dropout: 3]\n"))
	var list diag.List
	if !errors.As(err, &list) || len(list) != 2 {
		t.Errorf("%v", err)
	}
}

// What every optimizer takes is in the header where it is not as Keras has it
// anyway; a schedule, with its defaults.
func TestOptimizerSettings(t *testing.T) {
	for text, want := range map[string]string{
		"{adam: {ema_momentum: 0.99, clipnorm: null, use_ema: false}}": "{Name:adam As: Args:[{Name:learning_rate Value:0.001} {Name:beta_1 Value:0.9} {Name:beta_2 Value:0.999} " +
			"{Name:epsilon Value:1e-07} {Name:amsgrad Value:false} {Name:weight_decay Value:0}]}",
		"{Lion: {clipnorm: 1, use_ema: true, gradient_accumulation_steps: 4}}": "{Name:lion As: Args:[{Name:learning_rate Value:0.001} {Name:beta_1 Value:0.9} {Name:beta_2 Value:0.99} " +
			"{Name:weight_decay Value:0} {Name:clipnorm Value:1} {Name:use_ema Value:true} {Name:gradient_accumulation_steps Value:4}]}",
		"{sgd: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 50}}}}": "{Name:sgd As: Args:[{Name:learning_rate Value:{Name:cosine_decay As: " +
			"Args:[{Name:initial_learning_rate Value:0.1} {Name:decay_steps Value:50} {Name:alpha Value:0} {Name:warmup_target Value:0} {Name:warmup_steps Value:0}]}} " +
			"{Name:momentum Value:0} {Name:nesterov Value:false} {Name:weight_decay Value:0}]}",
	} {
		n := network(t, "inputs: {x: {shape: [2]}}\nlayers: [Dense: 3]\ncompile: {loss: mse, optimizer: "+text+"}\n")
		if got := fmt.Sprintf("%+v", n.Header.Training.Optimizer); got != want {
			t.Errorf("%s\n%s\nwant\n%s", text, got, want)
		}
	}
}

func TestCatalog(t *testing.T) {
	c := Catalog()
	if len(c.Optimizers) < 12 || len(c.Schedules) < 6 || len(c.Metrics) < 35 || len(c.Losses) < 6 || len(c.Layers) < 13 {
		t.Errorf("%d optimizers, %d metrics, %d losses, %d layers", len(c.Optimizers), len(c.Metrics), len(c.Losses), len(c.Layers))
	}
	if a := c.Optimizers[2].Args[1]; c.Optimizers[2].Name != "adagrad" || a.Name != "initial_accumulator_value" || a.Default != 0.1 {
		t.Errorf("%+v", c.Optimizers[2])
	}
}

// Names that a user thinks of must not meet those of the loss.
func TestNamesDoNotCollide(t *testing.T) {
	n := network(t, `
inputs: {weight: {shape: [2]}, share: {shape: [2]}}
layers:
  - Concatenate: {name: loss, inputs: [weight, share]}
  - Dense: {name: inv_total, units: 1, kernel_regularizer: l2}
compile: {loss: mse}
`)
	ports := map[string]bool{}
	for _, v := range n.Train.Inputs {
		p := v.Op.(*op.Input).Port
		if ports[p] {
			t.Errorf("two inputs %s", p)
		}
		ports[p] = true
	}
}
