package driver

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
)

// Parameters of kernel functions: see Body.
var (
	Rows   = &gotree.Var{Name: "n"}
	Work   = &gotree.Var{Name: "work"}
	Worker = &gotree.Var{Name: "t"}
	Again  = &gotree.Var{Name: "again"} // of a body that is Held
	Kept   = &gotree.Var{Name: "kept"}  // of a body that Keeps what it packs
	First  = &gotree.Var{Name: "first"} // the number of the first row, of a kernel that draws
)

// Script is a body in the making, and the names of its variables.
type Script struct {
	*gotree.Writer
	Body  *Body
	names map[string]bool
}

// NewScript writes a body for a request, whose parameters have names; others are
// not to be used either.
func NewScript(r Request, others ...string) Script {
	s := Script{Body: &Body{}, names: map[string]bool{}}
	s.Writer = gotree.NewWriter(&s.Body.Block)
	for _, n := range others {
		s.names[n] = true
	}
	for _, o := range r.Operands {
		s.names[o.Name] = true
		if o.Buf.Ragged {
			s.names["offsets"] = true
		}
	}
	return s
}

// Var is a new variable with a name that nothing has.
func (s *Script) Var(wishes ...string) *gotree.Var {
	for _, w := range append(wishes, "i", "j", "q", "u", "v", "h", "d", "e") {
		if w != "" && !s.names[w] {
			return s.Named(w)
		}
	}
	for i := 0; ; i++ {
		if w := fmt.Sprint("i", i); !s.names[w] {
			return s.Named(w)
		}
	}
}

// Named is a new variable of this very name.
func (s *Script) Named(name string) *gotree.Var {
	s.names[name] = true
	return &gotree.Var{Name: name}
}

// Free lets others have the names of variables.
func (s *Script) Free(list ...*gotree.Var) {
	for _, v := range list {
		if v != nil {
			delete(s.names, v.Name)
		}
	}
}

// Call calls a routine.
func (s *Script) Call(stub amd64.Stub, args []gotree.Expr) { s.Add(gotree.Run(stub.Name, args...)) }

// Every is a loop over v in steps. It is written so even if a step is 1: bodies that
// differ in it can be one.
func Every(v *gotree.Var, from, to, step gotree.Expr) *gotree.While {
	return &gotree.While{Init: gotree.Let(v, from), Cond: gotree.Op(v, "<", to), Post: gotree.Set(v, "+=", step)}
}

// Share declares the bounds of a worker's share of n turns.
func Share(from, to *gotree.Var, worker gotree.Expr, n gotree.Expr) gotree.Stmt {
	return gotree.LetTwo(from, to, CallMethod(worker, "Share", n))
}

// CallMethod is x.name(args).
func CallMethod(x gotree.Expr, name string, args ...gotree.Expr) gotree.Expr {
	return gotree.CallExpr{Fn: gotree.Member{X: x, Name: name}, Args: args}
}

// Left is how many turns are left of a loop over v, or most.
func Left(most, to gotree.Expr, v *gotree.Var) gotree.Expr {
	return gotree.CallOf("min", most, gotree.Op(to, "-", v))
}

// Letter is an axis's name as a variable: one small letter, or nothing.
func Letter(name string) string {
	if len(name) == 1 && name[0] >= 'a' && name[0] <= 'z' && name != "n" && name != "t" {
		return name
	}
	return ""
}
