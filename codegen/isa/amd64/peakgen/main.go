// Command peakgen writes the assembly of runtime/peak: the loops that show what
// a core can do at most, once for AVX2 and once for AVX-512.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

//go:generate go run . ../../../../runtime/peak

func main() {
	log.SetFlags(0)
	log.SetPrefix("peakgen: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: peakgen folder of runtime/peak")
	}
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(os.Args[1], f.name), f.text, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

type file struct {
	name string
	text []byte
}

// level is an instruction set.
type level struct {
	name   string
	width  int // bytes in a vector
	chains int // that the registers hold
}

var levels = []level{{"AVX512", 64, 24}, {"AVX2", 32, 12}}

// generate makes the assembly and its stubs.
func generate() ([]file, error) {
	c := build.NewContext()
	c.ConstraintExpr("amd64,!purego,!tinygo")
	for _, l := range levels {
		l.multiplyAdd(c)
		l.read(c)
		l.readRows(c)
	}
	f, err := c.Result()
	if err != nil {
		return nil, err
	}
	if err := pass.Compile.Execute(f); err != nil {
		return nil, err
	}
	cfg := printer.Config{Name: "codegen/isa/amd64/peakgen", Pkg: "peak"}
	assembly, err := printer.NewGoAsm(cfg).Print(f)
	if err != nil {
		return nil, err
	}
	stubs, err := printer.NewStubs(cfg).Print(f)
	if err != nil {
		return nil, err
	}
	return []file{
		{"loops_amd64.s", assembly},
		{"loops_amd64.go", stubs},
	}, nil
}

func (l level) vector(c *build.Context) reg.VecVirtual {
	if l.width == 64 {
		return c.ZMM()
	}
	return c.YMM()
}

// begin starts a function and gives the registers of its parameters.
func (l level) begin(c *build.Context, name, signature, doc string, params ...string) []reg.Register {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr(signature)
	c.Doc(doc)
	c.Pragma("noescape")
	var list []reg.Register
	for _, p := range params {
		list = append(list, c.Load(c.Param(p), c.GP64()))
	}
	return list
}

// countDown ends a loop, and end a function.
func countDown(c *build.Context, n reg.Register, label string) {
	c.DECQ(n)
	c.JNZ(operand.LabelRef(label))
}

func end(c *build.Context) {
	c.VZEROUPPER()
	c.RET()
}

// multiplyAdd is a loop of independent chains of fused multiply-adds: more than
// the latency of one times the number of units, so that every unit always has
// work. x = x·½ + ½ stays what it begins with, 1: no overflow, no denormal
// numbers.
func (l level) multiplyAdd(c *build.Context) {
	name := "fma" + l.name
	doc := fmt.Sprintf("%s multiplies and adds n times over %d chains of %d lanes: %d·n operations.", name, l.chains, l.width/4, 2*l.chains*l.width/4)
	p := l.begin(c, name, "func(half *float32, n int)", doc, "half", "n")
	half := l.vector(c)
	c.VBROADCASTSS(operand.Mem{Base: p[0]}, half)
	x := make([]reg.VecVirtual, l.chains)
	for i := range x {
		x[i] = l.vector(c)
		c.VADDPS(half, half, x[i])
	}
	c.Label("next")
	for i := range x {
		c.VFMADD213PS(half, half, x[i])
	}
	countDown(c, p[1], "next")
	end(c)
}

// block is how many bytes a turn of the reading loop reads.
const block = 1024

// read is a loop of nothing but loads.
func (l level) read(c *build.Context) {
	name := "read" + l.name
	doc := fmt.Sprintf("%s loads blocks of %d bytes, %d at a time.", name, block, l.width)
	p := l.begin(c, name, "func(p *float32, blocks int)", doc, "p", "blocks")
	c.Label("next")
	for at := 0; at < block; at += l.width {
		c.VMOVUPS(operand.Mem{Base: p[0], Disp: at}, l.vector(c))
	}
	c.ADDQ(operand.U32(block), p[0])
	countDown(c, p[1], "next")
	end(c)
}

// readRows is a loop that loads rows of a table, wherever they lie.
func (l level) readRows(c *build.Context) {
	name := "rows" + l.name
	doc := fmt.Sprintf("%s loads so many vectors of %d bytes from the n rows that ids name, each stride bytes long.", name, l.width)
	p := l.begin(c, name, "func(table *float32, stride, vectors int, ids *int32, n int)", doc, "table", "stride", "vectors", "ids", "n")
	table, stride, vectors, ids, n := p[0], p[1], p[2], p[3], p[4]
	at, left := c.GP64(), c.GP64()
	c.Label("row")
	c.MOVLQSX(operand.Mem{Base: ids}, at)
	c.IMULQ(stride, at)
	c.ADDQ(table, at)
	c.MOVQ(vectors, left)
	c.Label("vector")
	c.VMOVUPS(operand.Mem{Base: at}, l.vector(c))
	c.ADDQ(operand.Imm(uint64(l.width)), at)
	countDown(c, left, "vector")
	c.ADDQ(operand.Imm(4), ids)
	countDown(c, n, "row")
	end(c)
}
