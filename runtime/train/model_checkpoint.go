package train

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/runtime/weights"
)

// ModelCheckpoint saves the parameters to a weights file, which the model's Open
// reads, after every epoch or every so many batches. Source: Keras 3,
// callbacks/model_checkpoint.py, with save_weights_only, the only form there is.
type ModelCheckpoint struct {
	NopCallback
	// FilePath names the file. {epoch} and {batch}, counted from 1, and figures
	// are filled in, with a format as in Python if one is given:
	// "run/{epoch:02d}-{val_loss:.2f}.safetensors". Its folder is made.
	FilePath string
	// Monitor is the figure that SaveBestOnly goes by; "": val_loss.
	Monitor      string
	SaveBestOnly bool   // saves only where the figure is the best so far, and the parameters are finite
	Mode         string // "min": less is better; "max": more is; "" or "auto": as the figure's name says
	SaveFreq     int    // saves after every so many batches; 0: after every epoch
	// InitialValueThreshold is the value to be better than at first; nil: none.
	InitialValueThreshold *float64
	Verbose               bool // says so on the call's Progress

	monitor monitor
	now     modelCheckpointState
}

// modelCheckpointState is what changes during a training.
type modelCheckpointState struct {
	Batches int // since the last file
	HasBest bool
	Best    float64
}

// OnTrainBegin checks file name and figure.
func (c *ModelCheckpoint) OnTrainBegin(s *State) (err error) {
	c.now = modelCheckpointState{}
	if c.InitialValueThreshold != nil {
		c.now.HasBest, c.now.Best = true, *c.InitialValueThreshold
	}
	if c.FilePath == "" {
		return errors.New("train: ModelCheckpoint has no FilePath")
	}
	if c.SaveFreq < 0 {
		return fmt.Errorf("train: ModelCheckpoint: SaveFreq is %d", c.SaveFreq)
	}
	if c.SaveBestOnly {
		if c.monitor, err = newMonitor(s, "ModelCheckpoint", c.Monitor, c.Mode, 0); err != nil {
			return err
		}
		if c.SaveFreq > 0 && strings.HasPrefix(c.monitor.name, "val_") {
			return fmt.Errorf("train: ModelCheckpoint monitors %q, which is not known after a batch: set SaveFreq to 0", c.monitor.name)
		}
	}
	var logs []NamedValue
	for _, name := range s.figures {
		if c.SaveFreq == 0 || !strings.HasPrefix(name, "val_") {
			logs = append(logs, NamedValue{Name: name})
		}
	}
	if _, err := expand(c.FilePath, 0, 0, logs); err != nil {
		return fmt.Errorf("train: ModelCheckpoint: %w", err)
	}
	if folder := filepath.Dir(c.FilePath); !field.MatchString(folder) {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return fmt.Errorf("train: ModelCheckpoint: %w", err)
		}
	}
	return nil
}

// OnBatchEnd saves where batches are counted.
func (c *ModelCheckpoint) OnBatchEnd(s *State) error {
	if c.SaveFreq == 0 {
		return nil
	}
	if c.now.Batches++; c.now.Batches < c.SaveFreq {
		return nil
	}
	c.now.Batches = 0
	return c.save(s)
}

// OnEpochEnd saves where epochs are counted.
func (c *ModelCheckpoint) OnEpochEnd(s *State) error {
	if c.SaveFreq > 0 {
		return nil
	}
	return c.save(s)
}

func (c *ModelCheckpoint) save(s *State) error {
	logs := s.Logs
	for _, name := range s.figures { // of an epoch without validation
		if _, ok := find(logs, name); !ok && c.SaveFreq == 0 {
			logs = append(logs[:len(logs):len(logs)], NamedValue{name, math.NaN()})
		}
	}
	path, err := expand(c.FilePath, s.Epoch, s.Batch, logs)
	if err != nil {
		return fmt.Errorf("train: ModelCheckpoint: %w", err)
	}
	if !c.wanted(s, path) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("train: ModelCheckpoint: %w", err)
	}
	if err := s.SaveWeights(path); err != nil {
		return fmt.Errorf("train: ModelCheckpoint: %w", err)
	}
	return nil
}

// wanted reports whether to save, and tells why.
func (c *ModelCheckpoint) wanted(s *State, path string) bool {
	tell := func(format string, args ...any) {
		if c.Verbose {
			s.Printf(format, args...)
		}
	}
	if !c.SaveBestOnly {
		tell("Epoch %d: saving model to %s", s.Epoch+1, path)
		return true
	}
	current, ok := s.Value(c.monitor.name)
	if !ok {
		return false
	}
	best := "None"
	if c.now.HasBest {
		best = fmt.Sprintf("%.5f", c.now.Best)
	}
	if !c.monitor.better(current, c.now.HasBest, c.now.Best) {
		tell("Epoch %d: %s did not improve from %s", s.Epoch+1, c.monitor.name, best)
		return false
	}
	if err := weights.CheckFinite(s.Segments, s.Params); err != nil { // whatever a metric makes of them
		tell("Epoch %d: the weights are not finite numbers and are not saved", s.Epoch+1)
		return false
	}
	tell("Epoch %d: %s improved from %s to %.5f, saving model to %s", s.Epoch+1, c.monitor.name, best, current, path)
	c.now.HasBest, c.now.Best = true, current
	return true
}

// SaveState implements [StatefulCallback].
func (c *ModelCheckpoint) SaveState() ([]byte, error) { return encodeState(&c.now) }

// RestoreState implements [StatefulCallback].
func (c *ModelCheckpoint) RestoreState(state []byte) error { return decodeState(state, &c.now) }
