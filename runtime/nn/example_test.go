package nn_test

import (
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
)

// The value of every element depends on the seed, the step, the layer and its
// own position, and on nothing else.
func ExampleKey() {
	key := nn.NewKey(42, 7, nn.Stream("dropout_1"))
	const row = 3
	block := key.Uniform4(row, 0)
	fmt.Println(block[2] == key.Uniform(row, 2))
	// Output: true
}

func ExampleGlorotUniform() {
	kernel := make([]float32, 784*512)
	nn.GlorotUniform(kernel, nn.NewKey(42, 0, nn.Stream("hidden/kernel")), 784, 512)
	limit := float32(0.0680414) // √(6/(784+512))
	inside := true
	for _, w := range kernel {
		inside = inside && -limit <= w && w <= limit
	}
	fmt.Println(inside)
	// Output: true
}
