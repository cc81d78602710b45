package torch

import (
	"fmt"
	"slices"
	"strings"
)

// weight is how a weight of a layer comes from tensors of its module.
type weight struct {
	name    string   // in the layer: kernel
	tensors []string // in the module: weight
	make    func(of []array, want []int) (array, error)
}

// module is a class of layers as PyTorch has it.
type module struct {
	weights []weight
	unused  []string // tensors of the module that no weight needs
	layered bool     // the tensors' names end in the number of the layer
}

// modules are the classes of layers that PyTorch has.
var modules = map[string]module{
	"Dense":              {weights: []weight{{"kernel", []string{"weight"}, reversed}, {"bias", []string{"bias"}, same}}},
	"Embedding":          {weights: []weight{{"embeddings", []string{"weight"}, same}}},
	"PReLU":              {weights: []weight{{"alpha", []string{"weight"}, elements}}},
	"Conv1D":             convolution,
	"Conv2D":             convolution,
	"Conv3D":             convolution,
	"Conv1DTranspose":    convolution, // [in, out, …] there, [… out, in] here
	"Conv2DTranspose":    convolution,
	"Conv3DTranspose":    convolution,
	"DepthwiseConv1D":    {weights: []weight{{"kernel", []string{"weight"}, depthwise}, {"bias", []string{"bias"}, same}}},
	"DepthwiseConv2D":    {weights: []weight{{"kernel", []string{"weight"}, depthwise}, {"bias", []string{"bias"}, same}}},
	"LayerNormalization": {weights: scaleAndShift},
	"GroupNormalization": {weights: scaleAndShift},
	"RMSNormalization":   {weights: []weight{{"scale", []string{"weight"}, same}}},
	"BatchNormalization": {weights: append([]weight{{"moving_mean", []string{"running_mean"}, same}, {"moving_variance", []string{"running_var"}, same}}, scaleAndShift...), unused: []string{"num_batches_tracked"}},
	"LSTM":               recurrent("", "", 4, 0, 1, 2, 3), // i f g o there, i f c o here
	"GRU":                recurrent("", "", 3, 1, 0, 2),    // r z n there, z r h here
	"SimpleRNN":          recurrent("", "", 1, 0),
	"MultiHeadAttention": {weights: []weight{
		{"query/kernel", []string{"in_proj_weight"}, heads(0)}, {"key/kernel", []string{"in_proj_weight"}, heads(1)}, {"value/kernel", []string{"in_proj_weight"}, heads(2)},
		{"query/bias", []string{"in_proj_bias"}, headBias(0)}, {"key/bias", []string{"in_proj_bias"}, headBias(1)}, {"value/bias", []string{"in_proj_bias"}, headBias(2)},
		{"attention_output/kernel", []string{"out_proj.weight"}, headsOut},
		{"attention_output/bias", []string{"out_proj.bias"}, same},
	}},
}

var (
	convolution   = module{weights: []weight{{"kernel", []string{"weight"}, convolutionKernel}, {"bias", []string{"bias"}, same}}}
	scaleAndShift = []weight{{"gamma", []string{"weight"}, same}, {"beta", []string{"bias"}, same}}
)

// moduleOf is what a layer of a class is in PyTorch, with what is in it: the layer of a
// TimeDistributed or Bidirectional.
func moduleOf(class, inner string) (module, bool) {
	switch class {
	case "TimeDistributed":
		class = inner
	case "Bidirectional":
		forward, ok := modules[inner]
		if !ok || !forward.layered {
			return module{}, false
		}
		order := map[string][]int{"LSTM": {0, 1, 2, 3}, "GRU": {1, 0, 2}, "SimpleRNN": {0}}[inner]
		both := recurrent("forward_", "", len(order), order...)
		both.weights = append(both.weights, recurrent("backward_", "_reverse", len(order), order...).weights...)
		return both, true
	}
	m, ok := modules[class]
	return m, ok
}

func same(of []array, want []int) (array, error) { return fitting(of[0], want) }

// elements takes elements whose axes of 1 may be elsewhere.
func elements(of []array, want []int) (array, error) { return into(of[0], want) }

// reversed has the axes the other way round: [out, in] there, [in, out] here.
func reversed(of []array, want []int) (array, error) {
	if len(of[0].shape) != 2 {
		return array{}, unlike(of[0], want)
	}
	return fitting(of[0].transposed(1, 0), want)
}

