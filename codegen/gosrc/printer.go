package gosrc

import (
	"fmt"
	"github.com/nngen-go/nngen/codegen/gotree"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// printerConfig says how the kernels of a package are printed.
type printerConfig struct {
	alone   bool            // the package imports nothing beyond the standard library
	batch   int             // rows that a call has at most
	machine machine.Machine // that shared kernels are cut for
	share   bool            // layers share kernels: see package shape
	words   *ownWords       // of the package
}

// printer prints kernels as functions in Go.
type printer struct {
	printerConfig
	elem    elem
	sums    sumLimits
	flat    bool            // what is printed may become one function with others
	scalars map[string]bool // scalar functions that the kernels call
}

func newPrinter(cfg printerConfig) *printer {
	e := &printer{printerConfig: cfg, elem: generic, sums: usualSums, scalars: map[string]bool{}}
	if cfg.alone {
		e.elem = single
	}
	return e
}

// calls has the package carry a scalar function.
func (e *printer) calls(scalar string) { e.scalars[scalar] = true }

// kernel prints a kernel.
func (e *printer) kernel(k loop.Kernel) (*kernel, error) {
	var out *kernel
	_, isContract := k.(*loop.Contract)
	e.flat = e.share && isContract
	switch k := k.(type) {
	case *loop.Contract:
		out = e.contract(k)
	case *loop.Nest:
		out = e.nest(k)
	case *loop.GatherSum:
		out = e.gatherSum(k)
	case *loop.ScatterSum:
		out = e.scatterSum(k)
	case *loop.MultiHot:
		out = e.multiHot(k)
	case *loop.Window:
		out = e.window(k)
	case *loop.WindowGrad:
		out = e.windowGrad(k)
	default:
		return nil, fmt.Errorf("kernels of the family %s are not emitted by this version", k.Family())
	}
	out.shared = loop.SharingOf(k) == loop.ByUnits
	return out, nil
}

// workerType is the type of a worker that runs a part of a kernel. Packages that
// import nothing run their kernels whole.
func (e *printer) workerType() string {
	if e.alone {
		return "*worker"
	}
	return "*§nn.Worker"
}

// workerDecl prints that type where some of a package's kernels have such a
// parameter and it is not that of the runtime.
func (e *printer) workerDecl(f *gotree.File, list []*kernel) {
	if e.alone && slices.ContainsFunc(list, func(k *kernel) bool { return k.shared }) {
		f.Add(`// worker stands for the one goroutine that runs a kernel; it is always nil.
type worker struct{}

// Share is the part of some units of work that is the worker's: all of them.
func (*worker) Share(units int) (from, to int) { return 0, units }

// Solo reports that there is no other.
func (*worker) Solo() bool { return true }`)
	}
}
