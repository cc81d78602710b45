package plot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/runtime/train"
)

// History is a history that fit has written.
type History struct {
	name string
	train.History
}

// longestHistory bounds what is read of a file that may be anything.
const longestHistory = 64 << 20

// ReadHistory reads what fit has written, or history.history of Keras as JSON. A
// file that describes a model gives none.
func ReadHistory(file string) (*History, error) {
	info, err := os.Stat(file)
	switch {
	case os.IsNotExist(err):
		return nil, disk.NoSuchFile(file, ".json", ".yaml", ".yml")
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s: this is a folder; the history in it is %s", file, filepath.Join(file, "history.json"))
	case info.Size() > longestHistory:
		return nil, fmt.Errorf("%s: %d bytes are too much for a history", file, info.Size())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(text, &entries); err != nil {
		return nil, fmt.Errorf("%s: not JSON: %w", file, err)
	}
	if _, model := entries["layers"]; model {
		return nil, nil
	}
	h := &History{name: runName(file)}
	columns := entries
	if nested, ok := entries["history"]; ok {
		columns = nil
		if err := json.Unmarshal(nested, &columns); err != nil {
			return nil, fmt.Errorf("%s: history: %w", file, err)
		}
		if err := json.Unmarshal(entries["epoch"], &h.Epochs); entries["epoch"] != nil && err != nil {
			return nil, fmt.Errorf("%s: epoch: %w", file, err)
		}
	}
	if err := h.take(columns); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return h, nil
}

// take takes the columns over, which are as long as there are epochs.
func (h *History) take(columns map[string]json.RawMessage) error {
	for name, raw := range columns {
		var values []*float64
		d := json.NewDecoder(bytes.NewReader(raw))
		if err := d.Decode(&values); err != nil {
			return fmt.Errorf("not a history: %q is not a list of numbers", name)
		}
		c := train.Column{Name: name, Values: make([]float64, len(values))}
		for i, v := range values {
			c.Values[i] = math.NaN() // which JSON has as null
			if v != nil {
				c.Values[i] = *v
			}
		}
		h.Columns = append(h.Columns, c)
	}
	slices.SortFunc(h.Columns, func(a, b train.Column) int { return strings.Compare(a.Name, b.Name) })
	if len(h.Columns) == 0 || len(h.Columns[0].Values) == 0 {
		return fmt.Errorf("no epoch was completed: there is nothing to draw")
	}
	if h.Epochs == nil {
		for e := range h.Columns[0].Values {
			h.Epochs = append(h.Epochs, e)
		}
	}
	for i, e := range h.Epochs {
		if e < 0 || e > 1<<30 || i > 0 && e <= h.Epochs[i-1] {
			return fmt.Errorf("epoch %d is where a larger number belongs", e)
		}
	}
	for _, c := range h.Columns {
		if len(c.Values) != len(h.Epochs) {
			return fmt.Errorf("%q has %d values for %d epochs", c.Name, len(c.Values), len(h.Epochs))
		}
	}
	return nil
}

// runName is what a history is called: the folder of history.json without the
// -run that fit puts after it, or the name of the file.
func runName(file string) string {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if name == "history" {
		if full, err := filepath.Abs(file); err == nil {
			name = strings.TrimSuffix(filepath.Base(filepath.Dir(full)), "-run")
		}
	}
	return name
}

// Title is the title where none is given.
func Title(list []*History) string {
	if len(list) == 1 {
		return list[0].name
	}
	names := make([]string, len(list))
	for i, h := range list {
		names[i] = h.name
	}
	return strings.Join(names, ", ")
}
