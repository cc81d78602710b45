package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/keras/container"
)

// stateCase is the state of an optimizer in a file of two layers, d with a kernel (2, 3) and
// a bias (3,) and e with a kernel (3, 1).
type stateCase struct {
	version string
	compile string // class_name and config of the optimizer
	arrays  string // names with the shapes of the weights that they are of: k, b, e; 1: (1,); s, i: numbers
	step    int
	want    string // the slots and the place in the file of what they have; what is left out
}

var stateCases = []stateCase{
	// Keras 3, and Keras 2 from 2.11 on: the slots of a weight side by side.
	{"3.15.1", `"Adam", "config": {"learning_rate": 0.5}`, "adam/iteration:i adam/learning_rate:s adam/d_kernel_momentum:k adam/d_kernel_velocity:k adam/d_bias_momentum:b adam/d_bias_velocity:b adam/e_kernel_momentum:e adam/e_kernel_velocity:e", 1,
		"d/bias/momentum 5, d/bias/velocity 6, d/kernel/momentum 3, d/kernel/velocity 4, e/kernel/momentum 7, e/kernel/velocity 8, rate 2"},
	{"2.12.0", `"Custom>Adam", "config": {"learning_rate": 0.5}`, "iteration:0:i Adam/m/d/kernel:0:k Adam/v/d/kernel:0:k Adam/m/d/bias:0:b Adam/v/d/bias:0:b Adam/m/e/kernel:0:e Adam/v/e/kernel:0:e", 1,
		"d/bias/momentum 4, d/bias/velocity 5, d/kernel/momentum 2, d/kernel/velocity 3, e/kernel/momentum 6, e/kernel/velocity 7, rate 0.5"},
	{"3.15.1", `"LossScaleOptimizer", "config": {"inner_optimizer": {"class_name": "SGD", "config": {"learning_rate": 0.5, "momentum": 0.5}}}`, "loss_scale_optimizer/iteration:i loss_scale_optimizer/learning_rate:s loss_scale_optimizer/step_counter:i loss_scale_optimizer/dynamic_scale:s SGD/iteration:i SGD/learning_rate:s SGD/d_kernel_momentum:k SGD/d_bias_momentum:b SGD/e_kernel_momentum:e", 5,
		"d/bias/momentum 8, d/kernel/momentum 7, e/kernel/momentum 9, rate 6"},
	{"3.15.1", `"Nadam", "config": {"learning_rate": 0.5}`, "nadam/iteration:i nadam/learning_rate:s a:k b:k c:b d:b e:e f:e nadam/variable:s", 1,
		"d/bias/momentum 5, d/bias/velocity 6, d/kernel/momentum 3, d/kernel/velocity 4, e/kernel/momentum 7, e/kernel/velocity 8, rate 2, u_product 9"},
	// Before, those of all weights one after the other.
	{"2.4.0", `"Adam", "config": {"learning_rate": 0.5}`, "Adam/iter:0:i Adam/d/kernel/m:0:k Adam/d/bias/m:0:b Adam/e/kernel/m:0:e Adam/d/kernel/v:0:k Adam/d/bias/v:0:b Adam/e/kernel/v:0:e", 1,
		"d/bias/momentum 3, d/bias/velocity 6, d/kernel/momentum 2, d/kernel/velocity 5, e/kernel/momentum 4, e/kernel/velocity 7, rate 0.5"},
	{"2.1.3", `"Adam", "config": {"lr": 0.5, "amsgrad": false}`, "Adam/iterations:0:i training/Adam/Variable:0:k training/Adam/Variable_1:0:b training/Adam/Variable_2:0:e training/Adam/Variable_3:0:k training/Adam/Variable_4:0:b training/Adam/Variable_5:0:e training/Adam/Variable_6:0:1 training/Adam/Variable_7:0:1 training/Adam/Variable_8:0:1", 1,
		"d/bias/momentum 3, d/bias/velocity 6, d/kernel/momentum 2, d/kernel/velocity 5, e/kernel/momentum 4, e/kernel/velocity 7, rate 0.5"},
	{"1.2.2", `"RMSprop", "config": {"lr": 0.5, "rho": 0.9}`, "param_0:k param_1:b param_2:e", 0, "d/bias/velocity 2, d/kernel/velocity 1, e/kernel/velocity 3, rate 0.5"},
	{"2.3.0", `"Ftrl", "config": {"learning_rate": 0.5}`, "Ftrl/iter:0:i Ftrl/d/kernel/accumulator:0:k Ftrl/d/kernel/linear:0:k Ftrl/d/bias/accumulator:0:b Ftrl/d/bias/linear:0:b Ftrl/e/kernel/accumulator:0:e Ftrl/e/kernel/linear:0:e", 1,
		"d/bias/accumulator 4, d/bias/linear 5, d/kernel/accumulator 2, d/kernel/linear 3, e/kernel/accumulator 6, e/kernel/linear 7, rate 0.5"},
	{"2.4.0", `"Nadam", "config": {"learning_rate": 0.5}`, "Nadam/iter:0:i Nadam/momentum_cache:0:s Nadam/d/kernel/m:0:k Nadam/d/bias/m:0:b Nadam/e/kernel/m:0:e Nadam/d/kernel/v:0:k Nadam/d/bias/v:0:b Nadam/e/kernel/v:0:e", 1,
		"d/bias/momentum 4, d/bias/velocity 7, d/kernel/momentum 3, d/kernel/velocity 6, e/kernel/momentum 5, e/kernel/velocity 8, rate 0.5, u_product 0.468"},
	{"2.4.0", `"SGD", "config": {"learning_rate": 0.5, "decay": 0.25}`, "SGD/iter:0:i", 1, "rate 0.01"},
	{"2.11.0", `"Custom>Adam", "config": {"learning_rate": 0.5}`, "iteration:0:0", 0, ""}, // compiled, and not trained

	{"3.15.1", `"Adam", "config": {"learning_rate": 0.5}`, "adam/iteration:i adam/learning_rate:s a:k", 0, "left: the state of the optimizer, so that training begins anew: it has 1 array for 3 weights, where adam has 6"},
	{"3.15.1", `"SGD", "config": {"learning_rate": 0.5, "momentum": 0.5}`, "SGD/iteration:i SGD/learning_rate:s a:k b:e c:b", 0, "left: the state of the optimizer, so that training begins anew: b is (3, 1), where the momentum of d/bias is (3,)"},
	{"3.15.1", `"SGD", "config": {"learning_rate": 0.5, "momentum": 0.5}`, "SGD/iteration:n SGD/learning_rate:s a:k b:b c:e", 0, "left: the state of the optimizer, so that training begins anew: SGD/iteration, the number of steps, is -1"},
	{"3.15.1", `"Muon", "config": {"learning_rate": 0.5}`, "muon/iteration:i", 0, "left: the state of the optimizer, so that training begins anew: the description has no compile section"},
}

