package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

// Rows of weight 0 are meant, whole batches of them too, wherever they stand: the
// loss of an epoch is Σ wᵢ·lossᵢ over all its rows, as by Keras, and no figure is
// ever NaN. Only a data set of nothing else is an error.
func TestRowsWithoutWeight(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 60 {
		n := 1 + r.IntN(24)
		x, y := rows(n)
		w, counts := make([]float32, n), false
		from, to := r.IntN(n+1), r.IntN(n+1) // these count, if there are any
		for i := from; i < to; i++ {
			w[i] = float32(r.IntN(3))
			counts = counts || w[i] != 0
		}
		c := compiled(4, 1)
		c.Optimizer = func() optim.Rule { return optim.NewSGD(0) }
		c.WeightedMetrics = func() [][]metric.Metric {
			return [][]metric.Metric{{metric.MeanSquaredError("mse"), metric.CosineSimilarity("cosine")}}
		}
		seen := figuresOf(func(name string, v float64) {
			if math.IsNaN(v) {
				t.Errorf("trial %d: %s is NaN, weights %v", trial, name, w)
			}
		})
		for _, d := range []data.Dataset[vector, vector]{data.WeightedSlices(x, y, w), &stream{rows: data.WeightedSlices(x, y, w), len: -1}} {
			e := engine(8)
			cfg := config{NoShuffle: true, ValidationData: d, Callbacks: []train.Callback{seen}}
			h, err := train.Fit(context.Background(), e, &train.Session{}, c, d, cfg)
			result, evaluated := train.Evaluate(context.Background(), e, &train.Session{}, c, d, 0)
			if !counts {
				if err == nil || !strings.HasPrefix(err.Error(), "train: every training row has weight 0") {
					t.Errorf("trial %d: all weights 0: error %v", trial, err)
				}
				if evaluated == nil || !strings.HasPrefix(evaluated.Error(), "train: every evaluation row has weight 0") {
					t.Errorf("trial %d: all weights 0: evaluation error %v", trial, evaluated)
				}
				continue
			}
			if err != nil || evaluated != nil {
				t.Errorf("trial %d: weights %v: %v, %v", trial, w, err, evaluated)
				continue
			}
			want := 0.0 // the parameters stay at 0
			for i, v := range w {
				for _, d := range y[i] {
					want += float64(v) * float64(d) * float64(d) / 3 / float64(n)
				}
			}
			for name, got := range map[string]float64{"loss": h.Column("loss")[0], "val_loss": h.Column("val_loss")[0], "evaluated loss": result.Loss} {
				if math.Abs(got-want) > 1e-6*(1+want) {
					t.Errorf("trial %d: weights %v: %s %v, want %v", trial, w, name, got, want)
				}
			}
		}
	}
}

// figuresOf calls see with every figure that callbacks are shown.
func figuresOf(see func(name string, v float64)) train.Callback {
	look := func(s *train.State) error {
		for _, v := range s.Logs {
			see(v.Name, v.Value)
		}
		return nil
	}
	return &train.Funcs{BatchEnd: look, EpochEnd: look}
}
