package train

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/nngen-go/nngen/runtime/internal/tfevents"
)

// TensorBoard writes what TensorBoard (https://www.tensorflow.org/tensorboard)
// shows: under LogDir the runs train and validation, with epoch_loss and so on
// of every epoch and the learning rate, evaluation_loss_vs_iterations of every
// validation, and as the caller wishes figures of batches and histograms of
// weights. Every call of Fit begins new files. Source: Keras 3,
// callbacks/tensorboard.py, without its graphs, images, embeddings and profiles.
type TensorBoard struct {
	NopCallback
	LogDir              string // "": logs
	HistogramFreq       int    // epochs from one histogram of all weights to the next; 0: none
	UpdateFreq          int    // batches from one batch_loss and so on to the next; 0: none
	WriteStepsPerSecond bool   // also the speed of epochs and batches

	train, validation      *tfevents.File // opened when there is something to write
	epochBegin, batchBegin time.Time
	epochStep              uint64
	now                    tensorBoardState
}

// tensorBoardState is what changes during a training.
type tensorBoardState struct{ Batches int64 }

func (c *TensorBoard) folder(run string) string {
	dir := c.LogDir
	if dir == "" {
		dir = "logs"
	}
	return filepath.Join(dir, run)
}

// write appends an event to the files of a run.
func (c *TensorBoard) write(to **tfevents.File, run string, event []byte) (err error) {
	if *to == nil {
		*to, err = tfevents.Create(c.folder(run), time.Now())
	}
	if err == nil {
		err = (*to).Write(event)
	}
	if err != nil {
		return fmt.Errorf("train: TensorBoard: %w", err)
	}
	return nil
}

func (c *TensorBoard) scalar(to **tfevents.File, run string, step int64, name string, value float64) error {
	return c.write(to, run, tfevents.Scalar(time.Now(), step, name, value))
}

// OnTrainBegin begins the files of the run train.
func (c *TensorBoard) OnTrainBegin(*State) error {
	if c.HistogramFreq < 0 || c.UpdateFreq < 0 {
		return fmt.Errorf("train: TensorBoard: HistogramFreq is %d, UpdateFreq %d", c.HistogramFreq, c.UpdateFreq)
	}
	c.train, c.validation, c.now = nil, nil, tensorBoardState{}
	file, err := tfevents.Create(c.folder("train"), time.Now())
	if err != nil {
		return fmt.Errorf("train: TensorBoard: %w", err)
	}
	c.train = file
	return nil
}

// OnEpochBegin starts the clock of the epoch.
func (c *TensorBoard) OnEpochBegin(s *State) error {
	c.epochBegin, c.epochStep = time.Now(), s.Step
	return nil
}

// OnBatchBegin starts the clock of the batch.
func (c *TensorBoard) OnBatchBegin(*State) error {
	c.now.Batches++
	if c.WriteStepsPerSecond {
		c.batchBegin = time.Now()
	}
	return nil
}

// OnBatchEnd writes the figures of the batch.
func (c *TensorBoard) OnBatchEnd(s *State) error {
	if c.UpdateFreq == 0 || c.now.Batches%int64(c.UpdateFreq) != 0 {
		return nil
	}
	if c.WriteStepsPerSecond {
		if err := c.scalar(&c.train, "train", c.now.Batches, "batch_steps_per_second", 1/time.Since(c.batchBegin).Seconds()); err != nil {
			return err
		}
	}
	for _, v := range s.Logs {
		if err := c.scalar(&c.train, "train", c.now.Batches, "batch_"+v.Name, v.Value); err != nil {
			return err
		}
	}
	return nil
}

// OnValidationEnd writes the figures of the validation by steps.
func (c *TensorBoard) OnValidationEnd(s *State) error {
	for _, v := range s.Logs {
		if name, ok := strings.CutPrefix(v.Name, "val_"); ok {
			if err := c.scalar(&c.validation, "validation", int64(s.Step), "evaluation_"+name+"_vs_iterations", v.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// OnEpochEnd writes the figures of the epoch, and histograms.
func (c *TensorBoard) OnEpochEnd(s *State) error {
	step := int64(s.Epoch)
	for _, v := range s.Logs {
		var err error
		if name, ok := strings.CutPrefix(v.Name, "val_"); ok {
			err = c.scalar(&c.validation, "validation", step, "epoch_"+name, v.Value)
		} else if v.Name != "learning_rate" {
			err = c.scalar(&c.train, "train", step, "epoch_"+v.Name, v.Value)
		}
		if err != nil {
			return err
		}
	}
	if err := c.scalar(&c.train, "train", step, "epoch_learning_rate", s.Optimizer.LearningRate()); err != nil {
		return err
	}
	if c.WriteStepsPerSecond {
		speed := float64(s.Step-c.epochStep) / time.Since(c.epochBegin).Seconds()
		if err := c.scalar(&c.train, "train", step, "epoch_steps_per_second", speed); err != nil {
			return err
		}
	}
	if c.HistogramFreq == 0 || s.Epoch%c.HistogramFreq != 0 {
		return nil
	}
	for _, t := range s.Segments {
		if err := c.write(&c.train, "train", tfevents.Histogram(time.Now(), step, t.Name+"/histogram", t.Of(s.Params))); err != nil {
			return err
		}
	}
	return nil
}

// OnTrainEnd closes the files.
func (c *TensorBoard) OnTrainEnd(*State) error {
	var errs []error
	for _, e := range []*tfevents.File{c.train, c.validation} {
		if e != nil {
			errs = append(errs, e.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("train: TensorBoard: %w", err)
	}
	return nil
}

// SaveState implements [StatefulCallback].
func (c *TensorBoard) SaveState() ([]byte, error) { return encodeState(&c.now) }

// RestoreState implements [StatefulCallback].
func (c *TensorBoard) RestoreState(state []byte) error { return decodeState(state, &c.now) }
