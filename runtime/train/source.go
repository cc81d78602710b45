package train

import (
	"errors"
	"fmt"
	"iter"

	"github.com/nngen-go/nngen/runtime/nn"
)

// source hands out the rows of a data set batch by batch.
type source interface {
	kind() string // "training" or "validation", for messages
	len() int     // rows, -1 if not known
	// begin starts a pass. Seed and step select the order of the rows.
	begin(epoch int, seed, step uint64)
	// skip leaves out the first n rows of a pass that has just begun.
	skip(n int) error
	// next fills b with the rows that follow, and leaves it empty at the end.
	next(b *batch) error
	end()
}

func newSource(kind string, d *dataset, shuffle bool, column string) (source, error) {
	if d == nil {
		return nil, errors.New("train: no " + kind + " data")
	}
	if e, ok := d.source.(interface{ Err() error }); ok && e.Err() != nil {
		return nil, e.Err()
	}
	if d.source.Len() == 0 {
		return nil, errors.New("train: the " + kind + " data has no rows")
	}
	if d.at != nil {
		if !anyWeight(d) {
			return nil, weightless(kind, column)
		}
		s := &indexed{name: kind, rows: d}
		if shuffle {
			s.order = make([]int, d.source.Len())
		}
		return s, nil
	}
	return &stream{name: kind, column: column, rows: d}, nil
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
func anyWeight(rows *dataset) bool {
	for i := range rows.source.Len() {
		if rows.at(i).weight != 0 {
			return true
		}
	}
	return false
}

// indexed reads a data set with random access.
type indexed struct {
	name  string
	rows  *dataset
	order []int // nil: as they come
	at    int
}

func (s *indexed) kind() string { return s.name }
func (s *indexed) len() int     { return s.rows.source.Len() }
func (s *indexed) end()         {}

func (s *indexed) begin(_ int, seed, step uint64) {
	s.at = 0
	if s.order != nil {
		permute(s.order, nn.NewKey(seed, step, nn.Stream("shuffle")))
	}
}

func (s *indexed) skip(n int) error {
	s.at = min(n, s.rows.source.Len())
	return nil
}

func (s *indexed) next(b *batch) error {
	b.n = min(b.size, s.rows.source.Len()-s.at)
	b.room(b.n)
	for i := range b.n {
		row := s.at + i
		if s.order != nil {
			row = s.order[row]
		}
		b.index[i] = row
		b.rows[i] = s.rows.at(row)
	}
	s.at += b.n
	return b.check(s.name)
}

// stream reads a data set from beginning to end.
type stream struct {
	name     string
	column   string // of the weights, for messages
	rows     *dataset
	pull     func() (weight float32, err error, ok bool)
	stop     func()
	at       int
	weighted bool // a row of this pass has a weight other than 0
}

func (s *stream) kind() string { return s.name }
func (s *stream) len() int     { return s.rows.source.Len() }

func (s *stream) begin(epoch int, _, _ uint64) {
	s.at, s.weighted = 0, false
	s.pull, s.stop = iter.Pull2(s.rows.stream(epoch))
}

func (s *stream) skip(n int) error {
	for ; s.at < n; s.at++ {
		s.rows.forget()
		weight, err, ok := s.pull()
		if err != nil {
			return err
		}
		s.weighted = s.weighted || weight != 0
		if !ok {
			return fmt.Errorf("train: the %s data ends after %d rows; the training that is to go on had read %d", s.name, s.at, n)
		}
	}
	return nil
}

func (s *stream) end() { s.stop() }

func (s *stream) next(b *batch) error {
	s.rows.forget()
	n := 0
	for b.n = 0; n < b.size; n++ {
		weight, err, ok := s.pull()
		if err != nil {
			return err
		}
		if !ok {
			if !s.weighted && s.at+n > 0 {
				return weightless(s.name, s.column)
			}
			break
		}
		s.weighted = s.weighted || weight != 0
	}
	b.room(n)
	b.n = n
	for i := range n {
		b.rows[i], b.index[i] = s.rows.kept(i), s.at
		s.at++
	}
	return b.check(s.name)
}
