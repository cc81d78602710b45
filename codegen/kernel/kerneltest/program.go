package kerneltest

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the child
	"errors"
	"fmt"
	"go/format"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/runtime/nn"
)

// Program is a list of kernels at both levels, as a running process.
type Program struct {
	functions map[key]*Compiled
	failures  map[int]error // by case
	binary    string
	err       error

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	stderr bytes.Buffer
}

// WholeProgram is a program that is tested in the place of a kernel: its steps are
// what it is held to.
type WholeProgram interface {
	loop.Kernel
	Bodies(u *driver.Unit, r driver.Request) ([]driver.Body, error)
	Steps(mem *looptest.Memory) []loop.Step
}

type key struct {
	number int
	level  amd64.Level
}

// Compiled is one case at one level.
type Compiled struct {
	shape    *shape.Shape // of a kernel that layers share
	number   int          // in the program
	kernel   loop.Kernel
	Operands []driver.Operand
}

// Where parameters lie: see testdata/child.
const (
	Aligned = iota
	shifted
	atEnd
	atStart
)

var programs = struct {
	sync.Mutex
	dir     string
	byText  map[[32]byte]*Program
	started []*Program
}{byText: map[[32]byte]*Program{}}

// Main is what TestMain of a package calls: it runs the tests and ends the processes.
// Garbage lies longer in all of them.
func Main(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		os.Setenv("GOGC", "400")
		debug.SetGCPercent(400)
	}
	code := m.Run()
	for _, p := range programs.started {
		p.stop()
	}
	if programs.dir != "" {
		os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

// OperandsOf are the parameters of a kernel function: the buffers that it
// writes, then those that it reads.
func OperandsOf(k loop.Kernel) []driver.Operand {
	var list []driver.Operand
	seen := map[*loop.Buffer]bool{}
	add := func(b *loop.Buffer) {
		if seen[b] || b.Class == loop.Local {
			return
		}
		seen[b] = true
		o := driver.Operand{Buf: b, Name: fmt.Sprintf("p%d", len(list))}
		if b.Ragged {
			o.Name = "ids"
		}
		if !b.Rows && b.Class != loop.Random && b.Class != loop.Scalar {
			o.Dims = b.Shape
			if len(o.Dims) == 0 {
				o.Dims = []int{1}
			}
		}
		list = append(list, o)
	}
	for _, accesses := range [][]loop.Access{k.Writes(), k.Reads()} {
		for _, a := range accesses {
			add(a.Buf)
			if a.Index != nil {
				add(a.Index.Buf)
			}
		}
	}
	return list
}

// ProgramOf writes, builds and starts the program of a list of cases.
func ProgramOf(t testing.TB, cases []Case) *Program {
	t.Helper()
	p := &Program{functions: map[key]*Compiled{}, failures: map[int]error{}}
	files := p.write(t, cases)
	sum := sha256.New()
	for _, f := range files {
		sum.Write(f.text)
	}
	programs.Lock()
	defer programs.Unlock()
	id := [32]byte(sum.Sum(nil))
	if old, ok := programs.byText[id]; ok {
		p.binary, p.err = old.binary, old.err
		if p.err != nil {
			t.Fatal(p.err)
		}
		old.functions, old.failures = p.functions, p.failures
		return old
	}
	programs.byText[id] = p
	if programs.dir == "" {
		dir, err := os.MkdirTemp("", "nngen-kernels")
		if err != nil {
			t.Fatal(err)
		}
		programs.dir = dir
	}
	p.binary, p.err = compile(filepath.Join(programs.dir, fmt.Sprintf("p%d", len(programs.byText))), files)
	if p.err != nil {
		t.Fatal(p.err)
	}
	programs.started = append(programs.started, p)
	return p
}

type file struct {
	name string
	text []byte
}

func compile(dir string, files []file) (string, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.text, 0o644); err != nil {
			return "", err
		}
	}
	cmd := exec.Command("go", "build", "-gcflags=-dwarf=false", "-ldflags=-s -w", "-o", "child")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOOS=", "GOARCH=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the kernels: %v\n%s", err, out)
	}
	return filepath.Join(dir, "child"), nil
}

