package train_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

// going is a linear engine whose rows go on from batch to batch: what the first output
// of a row was is added to its first input.
type going struct {
	*linear
	carried []float32
}

func newGoing(rows int) *going {
	return &going{newLinear(rows, 0, []string{"y"}, []int{3}), make([]float32, rows)}
}

func (g *going) CarriedRows() int   { return len(g.carried) }
func (g *going) Carried() []float32 { return g.carried }

func (g *going) Train(n int, s train.Step) float64    { return g.carry(n, s, g.linear.Train) }
func (g *going) Evaluate(n int, s train.Step) float64 { return g.carry(n, s, g.linear.Evaluate) }

func (g *going) carry(n int, s train.Step, run func(int, train.Step) float64) float64 {
	for row := range n {
		g.x[row][0] += g.carried[row]
	}
	loss := run(n, s)
	for row := range n {
		g.carried[row] = g.out[row][0] + 0.25
	}
	return loss
}

func goingCompiled(epochs int) train.Compiled {
	return train.Compiled{Loss: "mean_squared_error", Optimizer: func() optim.Rule { return optim.NewSGD(0.01) }, BatchSize: 4, Epochs: epochs}
}

// A training that goes on after an interruption has the states of its stateful layers.
func TestCarriedResumes(t *testing.T) {
	run := func(dir string, stop int) ([]float32, error) {
		e := newGoing(4)
		batches := 0
		interrupted := errors.New("interrupted")
		cfg := config{ValidationData: dataset(8), Callbacks: []train.Callback{
			&train.BackupAndRestore{BackupDir: dir, SaveFreq: 1},
			&train.Funcs{BatchEnd: func(*train.State) error {
				if batches++; batches == stop {
					return interrupted
				}
				return nil
			}},
		}}
		_, err := train.Fit(context.Background(), e, &train.Session{Seed: 1}, goingCompiled(3), dataset(16), cfg)
		return e.params, err
	}
	want, err := run(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := run(dir, 6); err == nil {
		t.Fatal("not interrupted")
	}
	got, err := run(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("parameter %d is %v, without an interruption %v", i, got[i], want[i])
		}
	}
}

// Batches of a network with stateful layers are whole, and come in one order.
func TestCarriedRows(t *testing.T) {
	for _, c := range []struct {
		rows int
		cfg  config
		mix  bool
		want string
	}{
		{rows: 16},
		{rows: 18, want: "18 training rows make no whole batches of 4: the network has stateful layers"},
		{rows: 16, cfg: config{BatchSize: 8}, want: "a training batch has 8 rows, and must have 4"},
		{rows: 16, cfg: config{ValidationData: dataset(6)}, want: "6 validation rows make no whole batches of 4"},
		{rows: 16, mix: true, want: "the rows of every epoch come in another order: set NoShuffle"},
		{rows: 16, mix: true, cfg: config{NoShuffle: true}},
		{rows: 18, cfg: config{StepsPerEpoch: 5}, want: "a training batch has 2 rows, and must have 4"},
	} {
		compiled := goingCompiled(1)
		compiled.Shuffle = c.mix
		_, err := train.Fit(context.Background(), newGoing(4), &train.Session{Seed: 1}, compiled, dataset(c.rows), c.cfg)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%d rows: %v, want %q", c.rows, err, c.want)
		}
	}
	if _, err := train.Evaluate(context.Background(), newGoing(4), &train.Session{}, goingCompiled(1), dataset(7), 0); err == nil || !strings.Contains(err.Error(), "7 evaluation rows make no whole batches of 4") {
		t.Error(err)
	}
}
