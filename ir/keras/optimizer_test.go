package keras

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// TestOptimizerVariables compares the order with optimizer.variables of Keras 3.15.1
// after a step of Dense(2) and Dense(1, use_bias=False).
func TestOptimizerVariables(t *testing.T) {
	weights := []nn.Segment{{Name: "a/kernel", Shape: []int{3, 2}}, {Name: "a/bias", Shape: []int{2}}, {Name: "b/kernel", Shape: []int{2, 1}}}
	sgd := optim.NewSGD(0.01)
	sgd.Momentum = 0.9
	rmsprop := optim.NewRMSprop(0.001)
	rmsprop.Momentum, rmsprop.Centered = 0.5, true
	amsgrad := optim.NewAdam(0.001)
	amsgrad.AMSGrad, amsgrad.UseEMA, amsgrad.GradientAccumulationSteps = true, true, 2
	scheduled := optim.NewAdam(0.001)
	scheduled.Schedule = &optim.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 10, DecayRate: 0.9}
	for _, c := range []struct {
		rule optim.Rule
		want string
	}{
		{optim.NewSGD(0.01), "iteration learning_rate"},
		{sgd, "iteration learning_rate a/kernel/momentum a/bias/momentum b/kernel/momentum"},
		{rmsprop, "iteration learning_rate a/kernel/velocity a/bias/velocity b/kernel/velocity a/kernel/momentum a/bias/momentum b/kernel/momentum " +
			"a/kernel/average_gradient a/bias/average_gradient b/kernel/average_gradient"},
		{amsgrad, "iteration learning_rate a/kernel/average a/bias/average b/kernel/average a/kernel/gradient_accumulator a/bias/gradient_accumulator b/kernel/gradient_accumulator " +
			"a/kernel/momentum a/kernel/velocity a/bias/momentum a/bias/velocity b/kernel/momentum b/kernel/velocity a/kernel/velocity_hat a/bias/velocity_hat b/kernel/velocity_hat"},
		{scheduled, "iteration a/kernel/momentum a/kernel/velocity a/bias/momentum a/bias/velocity b/kernel/momentum b/kernel/velocity"},
		{optim.NewNadam(0.001), "iteration learning_rate a/kernel/momentum a/kernel/velocity a/bias/momentum a/bias/velocity b/kernel/momentum b/kernel/velocity u_product"},
		{optim.NewAdafactor(0.001), "iteration learning_rate a/kernel/row a/kernel/column - - - a/bias/velocity b/kernel/row b/kernel/column -"},
	} {
		var got []string
		for _, v := range OptimizerVariables(c.rule, weights) {
			if v.Name == "" {
				v.Name = "-"
			}
			got = append(got, v.Name)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.rule.Name(), s, c.want)
		}
	}
	for _, v := range OptimizerVariables(optim.NewAdafactor(0.001), weights) {
		if want := map[string][]int{"a/kernel/row": {3}, "a/kernel/column": {2}, "a/bias/velocity": {2}}[v.Name]; want != nil && !slices.Equal(v.Shape, want) {
			t.Errorf("%s has shape %v, want %v", v.Name, v.Shape, want)
		}
		if v.Name == "" && v.Weight == "a/bias" && v.Shape != nil || v.Name == "" && v.Weight == "a/kernel" && !slices.Equal(v.Shape, []int{3, 2}) {
			t.Errorf("%s of %s, which is never read, has shape %v", v.Slot, v.Weight, v.Shape)
		}
	}
}

// TestPasses has every optimizer there is, with all of its slots.
func TestPasses(t *testing.T) {
	for _, e := range optim.Rules() {
		rule := e.New()
		all := slices.Concat(passes[rule.Name()]...)
		for _, slot := range rule.Slots() {
			if !slices.Contains(all, slot) {
				t.Errorf("%s: its slot %s has no place", rule.Name(), slot)
			}
		}
		if len(all) == 0 {
			t.Errorf("%s is missing", rule.Name())
		}
	}
}
