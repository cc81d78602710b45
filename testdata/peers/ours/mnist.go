package main

import (
	"math/rand/v2"
	"runtime"

	"github.com/nngen-go/nngen/generated/mnist"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

// digits makes up images as the data sets of handwritten digits hold them,
// values from 0 to 255, a fifth of them not 0, with classes.
func digits(rows int) (pixels []float32, classes []int32) {
	random := rand.New(rand.NewPCG(1, 2))
	pixels, classes = make([]float32, rows*28*28), make([]int32, rows)
	for i := range pixels {
		if random.IntN(5) == 0 {
			pixels[i] = float32(1 + random.IntN(255))
		}
	}
	for i := range classes {
		classes[i] = random.Int32N(10)
	}
	return pixels, classes
}

// writeDigits writes images, scaled to 0..1 as the other peers take them.
func writeDigits(name string, pixels []float32, classes []int32) error {
	scaled := make([]float32, len(pixels))
	for i, p := range pixels {
		scaled[i] = p / 255
	}
	if err := peer.Write(name+".x", scaled); err != nil {
		return err
	}
	return peer.Write(name+".y", classes)
}

func openMNIST() (*network, error) {
	const batch = 128
	pixels, classes := digits(peer.Batches * batch)
	x, y := make([]mnist.Input, len(classes)), make([]mnist.Target, len(classes))
	for i := range x {
		for r := range x[i] {
			copy(x[i][r][:], pixels[i*28*28+r*28:])
		}
		y[i] = mnist.Target(classes[i])
	}
	m, learner := mnist.New(mnist.Seed(1), mnist.Workers(runtime.GOMAXPROCS(0))), mnist.New(mnist.Seed(1))
	out := make([]mnist.Output, batch)
	first := m.Predict(&x[0])
	return &network{
		name: "mnist", batch: batch, model: m, outputs: first[:],
		one: func(count int) error {
			for range count {
				out[0] = m.Predict(&x[0])
			}
			return nil
		},
		all:   peer.Times(func() error { return m.PredictBatch(out, x[:batch]) }),
		fit:   steps(learner, x, y),
		write: func() error { return writeDigits("mnist", pixels, classes) },
	}, nil
}
