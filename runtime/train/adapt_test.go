package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/train"
)

// scaler is an Adapter over the engine's loaded inputs, seen as rows of Width 3
// in one, or three groups. The second one in a chain sees the input minus the
// mean that the first one found.
type scaler struct {
	e        *linear
	groups   int
	previous *scaler
	mean     []float32
	variance []float32
	count    int
	buffer   []float32
}

func (a *scaler) Name() string { return "norm" }
func (a *scaler) Width() int   { return 3 }
func (a *scaler) Groups() int  { return a.groups }

func (a *scaler) Rows(n int) []float32 {
	a.buffer = a.buffer[:0]
	for _, x := range a.e.x[:n] {
		for i, v := range x {
			if a.previous != nil {
				v -= a.previous.mean[i%a.previous.groups]
			}
			a.buffer = append(a.buffer, v)
		}
	}
	return a.buffer
}

func (a *scaler) Set(mean, variance []float32, count int) {
	a.mean, a.variance, a.count = mean, variance, count
}

func TestAdapt(t *testing.T) {
	x, y := rows(50)
	for i := range x {
		x[i][2] += 1e4 // a large mean must not cost the variance its digits
	}
	for _, source := range []string{"slices", "stream"} {
		e := engine(8)
		per := &scaler{e: e, groups: 3}
		all := &scaler{e: e, groups: 1}
		second := &scaler{e: e, groups: 3, previous: per}
		e.adapted = []train.Adapter{per, all, second}
		// The last ten rows are for validation and must not be looked at.
		cfg := config{ValidationSplit: 0.2}
		var d data.Dataset[vector, vector] = data.Slices(x, y)
		if source == "stream" {
			d, cfg = &stream{rows: data.Slices(x[:40], y[:40]), len: -1}, config{}
		}
		c := compiled(8, 1)
		c.Metrics = nil
		cfg.Callbacks = []train.Callback{&hook{begin: func(*train.State) error { return train.ErrStop }}}
		fit(t, e, &train.Session{Seed: 2}, c, d, cfg)
		for g := range 3 {
			var sum, squares float64
			for _, r := range x[:40] {
				sum += float64(r[g])
			}
			mean := sum / 40
			for _, r := range x[:40] {
				d := float64(r[g]) - mean
				squares += d * d
			}
			if per.count != 40 || math.Abs(float64(per.mean[g])-mean) > 1e-7*math.Abs(mean) {
				t.Errorf("%s: mean of group %d over %d rows is %v, want %v", source, g, per.count, per.mean[g], mean)
			}
			if want := squares / 40; math.Abs(float64(per.variance[g])-want) > 1e-6*want {
				t.Errorf("%s: variance of group %d is %v, want %v", source, g, per.variance[g], want)
			}
			if math.Abs(float64(second.mean[g])) > 1e-3 {
				t.Errorf("%s: the second layer does not see the first one adapted: mean %v", source, second.mean[g])
			}
		}
		var sum float64
		for _, r := range x[:40] {
			sum += float64(r[0]) + float64(r[1]) + float64(r[2])
		}
		if mean := sum / 120; all.count != 40 || math.Abs(float64(all.mean[0])-mean) > 1e-6*mean {
			t.Errorf("%s: mean of all is %v over %d rows, want %v over 40", source, all.mean[0], all.count, mean)
		}
	}
}

func TestAdaptErrors(t *testing.T) {
	x, y := rows(10)
	x[9][0] = 666
	e := engine(8)
	e.adapted = []train.Adapter{&scaler{e: e, groups: 3}}
	_, err := train.Fit(context.Background(), e, &train.Session{}, compiled(8, 1), data.Slices(x, y), config{})
	if want := `adapting layer "norm": train: training row 9: id 666 is out of range`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	// Weights are the affair of the training, not of adapting.
	e = engine(8)
	norm := &scaler{e: e, groups: 3}
	e.adapted = []train.Adapter{norm}
	x[9][0] = 1
	w := make([]float32, len(x))
	w[9] = 1
	fit(t, e, &train.Session{}, compiled(8, 1), data.WeightedSlices(x, y, w), config{})
	if norm.count != 10 {
		t.Errorf("adapted to %d rows of 10, 9 of them without weight", norm.count)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := train.Fit(ctx, e, &train.Session{}, compiled(8, 1), dataset(10), config{}); err != context.Canceled {
		t.Errorf("cancelled while adapting: %v", err)
	}
}
