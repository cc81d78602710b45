package optim_test

import (
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Minimise (w-3)².
func ExampleOptimizer() {
	rule := optim.NewSGD(0.1)
	rule.Momentum = 0.5
	o, err := optim.New(rule, []nn.Segment{{Name: "w"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, g := []float32{0}, []float32{0}
	for range 60 {
		g[0] = 2 * (w[0] - 3)
		if err := o.Apply(w, g); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("w = %.3f after %d steps\n", w[0], o.Step)
	// Output: w = 3.000 after 60 steps
}

// A learning rate that falls, gradients of bounded size, and weights decayed but
// for the biases, with any optimizer.
func ExampleSettings() {
	rule := optim.NewAdam(0.01)
	rule.Schedule = optim.ExponentialDecay{InitialLearningRate: 0.01, DecaySteps: 100, DecayRate: 0.5, Staircase: true}
	rule.GlobalClipNorm = 1
	rule.WeightDecay = 0.004
	rule.ExcludeFromWeightDecay("bias")
	o, err := optim.New(rule, []nn.Segment{{Name: "hidden/kernel", Shape: []int{2, 2}}, {Name: "hidden/bias", Shape: []int{2}, Offset: 4}})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, g := make([]float32, 6), make([]float32, 6)
	for range 250 {
		if err := o.Apply(w, g); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%.4f after %d steps\n", o.LearningRate(), o.Step)
	// Output: 0.0025 after 250 steps
}
