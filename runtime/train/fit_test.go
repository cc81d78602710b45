package train_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

type (
	vector  = [3]float32
	config  = train.Config[vector, vector]
	example = data.Example[vector, vector]
)

// rows are n inputs with targets that a linear model meets exactly.
func rows(n int) (x, y []vector) {
	for i := range n {
		a := float32(math.Sin(float64(3*i))) + float32(i%7)/10
		b := float32(math.Cos(float64(5 * i)))
		c := float32(i%5)/5 - 0.4
		x = append(x, vector{a, b, c})
		y = append(y, vector{a - 2*b + 0.5, 3*c - 1, a + b + c})
	}
	return x, y
}

func dataset(n int) data.Dataset[vector, vector] {
	x, y := rows(n)
	return data.Slices(x, y)
}

func compiled(batch, epochs int) train.Compiled {
	return train.Compiled{
		Loss:      "mean_squared_error",
		Optimizer: func() optim.Rule { return optim.NewSGD(0.1) },
		Metrics:   func() [][]metric.Metric { return [][]metric.Metric{{metric.MeanAbsoluteError("mae")}} },
		BatchSize: batch,
		Epochs:    epochs,
		Shuffle:   true,
	}
}

func engine(micro int) *linear { return newLinear(micro, 0, []string{"y"}, []int{3}) }

