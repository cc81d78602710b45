package main

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/nn"
)

// mlp is a stack of dense layers with relu between them.
func mlp(_ *model.Scope, v []*graph.Node, x *graph.Node) *graph.Node {
	for i := 0; i < len(v); i += 2 {
		act := activation.TypeRelu
		if i == len(v)-2 {
			act = activation.TypeNone
		}
		x = nn.Dense(x, v[i], v[i+1], compute.DenseLayoutInputOutputs, act)
	}
	return x
}

// cnn is two 3x3 convolutions with 2x2 pooling, and a dense layer, after a
// dropout that only training has.
func cnn(s *model.Scope, v []*graph.Node, x *graph.Node) *graph.Node {
	for i := 0; i < 4; i += 2 {
		x = graph.Convolve(x, v[i]).NoPadding().Done()
		x = activation.Relu(graph.Add(x, graph.Reshape(v[i+1], 1, 1, 1, -1)))
		x = graph.MaxPool(x).Window(2).Done()
	}
	x = graph.Reshape(x, x.Shape().Dimensions[0], -1)
	x = layers.DropoutStatic(s, x, 0.5)
	return nn.Dense(x, v[4], v[5], compute.DenseLayoutInputOutputs)
}
