package data

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// statsOf are the mean and the variance in exact arithmetic.
func statsOf(x []float64) (mean, variance float64) {
	n := big.NewRat(int64(len(x)), 1)
	sum, squares := new(big.Rat), new(big.Rat)
	for _, v := range x {
		r := new(big.Rat).SetFloat64(v)
		sum.Add(sum, r)
		squares.Add(squares, r.Mul(r, r))
	}
	m := sum.Quo(sum, n)
	s := squares.Quo(squares, n)
	mean, _ = m.Float64()
	variance, _ = s.Sub(s, new(big.Rat).Mul(m, m)).Float64()
	return mean, variance
}

func TestNumberStats(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name         string
		mean, spread float64
		n            int
	}{
		{"plain", 0, 1, 1000},
		{"far from 0", 1e9, 1, 1000},
		{"tiny", 1e-200, 1e-203, 500},
		{"wide", 0, 1e100, 500},
		{"one", 5, 1, 1},
		{"two", -3, 7, 2},
	} {
		var s NumberStats
		var x []float64
		for range c.n {
			v := c.mean + c.spread*r.NormFloat64()
			x = append(x, v)
			s.Add(v)
		}
		mean, variance := statsOf(x)
		if d := math.Abs(s.Mean() - mean); d > 1e-15*math.Abs(mean) && d > 1e-16*c.spread {
			t.Errorf("%s: mean %v, want %v", c.name, s.Mean(), mean)
		}
		// A mean 1e9 deviations away leaves float64 about 16 - 9 digits of a distance.
		tolerance := 1e-13 + 1e-16*math.Abs(c.mean)/c.spread
		if math.Abs(s.Variance()-variance) > tolerance*variance {
			t.Errorf("%s: variance %v, want %v", c.name, s.Variance(), variance)
		}
		if s.Deviation() != math.Sqrt(s.Variance()) || s.Min() != slices.Min(x) || s.Max() != slices.Max(x) || s.Count() != c.n {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
	var none, same NumberStats
	if none.Mean() != 0 || none.Variance() != 0 || none.Min() != 0 || none.Max() != 0 || none.Count() != 0 {
		t.Errorf("of nothing: %+v", none)
	}
	for range 7 {
		same.Add(0.1)
	}
	if same.Mean() != 0.1 || same.Deviation() != 0 {
		t.Errorf("of a constant: %v, deviation %v", same.Mean(), same.Deviation())
	}
}

// Keras's Normalization learns the same in float32.
func TestNumberStatsAreKeras(t *testing.T) {
	for _, c := range kerasCases(t, "Normalization") {
		var rows [][]float64
		decode(t, c.Train, &rows)
		_, whole := c.Settings["axis"]
		stats := make([]NumberStats, len(c.Mean))
		for _, row := range rows {
			for k, v := range row {
				if whole {
					k = 0
				}
				stats[k].Add(v)
			}
		}
		for k := range stats {
			if got := stats[k].Mean(); math.Abs(got-c.Mean[k]) > 1e-5*math.Abs(got)+1e-6 {
				t.Errorf("%s: mean %v, Keras %v", c.Name, got, c.Mean[k])
			}
			if got := stats[k].Variance(); math.Abs(got-c.Variance[k]) > 1e-5*got+1e-6 {
				t.Errorf("%s: variance %v, Keras %v", c.Name, got, c.Variance[k])
			}
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{nil, 0},
		{[]float64{4}, 4},
		{[]float64{9, 1}, 5},
		{[]float64{3, -1, 2}, 2},
		{[]float64{5, 1, 4, 1}, 2.5},
		{[]float64{math.MaxFloat64, math.MaxFloat64}, math.MaxFloat64},
	} {
		var m Median
		for _, v := range c.x {
			m.Add(v)
		}
		for range 2 {
			if m.Value() != c.want || m.Count() != len(c.x) {
				t.Errorf("%v: %v, want %v", c.x, m.Value(), c.want)
			}
		}
	}
	var m Median
	m.Add(1)
	_ = m.Value()
	m.Add(-1) // it goes on after an answer
	if m.Value() != 0 {
		t.Errorf("%v", m.Value())
	}
}