func fit(t *testing.T, e *linear, s *train.Session, c train.Compiled, d data.Dataset[vector, vector], cfg config) *train.History {
	t.Helper()
	h, err := train.Fit(context.Background(), e, s, c, d, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestFitLearns(t *testing.T) {
	h := fit(t, engine(16), &train.Session{Seed: 1}, compiled(16, 150), dataset(200), config{ValidationSplit: 0.25})
	last := h.Last()
	if len(last) != 4 || last[0].Name != "loss" || last[3].Name != "val_mae" {
		t.Fatalf("last figures %v", last)
	}
	for _, v := range last {
		if v.Value > 1e-3 {
			t.Errorf("%s is %v after 150 epochs", v.Name, v.Value)
		}
	}
}

// stream hides that a data set has random access and how long it is.
type stream struct {
	rows data.Dataset[vector, vector]
	fail int // the row that is an error; 0: none
	len  int
	open int // sequences running
}

func (s *stream) Len() int { return s.len }

func (s *stream) Rows(epoch int) iter.Seq2[example, error] {
	return func(yield func(example, error) bool) {
		s.open++
		defer func() { s.open-- }()
		i := 0
		for ex, err := range s.rows.Rows(epoch) {
			if i++; i == s.fail {
				err = errors.New("the disk is gone")
			}
			if !yield(ex, err) || err != nil {
				return
			}
		}
	}
}

// A data set read as a stream gives the same bits as one in memory that is not
// shuffled.
func TestStreamAgreesWithSlices(t *testing.T) {
	for _, length := range []int{-1, 50} {
		a, b := engine(4), engine(4)
		s := &stream{rows: dataset(50), len: length}
		ha := fit(t, a, &train.Session{Seed: 1}, compiled(12, 3), dataset(50), config{NoShuffle: true, ValidationData: dataset(9)})
		hb := fit(t, b, &train.Session{Seed: 1}, compiled(12, 3), s, config{ValidationData: &stream{rows: dataset(9), len: -1}})
		if !slices.Equal(a.params, b.params) {
			t.Errorf("length %d: parameters differ", length)
		}
		if fmt.Sprint(ha) != fmt.Sprint(hb) {
			t.Errorf("length %d: %v and %v", length, ha, hb)
		}
		if s.open != 0 {
			t.Errorf("length %d: %d sequences left open", length, s.open)
		}
	}
}

func TestSameSeedSameBits(t *testing.T) {
	run := func(seed uint64, procs int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		e := engine(8)
		s := &train.Session{Seed: seed}
		fit(t, e, s, compiled(8, 2), dataset(100), config{})
		fit(t, e, s, compiled(8, 2), dataset(100), config{})
		return e.params
	}
	one := run(5, 1)
	if !slices.Equal(one, run(5, 2)) {
		t.Error("the bits depend on GOMAXPROCS")
	}
	if slices.Equal(one, run(6, 1)) {
		t.Error("another seed gives the same order of rows")
	}
}

// Two calls of one epoch are one call of two, orders of rows included.
func TestSessionGoesOn(t *testing.T) {
	a, b := engine(8), engine(8)
	fit(t, a, &train.Session{Seed: 5}, compiled(8, 2), dataset(60), config{})
	s := &train.Session{Seed: 5}
	fit(t, b, s, compiled(8, 1), dataset(60), config{})
	fit(t, b, s, compiled(8, 1), dataset(60), config{})
	if !slices.Equal(a.params, b.params) {
		t.Error("the second call does not go on where the first ended")
	}
}

func TestOptimizerOfACall(t *testing.T) {
	e, s := engine(8), &train.Session{}
	c := compiled(8, 1)
	fit(t, e, s, c, dataset(16), config{})
	first := s.Optimizer
	if first.Rule.Name() != "sgd" || first.Step != 2 {
		t.Fatalf("%s after %d steps", first.Rule.Name(), first.Step)
	}
	adam := optim.NewAdam(0.01)
	fit(t, e, s, c, dataset(16), config{Optimizer: adam})
	second := s.Optimizer
	if second.Rule != optim.Rule(adam) || second.Step != 2 {
		t.Errorf("%s after %d steps, want adam after 2", second.Rule.Name(), second.Step)
	}
	fit(t, e, s, c, dataset(16), config{Optimizer: adam})
	if s.Optimizer != second || second.Step != 4 {
		t.Error("the same rule started afresh")
	}
	fit(t, e, s, c, dataset(16), config{})
	if s.Optimizer != second || s.Step != 8 {
		t.Errorf("a call without an optimizer dropped the session's; %d steps", s.Step)
	}
	adam.AMSGrad = true
	_, err := train.Fit(context.Background(), e, s, c, dataset(16), config{})
	if err == nil || !strings.Contains(err.Error(), "velocity_hat") {
		t.Errorf("a rule that grew an accumulator: %v", err)
	}
}

func TestStepsAndMicroBatches(t *testing.T) {
	e := engine(4)
	e.record = true
	s := &train.Session{Seed: 9, Step: 100}
	fit(t, e, s, compiled(10, 1), dataset(23), config{})
	want := []train.Step{
		{Seed: 9, Index: 100, First: 0, Total: 10}, {Seed: 9, Index: 100, First: 4, Total: 10}, {Seed: 9, Index: 100, First: 8, Total: 10},
		{Seed: 9, Index: 101, First: 0, Total: 10}, {Seed: 9, Index: 101, First: 4, Total: 10}, {Seed: 9, Index: 101, First: 8, Total: 10},
		{Seed: 9, Index: 102, First: 0, Total: 3},
	}
	if !slices.Equal(e.steps, want) {
		t.Errorf("steps %v, want %v", e.steps, want)
	}
}

func TestEveryRowOncePerEpoch(t *testing.T) {
	x, y := rows(30)
	for i := range x {
		x[i][0] = float32(i)
	}
	seen := &seenRows{linear: engine(7)}
	c := compiled(7, 3)
	c.Metrics = nil
	if _, err := train.Fit(context.Background(), seen, &train.Session{Seed: 3}, c, data.Slices(x, y), config{ValidationSplit: 0.1}); err != nil {
		t.Fatal(err)
	}
	var orders []string
	for epoch := range 3 {
		part := seen.rows[epoch*30 : (epoch+1)*30]
		orders = append(orders, fmt.Sprint(part[:27]))
		training := slices.Clone(part[:27])
		slices.Sort(training)
		for i, v := range training {
			if v != i {
				t.Fatalf("epoch %d trained on rows %v", epoch, training)
			}
		}
		if validation := part[27:]; !slices.Equal(validation, []int{27, 28, 29}) {
			t.Errorf("epoch %d: validation rows %v, want the last three in order", epoch, validation)
		}
	}
	if orders[0] == orders[1] || orders[1] == orders[2] {
		t.Error("two epochs have the same order")
	}
}

// seenRows notes the first element of every row loaded.
type seenRows struct {
	*linear
	rows []int
}

func (e *seenRows) Load(row int, x, y *vector, w float32) error {
	e.rows = append(e.rows, int(x[0]))
	return e.linear.Load(row, x, y, w)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e, s := engine(8), &train.Session{}
	c := &hook{batchEnd: func(st *train.State) error {
		if st.Epoch == 2 && st.Batch == 1 {
			cancel()
		}
		return nil
	}}
	h, err := train.Fit(ctx, e, s, compiled(8, 10), dataset(32), config{Callbacks: []train.Callback{c}})
	if err != context.Canceled {
		t.Errorf("error %v, want context.Canceled itself", err)
	}
	if !slices.Equal(h.Epochs, []int{0, 1}) || len(h.Column("loss")) != 2 {
		t.Errorf("history %v, want the two epochs completed", h)
	}
	if s.Step != 10 {
		t.Errorf("%d steps, want 10", s.Step)
	}
	if c.log[len(c.log)-1] != "train end" {
		t.Errorf("callbacks end with %q", c.log[len(c.log)-1])
	}
	// The session stays usable.
	fit(t, e, s, compiled(8, 1), dataset(32), config{})

	done, cancelled := context.WithCancel(context.Background())
	cancelled()
	if _, err := train.Evaluate(done, e, &train.Session{}, compiled(8, 1), dataset(4), 0); err != context.Canceled {
		t.Errorf("Evaluate: %v", err)
	}
}

func TestEvaluateMatchesValidation(t *testing.T) {
	e := engine(4)
	h := fit(t, e, &train.Session{}, compiled(10, 2), dataset(25), config{ValidationData: dataset(13)})
	r, err := train.Evaluate(context.Background(), e, &train.Session{}, compiled(10, 2), dataset(13), 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := h.Column("val_loss")[1]; r.Loss != want {
		t.Errorf("loss %v, the validation had %v", r.Loss, want)
	}
	if mae, _ := r.Value("mae"); mae != h.Column("val_mae")[1] {
		t.Errorf("mae %v, the validation had %v", mae, h.Column("val_mae"))
	}
	if want := fmt.Sprintf("loss: %.4f - mae: %.4f", r.Loss, r.Metrics[0].Value); r.String() != want {
		t.Errorf("String() = %q, want %q", r, want)
	}
	if _, ok := r.Value("accuracy"); ok {
		t.Error("a figure that is not there was found")
	}
}

// A training step and an evaluated batch allocate nothing: ten times the rows
// cost no more allocations.
func TestStepsAllocateNothing(t *testing.T) {
	for _, d := range []func(n int) data.Dataset[vector, vector]{
		dataset,
		func(n int) data.Dataset[vector, vector] { return &stream{rows: dataset(n), len: -1} },
	} {
		for _, batch := range []int{4, 16} { // one and several micro-batches
			count := func(n int) float64 {
				e, rows, validation := engine(8), d(n), d(n)
				c := compiled(batch, 1)
				return testing.AllocsPerRun(10, func() {
					fit(t, e, &train.Session{Seed: 1}, c, rows, config{ValidationData: validation, Callbacks: []train.Callback{train.NopCallback{}}})
				})
			}
			if few, many := count(32), count(320); few != many {
				t.Errorf("%T, batch %d: %v allocations for 32 rows, %v for 320", d(1), batch, few, many)
			}
		}
	}
}
