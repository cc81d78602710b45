package kernelset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// CacheLine is how many elements a cache line holds.
const CacheLine = 16

// machineCode is what a kernel function is on a processor that it has assembly
// for.
type machineCode struct {
	kernel *gokernel.Kernel
	bodies []driver.Body // the best first
}

// GoName is the name of the Go function that does the kernel's work everywhere.
func (fn *Function) GoName() string {
	if fn.code != nil {
		return fn.Name + "Go"
	}
	return fn.Name
}

// Levels are those that a function has machine code for, the best first.
func (fn *Function) Levels() (list []string) {
	for _, b := range fn.bodies() {
		list = append(list, b.Level.String())
	}
	return list
}

// Order tells functions that add sums up in different orders at some level apart, or
// have no machine code there.
func (fn *Function) Order() string {
	list := []string{fn.kernel.Order}
	for _, b := range fn.bodies() {
		list = append(list, b.Level.String(), b.Order)
	}
	return strings.Join(list, " ")
}

// Work is the scratch that a call needs, in float32s; row, for one row.
func (fn *Function) Work() (all, row int) {
	if fn.code == nil {
		return 0, 0
	}
	// What follows begins a cache line.
	for _, b := range fn.code.bodies {
		all, row = max(all, (b.Work+CacheLine-1)/CacheLine*CacheLine), max(row, (b.RowWork+CacheLine-1)/CacheLine*CacheLine)
	}
	return all, row
}

// machine asks for the machine code of a kernel.
func (e *Set) machine(fn *Function, k loop.Kernel, out *gokernel.Kernel, held, kept bool) error {
	if e.unit == nil {
		return nil
	}
	if out.Shape != nil {
		k = out.Planned
	}
	_, product := k.(*loop.Contract)
	r := driver.Request{Name: fn.Name, Kernel: worded(k), Shape: out.Shape, Joins: e.Share && product && !held, Held: held, Keep: kept, Few: e.Few}
	for _, p := range out.Params {
		r.Operands = append(r.Operands, driver.Operand{Buf: p.Buf, Name: p.Name, Dims: p.Dims})
	}
	r.Divide = e.Crew && product && !held && !out.Upto && loop.SharingOf(k) == loop.ByRows
	bodies, err := kernel.Bodies(e.unit, r)
	if err != nil {
		return err
	}
	if len(bodies) > 0 {
		fn.code = &machineCode{kernel: out, bodies: bodies}
		fn.Divided = slices.ContainsFunc(bodies, func(b driver.Body) bool { return b.Divided })
		fn.Keeps = slices.ContainsFunc(bodies, func(b driver.Body) bool { return b.Keeps })
		fn.Held = slices.ContainsFunc(bodies, func(b driver.Body) bool { return b.Held })
	}
	return nil
}

// worded is a kernel whose words, which comments repeat, hold nothing but words.
func worded(k loop.Kernel) loop.Kernel {
	switch k := k.(type) {
	case *loop.Contract:
		c := *k
		c.Word = gotree.Plain(k.Word)
		return &c
	case *loop.GatherSum:
		c := *k
		c.Word = gotree.Plain(k.Word)
		return &c
	case *loop.Nest:
		c := *k
		c.Body = slices.Clone(k.Body)
		for i, s := range c.Body {
			c.Body[i].Word = gotree.Plain(s.Word)
		}
		return &c
	}
	return k
}

// machined lists the functions that have machine code.
func (e *Set) machined() []*Function {
	return slices.DeleteFunc(slices.Clone(e.list), func(fn *Function) bool { return fn.code == nil })
}

// WorkFloats is the scratch that the kernels of the package need; row, those
// that predict one row.
func (e *Set) WorkFloats() int {
	n := 0
	for _, fn := range e.list {
		all, _ := fn.Work()
		n = max(n, all)
	}
	return n
}

// wrapperSignature is that of the function which chooses a level: the kernel's,
// with the scratch before the count of rows.
func (fn *Function) wrapperSignature() []gotree.Parameter {
	list := fn.code.kernel.SignatureOver(gokernel.Single)
	if fn.Divided {
		list = append(list, gotree.Parameter{Name: "t", Type: "*§nn.Worker"})
	}
	if all, _ := fn.Work(); all == 0 {
		return list
	}
	at := len(list)
	for at > 0 && (list[at-1].Name == "n" || list[at-1].Name == "t") {
		at--
	}
	if fn.Keeps {
		list = slices.Insert(list, at, gotree.Parameter{Name: "kept", Type: "*panels"})
		at++
	}
	list = slices.Insert(list, at, gotree.Parameter{Name: "work", Type: "[]float32"})
	if fn.Held {
		list = slices.Insert(list, at+1, gotree.Parameter{Name: "again", Type: "bool"})
	}
	return list
}

