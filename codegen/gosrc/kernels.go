package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/asm"
	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// setConfig says what the kernel functions of a package are for.
type setConfig struct {
	gokernel.Config              // of their Go
	top             gotree.Scope // identifiers of the package
	crew            bool         // several workers may share a prediction
}

// kernelSet is the kernels of a package, one function for each distinct text.
type kernelSet struct {
	setConfig
	bodies   *gokernel.Printer // in Go
	list     []*function       // in the order of first use
	known    map[string]*function
	unit     *asm.Unit          // machine code; nil: none is written
	networks []*asm.NetworkBody // the whole prediction of one sample
}

func newKernelSet(cfg setConfig) *kernelSet {
	e := &kernelSet{setConfig: cfg, bodies: gokernel.New(cfg.Config), known: map[string]*function{}, unit: asm.NewUnit(cfg.Machine)}
	if e.Share {
		e.unit.Share()
	}
	return e
}

// uses has the package carry a scalar function.
func (e *kernelSet) uses(scalar string) { e.bodies.Uses(scalar) }

// function is a finished kernel function.
type function struct {
	name, text string
	doc        []string
	kernel     *gokernel.Kernel // whose text it is
	code       *machineCode     // nil: the Go body is all there is
	divided    bool             // workers may divide it although it is computed row by row
	formula    string           // of a contraction that may become one function with others
	joined     *function        // that which this one has become, and the sizes that make it this one
	sizes      []int
	rows       []gotree.Number // of one that others have become: the length of a row of every parameter
}

// kernel prints a kernel and returns it with the name of its function: one
// function for each distinct text.
func (e *kernelSet) kernel(k loop.Kernel) (*gokernel.Kernel, *function, error) {
	out, err := e.bodies.Kernel(k)
	if err != nil {
		return nil, nil, err
	}
	text := out.Text()
	key := text + out.Shape.Names()
	fn := e.known[key]
	if fn == nil {
		fn = &function{name: e.top.Pick(out.Name), text: text, doc: out.Doc, kernel: out}
		if c, ok := k.(*loop.Contract); ok && e.Share {
			fn.formula = fmt.Sprintf("%#v", c.Epilogue)
		}
		if err := e.machine(fn, k, out); err != nil {
			return nil, nil, err
		}
		e.known[key] = fn
		e.list = append(e.list, fn)
	}
	if fn.joined != nil {
		out.Family, out.Sizes, fn = fn.joined.kernel.Family, fn.sizes, fn.joined
	}
	return out, fn, nil
}

// declare adds the kernels and what they call to a file.
func (e *kernelSet) declare(f *gotree.File) {
	gokernel.ShapeDecl(f, e.printed())
	e.bodies.WorkerDecl(f, e.printed())
	for _, fn := range e.list {
		if fn.kernel.Family != nil {
			fn.kernel.Family.Declare(f, fn.name)
		}
		doc := make([]string, len(fn.doc))
		for i, l := range fn.doc {
			doc[i] = gokernel.WithName(l, fn.body())
		}
		f.Add("%s", gotree.Comment(doc...)+gokernel.WithName(fn.text, fn.body()))
	}
	e.bodies.ScalarDecls(f)
}

// printed are the kernels of the functions, as they have been printed.
func (e *kernelSet) printed() []*gokernel.Kernel {
	list := make([]*gokernel.Kernel, len(e.list))
	for i, fn := range e.list {
		list[i] = fn.kernel
	}
	return list
}
