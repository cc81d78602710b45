package main

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"

	"github.com/nngen-go/nngen/testdata/peers/generated/gru"
	"github.com/nngen-go/nngen/testdata/peers/generated/lstm"
	"github.com/nngen-go/nngen/testdata/peers/generated/step"
	"github.com/nngen-go/nngen/testdata/peers/generated/transformer"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

//go:generate go run -C ../../.. ./cmd/nngen generate testdata/peers/models/lstm.yaml -o testdata/peers/generated/lstm
//go:generate go run -C ../../.. ./cmd/nngen generate testdata/peers/models/gru.yaml -o testdata/peers/generated/gru
//go:generate go run -C ../../.. ./cmd/nngen generate testdata/peers/models/transformer.yaml -o testdata/peers/generated/transformer
//go:generate go run -C ../../.. ./cmd/nngen generate testdata/peers/models/step.yaml -o testdata/peers/generated/step

// openStep times a step of a sequence that goes on and on.
func openStep() (*network, error) {
	m := step.New(step.Seed(1))
	if err := shake(m.Update); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(1, 7))
	var x step.StepInput
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	first, s := m.Step(m.NewState(), &x), m.NewState()
	return &network{
		name: "step", model: m, outputs: first[:],
		one: peer.Times(func() error {
			m.Step(s, &x)
			return nil
		}),
		write: func() error { return peer.Write("step.x", x[:]) },
	}, nil
}

func openLSTM() (*network, error) {
	m := lstm.New(lstm.Seed(1), lstm.Workers(runtime.GOMAXPROCS(0)))
	if err := shake(m.Update); err != nil {
		return nil, err
	}
	return sequences("lstm", 64, 100*64, m, m.Clone(), lstm.InputsFrom)
}

func openGRU() (*network, error) {
	m := gru.New(gru.Seed(1), gru.Workers(runtime.GOMAXPROCS(0)))
	if err := shake(m.Update); err != nil {
		return nil, err
	}
	return sequences("gru", 64, 100*64, m, m.Clone(), gru.InputsFrom)
}

func openTransformer() (*network, error) {
	m := transformer.New(transformer.Seed(1), transformer.Workers(runtime.GOMAXPROCS(0)))
	if err := shake(m.Update); err != nil {
		return nil, err
	}
	return sequences("transformer", 32, 128*128, m, m.Clone(), transformer.InputsFrom)
}

// shake adds noise to every parameter. Biases are zeros at first, and scales
// ones: a peer that mixes them up would agree with ours.
func shake[P any](update func(func(params *P))) (err error) {
	update(func(params *P) {
		var b []byte
		if b, err = binary.Append(nil, binary.LittleEndian, params); err != nil {
			return
		}
		v := make([]float32, len(b)/4)
		if _, err = binary.Decode(b, binary.LittleEndian, v); err != nil {
			return
		}
		random := rand.New(rand.NewPCG(1, 5))
		for i := range v {
			v[i] += float32(0.05 * random.NormFloat64())
		}
		if b, err = binary.Append(b[:0], binary.LittleEndian, v); err == nil {
			_, err = binary.Decode(b, binary.LittleEndian, params)
		}
	})
	return err
}

// classifier is what a generated package's Model of ten classes can do.
type classifier[X any, O ~[10]float32] interface {
	Save(path string) error
	Predict(x *X) O
	PredictBatch(dst []O, x []X) error
}

// sequences times a network that sorts sequences of size numbers in all, which
// are normally distributed here, into ten classes.
func sequences[X any, Y ~int32, O ~[10]float32](name string, batch, size int, m classifier[X, O], learner trainable[X, Y], inputs func(rows [][]float32) ([]X, error)) (*network, error) {
	random := rand.New(rand.NewPCG(1, 6))
	values := make([]float32, peer.Batches*batch*size)
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	rows, classes := make([][]float32, peer.Batches*batch), make([]int32, peer.Batches*batch)
	y := make([]Y, len(classes))
	for i := range rows {
		rows[i], classes[i] = values[i*size:(i+1)*size], random.Int32N(10)
		y[i] = Y(classes[i])
	}
	x, err := inputs(rows)
	if err != nil {
		return nil, err
	}
	n := tenClasses(name, batch, x, y, m, learner)
	n.write = func() error { return writeAll(name, values, classes) }
	return n, nil
}

// tenClasses times predictions of the first samples, and the steps of a training
// over all of them.
func tenClasses[X any, Y ~int32, O ~[10]float32](name string, batch int, x []X, y []Y, m classifier[X, O], learner trainable[X, Y]) *network {
	out := make([]O, batch)
	first := m.Predict(&x[0])
	return &network{
		name: name, batch: batch, model: m, outputs: first[:],
		one: func(count int) error {
			for range count {
				out[0] = m.Predict(&x[0])
			}
			return nil
		},
		all: peer.Times(func() error { return m.PredictBatch(out, x[:batch]) }),
		fit: steps(learner, x, y),
	}
}

// writeAll writes the samples and their classes for the other peers.
func writeAll[T float32 | int32](name string, x []T, classes []int32) error {
	if err := peer.Write(name+".x", x); err != nil {
		return err
	}
	return peer.Write(name+".y", classes)
}
