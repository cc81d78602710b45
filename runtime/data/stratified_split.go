package data

import (
	"errors"
	"math"
)

// StratifiedSplit is [Split] class by class: the last fraction of the rows of
// each class is for validation, and both parts keep the order of the rows. Of n
// rows of a class floor(n·(1-fraction)) are for training, but at least one.
// Without a function that tells the class it is Split.
func StratifiedSplit[X, Y any](d Dataset[X, Y], fraction float64, class func(*Y) int) (train, validation Indexed[X, Y], err error) {
	if s, ok := d.(splitter[X, Y]); ok {
		if class == nil {
			return s.split(fraction)
		}
		return nil, nil, errors.New("data: windows of a series cannot be split by class: their order is that of the series")
	}
	all, ok := d.(Indexed[X, Y])
	var of func(i int) int // the class of row i
	if class != nil {
		of = func(i int) int {
			_, y, _ := all.At(i)
			return class(y)
		}
	}
	first, last, err := cut(d, ok, fraction, of)
	if err != nil {
		return nil, nil, err
	}
	return &part[X, Y]{rows: first, all: all}, &part[X, Y]{rows: last, all: all}, nil
}

// cutClasses cuts a fraction of the rows of each class off a data set.
func cutClasses(d sized, fraction float64, class func(row int) int) (train, validation *selection, err error) {
	n := d.Len()
	classes := make([]int, n)
	left := map[int]int{} // rows of a class that are for training yet
	for i := range n {
		classes[i] = class(i)
		left[classes[i]]++
	}
	for c, rows := range left {
		left[c] = max(1, int(math.Floor(float64(rows)*(1-fraction))))
	}
	var first, last []int
	for i, c := range classes {
		if left[c] > 0 {
			left[c]--
			first = append(first, i)
		} else {
			last = append(last, i)
		}
	}
	if len(first) == 0 || len(last) == 0 {
		return nil, nil, emptyPart(fraction, n)
	}
	return &selection{of: d, n: len(first), rows: first}, &selection{of: d, n: len(last), rows: last}, nil
}
