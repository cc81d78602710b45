package data

import (
	"errors"
	"iter"
	"math"
)

// StratifiedSplit is [Split] class by class: the last fraction of the rows of
// each class is for validation, and both parts keep the order of the rows. Of n
// rows of a class floor(n·(1-fraction)) are for training, but at least one.
func StratifiedSplit[X, Y any](d Dataset[X, Y], fraction float64, class func(*Y) int) (train, validation Indexed[X, Y], err error) {
	if err := errOf(d); err != nil {
		return nil, nil, err
	}
	if _, ok := d.(splitter[X, Y]); ok {
		return nil, nil, errors.New("data: windows of a series cannot be split by class: their order is that of the series")
	}
	all, err := splittable(d, fraction)
	if err != nil {
		return nil, nil, err
	}
	n := all.Len()
	classes := make([]int, n)
	left := map[int]int{} // rows of a class that are for training yet
	for i := range n {
		_, y, _ := all.At(i)
		classes[i] = class(y)
		left[classes[i]]++
	}
	for c, rows := range left {
		left[c] = max(1, int(math.Floor(float64(rows)*(1-fraction))))
	}
	first, last := &picked[X, Y]{all: all}, &picked[X, Y]{all: all}
	for i, c := range classes {
		if left[c] > 0 {
			left[c]--
			first.rows = append(first.rows, i)
		} else {
			last.rows = append(last.rows, i)
		}
	}
	if len(first.rows) == 0 || len(last.rows) == 0 {
		return nil, nil, emptyPart(fraction, n)
	}
	return first, last, nil
}

// picked is some of the rows of a data set.
type picked[X, Y any] struct {
	all  Indexed[X, Y]
	rows []int
}

func (p *picked[X, Y]) Len() int { return len(p.rows) }

func (p *picked[X, Y]) At(i int) (*X, *Y, float32) { return p.all.At(p.rows[i]) }

func (p *picked[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] { return walk(p) }

func (p *picked[X, Y]) Place(i int) string { return placeOf(p.all, p.rows[i]) }

func (p *picked[X, Y]) places() func(i int) string {
	all, rows := placesOf(p.all), p.rows
	return func(i int) string { return all(rows[i]) }
}
