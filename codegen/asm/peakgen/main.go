// Command peakgen writes the assembly of runtime/peak: the loops that show what
// a core can do at most, at either level.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

//go:generate go run . -out ../../../runtime/peak/loops_amd64.s -stubs ../../../runtime/peak/loops_amd64.go -pkg peak

func main() {
	ConstraintExpr("amd64,!purego,!tinygo")
	fma("fmaAVX512", 16, 24, func() reg.VecVirtual { return ZMM() })
	fma("fmaAVX2", 8, 12, func() reg.VecVirtual { return YMM() })
	read("readAVX512", 64, func() reg.VecVirtual { return ZMM() })
	read("readAVX2", 32, func() reg.VecVirtual { return YMM() })
	rows("rowsAVX512", 64, func() reg.VecVirtual { return ZMM() })
	rows("rowsAVX2", 32, func() reg.VecVirtual { return YMM() })
	Generate()
}

// fma is a loop of independent chains of fused multiply-adds: more than the
// latency of one times the number of units, so that every unit always has work.
// x = x·½ + ½ stays what it begins with, 1: no overflow, no denormal numbers.
func fma(name string, lanes, chains int, vec func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(half *float32, n int)")
	Doc(fmt.Sprintf("%s multiplies and adds n times over %d chains of %d lanes: %d·n operations.", name, chains, lanes, 2*chains*lanes))
	Pragma("noescape")
	p, n := Load(Param("half"), GP64()), Load(Param("n"), GP64())
	half := vec()
	VBROADCASTSS(operand.Mem{Base: p}, half)
	x := make([]reg.VecVirtual, chains)
	for i := range x {
		x[i] = vec()
		VADDPS(half, half, x[i])
	}
	Label(name + "Next")
	for i := range x {
		VFMADD213PS(half, half, x[i])
	}
	DECQ(n)
	JNZ(operand.LabelRef(name + "Next"))
	VZEROUPPER()
	RET()
}

// block is how many bytes a turn of a reading loop reads.
const block = 1024

// read is a loop of nothing but loads.
func read(name string, width int, vec func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(p *float32, blocks int)")
	Doc(fmt.Sprintf("%s loads blocks of %d bytes, %d at a time.", name, block, width))
	Pragma("noescape")
	p, n := Load(Param("p"), GP64()), Load(Param("blocks"), GP64())
	Label(name + "Next")
	for at := 0; at < block; at += width {
		VMOVUPS(operand.Mem{Base: p, Disp: at}, vec())
	}
	ADDQ(operand.U32(block), p)
	DECQ(n)
	JNZ(operand.LabelRef(name + "Next"))
	VZEROUPPER()
	RET()
}

// rows is a loop that loads rows of a table, wherever they lie.
func rows(name string, width int, vec func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(table *float32, stride, vectors int, ids *int32, n int)")
	Doc(fmt.Sprintf("%s loads so many vectors of %d bytes from the n rows that ids name, each stride bytes long.", name, width))
	Pragma("noescape")
	table, stride := Load(Param("table"), GP64()), Load(Param("stride"), GP64())
	vectors := Load(Param("vectors"), GP64())
	ids, n := Load(Param("ids"), GP64()), Load(Param("n"), GP64())
	p, left := GP64(), GP64()
	Label(name + "Row")
	MOVLQSX(operand.Mem{Base: ids}, p)
	IMULQ(stride, p)
	ADDQ(table, p)
	MOVQ(vectors, left)
	Label(name + "Vector")
	VMOVUPS(operand.Mem{Base: p}, vec())
	ADDQ(operand.Imm(uint64(width)), p)
	DECQ(left)
	JNZ(operand.LabelRef(name + "Vector"))
	ADDQ(operand.Imm(4), ids)
	DECQ(n)
	JNZ(operand.LabelRef(name + "Row"))
	VZEROUPPER()
	RET()
}
