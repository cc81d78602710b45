package modeltest

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/peak"
)

// The benchmarks say how close a network comes to what the machine can do:
// %peak is the share of the fastest loop of multiply-adds, %read that of the
// fastest loop over as many bytes as there are weights. Both loops run between
// parts of the work.

// BenchmarkPredict predicts one sample.
func (n *Network[M, I, O, T, P]) BenchmarkPredict(b *testing.B) { n.plain().benchmarkPredict(b) }

func (n *plainNetwork) benchmarkPredict(b *testing.B) {
	predict := n.predictOf(n.newModel(nn.Seed(1)), freshValue(n.output), n.sample(1))
	b.Run(nn.CPU().String(), func(b *testing.B) {
		b.ReportAllocs()
		peak.Measure(b, b.N, peak.Work{Flops: n.predictWork, Bytes: n.weightBytes}, predict)
	})
}

// BenchmarkPredictBatch predicts as many samples as a training batch has.
func (n *Network[M, I, O, T, P]) BenchmarkPredictBatch(b *testing.B) {
	n.plain().benchmarkPredictBatch(b)
}

func (n *plainNetwork) benchmarkPredictBatch(b *testing.B) {
	x, out := n.samples(n.rows), n.outputs(n.rows)
	n.withWorkers(b, func(b *testing.B, m any, workers int) {
		predict := n.batchOf(m, out, x)
		peak.Measure(b, b.N, peak.Work{Workers: workers, Flops: n.batchWork}, func() {
			if err := predict(); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkTrainStep makes steps of Fit, from their rows to the parameters.
func (n *Network[M, I, O, T, P]) BenchmarkTrainStep(b *testing.B) { n.plain().benchmarkTrainStep(b) }

func (n *plainNetwork) benchmarkTrainStep(b *testing.B) {
	x, y := n.samples(n.rows), n.sampleTargets(n.rows)
	n.withWorkers(b, func(b *testing.B, m any, workers int) {
		fit := func(f fitting) {
			f.epochs, f.batch, f.ordered = 1, n.rows, true
			if err := n.fit(m, x, y, f); err != nil {
				b.Fatal(err)
			}
		}
		fit(fitting{}) // makes what is made once
		meter := peak.NewMeter(b, b.N, peak.Work{Workers: workers, Flops: n.fitWork})
		fit(fitting{steps: b.N, meter: meter})
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
func (n *plainNetwork) withWorkers(b *testing.B, run func(b *testing.B, m any, workers int)) {
	for _, workers := range slices.Compact([]int{1, runtime.GOMAXPROCS(0)}) {
		b.Run(fmt.Sprintf("%s/workers=%d", nn.CPU(), workers), func(b *testing.B) {
			b.ReportAllocs()
			run(b, n.newModel(nn.Seed(1), nn.Workers(workers)), workers)
		})
	}
}
