package train_test

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

// Fit and Evaluate lend the engine the session's workers, and take them back.
func TestWorkersOfACall(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, workers := range []int{0, 1, 3} {
		want := workers
		if workers == 0 {
			want = runtime.GOMAXPROCS(0)
		}
		e := engine(8)
		e.record = true
		s := &train.Session{Workers: workers}
		fit(t, e, s, compiled(8, 2), dataset(32), config{ValidationSplit: 0.25})
		if e.team != nil {
			t.Error("the engine keeps the workers of Fit")
		}
		if _, err := train.Evaluate(context.Background(), e, s, compiled(8, 1), dataset(8), 0); err != nil {
			t.Fatal(err)
		}
		if e.team != nil {
			t.Error("the engine keeps the workers of Evaluate")
		}
		if len(e.teams) != 2*(3+1)+1 || slices.Min(e.teams) != want || slices.Max(e.teams) != want {
			t.Errorf("Session.Workers %d: the calls found %d workers", workers, e.teams)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}

// A network large enough to share the optimizer's work and the sum of gradients
// trains to the same bits with any number of workers.
func TestSameBitsForAnyWorkers(t *testing.T) {
	units := optim.SharedFrom/4 + 1
	var want []float32
	for _, workers := range []int{1, 2, 3} {
		e := newWide(4, units)
		s := &train.Session{Seed: 1, Workers: workers}
		if _, err := train.Fit(context.Background(), e, s, compiled(10, 2), dataset(20), config{}); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = slices.Clone(e.params)
			if want[1] == newWide(4, units).params[1] {
				t.Fatal("the network has learned nothing")
			}
			continue
		}
		for i, v := range e.params {
			if math.Float32bits(v) != math.Float32bits(want[i]) {
				t.Fatalf("%d workers: parameter %d is %v, with one worker %v", workers, i, v, want[i])
			}
		}
	}
}

// wide is an Engine whose gradient has as many elements as one likes: an affine
// function of the parameters and of the rows of a micro-batch.
type wide struct{ *linear }

func newWide(micro, units int) *wide {
	e := &wide{engine(micro)}
	e.params = make([]float32, 4*units+1)
	for i := range e.params {
		e.params[i] = float32(i%97) / 97
	}
	e.segs = []nn.Segment{{Name: "kernel", Shape: []int{units, 4}}, {Name: "state", Offset: 4 * units, Flags: nn.State}}
	e.grads = make([]float32, 4*units)
	return e
}

func (e *wide) Train(n int, s train.Step) float64 {
	var sum float32
	for row := range n {
		sum += e.x[row][0] + e.y[row][0]
	}
	for i := range e.grads {
		e.grads[i] = (e.params[i] + sum*float32(i%13)) / float32(s.Total)
	}
	return float64(sum)
}

func (e *wide) Evaluate(n int, s train.Step) float64 { return e.Train(n, s) }
