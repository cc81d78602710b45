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
	return StratifiedSplit(d, fraction, nil)
}

// splitter is a data set that is cut elsewhere than between its rows.
type splitter[X, Y any] interface {
	split(fraction float64) (train, validation Indexed[X, Y], err error)
}

// cut is StratifiedSplit of a data set of any types.
func cut(d sized, indexed bool, fraction float64, class func(row int) int) (train, validation *selection, err error) {
	if err := splittable(d, indexed, fraction); err != nil {
		return nil, nil, err
	}
	if class != nil {
		return cutClasses(d, fraction, class)
	}
	n := d.Len()
	at := int(math.Floor(float64(n) * (1 - fraction)))
	if at <= 0 || at >= n {
		return nil, nil, emptyPart(fraction, n)
	}
	return &selection{of: d, n: at}, &selection{of: d, from: at, n: n - at}, nil
}

// sized is a data set of any types.
type sized interface{ Len() int }

// splittable says why a fraction of a data set cannot be split off.
func splittable(d sized, indexed bool, fraction float64) error {
	if err := errOf(d); err != nil {
		return err
	}
	if !(fraction > 0 && fraction < 1) {
		return fmt.Errorf("data: cannot split off a fraction of %v for validation: it must lie between 0 and 1", fraction)
	}
	if !indexed {
		return fmt.Errorf("data: cannot split off a fraction of %v for validation: the data set has no random access; give the validation rows as a data set of their own", fraction)
	}
	return nil
}

func emptyPart(fraction float64, rows int) error {
	return fmt.Errorf("data: a fraction of %v for validation cannot be split off %s: one part would be empty", fraction, plural(rows, "row"))
}

// selection is some of the rows of a data set.
type selection struct {
	of      any
	from, n int
	rows    []int // nil: n rows from from on
}

// row is where a row lies in the data set.
func (s *selection) row(i int) int {
	if s.rows != nil {
		return s.rows[i]
	}
	return s.from + i
}

func (s *selection) Place(i int) string { return placeOf(s.of, s.row(i)) }

func (s *selection) places() func(i int) string {
	all, of := placesOf(s.of), selection{from: s.from, rows: s.rows} // without the data set
	return func(i int) string { return all(of.row(i)) }
}

// part is a data set of some of the rows of another.
type part[X, Y any] struct {
	rows *selection // not embedded: its methods would be compiled for both *part and part
	all  Indexed[X, Y]
}

func (p *part[X, Y]) Len() int { return p.rows.n }

func (p *part[X, Y]) At(i int) (*X, *Y, float32) { return p.all.At(p.rows.row(i)) }

func (p *part[X, Y]) Place(i int) string { return p.rows.Place(i) }

func (p *part[X, Y]) places() func(i int) string { return p.rows.places() }

func (p *part[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] { return walk(p) }
