package modeltest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/peak"
	"github.com/nngen-go/nngen/runtime/train"
)

// The benchmarks say how close a network comes to what the machine can do:
// %peak is the share of the fastest loop of multiply-adds, %read that of the
// fastest loop over as many bytes as there are weights. Both loops run between
// parts of the work.

// BenchmarkPredict predicts one sample.
func (n *Network[M, I, O, T, P]) BenchmarkPredict(b *testing.B) {
	m, x := n.New(nn.Seed(1)), n.sample(1)
	var out O
	b.Run(nn.CPU().String(), func(b *testing.B) {
		b.ReportAllocs()
		peak.Measure(b, b.N, peak.Work{Flops: n.PredictWork, Bytes: n.WeightBytes}, func() { n.Predict(m, &out, &x) })
	})
}

// BenchmarkPredictBatch predicts as many samples as a training batch has.
func (n *Network[M, I, O, T, P]) BenchmarkPredictBatch(b *testing.B) {
	x := n.samples(n.Rows)
	out := make([]O, len(x))
	n.withWorkers(b, func(b *testing.B, m M, workers int) {
		peak.Measure(b, b.N, peak.Work{Workers: workers, Flops: n.BatchWork}, func() {
			if err := n.PredictBatch(m, out, x); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkTrainStep makes steps of Fit, from their rows to the parameters.
func (n *Network[M, I, O, T, P]) BenchmarkTrainStep(b *testing.B) {
	x, y := n.samples(n.Rows), n.SampleTargets(n.Rows)
	n.withWorkers(b, func(b *testing.B, m M, workers int) {
		fit := func(d data.Dataset[I, T]) {
			cfg := train.Config[I, T]{Epochs: 1, BatchSize: len(x), NoShuffle: true, ValidationSplit: -1, StepsPerEpoch: -1, OwnCallbacks: true}
			if _, err := m.Fit(context.Background(), d, cfg); err != nil {
				b.Fatal(err)
			}
		}
		fit(data.Slices(x, y)) // makes what is made once
		meter := peak.NewMeter(b, b.N, peak.Work{Workers: workers, Flops: n.FitWork})
		fit(&repeated[I, T]{data.Slices(x, y), x, y, b.N, meter})
		meter.Report()
	})
}

// repeated is a data set of the same batch for every step of a benchmark.
type repeated[I, T any] struct {
	data.Dataset[I, T]
	x     []I
	y     []T
	steps int
	meter *peak.Meter
}

func (r *repeated[I, T]) Len() int { return r.steps * len(r.x) }

func (r *repeated[I, T]) At(i int) (*I, *T, float32) {
	step, row := i/len(r.x), i%len(r.x)
	if row == 0 {
		r.meter.Begin(step)
	}
	return &r.x[row], &r.y[row], 1
}

// withWorkers runs a benchmark on one core and, if there are more, on all.
func (n *Network[M, I, O, T, P]) withWorkers(b *testing.B, run func(b *testing.B, m M, workers int)) {
	for _, workers := range slices.Compact([]int{1, runtime.GOMAXPROCS(0)}) {
		b.Run(fmt.Sprintf("%s/workers=%d", nn.CPU(), workers), func(b *testing.B) {
			b.ReportAllocs()
			run(b, n.New(nn.Seed(1), nn.Workers(workers)), workers)
		})
	}
}