// TestOptimizerState has each form that versions of Keras gave to the state.
func TestOptimizerState(t *testing.T) {
	for _, c := range stateCases {
		var arrays []container.Tensor
		for i, text := range strings.Fields(c.arrays) {
			at := strings.LastIndexByte(text, ':')
			arrays = append(arrays, stateArray(text[:at], text[at+1:], i+1))
		}
		path := written(t, &container.Model{
			Format: container.Layers, Version: c.version,
			Config: []byte(`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "module": "keras.layers", "config": {"name": "d", "batch_input_shape": [null, 2], "units": 3}},
				{"class_name": "Dense", "module": "keras.layers", "config": {"name": "e", "units": 1, "use_bias": false}}]}}`),
			Compile: fmt.Appendf(nil, `{"optimizer_config": {"class_name": %s}, "loss": "mse"}`, c.compile),
			Groups: []container.Group{
				{Path: "d", Tensors: []container.Tensor{stateArray("kernel:0", "k", 0), stateArray("bias:0", "b", 0)}},
				{Path: "e", Tensors: []container.Tensor{stateArray("kernel:0", "e", 0)}},
			},
			Optimizer: []container.Group{{Path: "optimizer_weights", Tensors: arrays}},
		})
		m, err := Open(path, nil)
		if err != nil {
			t.Errorf("%s: %v", c.compile, err)
			continue
		}
		if got := stateText(m); got != c.want || m.Optimizer != nil && m.Optimizer.Step != c.step {
			t.Errorf("%s of Keras %s:\n%s\nwant\n%s; %v", c.compile, c.version, got, c.want, m.Optimizer)
		}
	}
}

// stateText is the state as the cases have it.
func stateText(m *Model) string {
	if len(m.Left) > 0 {
		return "left: " + strings.Join(m.Left, "; ")
	}
	if m.Optimizer == nil {
		return ""
	}
	list := []string{fmt.Sprint("rate ", m.Optimizer.Rule.Common().LearningRate)}
	segments, values := m.Optimizer.State()
	for _, s := range segments[2:] {
		v := s.Of(values)
		if slices.ContainsFunc(v, func(x float32) bool { return x != v[0] }) {
			list = append(list, s.Name+" is mixed")
			continue
		}
		list = append(list, fmt.Sprintf("%s %.3g", s.Name, v[0]))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// stateArray is an array of one number in all of its elements.
func stateArray(name, of string, number int) container.Tensor {
	switch of {
	case "i":
		return container.NewCounter(name, int64(number))
	case "n":
		return container.NewCounter(name, -1)
	case "0":
		return container.NewCounter(name, 0)
	}
	shape := map[string][]int{"k": {2, 3}, "b": {3}, "e": {3, 1}, "1": {1}, "s": nil}[of]
	n := 1
	for _, d := range shape {
		n *= d
	}
	return container.NewTensor(name, shape, slices.Repeat([]float32{float32(number)}, n))
}
