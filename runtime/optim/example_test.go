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
