package train

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/internal/progress"
)

// NamedValue is one figure of a run: "val_loss", 0.2894.
type NamedValue struct {
	Name  string
	Value float64
}

// Result is what [Evaluate] found.
type Result struct {
	Loss    float64
	Metrics []NamedValue // in alphabetical order; with several outputs also the loss of each: "left_loss"
}

// String returns the figures as Keras 3 prints them, in alphabetical order:
//
//	accuracy: 0.9712 - loss: 0.0934
func (r Result) String() string {
	all := append([]NamedValue{{"loss", r.Loss}}, r.Metrics...)
	slices.SortStableFunc(all, func(a, b NamedValue) int { return strings.Compare(a.Name, b.Name) })
	var b []byte
	for i, v := range all {
		if i > 0 {
			b = append(b, " - "...)
		}
		b = append(b, v.Name...)
		b = append(b, ": "...)
		b = progress.AppendFigure(b, v.Value)
	}
	return string(b)
}

// Value returns the figure of that name; "loss" is the loss.
func (r Result) Value(name string) (float64, bool) {
	if name == "loss" {
		return r.Loss, true
	}
	return find(r.Metrics, name)
}

func find(values []NamedValue, name string) (float64, bool) {
	for _, v := range values {
		if v.Name == name {
			return v.Value, true
		}
	}
	return 0, false
}
