package train_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/train"
)

// many is the number of rows of a micro-batch that is worth loading in parallel.
const many = 1 << 13

// parallel is an Engine whose rows may be loaded at the same time. If meet is
// set, the first row waits for one of the second half to be on its way.
type parallel struct {
	*linear
	meet chan struct{}
	met  bool
}

func (*parallel) ParallelLoad() {}

func (e *parallel) Load(row int, x, y *vector, weight float32) error {
	if e.meet != nil && row == 0 {
		select {
		case <-e.meet:
			e.met = true
		case <-time.After(10 * time.Second):
		}
	}
	if e.meet != nil && row == many/2 {
		e.meet <- struct{}{}
	}
	return e.linear.Load(row, x, y, weight)
}

func TestParallelLoad(t *testing.T) {
	var want []float32
	for _, workers := range []int{1, 2, 3} {
		e := &parallel{linear: engine(many)}
		s := &train.Session{Seed: 1, Workers: workers}
		if _, err := train.Fit(context.Background(), e, s, compiled(many, 2), dataset(many+many/3), config{}); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = slices.Clone(e.params)
		}
		for i, v := range e.params {
			if math.Float32bits(v) != math.Float32bits(want[i]) {
				t.Fatalf("%d workers: parameter %d is %v, with one worker %v", workers, i, v, want[i])
			}
		}
	}
	e := &parallel{linear: engine(many), meet: make(chan struct{}, 1)}
	if _, err := train.Evaluate(context.Background(), e, &train.Session{Workers: 2}, compiled(many, 1), dataset(many), 0); err != nil || !e.met {
		t.Errorf("two workers did not load at the same time: %v", err)
	}
}

// The first row that is refused is reported, and nothing of it stays behind.
func TestParallelLoadRefused(t *testing.T) {
	x, y := rows(many)
	x[many-3][0], x[many/2+1][0], x[17][0] = 666, 666, 666
	e, s := &parallel{linear: engine(many)}, &train.Session{Workers: 3}
	for _, want := range []string{"evaluation row 17: ", "evaluation row 4097: ", "evaluation row 8189: "} {
		_, err := train.Evaluate(context.Background(), e, s, compiled(many, 1), data.Slices(x, y), 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("error %v, want %s", err, want)
		}
		for i := range x { // mend the first
			if x[i][0] == 666 {
				x[i][0] = 0
				break
			}
		}
	}
	if _, err := train.Evaluate(context.Background(), e, s, compiled(many, 1), data.Slices(x, y), 0); err != nil {
		t.Error(err)
	}
}
