package gosrc

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// wholeNetwork asks for the prediction of one sample as one assembly function per
// level, which small networks have.
func (e *phases) wholeNetwork() error {
	if checked(e.p.Inputs) || large(e.p.Outputs) || slices.ContainsFunc(e.p.Inputs, func(p loop.Port) bool { return p.DType != loop.F32 || p.Ragged }) {
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
func addresses(v string, ports []loop.Port, fields []string) (list []gotree.Expr) {
	sample := gotree.Word(v)
	for i, p := range ports {
		port, flat := gotree.Expr(sample), "flat"
		if len(ports) > 1 {
			port, flat = gotree.Member{X: sample, Name: fields[i]}, "flat"+fields[i]
		}
		if len(p.Shape) > 1 {
			port = gotree.CallExpr{Fn: gotree.Member{X: sample, Name: flat}}
		}
		if len(p.Shape) > 0 {
			port = gotree.At(port, gotree.Int(0))
		}
		if port == gotree.Expr(sample) { // of a type that is a float32
			list = append(list, gotree.CallExpr{Fn: gotree.Paren{X: gotree.Word("*float32")}, Args: []gotree.Expr{sample}})
		} else {
			list = append(list, gotree.Ref(port))
		}
	}
	return list
}
