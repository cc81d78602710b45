package train_test

import (
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/train"
)

// What the description says of a training does what the same settings of the
// call do, and the call has the last word.
func TestDescribedSettings(t *testing.T) {
	said := compiled(8, 4)
	said.StepsPerEpoch, said.ClassWeight = 2, map[int]float64{0: 0.25, 1: 3}
	losses := func(c train.Compiled, cfg config) []float64 {
		return fit(t, engine(8), &train.Session{Seed: 3}, c, dataset(40), cfg).Column("loss")
	}
	want := losses(compiled(8, 4), config{StepsPerEpoch: 2, ClassWeight: said.ClassWeight})
	if got := losses(said, config{}); !slices.Equal(got, want) {
		t.Errorf("described %v, of the call %v", got, want)
	}
	plain := losses(compiled(8, 4), config{StepsPerEpoch: 5})
	if slices.Equal(plain, want) {
		t.Error("steps and weights change nothing: the test tests nothing")
	}
	if got := losses(said, config{StepsPerEpoch: 5, ClassWeight: map[int]float64{}}); !slices.Equal(got, plain) {
		t.Errorf("overridden %v, want %v", got, plain)
	}
}

// The callbacks of the description are fresh for every call, and come first.
func TestDescribedCallbacks(t *testing.T) {
	var calls []string
	made := 0
	c := compiled(8, 3)
	c.Callbacks = func() []train.Callback {
		made++
		return []train.Callback{&hook{begin: func(*train.State) error { calls = append(calls, "described"); return nil }}}
	}
	own := &hook{begin: func(*train.State) error { calls = append(calls, "own"); return nil }}
	s := &train.Session{Seed: 1}
	fit(t, engine(8), s, c, dataset(16), config{Callbacks: []train.Callback{own}})
	fit(t, engine(8), s, c, dataset(16), config{})
	if want := []string{"described", "own", "described"}; !slices.Equal(calls, want) || made != 2 {
		t.Errorf("calls %v of callbacks made %d times, want %v", calls, made, want)
	}
	c.Callbacks = func() []train.Callback { return []train.Callback{&train.EarlyStopping{Monitor: "loss", MinDelta: 1e9}} }
	if h := fit(t, engine(8), s, c, dataset(16), config{}); len(h.Epochs) != 2 {
		t.Errorf("%d epochs, want an end after 2", len(h.Epochs))
	}
}
