package train

import (
	"slices"
	"strings"
)

// History is the record of a run: one value per column and epoch.
type History struct {
	Epochs  []int    // counted from 0, as in Keras
	Columns []Column // in alphabetical order, as in Keras: accuracy, loss, val_accuracy, val_loss
}

// Column is the course of one figure over the epochs.
type Column struct {
	Name   string
	Values []float64
}

// Column returns the values of the column of that name, nil if there is none.
func (h *History) Column(name string) []float64 {
	for _, c := range h.Columns {
		if c.Name == name {
			return c.Values
		}
	}
	return nil
}

// Last returns the figures of the last epoch.
func (h *History) Last() []NamedValue {
	if len(h.Epochs) == 0 {
		return nil
	}
	last := make([]NamedValue, len(h.Columns))
	for i, c := range h.Columns {
		last[i] = NamedValue{c.Name, c.Values[len(c.Values)-1]}
	}
	return last
}

// add records an epoch. Every epoch of a run has the same figures.
func (h *History) add(epoch int, logs []NamedValue) {
	if len(h.Columns) == 0 {
		for _, v := range logs {
			h.Columns = append(h.Columns, Column{Name: v.Name})
		}
		slices.SortStableFunc(h.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	}
	h.Epochs = append(h.Epochs, epoch)
	for i := range h.Columns {
		v, _ := find(logs, h.Columns[i].Name)
		h.Columns[i].Values = append(h.Columns[i].Values, v)
	}
}
