package metric

import (
	"math"
	"testing"
)

// plain are the metrics without settings of Keras's in testdata.
var plain = []string{"BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "mae", "mse"}

func TestNameAndReset(t *testing.T) {
	for _, kind := range plain {
		m := made(t, kind, nil, 0)
		if m.Name() != "m" {
			t.Errorf("%s: Name() = %q", kind, m.Name())
		}
		if m.Result() != 0 {
			t.Errorf("%s: %v before any row", kind, m.Result())
		}
		m.Update([]float32{1, 0}, []float32{0.75, 0.25}, 2)
		first := m.Result()
		m.Update([]float32{1, 0}, []float32{-3, 4}, 5)
		m.Reset()
		if m.Result() != 0 {
			t.Errorf("%s: %v after Reset", kind, m.Result())
		}
		m.Update([]float32{1, 0}, []float32{0.75, 0.25}, 1)
		if m.Result() != first {
			t.Errorf("%s: %v after Reset and the same row, %v before", kind, m.Result(), first)
		}
	}
}

func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		threshold     float64
		output, class float32
		want          float64
	}{
		{0.5, 0.5, 0, 1}, // not above the threshold
		{0.5, 0.50001, 1, 1},
		{0.8, 0.7, 0, 1},
		{0, 0.1, 1, 1}, // logits
		{0, -0.1, 1, 0},
		{0.5, float32(math.NaN()), 0, 1},
	} {
		m := BinaryAccuracy("a", c.threshold)
		m.Update([]float32{c.class}, []float32{c.output}, 1)
		if m.Result() != c.want {
			t.Errorf("threshold %v, output %v, class %v: %v, want %v", c.threshold, c.output, c.class, m.Result(), c.want)
		}
	}
}

// A row with several sparse targets holds as many groups of outputs.
func TestSparseSequence(t *testing.T) {
	m := SparseCategoricalAccuracy("a")
	m.Update([]float32{1, 0, 2}, []float32{
		0.1, 0.8, 0.1, // 1: hit
		0.3, 0.4, 0.3, // 0: miss
		0.2, 0.2, 0.6, // 2: hit
	}, 1)
	if got := m.Result(); math.Abs(got-2.0/3) > 1e-15 {
		t.Errorf("%v, want 2/3", got)
	}
	m.Update([]float32{7}, []float32{0.5, 0.5}, 1) // no such class
	if got := m.Result(); math.Abs(got-1.0/3) > 1e-15 {
		t.Errorf("%v, want 1/3", got)
	}
}

// A mean in float32 would stop counting at 2²⁴ rows.
func TestMeanOfManyRows(t *testing.T) {
	m := MeanAbsoluteError("mae")
	for range 1<<24 + 1<<20 {
		m.Update([]float32{0.1}, []float32{0}, 1)
	}
	if got, want := m.Result(), float64(float32(0.1)); math.Abs(got-want) > 1e-9 {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestUpdateAllocatesNothing(t *testing.T) {
	target, output := []float32{1, 0}, []float32{0.5, 0.25}
	for _, kind := range plain {
		m := made(t, kind, nil, 0)
		if n := testing.AllocsPerRun(100, func() { m.Update(target, output, 1) }); n != 0 {
			t.Errorf("%s: %v allocations", kind, n)
		}
	}
}

// A metric that goes on from a state ends with the same bits.
func TestStateResumes(t *testing.T) {
	rows := [][3][]float32{
		{{1, 0}, {0.75, 0.3}, {0.3}},
		{{0, 1}, {0.1, 0.7}, {1}},
		{{1, 0}, {0.2, 0.9}, {0.7}},
		{{1, 0}, {0.6, 0.1}, {0.1}},
	}
	for _, kind := range plain {
		make := func() Stateful { return made(t, kind, nil, 0).(Stateful) }
		for cut := range len(rows) + 1 {
			whole, first, second := make(), make(), make()
			for i, r := range rows {
				whole.Update(r[0], r[1], r[2][0])
				if i < cut {
					first.Update(r[0], r[1], r[2][0])
				}
			}
			second.Update(rows[0][0], rows[0][1], 3) // to be forgotten
			if err := second.SetState(first.State()); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			for _, r := range rows[cut:] {
				second.Update(r[0], r[1], r[2][0])
			}
			if a, b := whole.Result(), second.Result(); math.Float64bits(a) != math.Float64bits(b) {
				t.Errorf("%s, resumed after %d rows: %v, want %v", kind, cut, b, a)
			}
			if err := second.SetState(append(first.State(), 1)); err == nil {
				t.Errorf("%s: a state too long went unnoticed", kind)
			}
		}
	}
}
