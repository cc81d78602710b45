package driver

import (
	"fmt"
)

// Block writes a statement with a body.
func (s *Script) Block(head string, body func() error) error {
	s.Line("%s {", head)
	err := body()
	s.Line("}")
	return err
}

// Script is Go text in the making, with the variables of the loops around.
type Script struct {
	Lines []string
	Names map[string]bool
}

// NewScript knows the names that a kernel function's parameters have.
func NewScript(r Request) Script {
	s := Script{Names: map[string]bool{}}
	for _, n := range []string{"n", "t", "work", "part", "step", "w", "p", TableMark} {
		s.Names[n] = true
	}
	for _, o := range r.Operands {
		s.Names[o.Name] = true
		if o.Buf.Ragged {
			s.Names["offsets"] = true
		}
	}
	return s
}

func (s *Script) Line(format string, args ...any) {
	s.Lines = append(s.Lines, fmt.Sprintf(format, args...))
}

// Name picks a variable's name that nothing has.
func (s *Script) Name(wishes ...string) string {
	for _, w := range append(wishes, "i", "j", "q", "u", "v", "h", "d", "e") {
		if w != "" && !s.Names[w] {
			s.Names[w] = true
			return w
		}
	}
	for i := 0; ; i++ {
		if w := fmt.Sprint("i", i); !s.Names[w] {
			s.Names[w] = true
			return w
		}
	}
}

// Letter is an axis's name as a variable: one small letter, or nothing.
func Letter(name string) string {
	if len(name) == 1 && name[0] >= 'a' && name[0] <= 'z' && name != "n" && name != "t" {
		return name
	}
	return ""
}
