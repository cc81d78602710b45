package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	native "github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// machineCode is what a kernel function is on a processor that it has assembly
// for.
type machineCode struct {
	kernel *kernel
	bodies []driver.Body // the best first
}

// body is the name of the Go function that does the kernel's work everywhere.
func (fn *function) body() string {
	if fn.code != nil {
		return fn.name + "Go"
	}
	return fn.name
}

// work is the scratch that a call needs, in float32s; row, for one row.
func (fn *function) work() (all, row int) {
	if fn.code == nil {
		return 0, 0
	}
	// What follows begins a cache line.
	for _, b := range fn.code.bodies {
		all, row = max(all, (b.Work+line-1)/line*line), max(row, (b.RowWork+line-1)/line*line)
	}
	return all, row
}

// machine asks for the machine code of a kernel.
func (e *kernels) machine(fn *function, k loop.Kernel, out *kernel) error {
	if e.unit == nil {
		return nil
	}
	if out.shape != nil {
		k = out.planned
	}
	r := driver.Request{Name: fn.name, Kernel: worded(k), Shape: out.shape, Joins: e.flat}
	for _, p := range out.params {
		r.Operands = append(r.Operands, driver.Operand{Buf: p.buf, Name: p.name, Dims: p.dims})
	}
	_, product := k.(*loop.Contract)
	r.Divide = e.crew && product && loop.SharingOf(k) == loop.ByRows
	bodies, err := native.Bodies(e.unit, r)
	if err != nil {
		return err
	}
	if len(bodies) > 0 {
		fn.code = &machineCode{out, bodies}
		fn.divided = slices.ContainsFunc(bodies, func(b driver.Body) bool { return b.Divided })
	}
	return nil
}

// worded is a kernel whose words, which comments repeat, hold nothing but words.
func worded(k loop.Kernel) loop.Kernel {
	switch k := k.(type) {
	case *loop.Contract:
		c := *k
		c.Word = plain(k.Word)
		return &c
	case *loop.GatherSum:
		c := *k
		c.Word = plain(k.Word)
		return &c
	case *loop.Nest:
		c := *k
		c.Body = slices.Clone(k.Body)
		for i, s := range c.Body {
			c.Body[i].Word = plain(s.Word)
		}
		return &c
	}
	return k
}

// machined lists the functions that have machine code.
func (e *kernels) machined() []*function {
	return slices.DeleteFunc(slices.Clone(e.list), func(fn *function) bool { return fn.code == nil })
}

// workFloats is the scratch that the kernels of the package need; row, those
// that predict one row.
func (e *kernels) workFloats() int {
	n := 0
	for _, fn := range e.list {
		all, _ := fn.work()
		n = max(n, all)
	}
	return n
}

// wrapperSignature is that of the function which chooses a level: the kernel's,
// with the scratch before the count of rows.
func (fn *function) wrapperSignature() []typed {
	list := fn.code.kernel.signature()
	for i := range list {
		list[i].typ = concrete(list[i].typ)
	}
	if fn.divided {
		list = append(list, typed{"t", "*§nn.Worker"})
	}
	if all, _ := fn.work(); all == 0 {
		return list
	}
	at := len(list)
	for at > 0 && (list[at-1].name == "n" || list[at-1].name == "t") {
		at--
	}
	return slices.Insert(list, at, typed{"work", "[]float32"})
}

// portableCall calls the Go body with the parameters of the wrapper, or of one
// that workers divide, with rows of this worker's own.
func (fn *function) portableCall() string {
	var args []string
	for _, p := range fn.code.kernel.signature() {
		args = append(args, p.name)
	}
	if !fn.divided {
		return callText(fn.body(), args)
	}
	for i, p := range fn.code.kernel.params {
		if p.form == rowSlice && p.buf.Rows {
			row := gotree.Literal(p.buf.Row())
			if i < len(fn.rows) {
				row = fn.rows[i]
			}
			args[i] = fmt.Sprintf("%s[%s:%s]", p.name, gotree.Number{Text: "r0"}.Times(row), gotree.Number{Text: "r1"}.Times(row))
		}
	}
	args[len(args)-1] = "r1-r0"
	return "r0, r1 := t.Share(n)\n" + callText(fn.body(), args)
}

// machineText prints the Go files beside the machine code.
type machineText struct{ *kernels }

// machineFile prints the functions that choose between machine code and Go, and
// the declarations of the former.
func (e machineText) machineFile() *file {
	f := e.newFile()
	f.Build(amd64.Constraint)
	e.levelDecl(f)
	e.predictWhole(f)
	for _, d := range e.unit.Declarations() {
		f.add("%s", d)
	}
	for _, fn := range e.machined() {
		var b strings.Builder
		b.WriteString(docComment(fmt.Sprintf("%s is %s in machine code.", fn.name, fn.body())))
		b.WriteString(declaration(fn.name, fn.wrapperSignature(), "") + "\n")
		b.WriteString("switch {\n")
		if k := fn.code.kernel; k.counted && !k.shared {
			b.WriteString("case n == 0: // no rows for this worker\n")
		}
		for _, body := range fn.code.bodies {
			fmt.Fprintf(&b, "case cpu >= %s:\n", levels[body.Level])
			if fn.divided && !body.Divided {
				b.WriteString("if !t.Solo() {\nreturn\n}\n")
			}
			b.WriteString(strings.Join(body.Lines, "\n") + "\n")
		}
		fmt.Fprintf(&b, "default:\n%s\n}\n}", fn.portableCall())
		f.add("%s", b.String())
		for _, body := range fn.code.bodies {
			for _, s := range body.Stubs {
				e.stub(f, s)
			}
		}
	}
	return f
}

// stub declares an assembly function.
func (e machineText) stub(f *file, s amd64.Stub) {
	var list []typed
	for _, p := range s.Params {
		list = append(list, typed{p.Name, strings.Replace(p.Type, "nn.", "§nn.", 1)})
	}
	f.add("%s//\n//go:noescape\n%s", docComment(s.Name+" "+strings.TrimSuffix(s.Doc, ".")+"."), strings.TrimSuffix(declaration(s.Name, list, ""), " {"))
}

// portableFile prints the kernels for compilers and machines without machine
// code.
func (e machineText) portableFile() *file {
	f := e.newFile()
	f.Build("!(" + amd64.Constraint + ")")
	if len(e.networks) > 0 {
		f.add("func predictWhole(*Output, *Input, *Params) bool { return false }")
	}
	for _, fn := range e.machined() {
		list := fn.wrapperSignature()
		for i := range list {
			if list[i].name == "work" {
				list[i].name = "_"
			}
		}
		f.add("%s\n%s\n}", declaration(fn.name, list, ""), fn.portableCall())
	}
	return f
}

// assembly is the file of the machine code.
func (e *kernels) assembly() ([]byte, error) {
	return e.unit.Source(gotree.Header(e.header()))
}
