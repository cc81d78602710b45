package support

import (
	"slices"
	"strings"
)

// refusal is a row of [refusals].
type refusal struct{ kind, name, argument, why string }

// covers reports that the row is about a name, or about an argument of one. A star
// stands for all; without an argument the row is about the name.
func (r refusal) covers(kind, name, argument string) bool {
	return r.kind == kind && (r.name == "*" && argument != "" || r.name == name) && r.argument == argument
}

// String is the row as a message names it: "losses.*.dtype".
func (r refusal) String() string {
	return strings.TrimSuffix(r.kind+"."+r.name+"."+r.argument, ".")
}

// refusals are names and arguments of Keras that a description does not have, and
// why. What the registries themselves list as missing needs no row here.
var refusals = slices.Concat(
	because("it is what others are derived from in Python",
		"callbacks.Callback", "constraints.Constraint", "initializers.Initializer", "layers.Layer", "losses.Loss", "metrics.Metric", "optimizers.Optimizer", "regularizers.Regularizer", "metrics.MeanMetricWrapper"),
	because("write it as RNN: {cell: {LSTMCell: {units: 8}}}, or the layer of the cell", "layers.GRUCell", "layers.LSTMCell", "layers.SimpleRNNCell", "layers.StackedRNNCells"),
	because("it runs a program of another framework, of which nothing is known when the package is generated", "layers.FlaxLayer", "layers.JaxLayer", "layers.TFSMLayer", "layers.TorchModuleWrapper"),
	because("inputs have a section of their own: inputs: {x: {shape: [28, 28]}}", "layers.InputLayer"),
	because("layers follow one another under layers:, and in a Model", "layers.Pipeline"),
	because("a mean of the losses is what training reports; others are computed in Go from what Predict gives", "metrics.Mean", "metrics.Sum"),
	because("Fit does it by itself", "callbacks.CallbackList", "callbacks.History", "callbacks.ProgbarLogger"),
	because("use_ema of the optimizer does it", "callbacks.SwapEMAWeights"),
	because("it writes a format of JAX; ModelCheckpoint writes safetensors", "callbacks.OrbaxCheckpoint"),
	because("a callback in Go sends what it likes", "callbacks.RemoteMonitor"),
	because("a model has one optimizer", "optimizers.MultiOptimizer"),

	because("every number is a float32", "losses.*.dtype", "metrics.*.dtype", "operations.prod.dtype", "layers.*.dtype", "layers.*.reverse_dtype"),
	because("it has no name of its own in reports", "losses.*.name", "optimizers.*.name", "schedules.*.name"),
	because("gradients are float32 and need no scale; null is taken", "optimizers.*.loss_scale_factor"),
	because("it goes over the last axis; for others write the layer Softmax, or Operation", "activations.*.axis"),
	because("weights are not quantized", "layers.*.gptq_unpacked_column_size", "layers.*.quantization_config"),
	because("adapters for fine-tuning are not in this version", "layers.*.lora_rank", "layers.*.lora_alpha"),
	because("what it does is the same on every machine", "layers.*.use_cudnn", "layers.*.synchronized"),
	because("classes are those of the last axis", "metrics.*.axis"),
	because("ids are class numbers", "metrics.SparseTopKCategoricalAccuracy.from_sorted_ids"),
	because("every class counts; the loss takes ignore_class", "metrics.SparseCategoricalCrossentropy.ignore_class"),
	because("nothing is printed; the report of Fit says it", "callbacks.*.verbose"),
	because("Fit ends with an error by itself", "callbacks.TerminateOnNaN.raise_error"),
	because("vectors lie along the last axis; write op: moveaxis before", "operations.cross.axis", "operations.cross.axisa", "operations.cross.axisb", "operations.cross.axisc"),
	because("points lie evenly, dx from one another", "operations.trapezoid.x"),
)

// because gives rows one reason. Each is kind.name or kind.name.argument.
func because(why string, rows ...string) (list []refusal) {
	for _, row := range rows {
		f := strings.SplitN(row, ".", 3)
		r := refusal{kind: f[0], name: f[1], why: why}
		if len(f) > 2 {
			r.argument = f[2]
		}
		list = append(list, r)
	}
	return list
}
