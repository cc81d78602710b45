package data

import (
	"errors"
	"fmt"
)

// mostProblems is how many mistakes of a file are reported at once.
const mostProblems = 10

// problems gathers the mistakes of one file.
type problems struct {
	name string
	list []error
	once map[string]bool // what has been reported and would only repeat itself
}

// add notes a mistake and reports whether the reader should go on.
func (p *problems) add(line int, format string, args ...any) bool {
	return p.addAt(fmt.Sprintf("%s:%d", p.name, line), fmt.Errorf(format, args...))
}

// addAt notes a mistake at a place.
func (p *problems) addAt(place string, err error) bool {
	p.list = append(p.list, fmt.Errorf("%s: %w", place, err))
	return !p.full()
}

// addOnce notes a mistake unless an earlier place has the same.
func (p *problems) addOnce(place string, err error) bool {
	if text := err.Error(); !p.once[text] {
		if p.once == nil {
			p.once = map[string]bool{}
		}
		p.once[text] = true
		return p.addAt(place, err)
	}
	return !p.full()
}

func (p *problems) full() bool { return len(p.list) >= mostProblems }

func (p *problems) err() error { return errors.Join(p.list...) }
