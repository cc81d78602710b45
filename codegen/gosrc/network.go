package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/network"
	"github.com/nngen-go/nngen/ir/loop"
)

// wholeNetwork asks for the prediction of one sample as one assembly function per
// level, which small networks have.
func (e *kernels) wholeNetwork() error {
	if e.checked() || e.large() || slices.ContainsFunc(e.p.Inputs, func(p loop.Port) bool { return p.DType != loop.F32 || p.Ragged }) {
		return nil
	}
	for _, l := range amd64.Levels {
		b, err := network.Write(e.unit, "network", e.p, l)
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
func (e machineText) predictWhole(f *file) {
	if len(e.networks) == 0 {
		return
	}
	addresses := func(v string, ports []loop.Port, fields []string) (list []string) {
		for i, p := range ports {
			at := operandOf(v, ports, fields, i)
			switch {
			case len(p.Shape) > 0:
				list = append(list, "&"+index(flatOf(v, ports, fields, i))+"[0]")
			case strings.HasPrefix(at, "*"):
				list = append(list, "(*float32)("+v+")")
			default:
				list = append(list, "&"+at)
			}
		}
		return list
	}
	var b strings.Builder
	scratch := 1
	for _, n := range e.networks {
		scratch = max(scratch, n.Scratch)
		fmt.Fprintf(&b, "case cpu >= %s:\n%s\n", levels[n.Level],
			n.Call(addresses("out", e.p.Outputs, e.ports.outputs), addresses("x", e.p.Inputs, e.ports.inputs), "&p.flat()[0]", "&scratch[0]"))
	}
	f.add(`// predictWhole runs the whole network on one sample as one function of machine
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
		e.stub(f, n.Stub)
	}
}
