package train

import (
	"fmt"
	"io"
	"strings"

	"github.com/nngen-go/nngen/runtime/weights"
)

// A checkpoint is a weights file with more kinds of tensors: "position", which holds a
// position, "optimizer/...", the state of the optimizer, "callback/0" and so on, what the
// callbacks remember, and "carried", what stateful layers hand from batch to batch. One of
// [WriteBeginning] has no position, callbacks and carried states.
const (
	checkpointFormat = "1"
	positionName     = weights.TrainingPrefix + "position"
	optimizerPrefix  = weights.TrainingPrefix + "optimizer/"
	callbackPrefix   = weights.TrainingPrefix + "callback/"
)

// position is where a training is between two steps, apart from parameters
// and optimizer.
type position struct {
	Shape      shape
	Seed, Step uint64 // of the session
	Epoch      int    // to go on in
	Begun      bool   // it has begun
	Done       int    // batches of it that are done
	Batches    int    // of an epoch, as far as known
	Place      place
	Sums       [][]float64 // of the meter, if the epoch has begun
	History    History
	Stop       bool     // a callback has asked for the end
	Callbacks  []string // kinds of those that remember something
}

// shape is what must be the same for a training to go on with the same bits.
type shape struct {
	BatchSize, StepsPerEpoch, Rows int
	Shuffle                        bool
	Optimizer, Frozen              string
}

// differs says what is not the same, "" if nothing.
func (s shape) differs(now shape) string {
	var all []string
	note := func(same bool, what string, was, is any) {
		if !same {
			all = append(all, fmt.Sprintf("%s %v there, %v now", what, was, is))
		}
	}
	note(s.BatchSize == now.BatchSize, "batch size", s.BatchSize, now.BatchSize)
	note(s.StepsPerEpoch == now.StepsPerEpoch, "steps per epoch", s.StepsPerEpoch, now.StepsPerEpoch)
	note(s.Rows == now.Rows, "training rows", s.Rows, now.Rows)
	note(s.Shuffle == now.Shuffle, "shuffling", s.Shuffle, now.Shuffle)
	note(s.Frozen == now.Frozen, "frozen", quoted(s.Frozen), quoted(now.Frozen))
	note(s.Optimizer == now.Optimizer, "optimizer", s.Optimizer, now.Optimizer)
	return strings.Join(all, ", ")
}

// save writes a checkpoint of the training as it stands, in one stroke.
func (f *fitting) save(path string) error {
	p := position{
		Shape: f.shape, Seed: f.session.Seed, Step: f.session.Step, Batches: f.state.Batches,
		Epoch: f.state.Epoch, Begun: f.begun, Place: f.feed.at, History: *f.state.History, Stop: f.stop,
	}
	if f.state.ended {
		p.Epoch++
	}
	if p.Begun {
		var err error
		p.Done = f.feed.done
		if p.Sums, err = f.meter.sums(); err != nil {
			return err
		}
	}
	var tensors []weights.Tensor
	for _, s := range f.state.Segments {
		tensors = append(tensors, weights.Tensor{Name: s.Name, Shape: s.Shape, Data: s.Of(f.state.Params)})
	}
	tensors = append(tensors, stateOf(f.session.Optimizer)...)
	if c, ok := f.engine.Network.(Carrier); ok {
		tensors = append(tensors, weights.Tensor{Name: carriedName, Shape: []int{len(c.Carried())}, Data: c.Carried()})
	}
	for _, c := range f.stateful() {
		state, err := c.SaveState()
		if err != nil {
			return fmt.Errorf("train: the state of callback %T: %w", c, err)
		}
		tensors = append(tensors, octets(fmt.Sprint(callbackPrefix, len(p.Callbacks)), state))
		p.Callbacks = append(p.Callbacks, fmt.Sprintf("%T", c))
	}
	state, err := encodeState(&p)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	tensors = append(tensors, octets(positionName, state))
	meta := map[string]string{weights.KeyTraining: checkpointFormat}
	for k, v := range f.state.meta() {
		meta[k] = v
	}
	return weights.SaveFile(path, func(w io.Writer) error {
		_, err := weights.WriteTensors(w, meta, tensors)
		return err
	})
}

func quoted(names string) string { return fmt.Sprintf("%q", names) }

func octets(name string, b []byte) weights.Tensor {
	return weights.Tensor{Name: name, Shape: []int{len(b)}, Bytes: append([]byte{}, b...)}
}
