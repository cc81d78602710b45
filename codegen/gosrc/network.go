package gosrc

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// wholeNetwork asks for the prediction of one sample as one assembly function per
// level, which small networks have.
func (e *phases) wholeNetwork() error {
	if e.checked() || e.large() || slices.ContainsFunc(e.p.Inputs, func(p loop.Port) bool { return p.DType != loop.F32 || p.Ragged }) {
		return nil
	}
	return e.kernels.Network(e.p)
}

// machineFile prints the Go beside the machine code.
func (e *phases) machineFile() *file {
	f := e.newFile()
	e.kernels.MachineFile(f.File, addresses("out", e.p.Outputs, e.ports.outputs), addresses("x", e.p.Inputs, e.ports.inputs))
	return f
}

// portableFile prints what stands for it on other processors.
func (e *phases) portableFile() *file {
	f := e.newFile()
	e.kernels.PortableFile(f.File)
	return f
}

// addresses are those of the first values of every port of the sample that the
// pointer v points to.
func addresses(v string, ports []loop.Port, fields []string) (list []string) {
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
