package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/network"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// kernels are the kernels of a package, one function for each distinct text.
type kernels struct {
	*program
	el    elem
	sums  sumLimits
	share bool // layers share kernels
	crew  bool // several workers may share a prediction
	flat  bool // what is printed may become one function with others

	list     []*function // in the order of first use
	known    map[string]*function
	unit     *driver.Unit    // machine code; nil: none is written
	networks []*network.Body // the whole prediction of one sample
	consts   []*loop.Buffer  // that calls are passed
	scalars  map[string]bool // scalar functions that the kernels call
}

func newKernels(p *loop.Program, cfg Config, used *ownWords) *kernels {
	if cfg.Machine == (machine.Machine{}) {
		cfg.Machine = machine.Server()
	}
	k := &kernels{program: newProgram(p, cfg, used), el: elementOf(cfg), sums: usualSums, share: shape.Large(p, cfg.Machine), crew: hasCrew(p, cfg),
		known: map[string]*function{}, unit: driver.NewUnit(cfg.Machine), scalars: map[string]bool{}}
	if k.share {
		k.unit.Share()
	}
	return k
}

// elementOf is the element type of the kernels of a package: those of one that
// trains are tested in double precision too.
func elementOf(cfg Config) elem {
	if cfg.PredictOnly {
		return single
	}
	return generic
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
	var out *kernel
	c, isContract := k.(*loop.Contract)
	e.flat = e.share && isContract
	shared := loop.SharingOf(k) == loop.ByUnits
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
		return nil, nil, fmt.Errorf("kernels of the family %s are not emitted by this version", k.Family())
	}
	out.shared = shared
	text := out.text()
	key := text + out.shape.Names()
	fn := e.known[key]
	if fn == nil {
		fn = &function{name: e.top.Pick(out.name), text: text, doc: out.doc, kernel: out}
		if e.flat {
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
	e.shapeDecl(f)
	e.workerDecl(f)
	for _, fn := range e.list {
		var doc []string
		for _, l := range fn.doc {
			doc = append(doc, strings.ReplaceAll(l, nameMark, fn.body()))
		}
		if fn.kernel.family != nil {
			fn.kernel.family.declare(f, fn.name)
		}
		f.add("%s", docComment(doc...)+strings.ReplaceAll(fn.text, nameMark, fn.body()))
	}
	e.scalarDecls(f)
}

// workerType is the type of a worker that runs a part of a kernel. Packages that only predict
// import nothing, and their kernels are run whole.
func (e *kernels) workerType() string {
	if e.cfg.PredictOnly {
		return "*worker"
	}
	return "*§nn.Worker"
}

// workerDecl prints that type where kernels of a package that only predicts have
// such a parameter.
func (e *kernels) workerDecl(f *file) {
	if e.cfg.PredictOnly && slices.ContainsFunc(e.list, func(fn *function) bool { return fn.kernel.shared }) {
		f.add(`// worker stands for the one goroutine that runs a kernel; it is always nil.
type worker struct{}

// Share is the part of some units of work that is the worker's: all of them.
func (*worker) Share(units int) (from, to int) { return 0, units }

// Solo reports that there is no other.
func (*worker) Solo() bool { return true }`)
	}
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
