package train

import (
	"errors"
	"fmt"
	"iter"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
)

// source hands out the rows of a data set batch by batch.
type source[X, Y any] interface {
	kind() string // "training" or "validation", for messages
	len() int     // rows, -1 if not known
	// begin starts a pass. Seed and step select the order of the rows.
	begin(epoch int, seed, step uint64)
	// skip leaves out the first n rows of a pass that has just begun.
	skip(n int) error
	// next fills b with the rows that follow, and leaves it empty at the end.
	next(b *batch[X, Y]) error
	end()
}

func newSource[X, Y any](kind string, d data.Dataset[X, Y], shuffle bool, column string) (source[X, Y], error) {
	if d == nil {
		return nil, errors.New("train: no " + kind + " data")
	}
	if e, ok := d.(interface{ Err() error }); ok && e.Err() != nil {
		return nil, e.Err()
	}
	if d.Len() == 0 {
		return nil, errors.New("train: the " + kind + " data has no rows")
	}
	if all, ok := d.(data.Indexed[X, Y]); ok {
		if !anyWeight(all) {
			return nil, weightless(kind, column)
		}
		s := &indexed[X, Y]{name: kind, rows: all}
		if shuffle {
			s.order = make([]int, all.Len())
		}
		return s, nil
	}
	return &stream[X, Y]{name: kind, column: column, rows: d}, nil
}

// weightless reports that every row of a data set has weight 0, which would train
// on nothing without a word, or judge by nothing. Some rows of weight 0 are meant,
// a whole batch of them too: its loss is 0.
func weightless(kind, column string) error {
	from := "set Example.Weight, to 1 if the rows count alike"
	if column != "" {
		from = fmt.Sprintf("look at the column %.80q of tables, or at Example.Weight", column)
	}
	return fmt.Errorf("train: every %s row has weight 0, so there is nothing to compute a loss of: %s", kind, from)
}

// anyWeight reports whether a row has a weight other than 0, which the first one
// has as a rule.
func anyWeight[X, Y any](rows data.Indexed[X, Y]) bool {
	for i := range rows.Len() {
		if _, _, w := rows.At(i); w != 0 {
			return true
		}
	}
	return false
}

// indexed reads a data set with random access.
type indexed[X, Y any] struct {
	name  string
	rows  data.Indexed[X, Y]
	order []int // nil: as they come
	at    int
}

func (s *indexed[X, Y]) kind() string { return s.name }
func (s *indexed[X, Y]) len() int     { return s.rows.Len() }
func (s *indexed[X, Y]) end()         {}

func (s *indexed[X, Y]) begin(_ int, seed, step uint64) {
	s.at = 0
	if s.order != nil {
		permute(s.order, nn.NewKey(seed, step, nn.Stream("shuffle")))
	}
}

func (s *indexed[X, Y]) skip(n int) error {
	s.at = min(n, s.rows.Len())
	return nil
}

func (s *indexed[X, Y]) next(b *batch[X, Y]) error {
	b.n = min(b.size, s.rows.Len()-s.at)
	b.room(b.n)
	for i := range b.n {
		row := s.at + i
		if s.order != nil {
			row = s.order[row]
		}
		b.index[i] = row
		b.x[i], b.y[i], b.weight[i] = s.rows.At(row)
	}
	s.at += b.n
	return b.check(s.name)
}

// stream reads a data set from beginning to end. It holds one batch of
// examples, because the rows of a batch must be counted before the first of
// them is trained on.
type stream[X, Y any] struct {
	name     string
	column   string // of the weights, for messages
	rows     data.Dataset[X, Y]
	pull     func() (data.Example[X, Y], error, bool)
	stop     func()
	at       int
	weighted bool // a row of this pass has a weight other than 0
	examples []data.Example[X, Y]
}

func (s *stream[X, Y]) kind() string { return s.name }
func (s *stream[X, Y]) len() int     { return s.rows.Len() }

func (s *stream[X, Y]) begin(epoch int, _, _ uint64) {
	s.at, s.weighted = 0, false
	s.pull, s.stop = iter.Pull2(s.rows.Rows(epoch))
}

func (s *stream[X, Y]) skip(n int) error {
	for ; s.at < n; s.at++ {
		example, err, ok := s.pull()
		if err != nil {
			return err
		}
		s.weighted = s.weighted || example.Weight != 0
		if !ok {
			return fmt.Errorf("train: the %s data ends after %d rows; the training that is to go on had read %d", s.name, s.at, n)
		}
	}
	return nil
}

func (s *stream[X, Y]) end() { s.stop() }

func (s *stream[X, Y]) next(b *batch[X, Y]) error {
	b.n, s.examples = 0, s.examples[:0]
	for len(s.examples) < b.size {
		example, err, ok := s.pull()
		if err != nil {
			return err
		}
		if !ok {
			if !s.weighted && s.at+len(s.examples) > 0 {
				return weightless(s.name, s.column)
			}
			break
		}
		s.weighted = s.weighted || example.Weight != 0
		s.examples = append(s.examples, example)
	}
	b.room(len(s.examples))
	b.n = len(s.examples)
	for i := range s.examples {
		e := &s.examples[i]
		b.x[i], b.y[i], b.weight[i], b.index[i] = &e.X, &e.Y, e.Weight, s.at
		s.at++
	}
	return b.check(s.name)
}