// child is the program around the kernels.
//
//go:embed testdata/child/main.go
var child []byte

// runtimeFolder is where the runtime module lies: a test runs in the folder of its
// package.
func runtimeFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, "runtime")
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
	}
	t.Fatal("no folder above has the runtime")
	return ""
}

// write makes the files of the program.
func (p *Program) write(t testing.TB, cases []Case) []file {
	t.Helper()
	runtimeDir := runtimeFolder(t)
	u := driver.NewUnit(machine.Server())
	var stubs []amd64.Stub
	var text, table strings.Builder
	text.WriteString("package main\n\nimport (\n\"unsafe\"\n\"github.com/nngen-go/nngen/runtime/nn\"\n)\n\nvar _ *nn.Worker\n\nvar _ unsafe.Pointer\n\n")
	table.WriteString("var functions = []function{\n")
	for i, c := range cases {
		operands := OperandsOf(c.Kernel) // in the order of the case, whichever operand is the left one
		if u.Machine = c.Machine; u.Machine == (machine.Machine{}) {
			u.Machine = machine.Server()
		}
		u.Shared = i%2 == 1 // in turn with tiles that large networks share
		if _, ok := c.Kernel.(WholeProgram); !ok {
			c.Kernel = canonical.Kernel(c.Kernel)
		}
		r := driver.Request{Name: fmt.Sprintf("kernel%d", i), Kernel: c.Kernel, Operands: operands}
		if k, ok := c.Kernel.(*loop.Contract); ok {
			r.Divide = loop.SharingOf(k) == loop.ByRows
		}
		if c.shared {
			r = SharedRequest(t, r, u.Machine)
		}
		bodies, err := c.bodies(u, r)
		if err == nil && len(bodies) == 0 {
			err = errors.New("there is no machine code for this kernel")
		}
		if err != nil {
			p.failures[i] = err
			continue
		}
		for _, b := range bodies {
			f := &Compiled{number: len(p.functions), kernel: c.Kernel, Operands: operands, shape: r.Shape}
			p.functions[key{i, b.Level}] = f
			stubs = append(stubs, b.Stubs...)
			f.declare(&text, &table, fmt.Sprintf("body%d%v", i, b.Level), b)
		}
	}
	for _, l := range amd64.Levels {
		stubs = append(stubs, peakLoop(t, u, l), readLoop(t, u, l))
	}
	table.WriteString("}\n")
	for _, d := range u.Declarations() {
		text.WriteString(d + "\n\n")
	}
	for _, s := range stubs {
		fmt.Fprintf(&text, "// %s %s\n//\n//go:noescape\nfunc %s%s\n\n", s.Name, s.Doc, s.Name, s.Signature())
	}
	source, err := u.Source("// Kernels under test.")
	if err != nil {
		t.Fatal(err)
	}
	goText, err := format.Source([]byte(text.String() + table.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String()+table.String())
	}
	mod := "module scratch\n\ngo 1.24\n\nrequire github.com/nngen-go/nngen/runtime v0.0.0\n\nreplace github.com/nngen-go/nngen/runtime => " + runtimeDir + "\n"
	return []file{{"go.mod", []byte(mod)}, {"main.go", child}, {"kernels.go", goText}, {"kernels_amd64.s", source}}
}

// bodies writes what is tested.
func (c Case) bodies(u *driver.Unit, r driver.Request) ([]driver.Body, error) {
	if k, ok := c.Kernel.(WholeProgram); ok {
		return k.Bodies(u, r)
	}
	return kernel.Bodies(u, r)
}

