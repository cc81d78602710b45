package kernelset

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/network"
	"github.com/nngen-go/nngen/ir/loop"
)

// Network asks for the prediction of one sample of a small network as one assembly
// function per level.
func (e *Set) Network(p *loop.Program) error {
	e.learns = len(p.Segments) > 0
	for _, l := range amd64.Levels {
		b, err := network.Write(e.unit, "network", p, l)
		if err != nil {
			return err
		}
		if b == nil { // the levels below have fewer registers still
			return nil
		}
		e.networks = append(e.networks, b)
	}
	return nil
}

// predictWhole prints the choice between the levels of the whole network.
func (e *Set) predictWhole(f *gotree.File, out, x []gotree.Expr) {
	if len(e.networks) == 0 {
		return
	}
	params, room := gotree.CallExpr{Fn: gotree.Member{X: gotree.Word("p"), Name: "flat"}}, &gotree.Var{Name: "scratch"}
	choice, floats := &gotree.Switch{}, 1
	for _, n := range e.networks {
		floats = max(floats, n.Scratch)
		at := gotree.At(params, gotree.Int(0))
		if !e.learns { // there are none, and nothing reads what is given for them
			at = gotree.At(room, gotree.Int(0))
		}
		call := n.Call(out, x, gotree.Ref(at), gotree.Ref(gotree.At(room, gotree.Int(0))))
		choice.Cases = append(choice.Cases, gotree.Case{When: atLeast(n.Level), Body: gotree.Block{gotree.Do{Call: call}}})
	}
	choice.Cases = append(choice.Cases, gotree.Case{Body: gotree.Block{gotree.Jump("return false")}})
	array := gotree.ArrayType{N: gotree.Literal(floats), Elem: gotree.Word("float32")}
	body := gotree.Block{gotree.Zero{Vars: []*gotree.Var{room}, Type: array}, choice, gotree.Jump("return true")}
	f.Add(`// predictWhole runs the whole network on one sample as one function of machine
// code, and reports whether there is one for this computer.
func predictWhole(out *Output, x *Input, p *Params) bool {
%s
}`, body)
	for _, n := range e.networks {
		stub(f, n.Stub)
	}
}

// HasNetwork reports that there is such a function.
func (e *Set) HasNetwork() bool { return len(e.networks) > 0 }
