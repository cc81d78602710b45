package train

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"unicode/utf8"
)

// CSVLogger writes a line for every epoch to a CSV file: the epoch, counted from
// 0, and its figures in alphabetical order; what an epoch lacks is NA. Source:
// Keras 3, callbacks/csv_logger.py, which adds columns for a validation also
// where there is none.
type CSVLogger struct {
	NopCallback
	Filename  string
	Separator string // "": a comma
	Append    bool   // adds to a file that is there, without a second header; else replaces it

	file *os.File
	now  csvState
}

// csvState is what changes from epoch to epoch.
type csvState struct {
	Keys []string // nil: nothing is written yet
	Size int64    // of the file
}

// OnTrainBegin opens the file. What it held is replaced when the first epoch is
// written.
func (c *CSVLogger) OnTrainBegin(*State) error {
	if r, size := utf8.DecodeRuneInString(c.Separator); c.Separator != "" && (size != len(c.Separator) || r == utf8.RuneError || r == '"' || r == '\n' || r == '\r') {
		return fmt.Errorf("train: CSVLogger: the separator %q is not one character that can separate", c.Separator)
	}
	c.now = csvState{}
	file, err := os.OpenFile(c.Filename, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("train: CSVLogger: %w", err)
	}
	c.file = file
	return nil
}

// OnEpochEnd writes a line.
func (c *CSVLogger) OnEpochEnd(s *State) error {
	if err := c.write(s); err != nil {
		c.file.Close()
		return fmt.Errorf("train: CSVLogger: %w", err)
	}
	return nil
}

func (c *CSVLogger) write(s *State) error {
	header := false
	if c.now.Keys == nil {
		c.now.Keys = slices.Clone(s.figures)
		for _, v := range s.Logs {
			if !slices.Contains(c.now.Keys, v.Name) {
				c.now.Keys = append(c.now.Keys, v.Name)
			}
		}
		slices.Sort(c.now.Keys)
		if c.Append {
			size, err := c.file.Seek(0, io.SeekEnd)
			if err != nil {
				return err
			}
			c.now.Size = size
		}
		header = c.now.Size == 0
	}
	// What comes after it is of an earlier training, or of epochs that are
	// trained once more after an interruption.
	if err := c.file.Truncate(c.now.Size); err != nil {
		return err
	}
	if _, err := c.file.Seek(c.now.Size, io.SeekStart); err != nil {
		return err
	}
	out := csv.NewWriter(c.file)
	if c.Separator != "" {
		out.Comma, _ = utf8.DecodeRuneInString(c.Separator)
	}
	if header {
		_ = out.Write(append([]string{"epoch"}, c.now.Keys...)) // csv.Writer keeps the first error
	}
	record := []string{strconv.Itoa(s.Epoch)}
	for _, key := range c.now.Keys {
		text := "NA"
		if v, ok := s.Value(key); ok {
			text = strconv.FormatFloat(v, 'g', -1, 64)
		}
		record = append(record, text)
	}
	_ = out.Write(record)
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	var err error
	c.now.Size, err = c.file.Seek(0, io.SeekCurrent)
	return err
}

// OnTrainEnd closes the file.
func (c *CSVLogger) OnTrainEnd(*State) error {
	if err := c.file.Close(); err != nil {
		return fmt.Errorf("train: CSVLogger: %w", err)
	}
	return nil
}

// SaveState implements [StatefulCallback].
func (c *CSVLogger) SaveState() ([]byte, error) { return encodeState(&c.now) }

// RestoreState implements [StatefulCallback]: lines after those that the state
// knows are written again.
func (c *CSVLogger) RestoreState(state []byte) error {
	if err := decodeState(state, &c.now); err != nil {
		return err
	}
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	if c.now.Size > info.Size() {
		return errors.New(c.Filename + " is shorter than when the training was interrupted")
	}
	return nil
}
