package main

import (
	"math/rand/v2"

	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

// openIris leaves the layer "scale" (Normalization) as New makes it, so that it
// changes nothing: the other peers are given features that are scaled.
func openIris() (*network, error) {
	const batch = 16
	random := rand.New(rand.NewPCG(1, 3))
	x, y := make([]iris.Input, peer.Batches*batch), make([]iris.Target, peer.Batches*batch)
	var features []float32
	var classes []int32
	for i := range x {
		for j := range x[i] {
			x[i][j] = float32(random.NormFloat64())
		}
		y[i] = iris.Target(random.Int32N(3))
		features, classes = append(features, x[i][:]...), append(classes, int32(y[i]))
	}
	m, learner := iris.New(iris.Seed(1)), iris.New(iris.Seed(1))
	out := make([]iris.Output, batch)
	first := m.Predict(&x[0])
	return &network{
		name: "iris", batch: batch, model: m, outputs: first[:],
		one: func(count int) error {
			for range count {
				out[0] = m.Predict(&x[0])
			}
			return nil
		},
		all: peer.Times(func() error { return m.PredictBatch(out, x[:batch]) }),
		fit: steps(learner, x, y),
		write: func() error {
			if err := peer.Write("iris.x", features); err != nil {
				return err
			}
			return peer.Write("iris.y", classes)
		},
	}, nil
}
