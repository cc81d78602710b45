package encode

import (
	"fmt"
	"math"
)

// Wide makes whole numbers wider.
func Wide(dst []int64, src []int32) {
	for i, x := range src {
		dst[i] = int64(x)
	}
}

// Floats makes floats of whole numbers.
func Floats[N int32 | int64](dst []float32, src []N) {
	for i, x := range src {
		dst[i] = float32(x)
	}
}

// IDs takes slots, or other whole numbers, as ids below a limit; 0: of int32.
func (c *Coder) IDs(layer string, dst []int32, slots []int64, limit int64) {
	c.feature = layer
	least := int64(0)
	if limit == 0 {
		least, limit = math.MinInt32, math.MaxInt32+1
	}
	for i, x := range slots {
		if x < least || x >= limit {
			c.fail(": %d is not an id from %d to %d", x, least, limit-1)
			x = 0
		}
		dst[i] = int32(x)
	}
}

// Hot encodes each slot as depth values of which one is 1, none for slot -1. Source:
// Keras 3, utils/numerical_utils.py, encode_categorical_inputs.
func Hot(dst []float32, slots []int64, depth int) {
	clear(dst)
	for i, slot := range slots {
		if slot >= 0 {
			dst[depth*i+int(slot)] = 1
		}
	}
}

// MultiHot sets the value of every slot that occurs to 1.
func MultiHot(dst []float32, slots []int64) {
	clear(dst)
	for _, slot := range slots {
		if slot >= 0 {
			dst[slot] = 1
		}
	}
}

// Counts counts the slots.
func Counts(dst []float32, slots []int64) {
	clear(dst)
	for _, slot := range slots {
		if slot >= 0 {
			dst[slot]++
		}
	}
}

// Weighted counts the slots, each count times its weight.
func Weighted(dst []float32, slots []int64, weights []float32) {
	Counts(dst, slots)
	for i, n := range dst {
		if i < len(weights) {
			dst[i] = n * weights[i]
		}
	}
}

// Bounds are the boundaries between the bins of a layer Discretization, ascending.
type Bounds struct {
	At []float32 `json:"bounds"`
}

// Check checks boundaries that have been learned.
func (b *Bounds) Check(layer string, most int) error {
	if len(b.At) > most {
		return fmt.Errorf("the encoding of layer %q: %d boundaries, at most %d have room", layer, len(b.At), most)
	}
	for i, x := range b.At {
		if !(math.Abs(float64(x)) <= math.MaxFloat32) || i > 0 && x < b.At[i-1] {
			return fmt.Errorf("the encoding of layer %q: %v as boundary %d", layer, x, i)
		}
	}
	return nil
}

// Find finds the bins of values: how many boundaries are not above each. NaN falls
// into the last one, as in TensorFlow (kernels/bucketize_op.cc).
func (b *Bounds) Find(slots []int64, values []float32) {
	for i, x := range values {
		from, to := 0, len(b.At)
		for from < to {
			if middle := (from + to) / 2; x < b.At[middle] {
				to = middle
			} else {
				from = middle + 1
			}
		}
		slots[i] = int64(from)
	}
}
