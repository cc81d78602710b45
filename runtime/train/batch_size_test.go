package train_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/train"
)

// growing is an engine with statistics over the batch that takes any batch, up
// to a limit.
type growing struct {
	*linear
	limit int
	grown []int // how far
}

func (e *growing) MicroBatch() int { return 8 }

func (e *growing) Grow(n int) error {
	if n > e.limit {
		return errors.New("too much")
	}
	if n > e.micro {
		e.micro = n
		e.x, e.y, e.out = make([][3]float32, n), make([][3]float32, n), make([][3]float32, n)
		e.w = make([]float32, n)
		e.grown = append(e.grown, n)
	}
	return nil
}

// Where statistics are taken over the batch, it is trained on at once, whatever
// its size, in memory that is made once; it is evaluated in parts.
func TestWholeBatches(t *testing.T) {
	for _, size := range []int{1, 7, 8, 9, 20, 50, math.MaxInt} {
		for _, d := range []data.Dataset[vector, vector]{dataset(50), &stream{rows: dataset(50), len: -1}} {
			e := &growing{linear: engine(8), limit: 50}
			e.stats, e.record = true, true
			_, err := train.Fit(context.Background(), e, &train.Session{}, compiled(8, 2), d, config{BatchSize: size, ValidationData: dataset(20)})
			if err != nil {
				t.Fatalf("batches of %d: %v", size, err)
			}
			var want []int
			for range 2 {
				for left := 50; left > 0; left -= size {
					want = append(want, min(left, size))
				}
			}
			var got []int
			for _, s := range e.steps {
				got = append(got, s.Total)
				if s.First != 0 {
					t.Errorf("batches of %d: a part begins at row %d", size, s.First)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("batches of %d: trained on %v, want %v", size, got, want)
			}
			if most := min(size, 50); most > 8 && !slices.Equal(e.grown, []int{most}) || most <= 8 && e.grown != nil {
				t.Errorf("batches of %d: memory for %v rows", size, e.grown)
			}
		}
	}
	e := &growing{linear: engine(8), limit: 40}
	e.stats = true
	_, err := train.Fit(context.Background(), e, &train.Session{}, compiled(8, 1), dataset(50), config{BatchSize: 50})
	if err == nil || err.Error() != "train: too much" {
		t.Errorf("error %v", err)
	}
}

// evaluated is a growing engine that says what it has evaluated at once.
type evaluated struct {
	growing
	whole bool
	parts []int
}

func (e *evaluated) WholeLoss() bool { return e.whole }

func (e *evaluated) Evaluate(n int, s train.Step) float64 {
	e.parts = append(e.parts, n)
	return e.growing.Evaluate(n, s)
}

// Where the loss is one of all rows of a batch, a batch is evaluated at once,
// too; elsewhere it is in parts.
func TestWholeBatchesAreEvaluated(t *testing.T) {
	for whole, want := range map[bool][]int{true: {20, 20, 10}, false: {8, 8, 4, 8, 8, 4, 8, 2}} {
		e := &evaluated{growing: growing{linear: engine(8), limit: 50}, whole: whole}
		e.stats = true
		if _, err := train.Evaluate(context.Background(), e, &train.Session{}, compiled(8, 1), dataset(50), 20); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.parts, want) {
			t.Errorf("whole batches %v: %v evaluated at once, want %v", whole, e.parts, want)
		}
	}
	e := &evaluated{growing: growing{linear: engine(8), limit: 10}, whole: true}
	e.stats = true
	if _, err := train.Evaluate(context.Background(), e, &train.Session{}, compiled(8, 1), dataset(50), 20); err == nil || err.Error() != "train: too much" {
		t.Errorf("error %v", err)
	}
}

// A batch size above the rows that there are is that of all rows.
func TestBatchSizeAboveRows(t *testing.T) {
	d := dataset(50)
	want := engine(8)
	fit(t, want, &train.Session{Seed: 1}, compiled(8, 2), d, config{BatchSize: 50, NoShuffle: true})
	for _, size := range []int{51, math.MaxInt / 2, math.MaxInt} {
		for _, d := range []data.Dataset[vector, vector]{d, &stream{rows: d, len: 50}, &stream{rows: d, len: -1}} {
			e := engine(8)
			fit(t, e, &train.Session{Seed: 1}, compiled(8, 2), d, config{BatchSize: size, NoShuffle: true, ValidationData: d, ValidationBatchSize: size})
			if !slices.Equal(e.params, want.params) {
				t.Errorf("batches of %d: other parameters than for batches of 50", size)
			}
			if _, err := train.Evaluate(context.Background(), e, &train.Session{}, compiled(8, 1), d, size); err != nil {
				t.Errorf("evaluated in batches of %d: %v", size, err)
			}
		}
	}
}
