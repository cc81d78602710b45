package kernelset

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/network"
	"github.com/nngen-go/nngen/ir/loop"
)

// Network asks for the prediction of one sample of a small network as one assembly
// function per level.
func (e *Set) Network(p *loop.Program) error {
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
func (e *Set) predictWhole(f *gotree.File, out, x []string) {
	if len(e.networks) == 0 {
		return
	}
	var b strings.Builder
	scratch := 1
	for _, n := range e.networks {
		scratch = max(scratch, n.Scratch)
		fmt.Fprintf(&b, "case cpu >= %s:\n%s\n", levels[n.Level],
			n.Call(out, x, "&p.flat()[0]", "&scratch[0]"))
	}
	f.Add(`// predictWhole runs the whole network on one sample as one function of machine
// code, and reports whether there is one for this computer.
func predictWhole(out *Output, x *Input, p *Params) bool {
	var scratch [%d]float32
	switch {
	%sdefault:
		return false
	}
	return true
}`, scratch, b.String())
	for _, n := range e.networks {
		stub(f, n.Stub)
	}
}

// HasNetwork reports that there is such a function.
func (e *Set) HasNetwork() bool { return len(e.networks) > 0 }
