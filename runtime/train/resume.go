package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

// stateful returns the callbacks that remember something.
func (f *fitting) stateful() []StatefulCallback {
	var all []StatefulCallback
	for _, c := range f.callbacks {
		if c, ok := c.(StatefulCallback); ok {
			all = append(all, c)
		}
	}
	return all
}

// interruption is a checkpoint that has been read and fits this training.
type interruption struct {
	position
	file   *weights.File
	begins bool // it has no position: this training is the first in its data
}

// interrupted looks for the checkpoint of a training to go on with, and brings
// its parameters back. It returns nil if there is none.
func (f *fitting) interrupted() (*interruption, error) {
	var backup *BackupAndRestore
	for _, c := range f.callbacks {
		if b, ok := c.(*BackupAndRestore); ok {
			if backup != nil {
				return nil, fmt.Errorf("train: there are two callbacks BackupAndRestore, in %q and %q", backup.BackupDir, b.BackupDir)
			}
			backup = b
		}
	}
	if backup == nil {
		return nil, nil
	}
	file, err := backup.read()
	if file == nil || err != nil {
		return nil, err
	}
	from := &interruption{file: file, begins: begins(file)}
	if err := f.check(from); err != nil {
		return nil, fmt.Errorf("%w; to begin anew, delete the file", err)
	}
	if err := file.CopyModel(f.state.meta()[weights.KeyModelID], f.state.Segments, f.state.Params); err != nil {
		return nil, err
	}
	return from, nil
}

// check decodes the position and compares it with this training.
func (f *fitting) check(from *interruption) error {
	file := from.file
	if from.begins {
		if was, now := file.Meta[optimizerKey], f.shape.Optimizer; was != now {
			return fmt.Errorf("train: %s is of another training: optimizer %.80s there, %s now", file.Name, was, now)
		}
		return nil
	}
	state := file.Tensor(positionName)
	if file.Meta[weights.KeyTraining] != checkpointFormat || state == nil {
		return fmt.Errorf("train: %s is not a checkpoint that this program reads", file.Name)
	}
	if err := decodeState(state.Bytes, &from.position); err != nil {
		return fmt.Errorf("train: %s: %w", file.Name, err)
	}
	p := &from.position
	for _, c := range p.History.Columns {
		if len(c.Values) != len(p.History.Epochs) {
			return fmt.Errorf("train: %s: column %.80q of the history has %d values for %d epochs", file.Name, c.Name, len(c.Values), len(p.History.Epochs))
		}
	}
	if p.Epoch < 0 || p.Done < 0 || p.Place.Rows < 0 {
		return fmt.Errorf("train: %s: its position is not one", file.Name)
	}
	if d := p.Shape.differs(f.shape); d != "" {
		return fmt.Errorf("train: %s is of another training: %s", file.Name, d)
	}
	var kinds []string
	for _, c := range f.stateful() {
		kinds = append(kinds, fmt.Sprintf("%T", c))
	}
	if !slices.Equal(kinds, p.Callbacks) {
		return fmt.Errorf("train: %s is of a training with the callbacks %v, this one has %v", file.Name, p.Callbacks, kinds)
	}
	return nil
}

// restore goes on where the checkpoint was made: what OnTrainBegin has done to
// parameters and optimizer is undone.
func (f *fitting) restore(from *interruption) error {
	fail := func(err error) error { return fmt.Errorf("%s: %w", from.file.Name, err) }
	if !from.begins {
		if err := from.file.CopyModel(f.state.meta()[weights.KeyModelID], f.state.Segments, f.state.Params); err != nil {
			return err
		}
	}
	var segments []nn.Segment
	var values []float32
	for _, t := range from.file.Tensors {
		if name, ok := strings.CutPrefix(t.Name, optimizerPrefix); ok {
			segments = append(segments, nn.Segment{Name: name, Shape: t.Shape, Offset: len(values)})
			values = append(values, t.Data...)
		}
	}
	if err := f.session.Optimizer.Restore(segments, values); err != nil {
		return fail(err)
	}
	if from.begins {
		f.session.Step = uint64(f.session.Optimizer.Step)
		f.state.Step = f.session.Step
		return nil
	}
	if err := restoreCarried(f.engine.Network, from.file); err != nil {
		return fail(err)
	}
	f.session.Seed, f.session.Step = from.Seed, from.Step
	f.first, f.midway, f.begun, f.stop = from.Epoch, from.Begun, from.Begun, from.Stop
	f.state.Epoch, f.state.Step, f.state.Batches = from.Epoch, from.Step, from.Batches
	*f.state.History = from.History
	if f.midway {
		if err := f.meter.resume(from.Sums); err != nil {
			return fail(err)
		}
	}
	if err := f.feed.resume(from.Place, from.Done, f.session.Seed); err != nil {
		return fail(err)
	}
	for i, c := range f.stateful() {
		t := from.file.Tensor(fmt.Sprint(callbackPrefix, i))
		if t == nil {
			return fail(fmt.Errorf("train: the state of callback %T is missing", c))
		}
		if err := c.RestoreState(t.Bytes); err != nil {
			return fail(fmt.Errorf("train: callback %T: %w", c, err))
		}
	}
	return nil
}
