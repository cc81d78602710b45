package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Array is a file of numbers whose first axis counts the rows: an [IDX] an
// [NPY] or [Letters].
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
func width(shape []int) int { return product(shape[1:]) }

// product is the number of values of a shape.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Part is what a row of an array fills: one of the inputs of a sample, or one of
// its targets.
type Part[T any] struct {
	// Name says in messages what is filled: "the input", `target "price"`.
	Name string
	// Shape is what Set takes, without the axis of the rows. The rows of an array
	// may be flat, or have axes of one more or less. Nil: Set takes any row.
	Shape []int
	// OneHot has Set take a single value too: the number of the class whose value
	// is 1 in the vector that Shape describes. SetWhole, where it is there, takes
	// that value, and Set the vector.
	OneHot bool
	// Hint is what a message about another shape ends with.
	Hint string
	// Set fills the part from a row, which it must not keep, and says what is
	// wrong with it.
	Set func(to *T, row []float32) error
	// SetWhole stands in place of Set for ids and the numbers of classes: no
	// value is rounded, and one that is not a whole number of 32 bits is an error.
	SetWhole func(to *T, row []int32) error
}

// fill fills the part of a sample from row i of an array.
func (t *Part[T]) fill(to *T, a Array, i int, row []float32, whole []int32) error {
	if t.SetWhole != nil && !(t.OneHot && t.Set != nil && a.Width() > 1) {
		if err := readIntegers(a, i, whole); err != nil {
			return err
		}
		return t.SetWhole(to, whole)
	}
	a.Row(i, row)
	if at := notFinite(row); at >= 0 {
		return fmt.Errorf("value %d is %v", at, row[at])
	}
	return t.Set(to, row)
}

// ReadArrays makes a data set in memory of arrays: the first fill the parts x of
// an input, the others the parts y of a target, in their order. The data set is
// [Indexed] and [Placed]. Arrays of different lengths, of other shapes than the
// parts or without rows and values that are not finite are errors; up to ten
// rows are reported at once.
func ReadArrays[A Array, X, Y any](arrays []A, x []Part[X], y []Part[Y]) (Dataset[X, Y], error) {
	if len(arrays) != len(x)+len(y) || len(x) == 0 {
		return nil, fmt.Errorf("data: %s for %s and %s", plural(len(arrays), "array"), plural(len(x), "input"), plural(len(y), "target"))
	}
	names := make([]string, len(arrays))
	rows, wholes := make([][]float32, len(arrays)), make([][]int32, len(arrays))
	p := problems{}
	for i, a := range arrays {
		switch part := i - len(x); {
		case part < 0:
			names[i] = x[i].check(a, &p)
		default:
			names[i] = y[part].check(a, &p)
		}
		if a.Len() != arrays[0].Len() {
			p.list = append(p.list, fmt.Errorf("%s: %s, %s: %s; each row of the inputs needs one of the targets", names[0], plural(arrays[0].Len(), "row"), names[i], plural(a.Len(), "row")))
		}
		rows[i], wholes[i] = make([]float32, a.Width()), make([]int32, a.Width())
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	n := arrays[0].Len()
	if n == 0 {
		return nil, noRows(names[0])
	}
	m := &memory[X, Y]{x: make([]X, n), y: make([]Y, n)}
	for i := range n {
		for k, a := range arrays {
			var err error
			if k < len(x) {
				err = x[k].fill(&m.x[i], a, i, rows[k], wholes[k])
			} else {
				err = y[k-len(x)].fill(&m.y[i], a, i, rows[k], wholes[k])
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

// check notes where the rows of an array do not fit into a part, and returns
// the array's name.
func (t *Part[T]) check(a Array, p *problems) string {
	name, shape := t.Name, []int{a.Width()}
	switch a := a.(type) {
	case *IDX:
		name, shape = a.Name, a.Shape[1:]
	case *NPY:
		name, shape = a.Name, a.Shape[1:]
	case *Letters:
		name = a.Name
	}
	if t.Shape == nil || sameRow(shape, t.Shape) || t.OneHot && a.Width() == 1 {
		return name
	}
	hint := t.Hint
	if a.Width() == product(t.Shape) {
		hint = "; the axes are in another order, as by numpy.transpose"
	}
	p.list = append(p.list, fmt.Errorf("%s: rows of %s, and %s takes %s%s", name, shapeText(shape), t.Name, shapeText(t.Shape), hint))
	return name
}

// sameRow reports whether rows of one shape are rows of another: flat ones need
// the number of values alone, and axes of size 1 do not count.
func sameRow(a, b []int) bool {
	a, b = withoutOnes(a), withoutOnes(b)
	return slices.Equal(a, b) || product(a) == product(b) && (len(a) <= 1 || len(b) <= 1)
}

func withoutOnes(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
}

// shapeText is a shape as NumPy prints it: "(28, 28)", "(10,)".
func shapeText(shape []int) string {
	if len(shape) == 0 {
		return "one value"
	}
	text := strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", ", ")
	if len(shape) == 1 {
		text += ","
	}
	return "(" + text + ")"
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
