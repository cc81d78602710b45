package train_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/train"
)

// hook logs the calls it gets.
type hook struct {
	train.NopCallback
	log      []string
	batchEnd func(*train.State) error
	epochEnd func(*train.State) error
	begin    func(*train.State) error
	end      func(*train.State) error
}

func (c *hook) note(s *train.State, f func(*train.State) error, text string) error {
	c.log = append(c.log, text)
	if f == nil {
		return nil
	}
	return f(s)
}

func (c *hook) OnTrainBegin(s *train.State) error {
	return c.note(s, c.begin, fmt.Sprintf("train begin, %d epochs of %d batches", s.Epochs, s.Batches))
}

func (c *hook) OnEpochBegin(s *train.State) error {
	return c.note(s, nil, fmt.Sprintf("epoch %d begin", s.Epoch))
}

func (c *hook) OnBatchEnd(s *train.State) error {
	return c.note(s, c.batchEnd, fmt.Sprintf("batch %d end: %s", s.Batch, names(s)))
}

func (c *hook) OnEpochEnd(s *train.State) error {
	return c.note(s, c.epochEnd, fmt.Sprintf("epoch %d end: %s, %d recorded", s.Epoch, names(s), len(s.History.Epochs)))
}

func (c *hook) OnTrainEnd(s *train.State) error { return c.note(s, c.end, "train end") }

func names(s *train.State) string {
	var n []string
	for _, v := range s.Logs {
		n = append(n, v.Name)
	}
	return strings.Join(n, " ")
}

func TestCallbackOrder(t *testing.T) {
	c := &hook{}
	fit(t, engine(8), &train.Session{}, compiled(8, 2), dataset(20), config{ValidationSplit: 0.2, Callbacks: []train.Callback{train.NopCallback{}, c}})
	want := []string{
		"train begin, 2 epochs of 2 batches",
		"epoch 0 begin",
		"batch 0 end: loss mae",
		"batch 1 end: loss mae",
		"epoch 0 end: loss mae val_loss val_mae, 1 recorded",
		"epoch 1 begin",
		"batch 0 end: loss mae",
		"batch 1 end: loss mae",
		"epoch 1 end: loss mae val_loss val_mae, 2 recorded",
		"train end",
	}
	if !slices.Equal(c.log, want) {
		t.Errorf("calls:\n%s\nwant:\n%s", strings.Join(c.log, "\n"), strings.Join(want, "\n"))
	}
}

func TestCallbackStops(t *testing.T) {
	stop := fmt.Errorf("good enough: %w", train.ErrStop)
	for _, c := range []struct {
		name   string
		hook   *hook
		epochs int
		steps  uint64
	}{
		{"at the beginning", &hook{begin: func(*train.State) error { return stop }}, 0, 0},
		{"within an epoch", &hook{batchEnd: func(s *train.State) error {
			if s.Epoch == 1 && s.Batch == 0 {
				return stop
			}
			return nil
		}}, 2, 4},
		{"after an epoch", &hook{epochEnd: func(*train.State) error { return stop }}, 1, 3},
		{"at the end", &hook{end: func(*train.State) error { return stop }}, 5, 15},
	} {
		s, after := &train.Session{}, &hook{}
		h := fit(t, engine(8), s, compiled(8, 5), dataset(24), config{ValidationData: dataset(3), Callbacks: []train.Callback{c.hook, after}})
		if len(h.Epochs) != c.epochs || s.Step != c.steps {
			t.Errorf("%s: %d epochs, %d steps, want %d and %d", c.name, len(h.Epochs), s.Step, c.epochs, c.steps)
		}
		if len(h.Epochs) > 0 && len(h.Column("val_loss")) != len(h.Epochs) {
			t.Errorf("%s: the last epoch was not validated", c.name)
		}
		if len(after.log) != len(c.hook.log) || after.log[len(after.log)-1] != "train end" {
			t.Errorf("%s: the second callback missed a call: %q", c.name, after.log)
		}
	}
}

func TestCallbackFails(t *testing.T) {
	boom := errors.New("boom")
	fail := func(*train.State) error { return boom }
	for i, c := range []*hook{{begin: fail}, {batchEnd: fail}, {epochEnd: fail}, {end: fail}} {
		_, err := train.Fit(context.Background(), engine(8), &train.Session{}, compiled(8, 2), dataset(24), config{Callbacks: []train.Callback{c}})
		if err != boom {
			t.Errorf("case %d: %v, want boom", i, err)
		}
	}
}

// What a callback does to parameters and hyperparameters takes effect.
func TestCallbackChangesTheModel(t *testing.T) {
	e := engine(8)
	c := &hook{epochEnd: func(s *train.State) error {
		clear(s.Params)
		return nil
	}}
	fit(t, e, &train.Session{}, compiled(8, 1), dataset(24), config{Callbacks: []train.Callback{c}})
	for i, v := range e.params {
		if v != 0 {
			t.Fatalf("parameter %d is %v", i, v)
		}
	}
	var state *train.State
	c = &hook{begin: func(s *train.State) error {
		state = s
		if v, ok := s.Value("loss"); ok {
			t.Errorf("loss %v before the first batch", v)
		}
		return nil
	}, batchEnd: func(s *train.State) error {
		if v, ok := s.Value("loss"); !ok || v <= 0 {
			t.Errorf("loss %v %t after a batch", v, ok)
		}
		return nil
	}}
	s := &train.Session{}
	fit(t, e, s, compiled(8, 1), dataset(24), config{Callbacks: []train.Callback{c}})
	if state.Optimizer != s.Optimizer || len(state.Segments) != len(e.segs) {
		t.Error("the callback does not see the optimizer and the segments in use")
	}
}
