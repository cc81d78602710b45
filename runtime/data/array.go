package data

import (
	"fmt"
	"math"
)

// Array is a file of numbers whose first axis counts the rows: an [IDX] or an
// [NPY].
type Array interface {
	// Len is the number of rows.
	Len() int
	// Width is the number of values in a row.
	Width() int
	// Row writes the values of row i, 0 <= i < Len(), to dst, which holds
	// Width() of them.
	Row(i int, dst []float32)
}

// width is the number of values in a row of an array of that shape.
func width(shape []int) int {
	n := 1
	for _, d := range shape[1:] {
		n *= d
	}
	return n
}

// ReadArrays makes a data set in memory of an array of inputs and one of targets:
// setX and setY fill an input and a target from a row, which they must not keep,
// and say what is wrong with it. The data set is [Indexed] and [Placed]. Arrays of different
// lengths or without rows and values that are not finite are errors; up to ten
// rows are reported at once.
func ReadArrays[X, Y any](x, y Array, setX func(x *X, row []float32) error, setY func(y *Y, row []float32) error) (Dataset[X, Y], error) {
	names := [2]string{arrayName(x, "the inputs"), arrayName(y, "the targets")}
	if x.Len() != y.Len() {
		return nil, fmt.Errorf("%s: %s, %s: %s; each row of the inputs needs one of the targets", names[0], plural(x.Len(), "row"), names[1], plural(y.Len(), "row"))
	}
	if x.Len() == 0 {
		return nil, noRows(names[0])
	}
	p := problems{}
	row, target := make([]float32, x.Width()), make([]float32, y.Width())
	m := &memory[X, Y]{x: make([]X, x.Len()), y: make([]Y, x.Len())}
	for i := range m.x {
		x.Row(i, row)
		y.Row(i, target)
		for k, values := range [2][]float32{row, target} {
			var err error
			if at := notFinite(values); at >= 0 {
				err = fmt.Errorf("value %d is %v", at, values[at])
			} else if k == 0 {
				err = setX(&m.x[i], values)
			} else {
				err = setY(&m.y[i], values)
			}
			if err != nil {
				p.addOnce(fmt.Sprintf("%s: row %d", names[k], i), err)
			}
		}
		if p.full() {
			break
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	m.place = func(i int) string { return fmt.Sprintf("%s: row %d", names[0], i) }
	return m, nil
}

func arrayName(a Array, other string) string {
	switch a := a.(type) {
	case *IDX:
		return a.Name
	case *NPY:
		return a.Name
	}
	return other
}

// notFinite is the first of the values that is not finite, -1 if all are.
func notFinite(values []float32) int {
	for i, v := range values {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

// elements multiplies the sizes of a shape with a first factor. It is false
// where memory could not hold them, even if axes of size 0 were left out.
func elements(first int, shape []int) (total int, ok bool) {
	total, bound := first, first
	for _, n := range shape {
		if n < 0 || bound > math.MaxInt/max(n, 1) {
			return 0, false
		}
		total *= n
		bound *= max(n, 1)
	}
	return total, true
}
