package amd64

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Stub declares an assembly function in Go.
type Stub struct {
	Doc    string // what it computes, after its name: "computes ..."
	Name   string
	Params []Param
	// MulAdds and Bytes are the most that a call takes and touches.
	MulAdds, Bytes int
	Sizes          map[string]string // of a shared kernel: the parameters that hold them
}

// Takes adds parameters for those of the sizes that are not literals, and
// returns what is passed for them.
func (s *Stub) Takes(list ...gotree.Number) (args []gotree.Expr) {
	if s.Sizes == nil {
		s.Sizes = map[string]string{}
	}
	for _, n := range list {
		if n.Known() || s.Sizes[n.String()] != "" {
			continue
		}
		name := fmt.Sprint("size", len(s.Sizes))
		switch as := n.As.(type) {
		case gotree.Member:
			name = as.Name
		case gotree.Word:
			name = string(as)
		}
		s.Sizes[n.String()] = name
		s.Params = append(s.Params, Param{name, "int"})
		args = append(args, n)
	}
	return args
}

// Param is a parameter of an assembly function.
type Param struct{ Name, Type string }

// Signature is "(y, x *float32, n int)".
func (s Stub) Signature() string {
	var b strings.Builder
	b.WriteByte('(')
	for i, p := range s.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if i+1 == len(s.Params) || s.Params[i+1].Type != p.Type {
			b.WriteString(" " + p.Type)
		}
	}
	b.WriteByte(')')
	return b.String()
}
