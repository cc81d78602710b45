package data

import (
	"fmt"
	"io"
	"iter"
	"sync/atomic"
)

// ReadRecords reads a CSV file, compressed with gzip or not, into memory: set
// fills the input and the target from each row and reports what is wrong with it
// to [Record.Check]. The data set is [Indexed] and [Placed]. Up to ten mistakes
// are reported at once; a file without rows is an error.
func ReadRecords[X, Y any](path string, c CSV, set func(x *X, y *Y, r *Record), o ...ReadOption) (Dataset[X, Y], error) {
	f, err := openFile(path, collect(o))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readRecords(f, path, c, set)
}

func readRecords[X, Y any](r io.Reader, name string, c CSV, set func(x *X, y *Y, r *Record)) (Dataset[X, Y], error) {
	m := &memory[X, Y]{}
	var lines []int
	err := c.read(r, name, func(rec *Record) bool {
		var x X
		var y Y
		set(&x, &y, rec)
		weigh(&m.about, len(m.x), rec.weight)
		m.x, m.y = append(m.x, x), append(m.y, y)
		lines = append(lines, rec.line)
		return true
	})
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, noRows(name)
	}
	m.place = func(i int) string { return fmt.Sprintf("%s:%d", name, lines[i]) }
	return m, nil
}

func noRows(name string) error { return fmt.Errorf("%s: no rows", name) }

// StreamRecords is a data set that reads a CSV file anew in every epoch, and so
// may be larger than memory; set does what it does for [ReadRecords]. Its length
// is known once the file has been read to its end. The sequence ends at the
// first row with a mistake.
func StreamRecords[X, Y any](path string, c CSV, set func(x *X, y *Y, r *Record), o ...ReadOption) Dataset[X, Y] {
	s := &recordStream[X, Y]{path: path, csv: c, set: set, options: collect(o)}
	s.rows.Store(-1)
	return s
}

type recordStream[X, Y any] struct {
	path    string
	csv     CSV
	set     func(x *X, y *Y, r *Record)
	options readOptions
	rows    atomic.Int64
}

func (s *recordStream[X, Y]) Len() int { return int(s.rows.Load()) }

func (s *recordStream[X, Y]) placeOf(line int) string { return fmt.Sprintf("%s:%d", s.path, line) }

func (s *recordStream[X, Y]) Rows(int) iter.Seq2[Example[X, Y], error] {
	return func(yield func(Example[X, Y], error) bool) {
		f, err := openFile(s.path, s.options)
		if err != nil {
			yield(Example[X, Y]{}, err)
			return
		}
		defer f.Close()
		rows, ended := int64(0), false
		err = s.csv.read(f, s.path, func(rec *Record) bool {
			e := Example[X, Y]{row: rec.line}
			s.set(&e.X, &e.Y, rec)
			e.Weight = rec.weight
			if len(rec.list) > 0 { // of this row, or of a ragged one before it
				return false
			}
			rows++
			ended = !yield(e, nil)
			return !ended
		})
		if err == nil && rows == 0 && !ended {
			err = noRows(s.path)
		}
		switch {
		case ended:
		case err != nil:
			yield(Example[X, Y]{}, err)
		default:
			s.rows.Store(rows)
		}
	}
}
