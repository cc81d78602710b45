package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nngen-go/nngen/runtime/weights"
)

// BackupAndRestore makes a training survive an interruption: it writes a
// checkpoint after every epoch, or every so many batches, and when a training
// begins and there is one, it goes on from there. The same call of Fit, with the
// same data, then ends with the same bits as if it had never been interrupted.
//
// The checkpoint holds parameters and state, the state of the optimizer with its
// learning rate, seed and step, the order of the rows and the place in it, the
// figures of the epoch so far, the history, and what every [StatefulCallback]
// remembers. It is written in one stroke, after the other callbacks have been
// called, wherever this one is among them. It is a weights file too: the
// model's Open reads it.
//
// A training that goes on within an epoch does not call OnEpochBegin for it
// again. One that is cancelled leaves a checkpoint of the moment.
//
// Source: Keras 3, callbacks/backup_and_restore.py, which restores weights and
// optimizer alone, and the beginning of an epoch.
type BackupAndRestore struct {
	NopCallback
	BackupDir string // the folder of the checkpoint; it is made
	SaveFreq  int    // writes after every so many batches; 0: after every epoch
	// Interval, where it is not 0, takes the place of SaveFreq: it writes after
	// the batch or the epoch at which so much time has passed since the last
	// checkpoint.
	Interval time.Duration
	// KeepCheckpoint leaves the checkpoint where it is when the training is
	// done: the same call then trains no more, and one with more Epochs goes on.
	// Else it is deleted, as by Keras's delete_checkpoint.
	KeepCheckpoint bool

	batches int // since the last checkpoint
	last    time.Time
}

// checkpointName is the file in BackupDir.
const checkpointName = "checkpoint.safetensors"

// Path is the name of the checkpoint.
func (c *BackupAndRestore) Path() string { return filepath.Join(c.BackupDir, checkpointName) }

// read opens the checkpoint; nil: there is none.
func (c *BackupAndRestore) read() (*weights.File, error) {
	switch {
	case c.BackupDir == "":
		return nil, errors.New("train: BackupAndRestore has no BackupDir")
	case c.SaveFreq < 0:
		return nil, fmt.Errorf("train: BackupAndRestore: SaveFreq is %d", c.SaveFreq)
	case c.Interval < 0:
		return nil, fmt.Errorf("train: BackupAndRestore: Interval is %v", c.Interval)
	}
	if err := os.MkdirAll(c.BackupDir, 0o777); err != nil {
		return nil, fmt.Errorf("train: BackupAndRestore: %w", err)
	}
	c.sweep()
	file, err := weights.Open(c.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("train: BackupAndRestore: %w; to begin anew, delete the file", err)
	}
	return file, nil
}

// sweep removes what a program left behind that was killed while it wrote.
func (c *BackupAndRestore) sweep() {
	left, _ := fs.Glob(os.DirFS(c.BackupDir), checkpointName+weights.TempPattern)
	for _, name := range left {
		os.Remove(filepath.Join(c.BackupDir, name))
	}
}

// OnTrainBegin counts batches from here.
func (c *BackupAndRestore) OnTrainBegin(*State) error {
	c.batches, c.last = 0, time.Now()
	return nil
}

// OnBatchEnd writes a checkpoint where batches or time are counted.
func (c *BackupAndRestore) OnBatchEnd(s *State) error {
	if c.Interval > 0 {
		return c.later(s)
	}
	if c.SaveFreq == 0 {
		return nil
	}
	if c.batches++; c.batches < c.SaveFreq {
		return nil
	}
	c.batches = 0
	return c.backup(s)
}

// OnEpochEnd writes a checkpoint where epochs are counted.
func (c *BackupAndRestore) OnEpochEnd(s *State) error {
	if c.Interval > 0 {
		return c.later(s)
	}
	if c.SaveFreq > 0 {
		return nil
	}
	return c.backup(s)
}

// later writes a checkpoint if enough time has passed.
func (c *BackupAndRestore) later(s *State) error {
	if time.Since(c.last) < c.Interval {
		return nil
	}
	err := c.backup(s)
	c.last = time.Now()
	return err
}

func (c *BackupAndRestore) backup(s *State) error {
	if err := s.save(c.Path()); err != nil {
		return fmt.Errorf("train: BackupAndRestore: %w", err)
	}
	return nil
}

// OnTrainEnd deletes the checkpoint of a training that is done.
func (c *BackupAndRestore) OnTrainEnd(s *State) error {
	if s.Err != nil {
		return c.backup(s)
	}
	if c.KeepCheckpoint {
		return nil
	}
	if err := os.Remove(c.Path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("train: BackupAndRestore: %w", err)
	}
	os.Remove(c.BackupDir) // if nothing else is in it
	return nil
}
