package data

import (
	"fmt"
	"iter"
	"math"
)

// Split cuts the last fraction off a data set for validation, before any
// shuffling. With n rows the training part has floor(n·(1-fraction)) of them,
// as in Keras 3 (trainers/data_adapters/array_slicing.py). It is an error if
// the fraction lies outside (0, 1), if either part would be empty or if the
// data set has no random access.
func Split[X, Y any](d Dataset[X, Y], fraction float64) (train, validation Indexed[X, Y], err error) {
	if err := errOf(d); err != nil {
		return nil, nil, err
	}
	if s, ok := d.(splitter[X, Y]); ok {
		return s.split(fraction)
	}
	all, err := splittable(d, fraction)
	if err != nil {
		return nil, nil, err
	}
	n := all.Len()
	at := int(math.Floor(float64(n) * (1 - fraction)))
	if at <= 0 || at >= n {
		return nil, nil, emptyPart(fraction, n)
	}
	return &section[X, Y]{all, 0, at}, &section[X, Y]{all, at, n}, nil
}

// splitter is a data set that is cut elsewhere than between its rows.
type splitter[X, Y any] interface {
	split(fraction float64) (train, validation Indexed[X, Y], err error)
}

// splittable says why a fraction of a data set cannot be split off.
func splittable[X, Y any](d Dataset[X, Y], fraction float64) (Indexed[X, Y], error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, fmt.Errorf("data: cannot split off a fraction of %v for validation: it must lie between 0 and 1", fraction)
	}
	all, ok := d.(Indexed[X, Y])
	if !ok {
		return nil, fmt.Errorf("data: cannot split off a fraction of %v for validation: the data set has no random access; give the validation rows as a data set of their own", fraction)
	}
	return all, nil
}

func emptyPart(fraction float64, rows int) error {
	return fmt.Errorf("data: a fraction of %v for validation cannot be split off %s: one part would be empty", fraction, plural(rows, "row"))
}

// section is the part [from, to) of a data set.
type section[X, Y any] struct {
	all      Indexed[X, Y]
	from, to int
}

func (s *section[X, Y]) Len() int { return s.to - s.from }

func (s *section[X, Y]) At(i int) (*X, *Y, float32) { return s.all.At(s.from + i) }

func (s *section[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] { return walk(s) }

func (s *section[X, Y]) Place(i int) string { return placeOf(s.all, s.from+i) }

func (s *section[X, Y]) places() func(i int) string {
	all, from := placesOf(s.all), s.from
	return func(i int) string { return all(from + i) }
}
