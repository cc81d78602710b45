package gokernel

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/codegen/static"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// Config says how the kernels of a package are printed.
type Config struct {
	Standalone bool             // the package imports nothing beyond the standard library
	Batch      int              // rows that a call has at most
	Machine    machine.Machine  // that shared kernels are cut for
	Share      bool             // layers share kernels: see package shape
	Words      *gotree.OwnWords // of the package
	Draft      *Printer         // with the same settings but for Words: what it has printed of the same kernels stands; nil: none
}

// Printer prints kernels as functions in Go.
type Printer struct {
	Config
	elem    Elem
	sums    sumLimits
	flat    bool            // what is printed may become one function with others
	scalars map[string]bool // scalar functions that the kernels call
	printed map[loop.Kernel]*Kernel
}

// New is a printer of kernels.
func New(cfg Config) *Printer {
	e := &Printer{Config: cfg, elem: generic, sums: usualSums, scalars: map[string]bool{}, printed: map[loop.Kernel]*Kernel{}}
	if e.Draft != nil {
		maps.Copy(e.scalars, e.Draft.scalars)
	}
	if cfg.Standalone {
		e.elem = Single
	}
	return e
}

// Uses has the package carry a scalar function.
func (e *Printer) Uses(scalar string) { e.scalars[scalar] = true }

// Kernel prints a kernel. Of the same one it is the same.
func (e *Printer) Kernel(k loop.Kernel) (*Kernel, error) {
	out := e.printed[k]
	if out == nil && e.Draft != nil {
		if d := e.Draft.printed[k]; d != nil && !d.layered {
			out = d.unjoined()
		}
	}
	if out == nil {
		var err error
		if out, err = e.print(k); err != nil {
			return nil, err
		}
	}
	e.printed[k] = out
	return out, nil
}

func (e *Printer) print(k loop.Kernel) (*Kernel, error) {
	var out *Kernel
	_, isContract := k.(*loop.Contract)
	e.flat = e.Share && isContract
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
	case *loop.Shuffle:
		out = e.shuffle(k)
	case *loop.Pairs:
		out = e.pairs(k)
	case *loop.PairsGrad:
		out = e.pairsGrad(k)
	case *loop.Window:
		out = e.window(k)
	case *loop.WindowGrad:
		out = e.windowGrad(k)
	default:
		return nil, fmt.Errorf("kernels of the family %s are not emitted by this version", k.Family())
	}
	out.Shared = loop.SharingOf(k) == loop.ByUnits
	if out.Upto = shape.SoFar(k) != nil; out.Upto {
		out.Name += "SoFar"
	}
	return out, nil
}

// workerType is the type of a worker that runs a part of a kernel. Packages that
// import nothing run their kernels whole.
func (e *Printer) workerType() string {
	if e.Standalone {
		return "*worker"
	}
	return "*§nn.Worker"
}

// WorkerDecl prints that type where some of a package's kernels have such a
// parameter and it is not that of the runtime.
func (e *Printer) WorkerDecl(f *gotree.File, list []*Kernel) error {
	if !e.Standalone || !slices.ContainsFunc(list, func(k *Kernel) bool { return k.Shared }) {
		return nil
	}
	texts, err := static.Verbatim("worker", "Share", "Solo")
	for _, text := range texts {
		f.Add("%s", text)
	}
	return err
}
