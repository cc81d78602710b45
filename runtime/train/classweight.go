package train

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// classWeights are the weights of classes, by number.
type classWeights struct {
	weight map[int]float64
	sparse bool // the target is the number of a class
}

// newClassWeights checks Config.ClassWeight. Without any it returns nil.
func newClassWeights(weight map[int]float64, outputs []string, loss string) (*classWeights, error) {
	if len(weight) == 0 {
		return nil, nil
	}
	if len(outputs) > 1 {
		return nil, fmt.Errorf("train: ClassWeight needs a network with a single output, this one has %d (%s): give the weights with the rows", len(outputs), strings.Join(outputs, ", "))
	}
	for _, class := range slices.Sorted(maps.Keys(weight)) {
		if class < 0 {
			return nil, fmt.Errorf("train: ClassWeight names class %d; classes count from 0", class)
		}
		if w := weight[class]; !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("train: ClassWeight of class %d is %v, must be a finite number, 0 or above", class, w)
		}
	}
	return &classWeights{weight, strings.Contains(loss, "sparse")}, nil
}

// reweight multiplies the weights of the n loaded rows by those of their
// classes, as Keras does (trainers/data_adapters/data_adapter_utils.py,
// class_weight_to_sample_weights).
func reweight(c *classWeights, e Network, n int) error {
	for row := range n {
		target := e.Targets(0, row)
		if c.sparse && len(target) > 1 {
			return fmt.Errorf("train: ClassWeight needs one class per row, the target has %d: give the weights with the rows", len(target))
		}
		if w, ok := c.weight[class(target)]; ok {
			e.Reweight(row, e.Weight(row)*float32(w))
		}
	}
	return nil
}

// classOf returns the function that tells the class of a target, a number or an
// array of them, to which it gets a pointer, as t is one.
func classOf(t pointer, loss string) (func(unsafe.Pointer) int, error) {
	width, of := 1, pointed(t)
	for ; of.Kind() == reflect.Array; of = of.Elem() {
		width *= of.Len()
	}
	switch {
	case of.Kind() != reflect.Float32 && of.Kind() != reflect.Int32:
		return nil, errors.New("train: Stratify needs a network with a single output: give the validation rows as a data set of their own")
	case width > 1 && (of.Kind() == reflect.Int32 || strings.Contains(loss, "sparse")):
		return nil, fmt.Errorf("train: Stratify needs one class per row, the target has %d: give the validation rows as a data set of their own", width)
	}
	values := make([]float32, width)
	return func(y unsafe.Pointer) int {
		if of.Kind() == reflect.Int32 {
			values[0] = float32(*(*int32)(y))
		} else {
			copy(values, unsafe.Slice((*float32)(y), width))
		}
		return class(values)
	}, nil
}

// class is the class that a target names.
func class(target []float32) int {
	if len(target) == 1 {
		return int(math.RoundToEven(float64(target[0])))
	}
	best := 0
	for i, v := range target {
		if v > target[best] {
			best = i
		}
	}
	return best
}
