package train

import (
	"math"
	"slices"
	"strings"
)

// History is the record of a run: one value per column and epoch, NaN where an
// epoch has no such figure.
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

// add records an epoch. A figure that it lacks is NaN.
func (h *History) add(epoch int, logs []NamedValue) {
	h.Epochs = append(h.Epochs, epoch)
	for i := range h.Columns {
		h.Columns[i].Values = append(h.Columns[i].Values, math.NaN())
	}
	for _, v := range logs {
		h.set(v.Name, v.Value)
	}
}

// set changes a figure of the last epoch. A new column is NaN before it.
func (h *History) set(name string, value float64) {
	i, found := slices.BinarySearchFunc(h.Columns, name, func(c Column, name string) int { return strings.Compare(c.Name, name) })
	if !found {
		values := make([]float64, len(h.Epochs))
		for j := range values {
			values[j] = math.NaN()
		}
		h.Columns = slices.Insert(h.Columns, i, Column{name, values})
	}
	h.Columns[i].Values[len(h.Epochs)-1] = value
}