// portableCall calls the Go body with the parameters of the wrapper, or of one
// that workers divide, with rows of this worker's own.
func (fn *Function) portableCall() (b gotree.Block) {
	var args []gotree.Expr
	for _, p := range fn.code.kernel.Signature() {
		args = append(args, gotree.Word(p.Name))
	}
	if fn.Divided {
		r0, r1 := &gotree.Var{Name: "r0"}, &gotree.Var{Name: "r1"}
		b = append(b, driver.Share(r0, r1, driver.Worker, driver.Rows))
		for i, p := range fn.code.kernel.Params {
			if p.Form == gokernel.RowSlice && p.Buf.Rows {
				row := gotree.Literal(p.Buf.Row())
				if i < len(fn.rows) {
					row = fn.rows[i]
				}
				// The last row may end before the next would begin: see loop.Buffer.Reach.
				args[i] = gotree.Slice{X: args[i], From: gotree.Number{As: r0}.Times(row)}
			}
		}
		args[len(args)-1] = gotree.Op(r1, "-", r0)
	}
	return append(b, gotree.Do{Call: gotree.CallOf(fn.GoName(), args...), Wrap: true})
}

// chosen is the inside of the function which chooses a level.
func (fn *Function) chosen() gotree.Block {
	choice := &gotree.Switch{}
	if k := fn.code.kernel; k.Counted && !k.Shared {
		choice.Cases = append(choice.Cases, gotree.Case{When: []gotree.Expr{gotree.Op(driver.Rows, "==", gotree.Int(0))}, Note: gotree.Say("no rows for this worker")})
	}
	for _, body := range fn.code.bodies {
		c := gotree.Case{When: atLeast(body.Level), Body: body.Block}
		if fn.Divided && !body.Divided {
			c.Body = append(gotree.Block{gokernel.SoloOnly()}, c.Body...)
		}
		choice.Cases = append(choice.Cases, c)
	}
	choice.Cases = append(choice.Cases, gotree.Case{Body: fn.portableCall()})
	return gotree.Block{choice}
}

// MachineFile prints the functions that choose between machine code and Go, and
// the declarations of the former. The whole network is passed the addresses of the
// values of out and x.
func (e *Set) MachineFile(f *gotree.File, out, x []gotree.Expr) {
	f.Build(amd64.Constraint)
	levelDecl(f)
	e.predictWhole(f, out, x)
	for _, d := range e.unit.Declarations() {
		f.Add("%s", d)
	}
	for _, fn := range e.machined() {
		f.Add("%s%s\n%s\n}", gotree.Comment(fmt.Sprintf("%s is %s in machine code.", fn.Name, fn.GoName())),
			gotree.Declaration(fn.Name, fn.wrapperSignature(), ""), fn.chosen())
		for _, body := range fn.code.bodies {
			for _, s := range body.Stubs {
				stub(f, s)
			}
		}
	}
}

// stub declares an assembly function.
func stub(f *gotree.File, s amd64.Stub) {
	var list []gotree.Parameter
	for _, p := range s.Params {
		list = append(list, gotree.Parameter(p))
	}
	f.Add("%s//\n//go:noescape\n%s", gotree.Comment(s.Name+" "+strings.TrimSuffix(s.Doc, ".")+"."), strings.TrimSuffix(gotree.Declaration(s.Name, list, ""), " {"))
}

// PortableFile prints the kernels for compilers and machines without machine
// code.
func (e *Set) PortableFile(f *gotree.File) {
	f.Build("!(" + amd64.Constraint + ")")
	if len(e.networks) > 0 {
		f.Add("func predictWhole(*Output, *Input, *Params) bool { return false }")
	}
	for _, fn := range e.machined() {
		list := fn.wrapperSignature()
		for i := range list {
			if name := list[i].Name; name == "kept" || name == "work" || name == "again" {
				list[i].Name = "_"
			}
		}
		f.Add("%s\n%s\n}", gotree.Declaration(fn.Name, list, ""), fn.portableCall())
	}
}

// Empty reports that there is no machine code.
func (e *Set) Empty() bool { return e.unit.Empty() }

// CarryFeatures has the machine code tell itself what the processor is, for a
// package that imports nothing.
func (e *Set) CarryFeatures() error { return e.unit.Features() }

// Assembly is the file of the machine code.
func (e *Set) Assembly(header []string) ([]byte, error) {
	return e.unit.Source(gotree.Header(header))
}
