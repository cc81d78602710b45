package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/asm"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// kernels are the kernels of a package, one function for each distinct text.
type kernels struct {
	*program
	bodies *printer // in Go
	crew   bool     // several workers may share a prediction

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
	k.bodies = newPrinter(printerConfig{alone: cfg.PredictOnly, batch: p.Batch, machine: cfg.Machine, share: shape.Large(p, cfg.Machine), words: used})
	if k.bodies.share {
		k.unit.Share()
	}
	return k
}

// function is a finished kernel function.
type function struct {
	name, text string
	doc        []string
	kernel     *kernel      // whose text it is
	code       *machineCode // nil: the Go body is all there is
	divided    bool         // workers may divide it although it is computed row by row
	formula    string       // of a contraction that may become one function with others
	joined     *function    // that which this one has become, and the sizes that make it this one
	sizes      []int
	rows       []gotree.Number // of one that others have become: the length of a row of every parameter
}

// kernel prints a kernel and returns it with the name of its function: one
// function for each distinct text.
func (e *kernels) kernel(k loop.Kernel) (*kernel, *function, error) {
	out, err := e.bodies.kernel(k)
	if err != nil {
		return nil, nil, err
	}
	text := out.text()
	key := text + out.shape.Names()
	fn := e.known[key]
	if fn == nil {
		fn = &function{name: e.top.Pick(out.name), text: text, doc: out.doc, kernel: out}
		if c, ok := k.(*loop.Contract); ok && e.bodies.share {
			fn.formula = fmt.Sprintf("%#v", c.Epilogue)
		}
		if err := e.machine(fn, k, out); err != nil {
			return nil, nil, err
		}
		e.known[key] = fn
		e.list = append(e.list, fn)
	}
	if fn.joined != nil {
		out.family, out.sizes, fn = fn.joined.kernel.family, fn.sizes, fn.joined
	}
	return out, fn, nil
}

// kernelDecls adds the kernels and what they call to a file.
func (e *kernels) kernelDecls(f *file) {
	shapeDecl(f.File, e.printed())
	e.bodies.workerDecl(f.File, e.printed())
	for _, fn := range e.list {
		if fn.kernel.family != nil {
			fn.kernel.family.declare(f.File, fn.name)
		}
		doc := make([]string, len(fn.doc))
		for i, l := range fn.doc {
			doc[i] = withName(l, fn.body())
		}
		f.add("%s", docComment(doc...)+withName(fn.text, fn.body()))
	}
	e.bodies.scalarDecls(f.File)
}

// printed are the kernels of the functions, as they have been printed.
func (e *kernels) printed() []*kernel {
	list := make([]*kernel, len(e.list))
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
			values[i] = single.number(float64(v))
		}
		f.add("// %s belongs to layer %s.\nvar %s = [%d]float32{%s}", e.bufs[b], mention(b.Layer), e.bufs[b], len(b.Data), strings.Join(values, ", "))
	}
}
