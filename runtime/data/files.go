package data

import (
	"iter"
	"sync"
)

// fileStream is a data set with one row for each file of a folder.
type fileStream[X, Y any] struct {
	files   []classFile
	err     error
	read    func(x *X, y *Y, path string, class int) error
	options readOptions
}

func (s *fileStream[X, Y]) Err() error { return s.err }

func (s *fileStream[X, Y]) Len() int { return len(s.files) }

func (s *fileStream[X, Y]) placeOf(row int) string { return s.files[row].path }

func (s *fileStream[X, Y]) Rows(epoch int) iter.Seq2[Example[X, Y], error] {
	return makeRows(s.deferred(epoch))
}

func (s *fileStream[X, Y]) deferred(int) iter.Seq2[deferred[X, Y], error] {
	return func(yield func(deferred[X, Y], error) bool) {
		if s.err != nil {
			yield(nil, s.err)
			return
		}
		done := s.counter()
		for i, f := range s.files {
			made := func(dst *Example[X, Y]) error {
				*dst = Example[X, Y]{Weight: 1, row: i}
				defer done()
				return s.read(&dst.X, &dst.Y, f.path, f.class)
			}
			if !yield(made, nil) {
				return
			}
		}
	}
}

// counter returns a function that reports one more file.
func (s *fileStream[X, Y]) counter() func() {
	var mu sync.Mutex
	files := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		files++
		s.options.progress(int64(files), int64(len(s.files)))
	}
}

// hold reads all files into memory, several at the same time.
func (s *fileStream[X, Y]) hold() (Dataset[X, Y], error) {
	if s.err != nil {
		return nil, s.err
	}
	m := &memory[X, Y]{x: make([]X, len(s.files)), y: make([]Y, len(s.files))}
	done := s.counter()
	err := parallel(len(s.files), func(i int) error {
		defer done()
		return s.read(&m.x[i], &m.y[i], s.files[i].path, s.files[i].class)
	})
	if err != nil {
		return nil, err
	}
	m.place = s.placeOf
	return m, nil
}
