package main

import (
	"runtime"

	"github.com/nngen-go/nngen/generated/mnistcnn"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

func openCNN() (*network, error) {
	const batch = 128
	pixels, classes := digits(peer.Batches * batch)
	x, y := make([]mnistcnn.Input, len(classes)), make([]mnistcnn.Target, len(classes))
	for i := range x {
		for r := range x[i] {
			for c := range x[i][r] {
				x[i][r][c][0] = pixels[(i*28+r)*28+c]
			}
		}
		y[i] = mnistcnn.Target(classes[i])
	}
	m, learner := mnistcnn.New(mnistcnn.Seed(1), mnistcnn.Workers(runtime.GOMAXPROCS(0))), mnistcnn.New(mnistcnn.Seed(1))
	out := make([]mnistcnn.Output, batch)
	first := m.Predict(&x[0])
	return &network{
		name: "mnistcnn", batch: batch, model: m, outputs: first[:],
		one: func(count int) error {
			for range count {
				out[0] = m.Predict(&x[0])
			}
			return nil
		},
		all:   peer.Times(func() error { return m.PredictBatch(out, x[:batch]) }),
		fit:   steps(learner, x, y),
		write: func() error { return writeDigits("mnistcnn", pixels, classes) },
	}, nil
}