// SharedRequest asks for a kernel in the form in which layers share it.
func SharedRequest(t testing.TB, r driver.Request, m machine.Machine) driver.Request {
	t.Helper()
	k, sizes, ok := shape.Nest(r.Kernel.(*loop.Nest), m)
	if !ok {
		t.Fatal("layers do not share the kernel")
	}
	sizes.Name(k, func(b *loop.Buffer) string {
		o, _ := r.Operand(b)
		return o.Name
	})
	r.Kernel, r.Shape, r.Operands = k, sizes, slices.Clone(r.Operands)
	for i := range r.Operands {
		r.Operands[i].Dims = nil
	}
	return r
}

// declare prints the kernel function and its row of the child's table.
func (f *Compiled) declare(text, table *strings.Builder, name string, b driver.Body) {
	var params, args []string
	at, draws := 0, false
	param := func(name, typ, arg string, list ...any) {
		params = append(params, name+" "+typ)
		args = append(args, fmt.Sprintf(arg, list...))
	}
	for _, o := range f.Operands {
		typ, field := "float32", "f"
		if o.Buf.DType == loop.I32 {
			typ, field = "int32", "i"
		}
		switch {
		case o.Buf.Ragged:
			param(o.Name, "[]int32", "p[%d].i", at)
			at++
			param("offsets", "[]int32", "p[%d].i[from:to+1]", at)
		case o.Buf.Class == loop.Random:
			draws = true
			w := fmt.Sprintf("p[%d].words", at)
			param(o.Name, "nn.Key", "nn.NewKey(uint64(%[1]s[0])|uint64(%[1]s[1])<<32, uint64(%[1]s[2]), %[1]s[3])", w)
		case o.Buf.Class == loop.Scalar:
			param(o.Name, typ, "p[%d].%s[0]", at, field)
		case o.Buf.Rows:
			param(o.Name, "[]"+typ, "p[%d].%s[from*%d:to*%[3]d]", at, field, o.Buf.Row())
		case f.shape != nil:
			param(o.Name, "[]"+typ, "p[%d].%s", at, field)
		default:
			array := strings.ReplaceAll(fmt.Sprint(o.Dims), " ", "][") + typ
			param(o.Name, "*"+array, "(*%s)(unsafe.Pointer(&p[%d].words[0]))", array, at)
		}
		at++
	}
	if draws {
		param("first", "int", "from")
	}
	param("n", "int", "to-from")
	param("work", "[]float32", "work")
	param("t", "*nn.Worker", "t")
	sizes := ""
	if f.shape != nil && len(f.shape.Fields) > 0 {
		var values []string
		for _, field := range f.shape.Fields {
			values = append(values, fmt.Sprint(field.Value))
		}
		sizes = fmt.Sprintf("s := struct{ %s int }{%s}\n_ = s\n", f.shape.Names(), strings.Join(values, ", "))
	}
	fmt.Fprintf(text, "func %s(%s) {\n%s%v\n}\n\n", name, strings.Join(params, ", "), sizes, b.Block)
	fmt.Fprintf(table, "{shared: %t, divided: %t, work: %d, avx512: %t, call: func(p []block, from, to int, work []float32, t *nn.Worker) {\nif to-from == 1 {\nwork = work[:%d]\n}\n%s(%s)\n}},\n",
		loop.SharingOf(f.kernel) == loop.ByUnits, b.Divided, b.Work, b.Level == amd64.AVX512, b.RowWork, name, strings.Join(args, ", "))
}

// Find is the function of a case, if this machine can run it.
func (p *Program) Find(t testing.TB, number int, l amd64.Level) *Compiled {
	t.Helper()
	if err := p.failures[number]; err != nil {
		t.Fatal(err)
	}
	if l == amd64.AVX512 && nn.CPU() < nn.AVX512 || l == amd64.AVX2 && nn.CPU() < nn.AVX2 {
		t.Skipf("this machine has no %v", l)
	}
	f := p.functions[key{number, l}]
	if f == nil {
		t.Fatalf("there is no machine code for %v", l)
	}
	return f
}
