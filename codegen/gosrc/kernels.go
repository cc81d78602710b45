package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/asm"
	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// kernels are the kernels of a package, one function for each distinct text.
type kernels struct {
	*program
	bodies *gokernel.Printer // in Go
	crew   bool              // several workers may share a prediction

	list     []*function // in the order of first use
	known    map[string]*function
	unit     *asm.Unit          // machine code; nil: none is written
	networks []*asm.NetworkBody // the whole prediction of one sample
	consts   []*loop.Buffer     // that calls are passed
}

func newKernels(p *loop.Program, cfg Config, used *ownWords) *kernels {
	if cfg.Machine == (machine.Machine{}) {
		cfg.Machine = machine.Server()
	}
	k := &kernels{program: newProgram(p, cfg, used), crew: hasCrew(p, cfg), known: map[string]*function{}, unit: asm.NewUnit(cfg.Machine)}
	k.bodies = gokernel.New(gokernel.Config{Standalone: cfg.PredictOnly, Batch: p.Batch, Machine: cfg.Machine, Share: shape.Large(p, cfg.Machine), Words: used})
	if k.bodies.Share {
		k.unit.Share()
	}
	return k
}

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
func (e *kernels) kernel(k loop.Kernel) (*gokernel.Kernel, *function, error) {
	out, err := e.bodies.Kernel(k)
	if err != nil {
		return nil, nil, err
	}
	text := out.Text()
	key := text + out.Shape.Names()
	fn := e.known[key]
	if fn == nil {
		fn = &function{name: e.top.Pick(out.Name), text: text, doc: out.Doc, kernel: out}
		if c, ok := k.(*loop.Contract); ok && e.bodies.Share {
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

// kernelDecls adds the kernels and what they call to a file.
func (e *kernels) kernelDecls(f *file) {
	gokernel.ShapeDecl(f.File, e.printed())
	e.bodies.WorkerDecl(f.File, e.printed())
	for _, fn := range e.list {
		if fn.kernel.Family != nil {
			fn.kernel.Family.Declare(f.File, fn.name)
		}
		doc := make([]string, len(fn.doc))
		for i, l := range fn.doc {
			doc[i] = gokernel.WithName(l, fn.body())
		}
		f.add("%s", docComment(doc...)+gokernel.WithName(fn.text, fn.body()))
	}
	e.bodies.ScalarDecls(f.File)
}

// printed are the kernels of the functions, as they have been printed.
func (e *kernels) printed() []*gokernel.Kernel {
	list := make([]*gokernel.Kernel, len(e.list))
	for i, fn := range e.list {
		list[i] = fn.kernel
	}
	return list
}

// constDecls prints the arrays that the description fixes.
func (e *kernels) constDecls(f *file) {
	for _, b := range e.consts {
		values := make([]string, len(b.Data))
		for i, v := range b.Data {
			values[i] = gokernel.Single.Number(float64(v))
		}
		f.add("// %s belongs to layer %s.\nvar %s = [%d]float32{%s}", e.bufs[b], mention(b.Layer), e.bufs[b], len(b.Data), strings.Join(values, ", "))
	}
}
