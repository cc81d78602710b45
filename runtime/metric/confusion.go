package metric

import (
	"fmt"
	"strconv"
)

// Confusion counts how often rows of each class were taken for each class: the
// confusion matrix, with targets down and predictions across. Its [Report] has
// the figures of each class. It is not safe for concurrent use.
type Confusion struct {
	classes []string
	counts  []int64 // targets down, predictions across
}

// NewConfusion makes an empty matrix of classes with these names, in the order
// of their numbers.
func NewConfusion(classes []string) *Confusion {
	n := len(classes)
	return &Confusion{classes: append([]string(nil), classes...), counts: make([]int64, n*n)}
}

// Numbered gives n classes the names "0", "1" and so on.
func Numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// Classes are the names of the classes.
func (c *Confusion) Classes() []string { return append([]string(nil), c.classes...) }

// At is how many rows of class target were taken for class predicted.
func (c *Confusion) At(target, predicted int) int64 {
	return c.counts[target*len(c.classes)+predicted]
}

// Add counts a row. A class that is not there is an error, and not counted.
func (c *Confusion) Add(target, predicted int) error {
	for _, x := range [2]struct {
		what  string
		class int
	}{{"target", target}, {"prediction", predicted}} {
		if x.class < 0 || x.class >= len(c.classes) {
			return fmt.Errorf("metric: the %s is class %d, not one from 0 to %d", x.what, x.class, len(c.classes)-1)
		}
	}
	c.counts[target*len(c.classes)+predicted]++
	return nil
}

// AddOutput counts a row by the network's output. One value answers for two
// classes: above 0.5 it is class 1. Of more the first of the largest is the
// answer; the target is then a class number or one-hot.
func (c *Confusion) AddOutput(target, output []float32) error {
	switch {
	case len(output) == 0 || len(target) != 1 && len(target) != len(output):
		return fmt.Errorf("metric: a target of %d values for %d outputs", len(target), len(output))
	case len(output) == 1:
		return c.Add(number(target[0]), yes(output[0]))
	case len(target) == 1:
		return c.Add(number(target[0]), argmax(output))
	}
	return c.Add(argmax(target), argmax(output))
}

// number is a class number, and -1 where a value is none.
func number(class float32) int {
	if n := int(class); float32(n) == class {
		return n
	}
	return -1
}

func yes(y float32) int {
	if y > 0.5 {
		return 1
	}
	return 0
}
