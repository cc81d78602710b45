package train_test

import (
	"context"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

// idle is an Engine that computes nothing: what is left is what Fit costs.
type idle struct {
	params, grads, out, y []float32
	losses                [1]float64
}

func (e *idle) MicroBatch() int            { return len(e.y) }
func (e *idle) Segments() []nn.Segment     { return []nn.Segment{{Name: "w", Shape: []int{len(e.params)}}} }
func (e *idle) Params() []float32          { return e.params }
func (e *idle) Gradients() []float32       { return e.grads }
func (e *idle) Losses() []float64          { return e.losses[:] }
func (e *idle) OutputNames() []string      { return []string{"out"} }
func (e *idle) BatchStatistics() bool      { return false }
func (e *idle) Weight(int) float32         { return 1 }
func (e *idle) Reweight(int, float32)      {}
func (e *idle) Share(*nn.Team)             {}
func (e *idle) Adapt() []train.Adapter     { return nil }
func (e *idle) Outputs(_, r int) []float32 { return e.out[r : r+1] }
func (e *idle) Targets(_, r int) []float32 { return e.y[r : r+1] }

func (e *idle) Load(row int, _ *[]int32, y *float32, _ float32) error {
	e.y[row] = *y
	return nil
}

func (e *idle) Train(int, train.Step) float64    { return 0.5 }
func (e *idle) Evaluate(int, train.Step) float64 { return 0.5 }

// BenchmarkFitLoop is what Fit adds to the kernels: 20,000 rows of ids in
// batches of 512, shuffled, with one metric, by the row.
func BenchmarkFitLoop(b *testing.B) {
	const rows, batch = 20000, 512
	x, y := make([][]int32, rows), make([]float32, rows)
	for i := range y {
		x[i], y[i] = make([]int32, 1), float32(i%2)
	}
	c := train.Compiled{
		Optimizer: func() optim.Rule { return optim.NewSGD(0.1) },
		Metrics:   func() [][]metric.Metric { return [][]metric.Metric{{metric.BinaryAccuracy("accuracy", 0.5)}} },
		BatchSize: batch, Epochs: b.N, Shuffle: true,
	}
	e := &idle{params: make([]float32, 1), grads: make([]float32, 1), out: make([]float32, batch), y: make([]float32, batch)}
	b.ReportAllocs()
	if _, err := train.Fit(context.Background(), e, &train.Session{Workers: 1}, c, data.Slices(x, y), train.Config[[]int32, float32]{}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
