package gosrc

import (
	"github.com/nngen-go/nngen/codegen/asm"
	"github.com/nngen-go/nngen/codegen/gotree"
)

// levels are what the sets of instructions are called that kernels are written
// in.
var levels = map[asm.Level]string{asm.AVX512: "§nn.AVX512", asm.AVX2: "§nn.AVX2"}

// levelDecl prints how the level of the machine code is chosen.
func levelDecl(f *gotree.File) {
	f.Add(`// cpu is the set of instructions that the kernels are chosen for.
var cpu = §nn.CPU()`)
}
