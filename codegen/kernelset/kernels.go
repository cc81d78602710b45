package kernelset

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/network"
	"github.com/nngen-go/nngen/ir/loop"
)

// Config says what the kernel functions of a package are for.
type Config struct {
	gokernel.Config              // of their Go
	Top             gotree.Scope // identifiers of the package
	Crew            bool         // several workers may share a prediction
	Few             bool         // kernels of however few elements have machine code: see driver.Request
	Draft           *Set         // of the same program, which this one need not decide again; nil: none
}

// Set is the kernels of a package, one function for each distinct text.
type Set struct {
	Config
	bodies   *gokernel.Printer // in Go
	list     []*Function       // in the order of first use
	known    map[string]*Function
	unit     *driver.Unit    // machine code; nil: none is written
	networks []*network.Body // the whole prediction of one sample
	learns   bool            // the network has parameters

	panels     []Panels               // that are kept
	rooms      map[loop.Kernel]Panels // that kernels ask for
	kept       map[panelsOf]int
	keptFloats int
}

// New is a set without kernels.
func New(cfg Config) *Set {
	rooms := map[loop.Kernel]Panels{}
	if d := cfg.Draft; d != nil {
		cfg.Config.Draft, rooms = d.bodies, d.rooms
	}
	e := &Set{Config: cfg, bodies: gokernel.New(cfg.Config), known: map[string]*Function{}, rooms: rooms, kept: map[panelsOf]int{}, unit: driver.NewUnit(cfg.Machine)}
	if e.Share {
		e.unit.Share()
	}
	return e
}

// Uses has the package carry a scalar function.
func (e *Set) Uses(scalar string) { e.bodies.Uses(scalar) }

// Function is a finished kernel function.
type Function struct {
	Name    string
	doc     []string         // what its documentation says of it
	kernel  *gokernel.Kernel // whose head it has
	inside  gotree.Block     // and what comes after that
	code    *machineCode     // nil: the Go body is all there is
	Divided bool             // workers may divide it although it is computed row by row
	Held    bool             // it keeps what it packs in its scratch: see driver.Request
	Keeps   bool             // it takes the panels of its right operand: see driver.Request
	formula string           // of a contraction that may become one function with others
	joined  *Function        // that which this one has become, and the sizes that make it this one
	sizes   []int
	rows    []gotree.Number // of one that others have become: the length of a row of every parameter
}

// Function prints a kernel and returns it with the name of its function: one
// function for each distinct text.
func (e *Set) Function(k loop.Kernel) (*gokernel.Kernel, *Function, error) {
	out, fn, err := e.function(k, false, false)
	if err != nil {
		return nil, nil, err
	}
	return out, fn.as(out), nil
}

// holds reports a product that can keep what it packs in its scratch.
func (e *Set) holds(k loop.Kernel) bool { return e.unit != nil && kernel.Holds(e.unit, k) }

// function is that of a kernel; kept, if it is a new one, with panels to be given.
func (e *Set) function(k loop.Kernel, held, kept bool) (*gokernel.Kernel, *Function, error) {
	out, err := e.bodies.Kernel(k)
	if err != nil {
		return nil, nil, err
	}
	key := out.Key()
	if held {
		key += " held"
	}
	fn := e.known[key]
	if fn == nil {
		fn = &Function{Name: out.PickName(e.Top), doc: out.Doc, kernel: out, inside: out.Inside()}
		if c, ok := k.(*loop.Contract); ok && e.Share && !held {
			fn.formula = fmt.Sprintf("%#v", c.Epilogue)
		}
		if err := e.machine(fn, k, out, held, kept && out.Shape == nil); err != nil {
			return nil, nil, err
		}
		e.known[key] = fn
		e.list = append(e.list, fn)
	}
	return out, fn, nil
}

// as is the function that this one has become, which a call of kernel out is one of.
func (fn *Function) as(out *gokernel.Kernel) *Function {
	if fn.joined == nil {
		return fn
	}
	out.Family, out.Sizes = fn.joined.kernel.Family, fn.sizes
	return fn.joined
}

// Declare adds the kernels and what they call to a file.
func (e *Set) Declare(f *gotree.File) error {
	gokernel.ShapeDecl(f, e.Kernels())
	if err := e.bodies.WorkerDecl(f, e.Kernels()); err != nil {
		return err
	}
	for _, fn := range e.list {
		if fn.kernel.Family != nil {
			fn.kernel.Family.Declare(f, fn.Name)
		}
		name := fn.GoName()
		f.Add("%s", gotree.Comment(gokernel.Documented(name, fn.doc)...)+fn.kernel.Head(name)+fn.inside.String()+"\n}")
	}
	e.bodies.ScalarDecls(f)
	return nil
}

// Functions are those of the package, in the order of first use.
func (e *Set) Functions() []*Function { return e.list }

// Kernels are the kernels of the functions, as they have been printed.
func (e *Set) Kernels() []*gokernel.Kernel {
	list := make([]*gokernel.Kernel, len(e.list))
	for i, fn := range e.list {
		list[i] = fn.kernel
	}
	return list
}
