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
}

// add notes a mistake and reports whether the reader should go on.
func (p *problems) add(line int, format string, args ...any) bool {
	p.list = append(p.list, fmt.Errorf("%s:%d: "+format, append([]any{p.name, line}, args...)...))
	return len(p.list) < mostProblems
}

func (p *problems) err() error { return errors.Join(p.list...) }