// convolutionKernel is [out, in, rows, columns] there and [rows, columns, in, out] here.
func convolutionKernel(of []array, want []int) (array, error) {
	n := len(of[0].shape)
	if n < 3 || n != len(want) {
		return array{}, unlike(of[0], want)
	}
	axes := []int{}
	for i := 2; i < n; i++ {
		axes = append(axes, i)
	}
	return fitting(of[0].transposed(append(axes, 1, 0)...), want)
}

// depthwise is [channels·multiplier, 1, rows, columns] there and [rows, columns, channels,
// multiplier] here.
func depthwise(of []array, want []int) (array, error) {
	a, n := of[0], len(want)
	if len(a.shape) != n || a.shape[1] != 1 || a.shape[0] != want[n-2]*want[n-1] {
		return array{}, unlike(a, want)
	}
	shape := append([]int{want[n-2], want[n-1]}, a.shape[2:]...)
	axes := []int{}
	for i := 2; i < n; i++ {
		axes = append(axes, i)
	}
	return fitting(a.reshaped(shape...).transposed(append(axes, 0, 1)...), want)
}

// recurrent are the weights of a layer of so many gates: [gates·units, in] there and
// [in, gates·units] here, in another order. There are two biases there; here there is their
// sum, or for a GRU with reset_after, which is PyTorch's, both. The names of the weights
// begin with before, those of the tensors end in after.
func recurrent(before, after string, gates int, order ...int) module {
	kernel := func(of []array, want []int) (array, error) {
		if len(of[0].shape) != 2 || of[0].shape[0]%gates != 0 {
			return array{}, unlike(of[0], want)
		}
		return fitting(of[0].blocks(order...).transposed(1, 0), want)
	}
	bias := func(of []array, want []int) (array, error) {
		if len(of[0].shape) != 1 || of[0].shape[0]%gates != 0 || !slices.Equal(of[0].shape, of[1].shape) {
			return array{}, unlike(of[0], want)
		}
		ih, hh := of[0].blocks(order...), of[1].blocks(order...)
		if len(want) == 2 {
			return fitting(array{[]int{2, ih.shape[0]}, slices.Concat(ih.data, hh.data)}, want)
		}
		if gates == 3 {
			return array{}, fmt.Errorf("the GRU of PyTorch has two biases, which reset_after: true has as well; the layer is without")
		}
		return fitting(ih.plus(hh), want)
	}
	return module{layered: true, weights: []weight{
		{before + "kernel", []string{"weight_ih_l" + after}, kernel},
		{before + "recurrent_kernel", []string{"weight_hh_l" + after}, kernel},
		{before + "bias", []string{"bias_ih_l" + after, "bias_hh_l" + after}, bias},
	}}
}

// tensor is the name of a tensor of a module with the number of the layer put in.
func (m module) tensor(name string, layer int) string {
	if !m.layered {
		return name
	}
	head, after, _ := strings.Cut(name, "_l")
	return fmt.Sprint(head, "_l", layer, after)
}

// heads is one third of in_proj_weight, [3·embed, embed] there; here each is [embed, heads,
// embed/heads].
func heads(third int) func(of []array, want []int) (array, error) {
	return func(of []array, want []int) (array, error) {
		if a := of[0]; len(a.shape) == 2 && a.shape[0]%3 == 0 {
			n := a.shape[0] / 3
			return into(a.rows(third*n, third*n+n).transposed(1, 0), want)
		}
		return array{}, unlike(of[0], want)
	}
}

// headsOut is [embed, embed] there and [heads, embed/heads, embed] here.
func headsOut(of []array, want []int) (array, error) {
	if len(of[0].shape) != 2 {
		return array{}, unlike(of[0], want)
	}
	return into(of[0].transposed(1, 0), want)
}

func headBias(third int) func(of []array, want []int) (array, error) {
	return func(of []array, want []int) (array, error) {
		if a := of[0]; len(a.shape) == 1 && a.shape[0]%3 == 0 {
			n := a.shape[0] / 3
			return into(a.rows(third*n, third*n+n), want)
		}
		return array{}, unlike(of[0], want)
	}
}

// fitting is a where it has the shape that is wanted.
func fitting(a array, want []int) (array, error) {
	if !slices.Equal(a.shape, want) {
		return a, unlike(a, want)
	}
	return a, nil
}

// into is a with its elements under the shape that is wanted.
func into(a array, want []int) (array, error) {
	n := 1
	for _, d := range want {
		n *= d
	}
	if n != len(a.data) {
		return a, unlike(a, want)
	}
	return a.reshaped(want...), nil
}

func unlike(a array, want []int) error {
	return fmt.Errorf("which is %s as the layer has it, and %s in the network", literal(a.shape), literal(want))
}
